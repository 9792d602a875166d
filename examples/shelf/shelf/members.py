"""Members, their library cards, and the staff's token."""

import io
from datetime import date

import segno
from werkzeug.security import check_password_hash, generate_password_hash

from shelf.database import Member
from shelf.errors import NotFound, Refused


def join(session, new, today=None):
    if session.query(Member).filter_by(email=new.email).count():
        raise Refused(f"{new.email} is a member already")
    today = today or date.today()
    number = session.query(Member).count() + 1
    member = Member(name=new.name, email=new.email, card=f"{today:%y}-{number:05d}", joined_on=today)
    session.add(member)
    session.flush()
    return member


def by_card(session, card):
    member = session.query(Member).filter_by(card=card).one_or_none()
    if member is None:
        raise NotFound(f"no member with card {card}")
    return member


def leave(session, member):
    """Closes a membership; the books have to be back first."""
    open_loans = [loan for loan in member.loans if loan.returned_on is None]
    if open_loans:
        raise Refused(f"{member.name} still has {len(open_loans)} book(s)")
    member.active = False


def card_as_svg(member):
    """The member's card number as a QR code, for the printer of cards."""
    out = io.BytesIO()
    segno.make(member.card, error="m", micro=False).save(out, kind="svg", scale=4, xmldecl=False)
    return out.getvalue().decode()


def hash_token(token):
    return generate_password_hash(token, method="pbkdf2:sha256:20000")


def token_fits(token_hash, token):
    return bool(token_hash) and check_password_hash(token_hash, token)
