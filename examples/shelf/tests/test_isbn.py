import pytest

from shelf.isbn import Isbn


@pytest.mark.parametrize(
    "written",
    ["9780441013593", "978-0-441-01359-3", "978 0 441 01359 3", "0441013597", "0-441-01359-7", 9780441013593],
)
def test_every_way_to_write_it_is_the_same_book(written):
    assert str(Isbn(written)) == "9780441013593"


def test_ten_digits_may_end_in_x():
    assert str(Isbn("0-8044-2957-x")) == "9780804429573"


@pytest.mark.parametrize("written", ["9780441013594", "0441013598"])
def test_a_wrong_check_digit_is_noticed(written):
    with pytest.raises(ValueError, match="wrong check digit"):
        Isbn(written)


@pytest.mark.parametrize("written", ["", "Dune", "12345", "1234567890123", None])
def test_other_things_are_not_isbns(written):
    with pytest.raises(ValueError, match="is not an ISBN"):
        Isbn(written)


def test_equal_numbers_are_equal_and_can_be_keys():
    assert {Isbn("0441013597"): 1}[Isbn("9780441013593")] == 1
