"""Published versions as organizers look them up: the list of them, one as the public saw it, and how two differ.

A version is read from `Version.places` alone: whatever has become of notes, rooms and slots, it says what it said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import DAY_TURNS_AT, day_of
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule.entries import Spot
from barcamp.schedule.models import Version

#: Versions on one page of the list.
PER_PAGE = 50

StepKind = Literal["moved", "cancelled", "added"]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One line of the list. `changes` and `sessions` are None where the log does not know; `who` is "" for nobody."""

    number: int
    published_at: datetime
    who: str
    changes: int | None
    sessions: int | None


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A session as a version had it."""

    note_id: int
    title: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one session from one version to another."""

    kind: StepKind
    note_id: int
    title: str
    before: Spot | None
    after: Spot | None


def count(db: Session, conference: Conference) -> int:
    """How many versions there are."""
    query = select(func.count()).select_from(Version).where(Version.conference_id == conference.id)
    return db.scalar(query) or 0


def newest(db: Session, conference: Conference, *, limit: int = PER_PAGE, offset: int = 0) -> list[VersionLine]:
    """Lines of the list, the newest version first. The places stay unread: on a live day there are many versions."""
    rows = db.execute(
        select(Version.number, Version.published_at, Person.name, Change.after)
        .outerjoin(Person, Person.id == Version.publisher_id)
        .outerjoin(Change, (Change.conference_id == Version.conference_id) & (Change.revision == Version.revision))
        .where(Version.conference_id == conference.id)
        .order_by(Version.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        VersionLine(number, at, name or "", (said or {}).get("changes"), (said or {}).get("sessions"))
        for number, at, name, said in rows
    ]


def find_version(db: Session, conference: Conference, number: int) -> Version | None:
    return db.scalars(
        select(Version).where(Version.conference_id == conference.id, Version.number == number)
    ).one_or_none()


def find_who_published(db: Session, version: Version) -> str:
    """A name; "" where nobody is known (any more)."""
    publisher = None if version.publisher_id is None else db.get(Person, version.publisher_id)
    return "" if publisher is None else publisher.name


def scheduled(version: Version | None) -> list[Scheduled]:
    """What a version held, in the order of the day; nothing before the first. Talks of a block are in it."""
    found = [Scheduled(int(note_id), said["title"], _spot(said)) for note_id, said in _places(version).items()]
    return sorted(found, key=lambda one: (one.spot.starts_at, one.spot.room, one.note_id))


def by_day(sessions: Sequence[Scheduled], zone: str) -> list[tuple[date, list[tuple[datetime, list[Scheduled]]]]]:
    """Sessions in their order, by day and by the time at which they start."""
    days = groupby(sessions, key=lambda one: day_of(one.spot.starts_at, zone, turns_at=DAY_TURNS_AT))
    return [
        (day, [(start, list(those)) for start, those in groupby(of_the_day, key=lambda one: one.spot.starts_at)])
        for day, of_the_day in days
    ]


def steps(old: Version | None, new: Version | None) -> list[Step]:
    """What is otherwise in `new`, in the order of the day. A new name alone is no step: it showed in every version.
    Talks inside a block go with it.
    """
    before, after = (
        {one.note_id: one for one in scheduled(version) if one.spot.block_id is None} for version in (old, new)
    )
    found = [step for note_id in {*before, *after} if (step := _step(before.get(note_id), after.get(note_id)))]
    return sorted(found, key=_in_the_order_of_the_day)


def _step(before: Scheduled | None, after: Scheduled | None) -> Step | None:
    if after is None:
        return None if before is None else Step("cancelled", before.note_id, before.title, before.spot, None)
    if before is None:
        return Step("added", after.note_id, after.title, None, after.spot)
    if before.spot.is_at(after.spot):
        return None
    return Step("moved", after.note_id, after.title, before.spot, after.spot)


def _in_the_order_of_the_day(step: Step) -> tuple[datetime, str, int]:
    spot = step.after or step.before
    assert spot is not None
    return spot.starts_at, spot.room, step.note_id


def _places(version: Version | None) -> Mapping[str, Any]:
    return {} if version is None else version.places


def _spot(said: Mapping[str, Any]) -> Spot:
    starts_at, ends_at = (datetime.fromisoformat(said[name]) for name in ("starts_at", "ends_at"))
    return Spot(starts_at, ends_at, said["room"], said["slot_id"], said["room_id"], said.get("block_id"))
