import pytest

from shelf import loans, report


@pytest.fixture
def busy(session, settings, dune, emma, ada, grace, monday):
    """Dune lent to Ada in March, Emma to Ada and Grace in April; the latter is still out."""
    loans.give_back(session, loans.lend(session, settings, dune, ada))
    monday.move_to("2022-04-01")
    loans.give_back(session, loans.lend(session, settings, emma, ada))
    return loans.lend(session, settings, emma, grace)


def test_nothing_is_overdue_on_its_day(session, busy, monday):
    monday.move_to("2022-04-22")
    assert report.overdue(session) == []


def test_a_loan_is_overdue_the_day_after(session, busy, monday):
    monday.move_to("2022-04-23")
    assert report.overdue(session) == [busy]


def test_the_page_names_book_member_delay_and_fee(session, settings, busy, monday):
    monday.move_to("2022-04-25")
    page = report.overdue_page(session, settings)
    assert "<td>Emma</td><td>Grace Hopper</td><td>3 days</td><td>0.60 €</td>" in page


def test_the_page_escapes_names(session, settings, busy, grace, monday):
    grace.name = "<b>Grace</b>"
    monday.move_to("2022-04-25")
    assert "&lt;b&gt;Grace&lt;/b&gt;" in report.overdue_page(session, settings)


def test_an_empty_page_says_so(session, settings):
    assert "every book is back in time" in report.overdue_page(session, settings)


def test_the_book_lent_most_comes_first(session, busy):
    assert [(row["title"], row["times"]) for row in report.most_lent(session)] == [("Emma", 2), ("Dune", 1)]


def test_no_more_books_than_asked_for(session, busy):
    assert len(report.most_lent(session, limit=1)) == 1


def test_the_keenest_reader_comes_first(session, busy):
    assert report.keenest_readers(session) == [{"name": "Ada Byron", "times": 2}, {"name": "Grace Hopper", "times": 1}]


def test_a_year_has_twelve_months(session, busy):
    assert report.year(session, 2022) == [0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0]


def test_another_year_is_empty(session, busy):
    assert sum(report.year(session, 2021)) == 0


def test_the_report_of_a_year_reads_well(session, settings, busy):
    page = report.year_page(session, settings, 2022)
    assert page.startswith("# Harbour Library in 2022\n\n3 loans, 2 in the busiest month.\n")
    assert "1. Emma (Jane Austen), 2 times\n2. Dune (Frank Herbert), 1 times" in page
