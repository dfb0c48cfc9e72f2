"""Fifty sessions that move and ten that stay, before three hundred people with stars of their own."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.schedule import queries, service
from barcamp.schedule.draft import Placed
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note, Star
from tests import make
from tests.news.camps import NOW, Told

MOVED, STAYING, FANS = 50, 10, 300
HOURS = range(11, 23)


@dataclass(frozen=True)
class Crowd:
    """`moved` will go half a day later; `concerns` says whom it concerns: the notes of each address."""

    told: Told
    notes: list[Note]

    @property
    def moved(self) -> list[Note]:
        return self.notes[:MOVED]

    def concerns(self) -> dict[str, set[str]]:
        """By address the calendar's names (uid) of the moved sessions that somebody starred or gives."""
        db, found = self.told.db, dict[str, set[str]]()
        uids = {note.id: note.uid for note in self.moved}
        emails = {one.id: str(one.email) for one in db.query(Person)}
        pairs = [(star.note_id, star.person_id) for star in db.query(Star)]
        pairs += [(note.id, note.author_id) for note in self.moved if note.author_id is not None]
        for note_id, person_id in pairs:
            if note_id in uids:
                found.setdefault(emails[person_id], set()).add(uids[note_id])
        return found

    def move(self, steps: int = 5) -> None:
        """All in their steps, each of them published by itself."""
        camp = self.told.camp
        size = MOVED // steps
        for step in range(steps):
            places: dict[int, Placed | None] = {
                note.id: self._place(len(self.notes) + step * size + number)
                for number, note in enumerate(self.moved[step * size : (step + 1) * size])
            }
            with self.told.store.writing() as db:
                service.adopt(
                    db, camp, self.told.who, places, kind="arranged", seen=queries.draft_revision(db, camp), now=NOW
                )  # fmt: skip
            self.told.publish()

    def arrange(self) -> None:
        places: dict[int, Placed | None] = {note.id: self._place(number) for number, note in enumerate(self.notes)}
        with self.told.store.writing() as db:
            camp = self.told.camp
            service.adopt(
                db, camp, self.told.who, places, kind="arranged", seen=queries.draft_revision(db, camp), now=NOW
            )  # fmt: skip
        self.told.publish()
        self.told.forget()

    def _place(self, number: int) -> Placed:
        slot, room = divmod(number, len(self.told.rooms))
        return Placed(self.told.slots[slot].id, self.told.rooms[room].id, pinned=False)

    def is_quiet(self) -> None:
        """The quiet time is over, whatever the clock says."""
        self.told.db.execute(update(Conference).values(news_due_at=make.at("00:01")))


def gather(store: Store, db: Session, camp: Conference, who: Person) -> Crowd:
    chance = random.Random(7)
    slots: list[Slot] = [make.slot(db, camp, f"{hour:02}:00") for hour in HOURS]
    rooms: list[Room] = [make.room(db, camp, f"Room {number}", position=number) for number in range(10)]
    hosts = [make.person(db, f"Host {number}") for number in range(MOVED + STAYING)]
    notes = [make.note(db, camp, host, f"Session {number}") for number, host in enumerate(hosts)]
    fans = [make.person(db, f"Fan {number}") for number in range(FANS)]
    stars = [
        {"note_id": note.id, "person_id": fan.id, "at": NOW}
        for number, fan in enumerate(fans)
        for note in chance.sample(notes if number % 10 else notes[MOVED:], 8)
    ]
    db.execute(insert(Star), stars)
    crowd = Crowd(Told(store, db, camp, who, slots, rooms), notes)
    crowd.arrange()
    return crowd
