"""Talks elsewhere: adding, changing and removing them, and the bytes that calendars show.

Whoever changes something holds the person first, so that two tabs of one speaker stand in a line. SEQUENCE rises when
title, days, place or status change (RFC 5545, 3.8.7.4), the stamp when anything does that shows in the fragment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from barcamp import db as database
from barcamp.core import ical
from barcamp.core.addresses import ascii_address
from barcamp.core.etags import etag_of
from barcamp.core.slugs import fold
from barcamp.core.spans import span_words
from barcamp.core.times import span_label, to_wall
from barcamp.people import queries as people
from barcamp.speakers import queries, service, talk_queries
from barcamp.speakers.errors import HaveItAlready, TalkChanged, TooManyTalks
from barcamp.speakers.models import Talk

MOST_TALKS = 1000

#: What a change by hand is remembered by, and the columns that are one thing.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "conference": ("conference",),
    "conference_url": ("conference_url",),
    "place": ("place",),
    "when": ("starts_on", "ends_on", "starts_at", "ends_at", "zone"),
    "cospeakers": ("cospeakers",),
    "url": ("url",),
    "slides_url": ("slides_url",),
    "recording_url": ("recording_url",),
    "cancelled": ("cancelled",),
}

Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class TalkContent:
    """What a talk says, cleaned. Days include the last one. Where the time is known, the instants (aware) and the IANA
    zone are there too, all three or none.
    """

    title: str
    conference: str
    starts_on: date
    ends_on: date
    place: str = ""
    conference_url: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str | None = None
    cospeakers: tuple[str, ...] = ()
    url: str = ""
    slides_url: str = ""
    recording_url: str = ""
    cancelled: bool = False

    @classmethod
    def of(cls, talk: Talk) -> TalkContent:
        values = {name: getattr(talk, name) for name in cls.__dataclass_fields__}
        return cls(**values | {"cospeakers": tuple(talk.cospeakers)})

    @property
    def key(self) -> Key:
        """Two with the same key are the same talk at the same conference."""
        return fold(self.title), fold(self.conference), self.starts_on

    @property
    def edition(self) -> str:
        """A name for all of it as it stands: it changes with every change."""
        return etag_of(self)


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding several: the new ones, and those that were there before or came twice."""

    new: list[Talk]
    doubled: list[TalkContent]


def add(db: Session, person_id: int, content: TalkContent, *, now: datetime) -> Talk:
    """Add one talk. The same form sent twice makes one, and gives it back both times.

    Raises:
        HaveItAlready: the same talk is there and says something else.
        TooManyTalks: so many and no more.
    """
    people.hold_person(db, person_id)
    for talk in talk_queries.all_talks(db, person_id):
        there = TalkContent.of(talk)
        if there == content and talk.gone_at is None:
            return talk
        if there.key == content.key:
            raise HaveItAlready(content.title)
    return add_many(db, person_id, [content], now=now).new[0]


def add_many(db: Session, person_id: int, contents: Iterable[TalkContent], *, now: datetime) -> Added:
    """Add all that are not there yet, in one go.

    Raises:
        TooManyTalks: they would be too many; none is added.
    """
    people.hold_person(db, person_id)
    kept = talk_queries.all_talks(db, person_id)
    there, added = {TalkContent.of(talk).key for talk in kept}, Added([], [])
    page = speaker_address(db, person_id)
    for content in contents:
        if content.key in there:
            added.doubled.append(content)
            continue
        there.add(content.key)
        added.new.append(new_talk(person_id, content, page=page, now=now))
    refuse_too_many(db, person_id, len(added.new))
    db.add_all(added.new)
    db.flush()
    if added.new:
        service.touch(db, person_id, now=now)
    return added


def refuse_too_many(db: Session, person_id: int, more: int) -> None:
    """Raise TooManyTalks where so many more would be too many."""
    if more and talk_queries.count_talks(db, person_id) + more > MOST_TALKS:
        raise TooManyTalks(MOST_TALKS)


def new_talk(person_id: int, content: TalkContent, *, page: str, now: datetime) -> Talk:
    """A talk with its fragment, not yet in the database."""
    talk = Talk(
        uid=str(uuid4()), person_id=person_id, sequence=0, created_at=now, stamped_at=now, edited=[],
        **_columns(content),
    )  # fmt: skip
    talk.fragment = make_fragment(talk, page)
    return talk


def change(db: Session, talk: Talk, content: TalkContent, *, seen: str, now: datetime) -> None:
    """Change a talk by hand. `seen` is the edition that the form was made from. Of a talk that a calendar brought, what
    is changed here stays so.

    Raises:
        TalkChanged: it is no longer as it was seen.
    """
    people.hold_person(db, talk.person_id)
    db.refresh(talk)
    before = TalkContent.of(talk)
    if before == content:
        return
    if seen != before.edition:
        raise TalkChanged
    if talk.source_id is not None:
        talk.edited = sorted({*talk.edited, *changed_fields(before, content)})
    write(db, talk, content, page=speaker_address(db, talk.person_id), now=now)
    service.touch(db, talk.person_id, now=now)


