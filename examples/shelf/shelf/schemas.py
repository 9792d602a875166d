"""What may come in: the shape of a book, a member and a loan as people send them."""

from datetime import date
from typing import List, Optional

from dateutil.parser import parse as parse_date
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, Field, ValidationError, validator

from shelf.errors import Invalid
from shelf.isbn import Isbn

FIRST_OF_JANUARY = parse_date("2000-01-01")


class NewBook(BaseModel):
    isbn: str
    title: str = Field(..., min_length=1, max_length=200)
    subtitle: Optional[str]
    author: str
    published_on: Optional[date]
    shelf_mark: Optional[str]
    notes: Optional[str]
    copies: int = Field(1, ge=1, le=99)

    class Config:
        anystr_strip_whitespace = True

    @validator("isbn", pre=True)
    def isbn_is_sound(cls, value):
        return str(Isbn(value))

    @validator("published_on", pre=True)
    def any_common_date(cls, value):
        return parse_date(value, default=FIRST_OF_JANUARY).date() if isinstance(value, str) else value


class NewMember(BaseModel):
    name: str
    email: str

    class Config:
        anystr_strip_whitespace = True

    @validator("email")
    def email_is_sound(cls, value):
        try:
            return validate_email(value, check_deliverability=False).email
        except EmailNotValidError as wrong:
            raise ValueError(str(wrong))


class NewLoan(BaseModel):
    isbn: str
    card: str


class Shipment(BaseModel):
    """A supplier's delivery note: where it came from, and the books in it."""

    supplier: str
    books: List[NewBook]


def read(schema, data):
    """`data` as `schema`, or one line per field that does not fit."""
    try:
        return schema.parse_obj(data)
    except ValidationError as wrong:
        raise Invalid("; ".join(_line(error) for error in wrong.errors()))


def _line(error):
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "value_error.missing":
        return f"{where} is required"
    return f"{where}: {error['msg']}"
