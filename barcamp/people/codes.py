"""One-time codes and links: asking for one, guessing one, using one.

A code is six digits, so it lives shortly, works only in the browser that asked for it, dies of five wrong guesses, and
is kept under the site's secret key: a copy of the database does not give it away. A link is 256 random bits, lives as
long as the letters of one address are counted, and works in any browser. So whoever keeps asking for letters to
somebody else's address, or guesses at their codes, makes nothing of theirs useless: the newest letter's link works.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from barcamp.mail import letters
from barcamp.mail.links import Links
from barcamp.people import addresses, queries
from barcamp.people.errors import LinkGone, TooManyCodes
from barcamp.people.models import NO_LINK, Person, SignInCode

LIVES = timedelta(minutes=15)
MOST_GUESSES = 5
#: Wrong codes for one address within a day, by whomever; after that only links work (one in 50,000 a day gets lucky).
MOST_WRONG_A_DAY = 20
MOST_AN_HOUR = 5
#: As long as letters are counted: where no more are sent, one is in the mailbox whose link works.
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TO_SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Guess:
    """What became of a guess: the code's row when it was right, else None and how many guesses are left.

    `only_links`: so many codes were wrong today that none is taken for this address any more.
    """

    code: SignInCode | None
    guesses_left: int
    only_links: bool = False


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A reader whose name a letter leaves out: a walk-in may give any name and type any address."""

    id: int
    name: str = ""
    email: None = None


def ask(
    db: Session,
    email: str,
    *,
    name: str = "",
    next_path: str = "/",
    replaces: int | None = None,
    key: str,
    links: Links,
    now: datetime,
) -> SignInCode:
    """Mail a code and a link to an address, known or not. Others stay as they are, but the one that this `replaces`:
    the same browser asks again.

    `key` is the site's secret; `name` is what a new person will be called. The id of what is returned is for the
    browser that asked, which alone can use the code.

    Raises:
        TooManyCodes: five were sent to this address within the hour.
    """
    code, token = _new_code(), secrets.token_urlsafe(32)
    row = _new_row(
        db, email, TO_SIGN_IN, code, token, name=name, next_path=next_path, lives=HOUR, replaces=replaces, key=key,
        now=now,
    )  # fmt: skip
    known = queries.find_person(db, row.email_key)
    # a stranger's name is not repeated: nobody shall be written to in words that somebody else chose
    name, person_id = (known.name, known.id) if known else ("", None)
    letters.sign_in_code(db, email, name, code, token, links=links, person_id=person_id, now=now)
    return row


def ask_for_address(
    db: Session, person: Person, email: str, *, replaces: int | None = None, key: str, now: datetime
) -> SignInCode:
    """Mail a code to the address a person wants to have. It works for this person and this purpose alone.

    Raises:
        TooManyCodes: five were sent to this address within the hour.
    """
    code = _new_code()
    row = _new_row(
        db, email, _for_address(person), code, secrets.token_urlsafe(32), next_path=NO_LINK, lives=LIVES,
        replaces=replaces, key=key, now=now,
    )  # fmt: skip
    row.link_hash = secrets.token_bytes(32)  # there is no link to this one
    reader = Unnamed(person.id) if person.is_walk_in else person
    letters.address_code(db, reader, email, code, now=now)
    return row


def guess(db: Session, asked: int | None, email: str, code: str, *, key: str, now: datetime) -> Guess:
    """Try a code in the browser that `asked` for it. Commit whatever comes back: a wrong guess counts."""
    return _guess(db, asked, email, TO_SIGN_IN, code, key=key, now=now)


def guess_for_address(
    db: Session, person: Person, asked: int | None, email: str, code: str, *, key: str, now: datetime
) -> Guess:
    """Try the code that shows that an address is this person's. Commit whatever comes back."""
    return _guess(db, asked, email, _for_address(person), code, key=key, now=now)


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


def _guess(db: Session, asked: int | None, email: str, purpose: str, code: str, *, key: str, now: datetime) -> Guess:
    email_key = addresses.key(email)
    queries.hold_codes(db, email_key)  # guesses stand in a line, and each is counted
    row = None if asked is None else queries.hold_code(db, asked)
    if row is None or row.email_key != email_key or not _can_be_guessed(row, now):
        return Guess(None, 0)
    if queries.wrong_guesses(db, email_key, now - DAY) >= MOST_WRONG_A_DAY:
        return Guess(None, 0, only_links=True)
    if hmac.compare_digest(row.code_hash or b"", _code_hash(key, purpose, row.email_key, code)):
        row.used_at = now
        return Guess(row, MOST_GUESSES - row.wrong_guesses)
    row.wrong_guesses += 1
    return Guess(None, MOST_GUESSES - row.wrong_guesses)


def _can_be_guessed(row: SignInCode, now: datetime) -> bool:
    ends_at = min(row.expires_at, row.created_at + LIVES)
    return row.used_at is None and ends_at > now and row.wrong_guesses < MOST_GUESSES


def _new_row(
    db: Session,
    email: str,
    purpose: str,
    code: str,
    token: str,
    *,
    name: str = "",
    next_path: str,
    lives: timedelta,
    replaces: int | None,
    key: str,
    now: datetime,
) -> SignInCode:
    email_key = addresses.key(email)
    queries.hold_codes(db, email_key)  # those who ask at once stand in a line, and are counted
    _refuse_too_many(db, email_key, now, with_link=next_path != NO_LINK)
    older = None if replaces is None else queries.hold_code(db, replaces)
    if older is not None and older.email_key == email_key:
        older.expires_at = min(older.expires_at, now)
    row = SignInCode(
        email=email,
        email_key=email_key,
        name=name,
        code_hash=_code_hash(key, purpose, email_key, code),
        link_hash=link_hash(token),
        next_path=next_path,
        created_at=now,
        expires_at=now + lives,
    )
    db.add(row)
    db.flush()
    return row


def _refuse_too_many(db: Session, email_key: str, now: datetime, *, with_link: bool) -> None:
    """Letters with a link and those without are counted each by themselves: who has asked for the one kind in
    somebody's name has not kept them from the other.
    """
    asked = queries.code_times(db, email_key, now - HOUR, with_link=with_link)
    times = [at for at in asked if at <= now]  # a later one is of a clock that was set back since
    if len(times) >= MOST_AN_HOUR:
        wait = times[-MOST_AN_HOUR] + HOUR - now
        raise TooManyCodes(int(wait.total_seconds()) + 1)


def _new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def _for_address(person: Person) -> str:
    return f"address-of-{person.id}"


def _code_hash(key: str, purpose: str, email_key: str, code: str) -> bytes:
    return hmac.digest(key.encode(), f"{purpose}\n{email_key}\n{code}".encode(), "sha256")