def remove(db: Session, talk: Talk, *, now: datetime) -> None:
    """Take a talk off for good. Its calendar, where it came from one, does not bring it again."""
    people.hold_person(db, talk.person_id)
    if talk.source_id is not None and talk.source_uid is not None:
        source = talk_queries.find_source(db, talk.person_id, talk.source_id)
        if source is not None:
            report = dict(source.report or {})
            report["left_out"] = [*report.get("left_out", ()), talk.source_uid]
            source.report = report
    db.delete(talk)
    db.flush()
    service.touch(db, talk.person_id, now=now)


def write(db: Session, talk: Talk, content: TalkContent, *, page: str, now: datetime) -> bool:
    """Bring a talk and its fragment up to date; whether its fragment is another one."""
    before = _rises_with(talk)
    for name, value in _columns(content).items():
        setattr(talk, name, value)
    if _rises_with(talk) != before:
        talk.sequence += 1
    elif make_fragment(talk, page) == talk.fragment:
        db.flush()
        return False
    talk.stamped_at = max(now, talk.stamped_at + timedelta(seconds=1))  # calendars compare whole seconds
    talk.fragment = make_fragment(talk, page)
    db.flush()
    return True


def renew(db: Session, person_id: int, *, now: datetime) -> int:
    """Make fragments again whose words have changed though no talk has: the speaker's page has another address. Returns
    how many were others.
    """
    page = speaker_address(db, person_id)
    changed = sum(
        write(db, talk, TalkContent.of(talk), page=page, now=now) for talk in talk_queries.all_talks(db, person_id)
    )
    if changed:
        service.touch(db, person_id, now=now)
    return changed


def changed_fields(before: TalkContent, after: TalkContent) -> list[str]:
    """The names in FIELDS of what two contents say differently."""
    old, new = asdict(before), asdict(after)
    return [field for field, names in FIELDS.items() if any(old[name] != new[name] for name in names)]


# ---- what a calendar shows -------------------------------------------------------------------------------------------


def make_fragment(talk: Talk, page: str) -> bytes:
    """One VEVENT: of whole days with an exclusive end where no time is known. `page` is the speaker's, for a talk
    without an address of its own.
    """
    url = ascii_address(talk.url) or page
    timed = talk.starts_at is not None and talk.ends_at is not None
    lines = [
        f"With {', '.join(talk.cospeakers)}" if talk.cospeakers else "",
        when_words(talk),
        f"Slides: {talk.slides_url}" if talk.slides_url else "",
        f"Recording: {talk.recording_url}" if talk.recording_url else "",
        url,
    ]
    return ical.fragment(
        ical.Occurrence(
            uid=talk.uid,
            sequence=talk.sequence,
            stamped_at=talk.stamped_at,
            created_at=talk.created_at,
            starts_at=talk.starts_at if timed and talk.starts_at else talk.starts_on,
            ends_at=talk.ends_at if timed and talk.ends_at else talk.ends_on + timedelta(days=1),
            title=talk.title,
            place=", ".join(part for part in (talk.conference, talk.place) if part),
            description="\n\n".join(line for line in lines if line),
            url=url,
            status="CANCELLED" if talk.cancelled else "CONFIRMED",
        ),
        busy=False,
    )


def when_words(talk: Talk | TalkContent, locale: str = "en") -> str:
    """ "June 26 - 29, 2012", and where the time is known "June 26, 2012, 10:00 – 10:45 America/Los_Angeles"."""
    days = span_words(talk.starts_on, talk.ends_on, locale)
    if talk.starts_at is None or talk.ends_at is None or talk.zone is None:
        return days
    return f"{days}, {span_label(talk.starts_at, talk.ends_at, talk.zone, locale)} {talk.zone}"


def speaker_address(db: Session, person_id: int) -> str:
    """The address of somebody's page; of all speakers, while they have none."""
    speaker = queries.find_own(db, person_id)
    all_of_them = f"{database.base_url(db)}/speakers"
    return all_of_them if speaker is None else f"{all_of_them}/{speaker.slug}"


def days_of(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[date, date]:
    """The days at the venue on which a talk is; one that ends at midnight ends on the day before."""
    first, last = to_wall(starts_at, zone).date(), to_wall(ends_at - timedelta(microseconds=1), zone).date()
    return first, max(first, last)


def _rises_with(talk: Talk) -> tuple[Any, ...]:
    return (
        talk.title, talk.conference, talk.place, talk.starts_on, talk.ends_on, talk.starts_at, talk.ends_at,
        talk.cancelled,
    )  # fmt: skip


def _columns(content: TalkContent) -> dict[str, Any]:
    values = {name: getattr(content, name) for name in content.__dataclass_fields__}
    return values | {"cospeakers": list(content.cospeakers)}
