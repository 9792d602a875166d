"""The JSON API that the desk and the website talk to."""

from functools import wraps

from flask import Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.routing import BaseConverter, ValidationError

from shelf import catalogue, loans, members, report, schemas
from shelf.database import Database
from shelf.errors import Refused
from shelf.isbn import Isbn


class IsbnConverter(BaseConverter):
    """`/books/<isbn:isbn>`: takes any way to write it, hands on the thirteen digits."""

    regex = r"[0-9Xx-]{10,17}"

    def to_python(self, value):
        try:
            return Isbn(value)
        except ValueError:
            raise ValidationError()


def staff_only(view):
    @wraps(view)
    def checked(*args, **kwargs):
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not members.token_fits(current_app.config["SHELF"].staff_token_hash, token):
            raise Unauthorized("for staff only")
        return view(*args, **kwargs)

    return checked


def book_json(session, book):
    return {
        "isbn": book.isbn,
        "title": book.title,
        "subtitle": book.subtitle,
        "author": book.author,
        "published_on": book.published_on and book.published_on.isoformat(),
        "shelf_mark": book.shelf_mark,
        "copies": book.copies,
        "free": catalogue.free_copies(session, book),
    }


def loan_json(settings, loan):
    return {
        "id": loan.id,
        "isbn": loan.book.isbn,
        "card": loan.member.card,
        "due_on": loan.due_on.isoformat(),
        "returned_on": loan.returned_on and loan.returned_on.isoformat(),
        "renewals": loan.renewals,
        "fee_cents": loans.fee_cents(settings, loan),
    }


def create_app(settings, database=None):
    app = Flask("shelf")
    app.config["SHELF"] = settings
    app.url_map.converters["isbn"] = IsbnConverter
    db = database or Database(settings.database_url)

    @app.errorhandler(Refused)
    def refused(error):
        return jsonify(error=str(error)), error.status

    @app.errorhandler(HTTPException)
    def http_error(error):
        return jsonify(error=error.description), error.code

    @app.get("/health")
    def health():
        return jsonify(library=settings.library_name, ok=True)

    @app.get("/books")
    def list_books():
        with db.session() as session:
            found = catalogue.search(session, request.args.get("q", ""))
            return jsonify([{"isbn": book.isbn, "title": book.title, "author": book.author} for book in found])

    @app.post("/books")
    @staff_only
    def add_book():
        new = schemas.read(schemas.NewBook, request.get_json())
        with db.session() as session:
            book = catalogue.add(session, new)
            return jsonify(isbn=book.isbn, title=book.title, slug=book.slug, copies=book.copies), 201

    @app.get("/books/<isbn:isbn>")
    def show_book(isbn):
        with db.session() as session:
            return jsonify(book_json(session, catalogue.find(session, isbn)))

    @app.get("/books/<isbn:isbn>/notes")
    def show_notes(isbn):
        with db.session() as session:
            return Response(catalogue.notes_as_html(catalogue.find(session, isbn)), mimetype="text/html")

    @app.post("/members")
    @staff_only
    def add_member():
        new = schemas.read(schemas.NewMember, request.get_json())
        with db.session() as session:
            member = members.join(session, new)
            return jsonify(card=member.card, name=member.name, email=member.email), 201

    @app.get("/members/<card>/card.svg")
    def show_card(card):
        with db.session() as session:
            return Response(members.card_as_svg(members.by_card(session, card)), mimetype="image/svg+xml")

    @app.post("/loans")
    @staff_only
    def lend():
        new = schemas.read(schemas.NewLoan, request.get_json())
        with db.session() as session:
            book, member = catalogue.find(session, new.isbn), members.by_card(session, new.card)
            return jsonify(loan_json(settings, loans.lend(session, settings, book, member))), 201

    @app.post("/loans/<int:number>/<any(return,renew):act>")
    @staff_only
    def change_loan(number, act):
        with db.session() as session:
            loan = loans.find(session, number)
            if act == "return":
                loans.give_back(session, loan)
            else:
                loans.renew(session, settings, loan)
            return jsonify(loan_json(settings, loan))

    @app.get("/reports/overdue")
    @staff_only
    def overdue():
        with db.session() as session:
            return Response(report.overdue_page(session, settings), mimetype="text/html")

    @app.get("/reports/most-lent")
    def most_lent():
        with db.session() as session:
            return jsonify(report.most_lent(session, request.args.get("limit", 10, type=int)))

    @app.get("/reports/keenest-readers")
    @staff_only
    def keenest_readers():
        with db.session() as session:
            return jsonify(report.keenest_readers(session))

    return app
