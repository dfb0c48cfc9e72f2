"""Writing places: what differs from the draft, its cells, and one line in the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import queries, quiet
from barcamp.schedule.draft import Draft, Placed
from barcamp.schedule.models import Cell, Placement

#: Where notes (by id) are to be; None is the tray.
Places = Mapping[int, Placed | None]


def apply(
    db: Session,
    conference: Conference,
    actor: Person | None,
    kind: str,
    subject: str,
    draft: Draft,
    wanted: Places,
    *,
    now: datetime,
) -> bool:
    """Write what differs from the draft, and one line in the log; nothing at all, and False, when nothing differs."""
    differing = {note_id: place for note_id, place in wanted.items() if draft.placed.get(note_id) != place}
    if not differing:
        return False
    before = {note_id: draft.placed.get(note_id) for note_id in differing}
    log.write(
        db, conference, actor, kind, subject,
        before={"places": for_log(before)}, after={"places": for_log(differing)}, now=now,
    )  # fmt: skip
    # all cells are given up before any is taken, so that notes can change places
    db.execute(delete(Placement).where(Placement.note_id.in_(list(differing))))
    taken = {note_id: place for note_id, place in differing.items() if place is not None}
    db.add_all(
        Placement(
            note_id=note_id, conference_id=conference.id, slot_id=placed.slot, room_id=placed.room, pinned=placed.pinned
        )
        for note_id, placed in taken.items()
    )
    db.flush()
    db.add_all(Cell(slot_id=slot, room_id=room, note_id=note_id) for slot, room, note_id in _cells(draft, taken))
    db.flush()
    quiet.note_change(db, conference, now=now)
    return True


def rebuild_cells(db: Session, conference: Conference, draft: Draft, *, without: Places) -> None:
    """Make the cells cover what the placements cover now, where a note or the grid has changed its length."""
    standing = {
        note_id: place
        for note_id, place in draft.placed.items()
        if note_id not in without and note_id in draft.note_number and place.slot in draft.slot_number
    }
    wanted = set(_cells(draft, standing))
    there = queries.cells(db, conference)
    for slot, room, note_id in there - wanted:
        db.execute(delete(Cell).where(Cell.slot_id == slot, Cell.room_id == room, Cell.note_id == note_id))
    db.add_all(Cell(slot_id=slot, room_id=room, note_id=note_id) for slot, room, note_id in wanted - there)
    db.flush()


def _cells(draft: Draft, placed: Mapping[int, Placed]) -> Iterator[tuple[int, int, int]]:
    """(slot id, room id, note id) of every cell these places cover."""
    for note_id, place in placed.items():
        for slot_id in slots_covered(draft, note_id, place):
            yield slot_id, place.room, note_id


def slots_covered(draft: Draft, note_id: int, place: Placed) -> list[int]:
    """The ids of the slots that a note at this place takes, in time order."""
    first = draft.slot_number[place.slot]
    length = draft.notes[draft.note_number[note_id]].length
    return [slot.id for slot in draft.slots[first : first + length]]


def still_there(draft: Draft, place: Placed | None) -> Placed | None:
    """The place, unless its room or its slot is gone."""
    gone = place is None or place.slot not in draft.slot_number or place.room not in draft.room_number
    return None if gone else place


def for_log(places: Places) -> dict[str, Any]:
    return {str(note_id): None if placed is None else asdict(placed) for note_id, placed in sorted(places.items())}


def from_log(values: Mapping[str, Any] | None) -> dict[int, Placed | None]:
    """The places of one side of a line of the log."""
    places = (values or {}).get("places", {})
    return {int(note_id): None if place is None else Placed(**place) for note_id, place in places.items()}
