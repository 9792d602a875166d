import pytest
import structlog
from click.testing import CliRunner

from shelf import catalogue, cli, loans, members
from shelf.database import Database
from shelf.settings import Settings
from tests.conftest import DUNE, TOKEN, new_member

NOTE = """
supplier: Harbour Books
books:
  - {isbn: 9780141439587, title: Emma, subtitle: "", author: Jane Austen, published_on: 1815-12-23, shelf_mark: "823", notes: ""}
"""


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELF_METADATA_URL", "https://metadata.example.invalid")
    yield lambda *words: CliRunner().invoke(cli.main, ["--database", "sqlite:///cli.db", *words])
    structlog.reset_defaults()


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.yaml"
    path.write_text(NOTE)
    return str(path)


def test_the_version_is_told(shelf):
    assert shelf("--version").output == "shelf, version 1.8.0\n"


def test_a_delivery_note_is_imported_and_listed(shelf, note):
    assert shelf("import", note).output == "added 1 books\n"
    listed = shelf("list", "austen").output
    assert "9780141439587" in listed and "Jane Austen" in listed


def test_an_empty_catalogue_is_a_table_with_no_rows(shelf):
    assert "Author" in shelf("list").output


def test_a_wrong_isbn_is_told_in_one_line(shelf):
    result = shelf("add", "9780441013594", "--title", "Dune")
    assert result.exit_code == 1
    assert result.output.startswith("Error: isbn: ") and "Traceback" not in result.output


def test_a_book_is_added_from_the_metadata_service(shelf, requests_mock):
    found = {"title": "Dune", "author": "Frank Herbert", "subtitle": "", "published_on": "1965", "shelf_mark": "SF", "notes": ""}
    requests_mock.get(f"https://metadata.example.invalid/isbn/{DUNE}", json=found)
    assert shelf("add", "0441013597").output.endswith("added Dune\n")


def test_a_book_nobody_knows_wants_a_title(shelf, requests_mock):
    requests_mock.get(f"https://metadata.example.invalid/isbn/{DUNE}", status_code=404)
    assert "give --title" in shelf("add", DUNE).output


def test_the_night_job_fails_when_a_book_is_overdue(shelf, note, tmp_path):
    shelf("import", note)
    with Database(f"sqlite:///{tmp_path}/cli.db").session() as session:
        member = members.join(session, new_member())
        loans.lend(session, Settings(), catalogue.find(session, "9780141439587"), member)
    assert shelf("overdue").exit_code == 0
    late = shelf("overdue", "--on", "2022-03-29")
    assert (late.exit_code, late.output) == (3, "Ada Byron: Emma, due 2022-03-28\n")


def test_the_year_is_written_to_a_file(shelf, tmp_path):
    assert shelf("year", "2022", "--out", "2022.md").exit_code == 0
    assert (tmp_path / "2022.md").read_text().startswith("# Shelf in 2022\n\n0 loans")


def test_a_token_is_hashed_for_the_settings(shelf):
    assert members.token_fits(shelf("hash-token", TOKEN).output.strip(), TOKEN)


def test_the_server_listens_where_it_was_told(settings, database):
    desk = type("Desk", (), {"settings": settings, "database": database})()
    server = cli.server(desk, 0)
    try:
        assert server.effective_host == "127.0.0.1" and int(server.effective_port) > 0
    finally:
        server.close()
