"""A camp with a published schedule that everybody has heard of, and hands that change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.mail.models import Letter
from barcamp.news import telling
from barcamp.news.models import Bulletin, News
from barcamp.people.models import Person
from barcamp.schedule.models import Untold
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage

NOW = make.NOW
QUIET = timedelta(minutes=3)


@dataclass(frozen=True)
class Told:
    """A camp at 10:00, with slots from 11:00 on, and `who` to change it."""

    store: Store
    db: Session
    camp: Conference
    who: Person
    slots: list[Slot]
    rooms: list[Room]

    def place(self, note: Note, slot: int, room: int = 0, *, now: datetime = NOW) -> None:
        stage.put(self.store, self.camp, self.who, note, self.slots[slot], self.rooms[room], now)

    def publish(self, now: datetime = NOW) -> None:
        stage.publish(self.store, self.camp, self.who, now)

    def move(self, note: Note, slot: int, room: int = 0, *, now: datetime = NOW) -> None:
        """Place it and publish."""
        self.place(note, slot, room, now=now)
        self.publish(now)

    def cancel(self, note: Note, *, now: datetime = NOW) -> None:
        stage.take_off(self.store, self.camp, self.who, note, now)
        self.publish(now)

    def due(self) -> datetime | None:
        return self.db.scalars(
            select(Conference.news_due_at).where(Conference.id == self.camp.id)
        ).one()  # fmt: skip

    def tell(self, now: datetime = NOW + QUIET) -> int:
        return telling.tell_due(self.store, now=now)

    def untold(self) -> dict[int, object]:
        """What waits to be told: by note the start that people know, None for none."""
        self.db.expire_all()
        rows = self.db.scalars(select(Untold).where(Untold.conference_id == self.camp.id))
        return {one.note_id: one.was and datetime.fromisoformat(one.was["starts_at"]) for one in rows}

    def bulletins(self) -> Sequence[Bulletin]:
        self.db.expire_all()
        return self.db.scalars(select(Bulletin).order_by(Bulletin.id)).all()

    def inboxes(self) -> list[tuple[int, int, list[int]]]:
        """(bulletin, person, notes) of all news."""
        rows = self.db.scalars(select(News).order_by(News.bulletin_id, News.person_id))
        return [(one.bulletin_id, one.person_id, one.note_ids) for one in rows]

    def letters(self, kind: str = "news") -> list[Letter]:
        self.db.expire_all()
        return list(self.db.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))

    def subjects(self) -> dict[str, str]:
        """The subject of each letter of news by the address it goes to."""
        return {letter.to_address: letter.subject for letter in self.letters()}

    def forget(self) -> None:
        """Everybody has heard of what is public now, and nothing lies in the outbox."""
        self.tell(NOW + timedelta(days=1))
        for table in (Letter, News, Bulletin):
            self.db.execute(table.__table__.delete())  # type: ignore[attr-defined]


def gather(store: Store, db: Session, camp: Conference, who: Person, rooms: int = 2) -> Told:
    slots = [make.slot(db, camp, clock) for clock in ("11:00", "12:00", "13:00", "14:00")]
    names = ("KEC 1001", "KEC 1003", "KEC 1005", "KEC 1007")[:rooms]
    return Told(
        store, db, camp, who, slots, [make.room(db, camp, name, position=place) for place, name in enumerate(names)]
    )  # fmt: skip
