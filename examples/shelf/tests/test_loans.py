from datetime import date

import pytest

from shelf import catalogue, loans, members
from shelf.errors import NotFound, Refused
from tests.conftest import new_book

ISBNS = ["9780441013593", "9780141439587", "9780141187761", "9780804429573", "9780306406157", "9783161484100"]


def test_a_book_is_lent_for_three_weeks(session, settings, dune, ada):
    loan = loans.lend(session, settings, dune, ada)
    assert (loan.lent_on, loan.due_on) == (date(2022, 3, 7), date(2022, 3, 28))


def test_the_last_copy_can_be_lent_once(session, settings, dune, ada, grace):
    loans.lend(session, settings, dune, ada)
    with pytest.raises(Refused, match="every copy"):
        loans.lend(session, settings, dune, grace)


def test_two_copies_serve_two_members(session, settings, emma, ada, grace):
    loans.lend(session, settings, emma, ada)
    assert catalogue.free_copies(session, emma) == 1
    loans.lend(session, settings, emma, grace)
    assert catalogue.free_copies(session, emma) == 0


def test_a_book_that_came_back_is_free_again(session, settings, dune, ada):
    loans.give_back(session, loans.lend(session, settings, dune, ada))
    assert catalogue.free_copies(session, dune) == 1


def test_nobody_has_more_than_five_books(session, settings, ada):
    books = [catalogue.add(session, new_book(isbn, f"Volume {n}")) for n, isbn in enumerate(ISBNS)]
    for book in books[:5]:
        loans.lend(session, settings, book, ada)
    with pytest.raises(Refused, match="has 5 books"):
        loans.lend(session, settings, books[5], ada)


def test_nothing_is_lent_to_who_is_late(session, settings, dune, emma, ada, monday):
    loans.lend(session, settings, dune, ada)
    monday.move_to("2022-03-29")
    with pytest.raises(Refused, match="overdue"):
        loans.lend(session, settings, emma, ada)


def test_nothing_is_lent_to_who_has_left(session, settings, dune, ada):
    members.leave(session, ada)
    with pytest.raises(Refused, match="no longer a member"):
        loans.lend(session, settings, dune, ada)


def test_a_book_comes_back_once(session, settings, dune, ada):
    loan = loans.lend(session, settings, dune, ada)
    loans.give_back(session, loan)
    with pytest.raises(Refused, match="came back on 2022-03-07"):
        loans.give_back(session, loan)


def test_a_renewal_adds_three_weeks_to_the_day_it_was_due(session, settings, dune, ada, monday):
    loan = loans.lend(session, settings, dune, ada)
    monday.move_to("2022-03-20")
    assert loans.renew(session, settings, loan).due_on == date(2022, 4, 18)


def test_a_loan_is_renewed_twice_at_most(session, settings, dune, ada):
    loan = loans.lend(session, settings, dune, ada)
    loans.renew(session, settings, loan)
    loans.renew(session, settings, loan)
    with pytest.raises(Refused, match="renewed 2 times"):
        loans.renew(session, settings, loan)


def test_an_overdue_loan_is_not_renewed(session, settings, dune, ada, monday):
    loan = loans.lend(session, settings, dune, ada)
    monday.move_to("2022-04-01")
    with pytest.raises(Refused, match="overdue"):
        loans.renew(session, settings, loan)


@pytest.mark.parametrize("day, cents", [("2022-03-28", 0), ("2022-03-29", 20), ("2022-04-07", 200)])
def test_a_late_day_costs_twenty_cents(session, settings, dune, ada, monday, day, cents):
    loan = loans.lend(session, settings, dune, ada)
    monday.move_to(day)
    assert loans.fee_cents(settings, loan) == cents


def test_an_unknown_loan_is_not_found(session):
    with pytest.raises(NotFound, match="no loan 7"):
        loans.find(session, 7)
