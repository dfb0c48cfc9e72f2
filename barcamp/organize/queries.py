"""What the organizers' pages count and name, across all packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Role, Sponsor
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.registration.models import Registration, RegistrationMeal
from barcamp.schedule.models import Cell, Placement, Publication
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import IN_A_BLOCK, ON_THE_WALL, Note, Star


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a conference has come, in numbers. `notes` and `stars` are of the notes on the wall; those that walk-ins
    wrote and gave are counted among them. A lightning talk is placed where its block is.
    """

    coming: int
    waiting: int
    notes: int
    stars: int
    placed: int
    rooms: int
    seats: int
    slots: int
    breaks: int
    organizers: int
    sponsors: int
    walk_in_notes: int
    walk_in_authors: int
    walk_in_stars: int
    walk_in_givers: int
    version: int | None
    changed_at: datetime | None


def figures(db: Session, conference: Conference) -> Figures:
    """All numbers in one SELECT."""
    camp = conference.id
    on_the_wall = (Note.conference_id == camp, ON_THE_WALL)
    placed = select(Placement.note_id).where(Placement.conference_id == camp)
    counts: list[Select[int]] = [
        _count(Registration.conference_id == camp, Registration.state == "coming"),
        _count(Registration.conference_id == camp, Registration.state == "waiting"),
        _count(*on_the_wall),
        select(func.coalesce(func.sum(Note.star_count), 0)).where(*on_the_wall),
        _count(*on_the_wall, or_(Note.id.in_(placed), and_(IN_A_BLOCK, Note.block_id.in_(placed)))),
        _count(Room.conference_id == camp),
        select(func.coalesce(func.sum(Room.seats), 0)).where(Room.conference_id == camp),
        _count(Slot.conference_id == camp, Slot.kind == "talks"),
        _count(Slot.conference_id == camp, Slot.kind != "talks"),
        _count(Role.conference_id == camp, Role.kind == "organizer"),
        _count(Sponsor.conference_id == camp),
        *_of_walk_ins(func.coalesce(Note.author_id, Note.asked_by_id), select(Note.id).where(*on_the_wall)),
        *_of_walk_ins(Star.person_id, select(Star.note_id).join(Note, Note.id == Star.note_id).where(*on_the_wall)),
    ]
    row = db.execute(select(*(count.scalar_subquery() for count in counts))).one()
    published = db.execute(
        select(Publication.number, Publication.changed_at).where(Publication.conference_id == camp)
    ).one_or_none()
    numbers: list[Any] = [int(number) for number in row]
    return Figures(*numbers, *((None, None) if published is None else published))


def count_placed(
    db: Session, conference: Conference, *, slot_ids: Sequence[int] = (), room_ids: Sequence[int] = ()
) -> int:
    """How many sessions of the draft stand, at least partly, in these slots or rooms."""
    return db.execute(
        select(func.count(func.distinct(Cell.note_id)))
        .join(Placement, Placement.note_id == Cell.note_id)
        .where(
            Placement.conference_id == conference.id,
            or_(Cell.slot_id.in_(list(slot_ids)), Cell.room_id.in_(list(room_ids))),
        )
    ).scalar_one()


def count_meal_wishes(db: Session, slot_ids: Sequence[int]) -> int:
    """How many people, at the most, want one of these meals."""
    wishes = (
        select(func.count())
        .select_from(RegistrationMeal)
        .where(RegistrationMeal.slot_id.in_(list(slot_ids)))
        .group_by(RegistrationMeal.slot_id)
    )
    return max(db.scalars(wishes), default=0)


@dataclass(frozen=True, slots=True)
class News:
    """A line of the log with the names it needs: who did it, and what or whom it is about."""

    change: Change
    actor: str | None
    about: str


def news(db: Session, conference: Conference, changes: Sequence[Change]) -> list[News]:
    """Names for lines of the log, in a constant number of SELECTs."""
    people = {change.actor_id for change in changes if change.actor_id is not None} | _ids(changes, "person")
    names = _named(db, select(Person.id, Person.name).where(Person.id.in_(people)))
    about = {
        "person": names,
        "note": _named(db, select(Note.id, Note.title).where(Note.id.in_(_ids(changes, "note")))),
        "room": _named(db, select(Room.id, Room.name).where(Room.id.in_(_ids(changes, "room")))),
    }
    return [News(change, names.get(change.actor_id or 0), _about(change, about)) for change in changes]


def _about(change: Change, known: Mapping[str, Mapping[int, str]]) -> str:
    thing, _colon, number = change.subject.partition(":")
    if number.isdigit() and known.get(thing, {}).get(int(number)):
        return known[thing][int(number)]
    facts = {**(change.before or {}), **(change.after or {})}
    return str(facts.get("name") or facts.get("title") or "")


def _ids(changes: Sequence[Change], thing: str) -> set[int]:
    numbers = (change.subject.removeprefix(f"{thing}:") for change in changes if change.subject.startswith(f"{thing}:"))
    return {int(number) for number in numbers if number.isdigit()}


def _named(db: Session, query: Select[int, str]) -> dict[int, str]:
    return {row[0]: row[1] for row in db.execute(query)}


def _of_walk_ins(whose: Any, rows: Select[int]) -> list[Select[int]]:
    """How many of these rows are by walk-ins, and by how many of them."""
    theirs = rows.join(Person, Person.id == whose).where(Person.email.is_(None), Person.erased_at.is_(None))
    return [theirs.with_only_columns(counted) for counted in (func.count(), func.count(func.distinct(Person.id)))]


def _count(*conditions: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).where(*conditions)
