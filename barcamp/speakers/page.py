"""A speaker's talks as plain lines, from here and from elsewhere alike. What programs read of them is in formats.py.

Nothing here asks a clock or a database; only `split` looks at the time it is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.core.times import day_of
from barcamp.schedule.models import Entry
from barcamp.speakers.models import Speaker, Talk
from barcamp.wall.models import Note, each_once

#: While it is this day anywhere on Earth, a conference of which only the days are known is not over.
LAST_PLACE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Line:
    """One talk. `starts_on` to `ends_on` are the conference's days, the last one included; the instants and the zone
    are there where a time is known. `at` says what a visitor would mark: "conference-3" or "talk-5".
    """

    uid: str
    title: str
    conference: str
    place: str
    starts_on: date
    ends_on: date
    at: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str | None = None
    room: str = ""
    with_: tuple[str, ...] = ()
    url: str = ""
    conference_url: str = ""
    slides_url: str = ""
    recording_url: str = ""
    cancelled: bool = False
    is_here: bool = False
    created_at: datetime | None = None
    stamped_at: datetime | None = None

    @property
    def day(self) -> date:
        """The day on which it starts, at its place."""
        return self.starts_on if self.starts_at is None or self.zone is None else day_of(self.starts_at, self.zone)

    @property
    def is_on_one_day(self) -> bool:
        return self.starts_on == self.ends_on

    @property
    def starts(self) -> date | datetime:
        return self.starts_at or self.starts_on

    @property
    def ends(self) -> date | datetime:
        """The end as a calendar counts: of whole days, the day after the last one."""
        return self.ends_at or self.ends_on + timedelta(days=1)

    def is_over(self, now: datetime) -> bool:
        """A talk whose time is known here is over with its conference: its room and its people are still there."""
        if self.ends_at is not None and self.zone is not None:
            return self.ends_on < day_of(now, self.zone)
        return self.ends_on < (now - LAST_PLACE).date()


@dataclass(frozen=True, slots=True)
class Stop:
    """What somebody gives at one conference, in the order of time."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def at(self) -> str:
        return self.first.at

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def places(self) -> frozenset[str]:
        """All by which a visitor may have marked it."""
        return frozenset(line.at for line in self.lines)

    @property
    def is_on(self) -> bool:
        return not all(line.cancelled for line in self.lines)


# ---- from rows to lines ----------------------------------------------------------------------------------------------


def lines(speaker: Speaker, given: Iterable[tuple[Entry, Conference]], talks: Iterable[Talk], base: str) -> list[Line]:
    """Everything that stands on a page, in the order of time. `base` is the site's public address."""
    here = [_here(speaker.person_id, entry, entry.note, conference, base) for entry, conference in given]
    return [line for stop in stops([*here, *(_elsewhere(talk) for talk in talks)]) for line in stop.lines]


def _here(person_id: int, entry: Entry, note: Note, conference: Conference, base: str) -> Line:
    camp = f"{base}/{conference.slug}"
    return Line(
        uid=note.uid,
        title=entry.title,
        conference=conference.name,
        conference_url=f"{camp}/",
        place=conference.venue or conference.address,
        starts_on=conference.starts_on,
        ends_on=conference.ends_on,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        zone=conference.zone,
        room=entry.room,
        with_=_others(person_id, note),
        url=f"{camp}/notes/{note.id}",
        slides_url=note.slides_url,
        recording_url=note.recording_url,
        cancelled=entry.state != "on",
        is_here=True,
        at=f"conference-{conference.id}",
        created_at=entry.first_published_at,
        stamped_at=entry.stamped_at,
    )


def _others(person_id: int, note: Note) -> tuple[str, ...]:
    """Who gives it together with this person."""
    people = [note.author, *(one.person for one in note.cohosts)]
    own = {fold(one.name) for one in people if one is not None and one.id == person_id}
    names = [one.name for one in people if one is not None and one.name and one.id != person_id]
    names += [one.name for one in note.copresenters if fold(one.name) not in own]
    return tuple(each_once(names))


def _elsewhere(talk: Talk) -> Line:
    return Line(
        uid=talk.uid,
        title=talk.title,
        conference=talk.conference,
        conference_url=talk.conference_url,
        place=talk.place,
        starts_on=talk.starts_on,
        ends_on=talk.ends_on,
        starts_at=talk.starts_at,
        ends_at=talk.ends_at,
        zone=talk.zone,
        with_=tuple(talk.cospeakers),
        url=talk.url,
        slides_url=talk.slides_url,
        recording_url=talk.recording_url,
        cancelled=talk.cancelled,
        at=f"talk-{talk.id}",
        created_at=talk.created_at,
        stamped_at=talk.stamped_at,
    )


def stops(lines: Iterable[Line]) -> list[Stop]:
    """The conferences in the order of time, each with its talks in the order of time; of those without a time, in the
    order they come in.
    """
    by_conference: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        by_conference.setdefault(_conference(line), []).append(line)
    groups = sorted(by_conference.items(), key=lambda group: group[0])
    return [Stop(tuple(sorted(found, key=_time))) for _key, found in groups]


def _conference(line: Line) -> tuple[object, ...]:
    return line.starts_on, line.ends_on, fold(line.conference), fold(line.place), line.at if line.is_here else ""


def _time(line: Line) -> tuple[bool, float]:
    return line.starts_at is None, 0.0 if line.starts_at is None else line.starts_at.timestamp()


def split(stops: Iterable[Stop], now: datetime) -> tuple[list[Stop], list[Stop]]:
    """(what is on or to come, what is over): the soonest first, and of what is over the latest year first; each year
    is told from its beginning.
    """
    coming: list[Stop] = []
    over: list[Stop] = []
    for stop in stops:
        (over if stop.first.is_over(now) else coming).append(stop)
    over.sort(key=lambda stop: -stop.first.starts_on.year)  # keeps the order within a year
    return coming, over


def find_stop(stops: Iterable[Stop], at: str) -> Stop | None:
    return next((stop for stop in stops if at in stop.places), None)
