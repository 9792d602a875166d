from datetime import date

import pytest

from shelf.errors import Invalid
from shelf.schemas import NewBook, NewLoan, NewMember, read
from tests.conftest import DUNE


def book(**fields):
    given = dict(isbn=DUNE, title="Dune", subtitle=None, author="Frank Herbert", published_on=None)
    return read(NewBook, dict(dict(given, shelf_mark=None, notes=None), **fields))


def test_a_book_needs_no_more_than_isbn_title_and_author():
    found = read(NewBook, {"isbn": DUNE, "title": "Dune", "author": "Frank Herbert"})
    assert (found.subtitle, found.notes, found.copies) == (None, None, 1)


def test_what_is_missing_is_named():
    with pytest.raises(Invalid, match="^card is required$"):
        read(NewLoan, {"isbn": DUNE})


def test_a_wrong_isbn_is_refused_with_the_reason():
    with pytest.raises(Invalid, match="isbn: .*wrong check digit"):
        book(isbn="9780441013594")


@pytest.mark.parametrize("written", ["1965-08-01", "1 August 1965", "Aug 1, 1965", date(1965, 8, 1)])
def test_a_date_may_be_written_in_any_common_way(written):
    assert book(published_on=written).published_on == date(1965, 8, 1)


def test_a_year_alone_is_its_first_day():
    assert book(published_on="1965").published_on == date(1965, 1, 1)


def test_a_shelf_mark_may_be_a_bare_number():
    assert book(shelf_mark=823).shelf_mark == "823"


def test_white_space_around_a_title_is_dropped():
    assert book(title="  Dune ").title == "Dune"


@pytest.mark.parametrize("copies", [0, 100, "many"])
def test_copies_are_between_one_and_ninety_nine(copies):
    with pytest.raises(Invalid, match="copies"):
        book(copies=copies)


def test_an_email_domain_is_written_small():
    assert read(NewMember, {"name": "Ada", "email": "Ada@Example.ORG"}).email == "Ada@example.org"


@pytest.mark.parametrize("email", ["ada", "ada@", "ada@@example.org", "ada@example"])
def test_a_wrong_email_is_refused(email):
    with pytest.raises(Invalid, match="email"):
        read(NewMember, {"name": "Ada", "email": email})
