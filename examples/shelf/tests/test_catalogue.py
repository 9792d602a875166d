from datetime import date

import pytest
from structlog.testing import capture_logs

from shelf import catalogue
from shelf.errors import Invalid, NotFound, Refused
from tests.conftest import DUNE, EMMA, NINETEEN, new_book

NOTE = """
supplier: Harbour Books
books:
  - {isbn: 978-0-14-143958-7, title: Emma, author: Jane Austen, published_on: 1815-12-23, shelf_mark: 823}
  - {isbn: "9780141187761", title: Nineteen Eighty-Four, author: George Orwell, copies: 3}
"""


def test_a_book_is_added_with_a_slug_and_a_line_in_the_log(session):
    with capture_logs() as logs:
        book = catalogue.add(session, new_book(title="Cien años de soledad", author="Gabriel García Márquez"))
    assert book.slug == "gabriel-garcia-marquez-cien-anos-de-soledad"
    assert [(line["event"], line["isbn"]) for line in logs] == [("book added", DUNE)]


def test_a_second_delivery_adds_copies(session, dune):
    assert catalogue.add(session, new_book(copies=2)) is dune
    assert dune.copies == 3


def test_the_same_isbn_under_another_title_is_refused(session, dune):
    with pytest.raises(Refused, match="already there as “Dune”"):
        catalogue.add(session, new_book(title="Emma"))


def test_a_book_is_found_by_its_isbn(session, dune):
    assert catalogue.find(session, DUNE) is dune


def test_an_unknown_book_is_not_found(session):
    with pytest.raises(NotFound, match=EMMA):
        catalogue.find(session, EMMA)


@pytest.mark.parametrize(
    "words, titles",
    [("", ["Dune", "Emma"]), ("emma", ["Emma"]), ("HERBERT du", ["Dune"]), ("dune austen", []), ("arrakis", ["Dune"])],
)
def test_search_wants_every_word_somewhere(session, emma, words, titles):
    catalogue.add(session, new_book(subtitle="A tale of Arrakis"))
    assert sorted(book.title for book in catalogue.search(session, words)) == titles


def test_search_sorts_by_author(session, emma, dune):
    assert [book.author for book in catalogue.search(session)] == ["Frank Herbert", "Jane Austen"]


def test_a_delivery_note_fills_the_shelf(session):
    assert catalogue.add_shipment(session, NOTE) == 2
    assert catalogue.find(session, EMMA).published_on == date(1815, 12, 23)
    assert catalogue.find(session, NINETEEN).copies == 3


def test_a_note_without_supplier_is_refused(session):
    with pytest.raises(Invalid, match="supplier is required"):
        catalogue.add_shipment(session, "books: []")


def test_a_note_that_is_not_yaml_is_refused(session):
    with pytest.raises(Invalid, match="not YAML"):
        catalogue.add_shipment(session, "books: [")


def test_notes_are_markdown(session):
    book = catalogue.add(session, new_book(notes="Read *before* the film.\n\n1. spine\n2. cover"))
    html = catalogue.notes_as_html(book)
    assert "<em>before</em>" in html and html.count("<li>") == 2


def test_html_in_notes_is_shown_and_not_obeyed(session):
    book = catalogue.add(session, new_book(notes="<script>alert(1)</script>"))
    assert "<script>" not in catalogue.notes_as_html(book)


def test_a_book_without_notes_has_an_empty_page(dune):
    assert catalogue.notes_as_html(dune) == ""
