"""The catalogue: which books there are, and how they are found."""

import markdown
import structlog
import yaml
from slugify import slugify
from sqlalchemy import or_

from shelf.database import Book, Loan
from shelf.errors import Invalid, NotFound, Refused
from shelf.schemas import Shipment, read

log = structlog.get_logger()


def add(session, new):
    """Puts a book on the shelf; a second delivery of the same book adds copies."""
    known = session.query(Book).filter_by(isbn=new.isbn).one_or_none()
    if known is not None:
        if slugify(known.title) != slugify(new.title):
            raise Refused(f"{new.isbn} is already there as “{known.title}”")
        known.copies += new.copies
        return known
    book = Book(slug=slugify(f"{new.author} {new.title}", max_length=80), **new.dict())
    session.add(book)
    session.flush()
    log.info("book added", isbn=book.isbn, title=book.title)
    return book


def add_shipment(session, text):
    """Adds every book of a delivery note in YAML; returns how many there were."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise Invalid(f"the delivery note is not YAML: {wrong}")
    shipment = read(Shipment, data)
    for new in shipment.books:
        add(session, new)
    return len(shipment.books)


def find(session, isbn):
    book = session.query(Book).filter_by(isbn=str(isbn)).one_or_none()
    if book is None:
        raise NotFound(f"no book {isbn}")
    return book


def search(session, words=""):
    """Books whose title, subtitle or author holds every word, by author and title."""
    query = session.query(Book)
    for word in words.split():
        like = f"%{word}%"
        query = query.filter(or_(Book.title.ilike(like), Book.subtitle.ilike(like), Book.author.ilike(like)))
    return query.order_by(Book.author, Book.title).all()


def free_copies(session, book):
    """Copies that stand on the shelf now."""
    return book.copies - session.query(Loan).filter_by(book_id=book.id, returned_on=None).count()


def notes_as_html(book):
    """The staff's notes, in Markdown; HTML inside them is shown, not obeyed."""
    text = (book.notes or "").replace("&", "&amp;").replace("<", "&lt;")
    return markdown.markdown(text, extensions=["sane_lists"])
