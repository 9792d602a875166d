"""Lending: out, back, and a little longer."""

from datetime import date

import structlog
from dateutil.relativedelta import relativedelta

from shelf.catalogue import free_copies
from shelf.database import Loan
from shelf.errors import NotFound, Refused

log = structlog.get_logger()


def lend(session, settings, book, member, today=None):
    today = today or date.today()
    if not member.active:
        raise Refused(f"{member.name} is no longer a member")
    open_loans = [loan for loan in member.loans if loan.returned_on is None]
    if len(open_loans) >= settings.loans_per_member:
        raise Refused(f"{member.name} has {len(open_loans)} books already")
    if any(loan.due_on < today for loan in open_loans):
        raise Refused(f"{member.name} has a book overdue")
    if free_copies(session, book) < 1:
        raise Refused(f"every copy of “{book.title}” is lent")
    loan = Loan(book=book, member=member, lent_on=today, due_on=today + relativedelta(weeks=settings.loan_weeks), renewals=0)
    session.add(loan)
    session.flush()
    log.info("lent", isbn=book.isbn, card=member.card, due=loan.due_on.isoformat())
    return loan


def find(session, number):
    loan = session.get(Loan, number)
    if loan is None:
        raise NotFound(f"no loan {number}")
    return loan


def give_back(session, loan, today=None):
    if loan.returned_on is not None:
        raise Refused(f"loan {loan.id} came back on {loan.returned_on}")
    loan.returned_on = today or date.today()
    session.flush()
    return loan


def renew(session, settings, loan, today=None):
    today = today or date.today()
    if loan.returned_on is not None:
        raise Refused(f"loan {loan.id} came back on {loan.returned_on}")
    if loan.due_on < today:
        raise Refused("an overdue book cannot be renewed")
    if loan.renewals >= settings.renewals_per_loan:
        raise Refused(f"renewed {loan.renewals} times already")
    loan.renewals += 1
    loan.due_on = loan.due_on + relativedelta(weeks=settings.loan_weeks)
    session.flush()
    return loan


def fee_cents(settings, loan, today=None):
    """What the loan costs by now, in cents; nothing unless it is late."""
    end = loan.returned_on or today or date.today()
    return max(0, (end - loan.due_on).days) * settings.fee_cents_per_day
