"""What happens to a published schedule in a week, as the pages do it: each verb returns the notes that it must change
in public, by id.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people import service as persons
from barcamp.people.models import Person
from barcamp.schedule.errors import RuleBroken
from barcamp.schedule.models import Cell, Entry
from barcamp.schedule.publishing import follow, mark_as_changed
from barcamp.venue.models import Room, Slot
from barcamp.wall import service as wall
from barcamp.wall.models import Note, Star
from tests import make, stage

Row = TypeVar("Row", Note, Room)


@dataclass
class Desk:
    """Where the organizers of one conference sit. `now` goes on by ninety seconds with each verb."""

    store: Store
    camp: Conference
    organizer: Person
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    now: datetime = make.NOW

    @classmethod
    def of(cls, store: Store, slug: str, seed: int = 0) -> Desk:
        with store.reading() as db:
            camp = db.scalars(select(Conference).where(Conference.slug == slug)).one()
            organizer = db.scalars(select(Person).where(Person.name == "Ada Oak")).one()
        return cls(store, camp, organizer, random.Random(seed))

    def rename(self) -> set[int]:
        with self._at_work() as (db, camp):
            note = self._any_note(db)
            note.title = f"Renamed; {self.chance.random()}, \\n"
            follow(db, camp, self.organizer, notes=[note.id], now=self.now)
            return {note.id}

    def describe(self) -> set[int]:
        with self._at_work() as (db, camp):
            note = self._any_note(db)
            note.description = f"Other words {self.chance.random()}"
            follow(db, camp, self.organizer, notes=[note.id], now=self.now)
            return {note.id}

    def move(self) -> set[int]:
        with self._at_work() as (db, _camp):
            note = self._any_note(db)
        self._place(note)
        stage.publish(self.store, self.camp, self.organizer, self.now)
        return {note.id}

    def cancel(self) -> set[int]:
        with self._at_work() as (db, camp):
            note = self._any_note(db)
            wall.withdraw(db, camp, note, self._host(db, note), now=self.now)
            follow(db, camp, self.organizer, notes=[note.id], now=self.now)
            return {note.id}

    def restore(self) -> set[int]:
        """Bring back what was cancelled; nothing where nothing was."""
        with self._at_work() as (db, camp):
            note = self._any(db, select(Note).where(Note.conference_id == camp.id, Note.withdrawn_at.is_not(None)))
            if note is None:
                return set()
            wall.restore(db, camp, note, self._host(db, note), now=self.now)
        self._place(note)
        stage.publish(self.store, self.camp, self.organizer, self.now)
        return {note.id}

    def rename_room(self) -> set[int]:
        with self._at_work() as (db, camp):
            room = self._any(db, select(Room).where(Room.conference_id == camp.id))
            assert room is not None
            room.name = f"Cellar; {self.chance.random()}, left"
            db.flush()
            follow(db, camp, self.organizer, now=self.now)
            mark_as_changed(db, camp, now=self.now)
            shown = select(Entry.note_id).where(Entry.room_id == room.id, Entry.state != "hidden")
            return set(db.scalars(shown))

    def rename_presenter(self) -> set[int]:
        with self._at_work() as (db, camp):
            person = self._host(db, self._any_note(db))
            persons.rename(db, person, f"Somebody, {self.chance.random()}")
            db.flush()
            follow(db, camp, person, now=self.now)
            theirs = select(Entry.note_id).join(Note, Note.id == Entry.note_id).where(Note.author_id == person.id)
            return set(db.scalars(theirs.where(Entry.conference_id == camp.id, Entry.state != "hidden")))

    def hide(self) -> set[int]:
        """Take one out of everybody's sight."""
        with self._at_work() as (db, camp):
            note = self._any_note(db)
            wall.hide(db, camp, note, self.organizer, "Twice", now=self.now)
            follow(db, camp, self.organizer, notes=[note.id], now=self.now)
            return {note.id}

    def star(self) -> set[int]:
        """Somebody stars a session: nothing public changes."""
        with self._at_work() as (db, _camp):
            note = self._any_note(db)
            fan = make.walk_in(db, f"Fan {self.chance.random()}")
            db.add(Star(note_id=note.id, person_id=fan.id, at=self.now))
            note.star_count += 1
        return set()

    def publish_again(self) -> set[int]:
        """Make true once more what is true: nothing changes."""
        with self._at_work() as (db, camp):
            follow(db, camp, self.organizer, now=self.now)
        return set()

    # ---- how

    @contextmanager
    def _at_work(self) -> Iterator[tuple[Session, Conference]]:
        self.now += timedelta(seconds=90)
        with self.store.writing() as db:
            yield db, db.get_one(Conference, self.camp.id)

    def _any_note(self, db: Session) -> Note:
        shown = select(Note).join(Entry, Entry.note_id == Note.id)
        found = self._any(db, shown.where(Entry.conference_id == self.camp.id, Entry.state == "on"))
        assert found is not None, "nothing is left of the schedule"
        return found

    def _any(self, db: Session, query: Select[Row]) -> Row | None:
        rows = sorted(db.scalars(query), key=lambda row: row.id)
        return self.chance.choice(rows) if rows else None

    def _host(self, db: Session, note: Note) -> Person:
        return db.get_one(Person, note.author_id)

    def _place(self, note: Note) -> None:
        with self.store.reading() as db:
            taken = {(cell.slot_id, cell.room_id) for cell in db.scalars(select(Cell))}
            slots = db.scalars(select(Slot).where(Slot.conference_id == self.camp.id).order_by(Slot.id)).all()
            rooms = db.scalars(select(Room).where(Room.conference_id == self.camp.id).order_by(Room.id)).all()
        free = [(slot, room) for slot in slots for room in rooms if (slot.id, room.id) not in taken]
        self.chance.shuffle(free)
        for slot, room in free:  # some would give a presenter two sessions at once
            with suppress(RuleBroken):
                return stage.put(self.store, self.camp, self.organizer, note, slot, room, self.now)
        raise AssertionError("no place is free")


EDITS: tuple[Callable[[Desk], set[int]], ...] = (
    Desk.rename, Desk.describe, Desk.move, Desk.cancel, Desk.restore, Desk.rename_room, Desk.rename_presenter,
    Desk.hide,
)  # fmt: skip
NO_EDITS: tuple[Callable[[Desk], set[int]], ...] = (Desk.star, Desk.publish_again)
