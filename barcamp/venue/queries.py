"""Every SELECT about rooms, closures and slots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from barcamp.conferences.models import Conference
from barcamp.venue.day import camp_day
from barcamp.venue.models import Closure, Room, Slot


def rooms(db: Session, conference: Conference) -> Sequence[Room]:
    """The rooms in the organizers' order, with their closures."""
    return db.scalars(
        select(Room)
        .where(Room.conference_id == conference.id)
        .options(selectinload(Room.closures))
        .order_by(Room.position, Room.id)
    ).all()


class RoomLine(NamedTuple):
    """A room in a list."""

    id: int
    key: str
    name: str
    seats: int


def room_lines(db: Session, conference_id: int) -> list[RoomLine]:
    """The rooms in the organizers' order, for whoever needs no closures. One SELECT."""
    rows = db.execute(
        select(Room.id, Room.key, Room.name, Room.seats)
        .where(Room.conference_id == conference_id)
        .order_by(Room.position, Room.id)
    )
    return [RoomLine(*row) for row in rows]


def find_room(db: Session, conference: Conference, room_id: int) -> Room | None:
    """A room of this conference, with its closures."""
    return db.scalars(
        select(Room).where(Room.conference_id == conference.id, Room.id == room_id).options(selectinload(Room.closures))
    ).one_or_none()


def find_closure(db: Session, room: Room, closure_id: int) -> Closure | None:
    return db.scalars(select(Closure).where(Closure.room_id == room.id, Closure.id == closure_id)).one_or_none()


def slots(db: Session, conference: Conference) -> Sequence[Slot]:
    """The slots by time: talks, breaks and meals."""
    return db.scalars(select(Slot).where(Slot.conference_id == conference.id).order_by(Slot.starts_at)).all()


def talk_slots(db: Session, conference: Conference) -> Sequence[Slot]:
    """The slots that notes can be placed in, by time."""
    return db.scalars(
        select(Slot).where(Slot.conference_id == conference.id, Slot.kind == "talks").order_by(Slot.starts_at)
    ).all()


def find_slot(db: Session, conference: Conference, slot_id: int) -> Slot | None:
    return db.scalars(select(Slot).where(Slot.conference_id == conference.id, Slot.id == slot_id)).one_or_none()


def find_overlap(
    db: Session, conference: Conference, starts_at: datetime, ends_at: datetime, *, apart_from: Slot | None = None
) -> Slot | None:
    """The first slot that shares time with the span [starts_at, ends_at)."""
    query = select(Slot).where(Slot.conference_id == conference.id, Slot.starts_at < ends_at, Slot.ends_at > starts_at)
    if apart_from is not None:
        query = query.where(Slot.id != apart_from.id)
    return db.scalars(query.order_by(Slot.starts_at).limit(1)).one_or_none()


def slots_of_day(db: Session, conference: Conference, day: date) -> Sequence[Slot]:
    """The slots that start on a camp's day, which lasts until 05:00 of the next, by time."""
    around = datetime.combine(day, time(), UTC)
    near = db.scalars(
        select(Slot)
        .where(
            Slot.conference_id == conference.id,
            Slot.starts_at > around - timedelta(days=2),
            Slot.starts_at < around + timedelta(days=3),
        )
        .order_by(Slot.starts_at)
    ).all()
    return [slot for slot in near if camp_day(slot.starts_at, conference.zone) == day]


def count_slots(db: Session, conference: Conference) -> int:
    return db.execute(select(func.count(Slot.id)).where(Slot.conference_id == conference.id)).scalar_one()
