import pytest
import requests

from shelf.errors import Refused
from shelf.isbn import Isbn
from shelf.metadata import MetadataClient
from tests.conftest import DUNE

URL = f"https://metadata.example.invalid/isbn/{DUNE}"
ANSWER = {
    "title": "Dune",
    "subtitle": None,
    "author": "Frank Herbert",
    "published_on": "1965-08-01",
    "shelf_mark": None,
    "notes": None,
}


@pytest.fixture
def client():
    return MetadataClient("https://metadata.example.invalid/", seconds_between_tries=0)


def test_the_answer_becomes_a_book_to_add(client, requests_mock):
    requests_mock.get(URL, json=ANSWER)
    assert client.book(Isbn("0441013597")).title == "Dune"


def test_a_second_question_is_answered_from_memory(client, requests_mock):
    requests_mock.get(URL, json=ANSWER)
    client.book(DUNE), client.book(DUNE)
    assert requests_mock.call_count == 1


def test_after_a_day_it_is_asked_anew(requests_mock):
    requests_mock.get(URL, json=ANSWER)
    client = MetadataClient("https://metadata.example.invalid")
    client.book(DUNE)
    client._known.expire(client._known.timer() + 24 * 60 * 60 + 1)
    client.book(DUNE)
    assert requests_mock.call_count == 2


def test_an_unknown_book_is_none(client, requests_mock):
    requests_mock.get(URL, status_code=404)
    assert client.book(DUNE) is None


def test_a_stumble_is_forgiven(client, requests_mock):
    requests_mock.get(URL, [{"status_code": 503}, {"exc": requests.ConnectTimeout}, {"json": ANSWER}])
    assert client.book(DUNE).author == "Frank Herbert"


def test_three_stumbles_are_not(client, requests_mock):
    requests_mock.get(URL, status_code=503)
    with pytest.raises(Refused, match="does not answer: status 503"):
        client.book(DUNE)
    assert requests_mock.call_count == 3


def test_a_refusal_is_not_repeated(client, requests_mock):
    requests_mock.get(URL, status_code=403)
    with pytest.raises(Refused, match="403"):
        client.book(DUNE)
    assert requests_mock.call_count == 1
