"""The command line: what the desk does by hand, and the jobs that run at night."""

import logging
import sys
from datetime import date
from pathlib import Path

import click
import structlog
from rich.console import Console
from rich.table import Table

from shelf import __version__, catalogue, members, report, schemas
from shelf import settings as shelf_settings
from shelf.database import Database
from shelf.errors import Refused
from shelf.isbn import Isbn
from shelf.metadata import MetadataClient


class Desk:
    def __init__(self, settings):
        self.settings = settings
        self.database = Database(settings.database_url)
        self.database.create()


@click.group()
@click.version_option(__version__, prog_name="shelf")
@click.option("--database", help="Database to use instead of SHELF_DATABASE_URL.")
@click.pass_context
def main(context, database):
    """The lending desk of a small library."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    settings = shelf_settings.load()
    if database:
        settings.database_url = database
    context.obj = Desk(settings)


@main.command()
@click.argument("isbn")
@click.option("--title")
@click.option("--author")
@click.pass_obj
def add(desk, isbn, title, author):
    """Add one book; without a title, ask the metadata service for it."""
    with desk.database.session() as session, refusals():
        if title:
            new = schemas.read(schemas.NewBook, {"isbn": isbn, "title": title, "author": author or "unknown"})
        else:
            new = MetadataClient(desk.settings.metadata_url, seconds_between_tries=0).book(Isbn(isbn))
            if new is None:
                raise click.ClickException(f"nobody knows {isbn}; give --title and --author")
        click.echo(f"added {catalogue.add(session, new).title}")


@main.command("import")
@click.argument("note", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_(desk, note):
    """Add the books of a delivery note in YAML: all of them, or none."""
    with desk.database.session() as session, refusals():
        click.echo(f"added {catalogue.add_shipment(session, note.read_text())} books")


@main.command("list")
@click.argument("words", nargs=-1)
@click.pass_obj
def list_(desk, words):
    """List the catalogue, or the books that hold all WORDS."""
    table = Table("ISBN", "Title", "Author", "Copies")
    with desk.database.session() as session:
        for book in catalogue.search(session, " ".join(words)):
            table.add_row(book.isbn, book.title, book.author, str(book.copies))
    Console(width=100).print(table)


@main.command("year")
@click.argument("number", type=int)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of the screen.")
@click.pass_obj
def year_(desk, number, out):
    """The job that writes the report of a year, in Markdown."""
    with desk.database.session() as session:
        page = report.year_page(session, desk.settings, number)
    if out:
        out.write_text(page)
    else:
        click.echo(page)


@main.command()
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="As of this day instead of today.")
@click.pass_obj
def overdue(desk, on):
    """Say what is overdue; exit code 3 when something is."""
    today = on.date() if on else date.today()
    with desk.database.session() as session:
        late = report.overdue(session, today)
        for loan in late:
            click.echo(f"{loan.member.name}: {loan.book.title}, due {loan.due_on}")
    if late:
        raise SystemExit(3)


@main.command("hash-token")
@click.argument("token")
def hash_token(token):
    """The value of SHELF_STAFF_TOKEN_HASH for a staff token."""
    click.echo(members.hash_token(token))


@main.command()
@click.option("--port", default=8000, show_default=True)
@click.pass_obj
def serve(desk, port):
    """Serve the API."""
    server(desk, port).run()


def server(desk, port):
    import waitress

    from shelf.api import create_app

    return waitress.create_server(create_app(desk.settings, desk.database), host="127.0.0.1", port=port, threads=4)


class refusals:
    """Turns what the library refuses into what the command line says."""

    def __enter__(self):
        return self

    def __exit__(self, _kind, error, _trace):
        if isinstance(error, (Refused, ValueError)):
            raise click.ClickException(str(error))
