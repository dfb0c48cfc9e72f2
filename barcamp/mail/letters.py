"""The letters, one function each: every one adds a row to the outbox, in the transaction of its cause.

Plain text, short, in the language of whoever caused the letter. Nothing is sent here: delivery.py does that, after
the commit.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import insert
from sqlalchemy.orm import Session

from barcamp.core.slugs import clean_line, clean_text
from barcamp.core.times import zone_name
from barcamp.db import wake
from barcamp.mail.links import Links
from barcamp.mail.models import Letter
from barcamp.web.words import _

#: What these say opens an account or a note, so it is forgotten as soon as it is sent.
SECRET_KINDS = ("sign-in-code", "address-code", "invitation")
LONGEST_SUBJECT = 150
_LIKE_AN_ADDRESS = re.compile(r"://|@|/\S*/|\w[.\u3002\uff0e\uff61]\w")


#: A Letter that is not written yet: its columns.
Row = dict[str, Any]


class Reader(Protocol):
    """Whom a letter is for: a Person."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str | None: ...


class Camp(Protocol):
    """What a letter is about: a Conference."""

    @property
    def name(self) -> str: ...
    @property
    def slug(self) -> str: ...


def write(
    db: Session,
    kind: str,
    to: str,
    subject: str,
    text: str,
    *,
    person_id: int | None = None,
    now: datetime,
) -> Letter:
    """Put a letter into the outbox and wake the jobs worker once this transaction is committed.

    `kind` is a word like "sign-in-code"; `to` is one checked address.
    """
    letter = Letter(**_row(kind, to, subject, text, person_id=person_id, now=now))
    db.add(letter)
    wake(db, "letters")
    return letter


def write_all(db: Session, rows: Sequence[Row]) -> None:
    """As `write`, for a crowd: what `news` and `announcement` have composed goes in by one statement."""
    if rows:
        db.execute(insert(Letter), rows)
        wake(db, "letters")


def _row(
    kind: str,
    to: str,
    subject: str,
    text: str,
    *,
    person_id: int | None = None,
    calendar: bytes | None = None,
    now: datetime,
) -> Row:
    return {
        "kind": kind,
        "person_id": person_id,
        "to_address": to,
        "subject": clean_line(subject)[:LONGEST_SUBJECT],
        "text": clean_text(text) + "\n",
        "message_id": secrets.token_hex(12),
        "written_at": now,
        "due_at": now,
        "calendar": calendar,
    }


def sign_in_code(
    db: Session, to: str, name: str, code: str, token: str, *, links: Links, person_id: int | None = None, now: datetime
) -> Letter:
    """The code and the link that sign somebody in. The same words whether the address is known or not.

    `person_id` is whom the address belongs to, so that the letter is found again however it was spelled.
    """
    text = _(
        "{hello}\n\n"
        "your code to sign in at BarCamp is\n\n"
        "    {code}\n\n"
        "Type it where you asked for it, within 15 minutes. Or open this link and press the button:\n{link}\n\n"
        "It works once, for an hour. Nobody asked for this? Then you can throw this letter away."
    ).format(hello=_hello(name), code=code, link=links.sign_in_link(token))
    return write(db, "sign-in-code", to, _("Your code for BarCamp"), text, person_id=person_id, now=now)


def address_code(db: Session, reader: Reader, to: str, code: str, *, now: datetime) -> Letter:
    """The code that shows that a new address is theirs; it goes to the new address and signs nobody in."""
    text = _(
        "{hello}\n\n"
        "to use this address at BarCamp, type this code on the page where you asked for it:\n\n"
        "    {code}\n\n"
        "It works once, for 15 minutes. Not you? Then you can throw this letter away."
    ).format(hello=_hello(reader.name), code=code)
    return write(db, "address-code", to, _("Is this your new address?"), text, person_id=reader.id, now=now)


def address_changed(db: Session, reader: Reader, to: str, *, links: Links, now: datetime) -> Letter:
    """To the address that was given up, so that nobody loses an account without hearing of it."""
    text = _(
        "{hello}\n\n"
        "your account at BarCamp has a new e-mail address now, so letters no longer come here.\n\n"
        "Was it not you? Please tell the organizers of your conference:\n{link}"
    ).format(hello=_hello(reader.name), link=links.home())
    return write(
        db, "address-changed", to, _("Your address at BarCamp has changed"), text, person_id=reader.id, now=now
    )


