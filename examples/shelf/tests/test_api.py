import pytest

from tests.conftest import DUNE, TOKEN

STAFF = {"Authorization": f"Bearer {TOKEN}"}
BOOK = {"isbn": "0-441-01359-7", "title": "Dune", "author": "Frank Herbert", "copies": 1}
FULL = dict(BOOK, subtitle=None, published_on="1965", shelf_mark="SF", notes="Read *twice*.")


@pytest.fixture
def client(settings, database):
    from shelf.api import create_app

    return create_app(settings, database).test_client()


@pytest.fixture
def lent(client):
    client.post("/books", json=FULL, headers=STAFF)
    client.post("/members", json={"name": "Ada", "email": "ada@example.org"}, headers=STAFF)
    return client.post("/loans", json={"isbn": DUNE, "card": "22-00001"}, headers=STAFF)


def test_health_names_the_library(client):
    assert client.get("/health").get_json() == {"library": "Harbour Library", "ok": True}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer guess"}, {"Authorization": f"Basic {TOKEN}"}])
def test_only_staff_may_add_books(client, header):
    answer = client.post("/books", json=FULL, headers=header)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "for staff only"})


def test_a_book_can_be_added_with_its_bare_particulars(client):
    answer = client.post("/books", json=BOOK, headers=STAFF)
    assert (answer.status_code, answer.get_json()["slug"]) == (201, "frank-herbert-dune")


def test_an_incomplete_book_is_answered_with_what_is_required(client):
    answer = client.post("/books", json={"title": "Dune", "author": "Frank Herbert"}, headers=STAFF)
    assert (answer.status_code, answer.get_json()) == (422, {"error": "isbn is required"})


@pytest.mark.parametrize("written", ["0441013597", "978-0-441-01359-3"])
def test_a_book_is_shown_however_its_isbn_is_written(client, lent, written):
    shown = client.get(f"/books/{written}").get_json()
    assert (shown["isbn"], shown["free"], shown["published_on"]) == (DUNE, 0, "1965-01-01")


@pytest.mark.parametrize("path", ["/books/9780441013594", "/books/9780141439587", "/nowhere"])
def test_what_is_not_there_is_a_404_in_json(client, path):
    answer = client.get(path)
    assert answer.status_code == 404 and "error" in answer.get_json()


def test_books_are_searched(client, lent):
    assert client.get("/books?q=dune").get_json() == [{"isbn": DUNE, "title": "Dune", "author": "Frank Herbert"}]
    assert client.get("/books?q=emma").get_json() == []


def test_notes_are_served_as_html(client, lent):
    answer = client.get(f"/books/{DUNE}/notes")
    assert answer.mimetype == "text/html" and "<em>twice</em>" in answer.get_data(as_text=True)


def test_the_card_is_served_as_a_picture(client, lent):
    assert client.get("/members/22-00001/card.svg").mimetype == "image/svg+xml"


def test_a_loan_says_when_it_is_due(lent):
    assert lent.status_code == 201
    assert lent.get_json()["due_on"] == "2022-03-28"


def test_a_second_loan_of_the_only_copy_is_refused(client, lent):
    answer = client.post("/loans", json={"isbn": DUNE, "card": "22-00001"}, headers=STAFF)
    assert (answer.status_code, answer.get_json()) == (409, {"error": "every copy of “Dune” is lent"})


def test_a_loan_is_renewed_and_returned(client, lent):
    assert client.post("/loans/1/renew", headers=STAFF).get_json()["due_on"] == "2022-04-18"
    assert client.post("/loans/1/return", headers=STAFF).get_json()["returned_on"] == "2022-03-07"


def test_an_unknown_act_is_a_404(client, lent):
    assert client.post("/loans/1/burn", headers=STAFF).status_code == 404


def test_the_overdue_page_is_for_staff(client, lent):
    assert client.get("/reports/overdue").status_code == 401
    assert "0 overdue" in client.get("/reports/overdue", headers=STAFF).get_data(as_text=True)


def test_what_is_lent_most_is_public(client, lent):
    assert client.get("/reports/most-lent?limit=3").get_json() == [
        {"title": "Dune", "author": "Frank Herbert", "times": 1}
    ]
