"""Reports: what is overdue, who reads what, and how the year went."""

from datetime import date

import humanize
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from sqlalchemy import func, select

from shelf.database import Loan, Member
from shelf.loans import fee_cents

pages = Environment(
    loader=PackageLoader("shelf"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
pages.filters["delta"] = humanize.naturaldelta
pages.filters["count"] = humanize.intcomma
pages.filters["euros"] = lambda cents: f"{cents / 100:.2f} €"


def overdue(session, today=None):
    """Open loans past their day, the longest first."""
    today = today or date.today()
    late = session.query(Loan).filter(Loan.returned_on.is_(None), Loan.due_on < today)
    return late.order_by(Loan.due_on).all()


def overdue_page(session, settings, today=None):
    today = today or date.today()
    rows = [
        {"loan": loan, "late": today - loan.due_on, "fee": fee_cents(settings, loan, today)}
        for loan in overdue(session, today)
    ]
    return pages.get_template("overdue.html").render(library=settings.library_name, today=today, rows=rows)


def most_lent(session, limit=10):
    """The books lent most often: title, author and number of loans."""
    rows = session.execute(
        "SELECT books.title AS title, books.author AS author, COUNT(loans.id) AS times"
        " FROM books JOIN loans ON loans.book_id = books.id"
        " GROUP BY books.id ORDER BY times DESC, books.title LIMIT :limit",
        {"limit": limit},
    )
    return [{"title": row.title, "author": row.author, "times": row.times} for row in rows]


def keenest_readers(session, limit=10):
    """The members with the most loans: name and number of loans."""
    times = func.count(Loan.id)
    query = select([Member.name, times]).join(Loan).group_by(Member.id).order_by(times.desc(), Member.name)
    return [{"name": name, "times": count} for name, count in session.execute(query.limit(limit))]


def year(session, number):
    """Loans per month of a year, January first."""
    rows = session.execute(
        "SELECT CAST(strftime('%m', lent_on) AS INTEGER) AS month, COUNT(*) AS times"
        " FROM loans WHERE strftime('%Y', lent_on) = :year GROUP BY month",
        {"year": str(number)},
    )
    times = {row.month: row.times for row in rows}
    return [times.get(month, 0) for month in range(1, 13)]


def year_page(session, settings, number):
    months = year(session, number)
    return pages.get_template("year.md").render(
        library=settings.library_name, year=number, months=months, total=sum(months), top=most_lent(session, 3)
    )
