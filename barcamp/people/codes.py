"""One-time codes and links: asking for one, guessing one, using one.

A code is six digits, so it lives shortly, dies of five wrong guesses, and is kept under the site's secret key: a copy
of the database does not give it away. A link is 256 random bits and needs only the first of these.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from barcamp.mail import letters
from barcamp.mail.links import Links
from barcamp.people import addresses, queries
from barcamp.people.errors import LinkGone, TooManyCodes
from barcamp.people.models import Person, SignInCode

LIVES = timedelta(minutes=15)
MOST_GUESSES = 5
MOST_AN_HOUR = 5
HOUR = timedelta(hours=1)
TO_SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Guess:
    """What became of a guess: the code's row when it was right, else None and how many guesses are left."""

    code: SignInCode | None
    guesses_left: int


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A reader whose name a letter leaves out: a walk-in may give any name and type any address."""

    id: int
    name: str = ""
    email: None = None


def ask(
    db: Session, email: str, *, name: str = "", next_path: str = "/", key: str, links: Links, now: datetime
) -> SignInCode:
    """Mail a code and a link to an address, known or not; older ones stop working.

    `key` is the site's secret; `name` is what a new person will be called.

    Raises:
        TooManyCodes: five were sent to this address within the hour.
    """
    code, token = _new_code(), secrets.token_urlsafe(32)
    row = _replace(db, email, TO_SIGN_IN, code, token, name=name, next_path=next_path, key=key, now=now)
    known = queries.find_person(db, row.email_key)
    # a stranger's name is not repeated: nobody shall be written to in words that somebody else chose
    name, person_id = (known.name, known.id) if known else ("", None)
    letters.sign_in_code(db, email, name, code, token, links=links, person_id=person_id, now=now)
    return row


def ask_for_address(db: Session, person: Person, email: str, *, key: str, now: datetime) -> SignInCode:
    """Mail a code to the address a person wants to have. It works for this person and this purpose alone.

    Raises:
        TooManyCodes: five were sent to this address within the hour.
    """
    code = _new_code()
    row = _replace(db, email, _for_address(person), code, secrets.token_urlsafe(32), key=key, now=now)
    row.link_hash = secrets.token_bytes(32)  # there is no link to this one
    reader = Unnamed(person.id) if person.is_walk_in else person
    letters.address_code(db, reader, email, code, now=now)
    return row


def guess(db: Session, email: str, code: str, *, key: str, now: datetime) -> Guess:
    """Try a code. Commit whatever comes back: a wrong guess counts."""
    return _guess(db, email, TO_SIGN_IN, code, key=key, now=now)


def guess_for_address(db: Session, person: Person, email: str, code: str, *, key: str, now: datetime) -> Guess:
    """Try the code that shows that an address is this person's. Commit whatever comes back."""
    return _guess(db, email, _for_address(person), code, key=key, now=now)


def make_link(
    db: Session,
    email: str,
    *,
    name: str = "",
    next_path: str = "/",
    lives: timedelta = timedelta(days=1),
    now: datetime,
) -> str:
    """A one-time sign-in link for whoever runs the site to hand over; returns its token. Mails nothing."""
    token = secrets.token_urlsafe(32)
    db.add(
        SignInCode(
            email=email,
            email_key=addresses.key(email),
            name=name,
            code_hash=None,
            link_hash=link_hash(token),
            next_path=next_path,
            created_at=now,
            expires_at=now + lives,
        )
    )
    return token


def look_at_link(db: Session, token: str, *, now: datetime) -> SignInCode:
    """Whom a link would sign in, without using it. Raises LinkGone."""
    return _alive(queries.find_link(db, link_hash(token)), now)


def use_link(db: Session, token: str, *, now: datetime) -> SignInCode:
    """Use a link, once. Raises LinkGone."""
    row = _alive(queries.hold_link(db, link_hash(token)), now)
    row.used_at = now
    return row


def link_hash(token: str) -> bytes:
    """A token of 256 random bits needs no more than one SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def _alive(row: SignInCode | None, now: datetime) -> SignInCode:
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise LinkGone
    return row


def _guess(db: Session, email: str, purpose: str, code: str, *, key: str, now: datetime) -> Guess:
    row = queries.hold_latest_code(db, addresses.key(email))
    if row is None or row.used_at is not None or row.expires_at <= now or row.wrong_guesses >= MOST_GUESSES:
        return Guess(None, 0)
    if hmac.compare_digest(row.code_hash or b"", _code_hash(key, purpose, row.email_key, code)):
        row.used_at = now
        return Guess(row, MOST_GUESSES - row.wrong_guesses)
    row.wrong_guesses += 1
    return Guess(None, MOST_GUESSES - row.wrong_guesses)


def _replace(
    db: Session,
    email: str,
    purpose: str,
    code: str,
    token: str,
    *,
    name: str = "",
    next_path: str = "/",
    key: str,
    now: datetime,
) -> SignInCode:
    email_key = addresses.key(email)
    queries.hold_latest_code(db, email_key)  # those who ask at once stand in a line, and are counted
    _refuse_too_many(db, email_key, now)
    db.execute(
        update(SignInCode)
        .where(SignInCode.email_key == email_key, SignInCode.code_hash.is_not(None), SignInCode.expires_at > now)
        .values(expires_at=now)
    )
    row = SignInCode(
        email=email,
        email_key=email_key,
        name=name,
        code_hash=_code_hash(key, purpose, email_key, code),
        link_hash=link_hash(token),
        next_path=next_path,
        created_at=now,
        expires_at=now + LIVES,
    )
    db.add(row)
    db.flush()
    return row


def _refuse_too_many(db: Session, email_key: str, now: datetime) -> None:
    times = queries.code_times(db, email_key, now - HOUR)
    if len(times) >= MOST_AN_HOUR:
        wait = times[-MOST_AN_HOUR] + HOUR - now
        raise TooManyCodes(int(wait.total_seconds()) + 1)


def _new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def _for_address(person: Person) -> str:
    return f"address-of-{person.id}"


def _code_hash(key: str, purpose: str, email_key: str, code: str) -> bytes:
    return hmac.digest(key.encode(), f"{purpose}\n{email_key}\n{code}".encode(), "sha256")
