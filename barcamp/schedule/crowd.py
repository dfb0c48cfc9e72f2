"""How full a published session will be: from the stars on it, or from the heads that somebody there has counted.

Words only ("filling", "full"): stars are private, and a coarse word says nothing of anybody
(docs/decisions/0030-my-day.md). The people expected are reckoned as the timetable does it (core/timetable/crowd.py):
somebody torn between k sessions at once counts 1/k for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.timetable.crowd import fan_sets, levels, turnout
from barcamp.front.reads import aging
from barcamp.log import queries as log
from barcamp.schedule.models import HeadCount
from barcamp.schedule.public import AnyEntry
from barcamp.venue.models import Room
from barcamp.wall.models import Star

Fullness = Literal["filling", "full"]

#: Of the seats, from which on a room is filling.
FILLING = 0.8
#: How far ahead a word is said: nobody decides today what to hear the day after tomorrow.
AHEAD = timedelta(hours=24)
KEPT_SECONDS = 60
MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people in a session, or expected there; `seats` is None where its room is gone."""

    expected: float
    counted: int | None
    seats: int | None

    @property
    def people(self) -> float:
        """What somebody counted is truer than what was expected."""
        return self.expected if self.counted is None else self.counted

    @property
    def fullness(self) -> Fullness | None:
        if self.seats is None or self.people < FILLING * self.seats:
            return None
        return "full" if self.people >= self.seats else "filling"


# by database, then by conference, revision and minute
_kept: WeakKeyDictionary[Engine, dict[tuple[int, int, int], dict[int, Crowd]]] = WeakKeyDictionary()


def crowds(db: Session, conference: Conference, entries: Sequence[AnyEntry]) -> dict[int, Crowd]:
    """The crowd of each of these entries that is on, by note. Three SELECTs, one of them over the stars.

    `entries` are all that may run at the same time as another of them, else those who are torn are not seen as such.
    """
    on = [entry for entry in entries if entry.state == "on"]
    seats = dict(db.execute(select(Room.id, Room.seats).where(Room.conference_id == conference.id)).all())
    ids = [entry.note_id for entry in on]
    heads = dict(db.execute(select(HeadCount.note_id, HeadCount.heads).where(HeadCount.note_id.in_(ids))).all())
    with aging():  # each star changes an estimate a little; what was counted shows at once
        stars = _stars(db, ids)
    people = expected(on, stars, conference.turnout_percent / 100)
    return {
        entry.note_id: Crowd(people[entry.note_id], heads.get(entry.note_id), seats.get(entry.room_id or 0))
        for entry in on
    }


def crowds_now(db: Session, conference: Conference, public: Sequence[AnyEntry], now: datetime) -> Mapping[int, Crowd]:
    """The crowds of what runs now or soon, at most a minute old: a schedule is read by many, and has many stars.

    Kept in this process by the log's revision, so that a change, or heads counted, shows at once.
    """
    running = soon(public, now)
    if not running:
        return {}
    revision = log.revision(db, conference.id)
    key = (conference.id, revision, int(now.timestamp()) // KEPT_SECONDS)
    kept = _kept.setdefault(db.get_bind().engine, {})
    found = kept.get(key)
    if found is None:
        found = kept[key] = crowds(db, conference, running)
        while len(kept) > MOST_KEPT:
            kept.pop(next(iter(kept)), None)
    return found


def expected(entries: Sequence[AnyEntry], stars: Mapping[int, Sequence[int]], heads_each: float) -> dict[int, float]:
    """The people to expect at each entry, by note. `stars` has the notes that each person starred, by person;
    `heads_each` is how many come for each star.
    """
    numbers = {entry.note_id: number for number, entry in enumerate(entries)}
    fans = fan_sets([[numbers[note_id] for note_id in mine] for mine in stars.values()], len(entries))
    found = {}
    for number, entry in enumerate(entries):
        rivals = levels(
            fans[other]
            for other, one in enumerate(entries)
            if one.starts_at < entry.ends_at and entry.starts_at < one.ends_at
        )
        found[entry.note_id] = turnout(fans[number], rivals) * heads_each
    return found


def soon(entries: Sequence[AnyEntry], now: datetime) -> list[AnyEntry]:
    """Those that run now or within a day."""
    then = now + AHEAD
    return [entry for entry in entries if entry.ends_at > now and entry.starts_at < then]


def _stars(db: Session, note_ids: Sequence[int]) -> dict[int, list[int]]:
    by_person: dict[int, list[int]] = {}
    for note_id, person_id in db.execute(select(Star.note_id, Star.person_id).where(Star.note_id.in_(note_ids))):
        by_person.setdefault(person_id, []).append(note_id)
    return by_person
