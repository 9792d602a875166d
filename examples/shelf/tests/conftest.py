"""A small library on a quiet day: 7 March 2022."""

import pytest
from freezegun import freeze_time

from shelf import catalogue, members, schemas
from shelf.database import Database
from shelf.settings import Settings

TOKEN = "open sesame"
TOKEN_HASH = members.hash_token(TOKEN)
DUNE = "9780441013593"
EMMA = "9780141439587"
NINETEEN = "9780141187761"


def new_book(isbn=DUNE, title="Dune", author="Frank Herbert", **more):
    fields = dict(subtitle=None, published_on=None, shelf_mark=None, notes=None, copies=1)
    return schemas.NewBook(isbn=isbn, title=title, author=author, **dict(fields, **more))


def new_member(name="Ada Byron", email="ada@example.org"):
    return schemas.NewMember(name=name, email=email)


@pytest.fixture(autouse=True)
def monday():
    with freeze_time("2022-03-07") as clock:
        yield clock


@pytest.fixture
def settings():
    return Settings(database_url="sqlite://", library_name="Harbour Library", staff_token_hash=TOKEN_HASH)


@pytest.fixture
def database():
    database = Database("sqlite://")
    database.create()
    return database


@pytest.fixture
def session(database):
    with database.session() as session:
        yield session


@pytest.fixture
def dune(session):
    return catalogue.add(session, new_book())


@pytest.fixture
def emma(session):
    return catalogue.add(session, new_book(EMMA, "Emma", "Jane Austen", copies=2))


@pytest.fixture
def ada(session):
    return members.join(session, new_member())


@pytest.fixture
def grace(session):
    return members.join(session, new_member("Grace Hopper", "grace@example.org"))
