"""Hands on a draft: whoever moves, each change in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule import queries, service
from barcamp.schedule.draft import Placed, placements
from barcamp.schedule.models import Cell
from barcamp.schedule.service import Reverted
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make


@dataclass(frozen=True)
class Grid:
    """10:00, 11:00, lunch, 13:00; a big room and a small one."""

    slots: list[Slot]
    rooms: list[Room]

    def at(self, slot: int, room: int = 0, *, pinned: bool = False) -> Placed:
        """A place by the positions of its slot and its room."""
        return Placed(self.slots[slot].id, self.rooms[room].id, pinned)


@dataclass(frozen=True)
class Hands:
    """Changes the draft as `who`. What is not `seen` is what there is now."""

    store: Store
    db: Session
    camp: Conference
    who: Person

    def seen(self) -> int:
        return queries.draft_revision(self.db, self.camp)

    def placed(self) -> dict[int, Placed]:
        return placements(self.db, self.camp)

    def cells(self) -> set[tuple[int, int, int]]:
        return {(cell.slot_id, cell.room_id, cell.note_id) for cell in self.db.scalars(select(Cell))}

    def log(self) -> list[tuple[str, str]]:
        """(kind, subject) of every line, oldest first."""
        lines = self.db.scalars(select(Change).where(Change.conference_id == self.camp.id).order_by(Change.revision))
        return [(line.kind, line.subject) for line in lines]

    def place(self, note: Note, to: Placed, *, by: Person | None = None, seen: int | None = None, **how: Any) -> None:
        self._do(service.place, note.id, to.slot, to.room, by=by, seen=seen, **how)

    def take_off(self, note: Note, *, by: Person | None = None, seen: int | None = None, **how: Any) -> None:
        self._do(service.take_off, note.id, by=by, seen=seen, **how)

    def pin(self, note: Note, *, by: Person | None = None, seen: int | None = None, pinned: bool = True) -> None:
        self._do(service.pin, note.id, by=by, seen=seen, pinned=pinned)

    def undo(self, *, by: Person | None = None, seen: int | None = None, **how: Any) -> Reverted:
        found: Reverted = self._do(service.undo, by=by, seen=seen, **how)
        return found

    def redo(self, *, by: Person | None = None, seen: int | None = None, **how: Any) -> Reverted:
        found: Reverted = self._do(service.redo, by=by, seen=seen, **how)
        return found

    def adopt(self, places: Mapping[int, Placed | None], *, kind: str = "arranged", seen: int | None = None) -> int:
        count: int = self._do(service.adopt, places, kind=kind, seen=seen, now=make.NOW)
        return count

    def restore(self, places: dict[str, Any], *, seen: int | None = None, now: datetime = make.NOW) -> list[int]:
        left: list[int] = self._do(service.restore, places, 1, seen=seen, now=now)
        return left

    def settle(self) -> list[int]:
        with self.store.writing() as db:
            return service.settle(db, self.camp, self.who, now=make.NOW)

    def take_back(self, revision: int, **how: Any) -> Reverted:
        return self._turn(service.take_back, revision, **how)

    def bring_back(self, revision: int, **how: Any) -> Reverted:
        return self._turn(service.bring_back, revision, **how)

    def _do(
        self, act: Callable[..., Any], *what: Any, by: Person | None = None, seen: int | None = None, **how: Any
    ) -> Any:
        page = self.seen() if seen is None else seen
        with self.store.writing() as db:
            return act(db, self.camp, by or self.who, *what, seen=page, **{"now": make.NOW} | how)

    def _turn(self, act: Callable[..., Reverted], revision: int, **how: Any) -> Reverted:
        with self.store.writing() as db:
            change = queries.find_move(db, self.camp, revision)
            assert change is not None
            return act(db, self.camp, self.who, change, **{"now": make.NOW} | how)