def welcome(
    db: Session,
    reader: Reader,
    camp: Camp,
    *,
    links: Links,
    waiting: bool = False,
    now: datetime,
) -> Letter | None:
    """After registering: what one may do now, and where.

    None when the person has no address to write to (an erased one).
    """
    if reader.email is None:
        return None
    if waiting:
        subject = _("You are on the waiting list of {camp}")
        first = _("{camp} is full just now, and you are on the waiting list. We write as soon as a place is free.")
    else:
        subject, first = _("Welcome to {camp}"), _("you are registered for {camp}. See you there!")
    lines = [
        _hello(reader.name),
        first.format(camp=camp.name),
        _("The wall, to post a topic and to star what you want to hear:\n{link}").format(link=links.wall(camp.slug)),
        _("Your day, once the schedule is out:\n{link}").format(link=links.agenda(camp.slug)),
        _("To change or cancel your registration:\n{link}").format(link=links.registration(camp.slug)),
    ]
    return write(
        db, "welcome", reader.email, subject.format(camp=camp.name), "\n\n".join(lines), person_id=reader.id, now=now
    )


def promoted(db: Session, reader: Reader, camp: Camp, *, links: Links, now: datetime) -> Letter | None:
    """A place has become free, and it is theirs."""
    if reader.email is None:
        return None
    text = _(
        "{hello}\n\n"
        "a place at {camp} has become free, and it is yours: you are registered now.\n\n"
        "The wall, to post a topic and to star what you want to hear:\n{wall}\n\n"
        "You cannot come after all? Then please give the place to the next person:\n{registration}"
    ).format(
        hello=_hello(reader.name),
        camp=camp.name,
        wall=links.wall(camp.slug),
        registration=links.registration(camp.slug),
    )
    subject = _("You have a place at {camp}").format(camp=camp.name)
    return write(db, "promoted", reader.email, subject, text, person_id=reader.id, now=now)


def invitation(
    db: Session,
    to: str,
    host: str,
    camp: Camp,
    title: str,
    link: str,
    *,
    days: int,
    person_id: int | None = None,
    now: datetime,
) -> Letter:
    """Somebody would like the reader to present a note with them. The same words whether the address is known or not.

    The host's name and the note's title are other people's words on their way to an address that somebody typed: where
    they hold what a mail program would make a link of, the letter goes without them.
    """
    who = _without_links(host) or _("Somebody")
    what = _without_links(title)
    first = (
        _("{who} would like you to present “{title}” with them at {camp}.")
        if what
        else _("{who} would like you to present a session with them at {camp}.")
    ).format(who=who, title=what, camp=camp.name)
    text = _(
        "{hello}\n\n"
        "{first}\n\n"
        "See what it is about, and join with one press:\n{link}\n\n"
        "The link works once, for {days} days. Do you know nothing of this, or would you rather not? "
        "Then you can throw this letter away."
    ).format(hello=_hello(""), first=first, link=link, days=days)
    return write(
        db, "invitation", to, _("Will you present with {who}?").format(who=who), text, person_id=person_id, now=now
    )


def news(
    reader: Reader,
    camp: Camp,
    subject: str,
    first: str,
    lines: Sequence[str],
    *,
    zone: str,
    calendar: bytes,
    links: Links,
    now: datetime,
) -> Row | None:
    """What has changed in somebody's day, a line for each session, and the same as a calendar file: for `write_all`.

    None when the person has no address to write to.
    """
    if reader.email is None:
        return None
    text = _(
        "{hello}\n\n"
        "{first}\n\n"
        "{lines}\n\n"
        "Times are those of {zone}. The file that comes with this letter puts them into your calendar.\n\n"
        "Your day:\n{agenda}\n\n"
        "You hear of it because you starred or present it. By letter or otherwise, as you like:\n{choices}"
    ).format(
        hello=_hello(reader.name), first=first, lines="\n\n".join(lines), zone=zone_name(zone),
        agenda=links.agenda(camp.slug), choices=links.news_choices(),
    )  # fmt: skip
    return _row("news", reader.email, subject, text, person_id=reader.id, calendar=calendar, now=now)


def announcement(
    reader: Reader, camp: Camp, title: str, words: str, *, links: Links, now: datetime
) -> Row | None:  # fmt: skip
    """What the organizers have to say: for `write_all`. None when the person has no address to write to."""
    if reader.email is None:
        return None
    text = _(
        "{hello}\n\n"
        "{said}\n\n"
        "This is from the organizers of {camp}:\n{link}\n\n"
        "By letter or otherwise, hear as you like:\n{choices}"
    ).format(
        hello=_hello(reader.name), said="\n\n".join(part for part in (title, words) if part), camp=camp.name,
        link=links.conference(camp.slug), choices=links.news_choices(),
    )  # fmt: skip
    subject = _("{camp}: {title}").format(camp=camp.name, title=title) if title else camp.name
    return _row("announcement", reader.email, subject, text, person_id=reader.id, now=now)


def _without_links(words: str) -> str:
    """The words, or "" where they hold something like an address."""
    return "" if _LIKE_AN_ADDRESS.search(words) else words


def _hello(name: str) -> str:
    return _("Hello {name},").format(name=name) if name else _("Hello,")
