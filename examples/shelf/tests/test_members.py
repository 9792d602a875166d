import pytest

from shelf import loans, members
from shelf.errors import NotFound, Refused
from tests.conftest import TOKEN, TOKEN_HASH, new_member


def test_cards_are_numbered_within_the_library(ada, grace):
    assert (ada.card, grace.card) == ("22-00001", "22-00002")


def test_one_address_is_one_member(session, ada):
    with pytest.raises(Refused, match="member already"):
        members.join(session, new_member("Ada King"))


def test_a_member_is_found_by_the_card(session, ada):
    assert members.by_card(session, "22-00001") is ada


def test_an_unknown_card_is_not_found(session):
    with pytest.raises(NotFound):
        members.by_card(session, "22-00009")


def test_the_card_is_a_qr_code(ada):
    svg = members.card_as_svg(ada)
    assert svg.startswith("<svg") and 'class="segno"' in svg


def test_nobody_leaves_with_a_book(session, settings, ada, dune):
    loan = loans.lend(session, settings, dune, ada)
    with pytest.raises(Refused, match="still has 1"):
        members.leave(session, ada)
    loans.give_back(session, loan)
    members.leave(session, ada)
    assert not ada.active


def test_the_token_fits_its_hash_and_no_other():
    assert members.token_fits(TOKEN_HASH, TOKEN)
    assert not members.token_fits(TOKEN_HASH, "guess")
    assert not members.token_fits("", "")
