"""A conference with something on its schedule, for tests of whatever shows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.schedule import publishing, queries, service
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make


def put(
    store: Store, camp: Conference, who: Person, note: Note, slot: Slot, room: Room, now: datetime = make.NOW
) -> None:
    """Place a note by hand, on a fresh board."""
    with store.writing() as db:
        seen = queries.draft_revision(db, camp)
        service.place(db, camp, who, note.id, slot.id, room.id, seen=seen, now=now)


def take_off(store: Store, camp: Conference, who: Person, note: Note, now: datetime = make.NOW) -> None:
    with store.writing() as db:
        service.take_off(db, camp, who, note.id, seen=queries.draft_revision(db, camp), now=now)


def publish(store: Store, camp: Conference, who: Person, now: datetime = make.NOW) -> int:
    with store.writing() as db:
        return publishing.publish(db, camp, who, now=now).number


def refresh(store: Store, camp: Conference, now: datetime = make.NOW) -> None:
    with store.writing() as db:
        publishing.refresh(db, camp, now=now)


def day(db: Session, camp: Conference) -> tuple[list[Slot], list[Room]]:
    """Three slots with lunch between the second and the third, and two rooms."""
    slots = [make.slot(db, camp, clock) for clock in ("10:00", "11:00", "13:00")]
    make.slot(db, camp, "12:00", 60, kind="meal", name="Lunch", sponsor="OSEL")
    return slots, [make.room(db, camp, "KEC 1001", 150, position=0), make.room(db, camp, "KEC 1003", 45, position=1)]
