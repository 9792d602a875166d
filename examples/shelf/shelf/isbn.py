"""ISBN: one number, checked once and always written in its thirteen digits."""

import re

from attrs import field, frozen


def _check_digit_13(digits):
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def _check_digit_10(digits):
    rest = -sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
    return "X" if rest == 10 else str(rest)


def _thirteen(text):
    bare = re.sub(r"[\s-]", "", str(text)).upper()
    if re.fullmatch(r"\d{9}[\dX]", bare):
        if _check_digit_10(bare[:9]) != bare[9]:
            raise ValueError(f"{text} has a wrong check digit")
        return "978" + bare[:9] + _check_digit_13("978" + bare[:9])
    if re.fullmatch(r"97[89]\d{10}", bare):
        if _check_digit_13(bare[:12]) != bare[12]:
            raise ValueError(f"{text} has a wrong check digit")
        return bare
    raise ValueError(f"{text} is not an ISBN")


@frozen
class Isbn:
    digits: str = field(converter=_thirteen)

    def __str__(self):
        return self.digits
