"""Who is told, and how each of them wants to hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, true, union
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import DAY_TURNS_AT, day_of
from barcamp.news.errors import NoSuchAudience
from barcamp.news.models import Audience, NewsChoice
from barcamp.people.models import Person
from barcamp.registration.models import Registration
from barcamp.schedule.affected import concerned
from barcamp.schedule.models import Entry
from barcamp.venue.models import Room
from barcamp.wall.models import Note


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is told. `email` is None for a walk-in; what they chose is True until they choose otherwise."""

    id: int
    name: str
    email: str | None
    by_mail: bool
    by_push: bool


def read(db: Session, ids: Select[Any]) -> list[Reader]:
    """The people of these ids in their order, without erased ones. One SELECT."""
    rows = db.execute(
        select(
            Person.id, Person.name, Person.email,
            func.coalesce(NewsChoice.by_mail, true()), func.coalesce(NewsChoice.by_push, true()),
        )
        .outerjoin(NewsChoice, NewsChoice.person_id == Person.id)
        .where(Person.id.in_(ids), Person.erased_at.is_(None))
        .order_by(Person.id)
    )  # fmt: skip
    return [Reader(id_, name, email, bool(by_mail), bool(by_push)) for id_, name, email, by_mail, by_push in rows]


def audience(
    db: Session, conference: Conference, kind: Audience, audience_id: int | None, *, now: datetime
) -> Select[Any]:
    """The ids of those whom an announcement is for, as a SELECT.

    "everybody": who has a place or waits for one, and who starred or presents anything. "room": who has a session in
    this room in their day that is still to come or under way today. "session": who starred or presents it.

    Raises:
        NoSuchAudience: the room or session is none of the conference's.
    """
    if kind == "everybody":
        return _everybody(conference)
    if kind == "room":
        return _people_of(_still_to_come(db, conference, _room(db, conference, audience_id), now))
    return _people_of([_session(db, conference, audience_id)])


def count(
    db: Session, conference: Conference, kind: Audience, audience_id: int | None, *, now: datetime
) -> tuple[int, int]:
    """How many would hear of an announcement, and how many of them by letter. Raises as `audience` does."""
    found = read(db, audience(db, conference, kind, audience_id, now=now))
    return len(found), sum(one.by_mail and one.email is not None for one in found)


def _everybody(conference: Conference) -> Select[Any]:
    notes = select(Note.id).where(Note.conference_id == conference.id)
    registered = select(Registration.person_id.label("person_id")).where(
        Registration.conference_id == conference.id, Registration.state != "cancelled"
    )
    pairs = concerned(notes).subquery()
    ids = union(registered, select(pairs.c.person_id)).subquery()
    return select(ids.c.person_id)


def _people_of(note_ids: Sequence[int]) -> Select[Any]:
    pairs = concerned(note_ids).subquery()
    return select(pairs.c.person_id)


def _room(db: Session, conference: Conference, room_id: int | None) -> int:
    found = db.execute(
        select(Room.id).where(Room.id == room_id, Room.conference_id == conference.id)
    ).scalar_one_or_none()  # fmt: skip
    if found is None:
        raise NoSuchAudience
    return found


def _session(db: Session, conference: Conference, note_id: int | None) -> int:
    """The note, on the schedule or still on the wall alone."""
    found = db.execute(
        select(Note.id).where(Note.id == note_id, Note.conference_id == conference.id, Note.hidden_at.is_(None))
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchAudience
    return found


def _still_to_come(db: Session, conference: Conference, room_id: int, now: datetime) -> list[int]:
    """What is in this room today and not over."""
    today = day_of(now, conference.zone, turns_at=DAY_TURNS_AT)
    rows = db.execute(
        select(Entry.note_id, Entry.starts_at).where(
            Entry.conference_id == conference.id,
            Entry.room_id == room_id,
            Entry.state == "on",
            Entry.ends_at > now,
        )
    )
    return [
        note_id
        for note_id, starts_at in rows
        if day_of(starts_at, conference.zone, turns_at=DAY_TURNS_AT) == today
    ]  # fmt: skip
