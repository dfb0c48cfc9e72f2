"""Rooms, their order, and when they are closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold, free_slug, slugify
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.venue import queries
from barcamp.venue.errors import RoomNameTaken, TooManyRooms
from barcamp.venue.models import Closure, Room
from barcamp.venue.service.log_lines import closure_facts, refuse_stale, room_facts, subject_of, write_difference

MOST_ROOMS = 200


def add_room(
    db: Session,
    conference: Conference,
    actor: Person | None,
    name: str,
    seats: int,
    *,
    equipment: Sequence[str] = (),
    step_free: bool = True,
    where: str = "",
    now: datetime,
) -> Room:
    """Add a room behind the others. Its key comes from its name and stays for good."""
    log.hold(db, conference)
    others = queries.rooms(db, conference)
    if len(others) >= MOST_ROOMS:
        raise TooManyRooms(MOST_ROOMS)
    _refuse_same_name(others, name)
    keys = {other.key for other in others}
    room = Room(
        conference_id=conference.id,
        key=free_slug(slugify(name, fallback="room"), keys.__contains__),
        name=name,
        seats=seats,
        equipment=list(equipment),
        step_free=step_free,
        where=where,
        position=max((other.position for other in others), default=-1) + 1,
        closures=[],
    )
    db.add(room)
    db.flush()
    log.write(db, conference, actor, "room-added", subject_of(room), after=room_facts(room), now=now)
    return room


def change_room(
    db: Session,
    conference: Conference,
    actor: Person | None,
    room: Room,
    *,
    name: str,
    seats: int,
    equipment: Sequence[str],
    step_free: bool,
    where: str,
    seen: int | None = None,
    now: datetime,
) -> None:
    """Change what a room is; `seen` is the revision its form was made from. Nothing changed writes nothing."""
    log.hold(db, conference)
    refuse_stale(db, conference, room, seen)
    _refuse_same_name([other for other in queries.rooms(db, conference) if other.id != room.id], name)
    before = room_facts(room)
    room.name, room.seats, room.step_free, room.where = name, seats, step_free, where
    room.equipment = list(equipment)
    write_difference(db, conference, actor, "room-changed", subject_of(room), before, room_facts(room), now=now)


def move_room(
    db: Session, conference: Conference, actor: Person | None, room: Room, *, up: bool, now: datetime
) -> None:
    """Swap a room with its neighbour in the order that pages show; at the end of the row nothing happens."""
    log.hold(db, conference)
    row = list(queries.rooms(db, conference))
    here = row.index(room)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(row):
        return
    row[here], row[there] = row[there], row[here]
    for position, other in enumerate(row):
        other.position = position
    log.write(
        db,
        conference,
        actor,
        "room-moved",
        subject_of(room),
        before={"position": here},
        after={"position": there},
        now=now,
    )


def remove_room(db: Session, conference: Conference, actor: Person | None, room: Room, *, now: datetime) -> None:
    """Remove a room with its closures. What was placed in it goes back to the tray."""
    log.hold(db, conference)
    before = {**room_facts(room), "key": room.key}  # by which its calendar is still found
    log.write(db, conference, actor, "room-removed", subject_of(room), before=before, now=now)
    db.delete(room)
    db.flush()


def close_room(
    db: Session,
    conference: Conference,
    actor: Person | None,
    room: Room,
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
) -> Closure:
    """Say that a room cannot be used in [starts_at, ends_at). Said twice, it is one closure."""
    log.hold(db, conference)
    same = [one for one in room.closures if (one.starts_at, one.ends_at) == (starts_at, ends_at)]
    if same:
        return same[0]
    closure = Closure(starts_at=starts_at, ends_at=ends_at)
    room.closures.append(closure)
    db.flush()
    log.write(db, conference, actor, "room-closed", subject_of(room), after=closure_facts(room, closure), now=now)
    return closure


def open_room(
    db: Session, conference: Conference, actor: Person | None, room: Room, closure: Closure, *, now: datetime
) -> None:
    """Take a closure back."""
    log.hold(db, conference)
    log.write(db, conference, actor, "room-opened", subject_of(room), before=closure_facts(room, closure), now=now)
    room.closures.remove(closure)
    db.flush()


def _refuse_same_name(others: Sequence[Room], name: str) -> None:
    for other in others:
        if fold(other.name) == fold(name):
            raise RoomNameTaken(other.name)
