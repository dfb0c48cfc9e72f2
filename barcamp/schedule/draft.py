"""The draft read once, as rows for pages and as numbers for core/timetable. A constant number of SELECTs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core import times
from barcamp.core.timetable.problem import Item, Place, Plan, Problem, Wish
from barcamp.core.timetable.problem import Room as ProblemRoom
from barcamp.core.timetable.problem import Slot as ProblemSlot
from barcamp.schedule.draft_notes import STEP_FREE, DraftNote, read_notes, read_stars
from barcamp.schedule.models import Placement, Publication
from barcamp.venue import queries as venue
from barcamp.venue.models import Room, Slot
from barcamp.wall.queries import late_factors

__all__ = ["STEP_FREE", "Draft", "DraftNote", "Placed", "placements", "read"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A place in the draft by ids, as the log keeps it."""

    slot: int
    room: int
    pinned: bool = False


@dataclass(frozen=True)
class Draft:
    """All of a conference's draft. Positions in `slots`, `rooms`, `notes` are the problem's numbers."""

    conference: Conference
    slots: tuple[Slot, ...]  # for talks, in time order
    pauses: tuple[Slot, ...]  # breaks and meals, in time order
    rooms: tuple[Room, ...]
    notes: tuple[DraftNote, ...]
    placed: Mapping[int, Placed]  # by note id
    stars: tuple[tuple[int, ...], ...]  # for each person who starred anything: positions of notes
    blocks: tuple[DraftNote, ...] = ()  # of lightning talks: also those without any, which are not in `notes`
    frozen_until: datetime | None = None  # nothing moves by itself out of or into a slot that starts by then
    goes_live: bool = False  # whether each move goes public by itself; known of a draft that was read with `now`

    @cached_property
    def slot_number(self) -> dict[int, int]:
        return {slot.id: number for number, slot in enumerate(self.slots)}

    @cached_property
    def room_number(self) -> dict[int, int]:
        return {room.id: number for number, room in enumerate(self.rooms)}

    @cached_property
    def note_number(self) -> dict[int, int]:
        return {note.id: number for number, note in enumerate(self.notes)}

    @cached_property
    def problem(self) -> Problem:
        """The problem with every pinned placement as a pin."""
        return self.problem_pinning(note_id for note_id, place in self.placed.items() if place.pinned)

    @cached_property
    def problem_without_pins(self) -> Problem:
        """The problem as rules and prices are judged: a pin binds arrangements, and no hand."""
        return self.problem_pinning(())

    @cached_property
    def problem_to_arrange(self) -> Problem:
        """The problem for whoever moves notes by rule and not by hand: what is frozen stays, and nothing joins it."""
        kept = {note_id for note_id, place in self.placed.items() if place.pinned or place.slot in self.frozen_slots}
        return self.problem_pinning(kept, shut=self.frozen_slots)

    @cached_property
    def frozen_slots(self) -> frozenset[int]:
        """The ids of the slots that have begun or are about to."""
        until = self.frozen_until
        return frozenset() if until is None else frozenset(slot.id for slot in self.slots if slot.starts_at <= until)

    def problem_pinning(self, pinned: Iterable[int], *, shut: Collection[int] = ()) -> Problem:
        """The problem with the present places of these notes (ids) as pins, and no others. Notes that are not pinned
        cannot have the slots (ids) that are `shut`.
        """
        kept = frozenset(pinned)
        spans = [times.Span(slot.starts_at, slot.ends_at) for slot in self.slots]
        breaks = [times.Span(pause.starts_at, pause.ends_at) for pause in self.pauses]
        blocks = times.blocks(spans, breaks)
        return Problem(
            slots=tuple(ProblemSlot(str(slot.id), block) for slot, block in zip(self.slots, blocks, strict=True)),
            rooms=tuple(self._problem_room(room) for room in self.rooms),
            items=tuple(self._item(note, note.id in kept, shut) for note in self.notes),
            stars=self.stars,
            turnout=self.conference.turnout_percent / 100,
        )

    @cached_property
    def plan(self) -> Plan:
        """Where the notes are now, by numbers."""
        return tuple(self._place(self.placed.get(note.id)) for note in self.notes)

    def by_ids(self, plan: Plan) -> dict[int, Placed]:
        """A plan as the database keeps it; what was pinned stays pinned."""
        return {
            note.id: Placed(self.slots[place.slot].id, self.rooms[place.room].id, self._is_pinned(note.id))
            for note, place in zip(self.notes, plan, strict=True)
            if place is not None
        }

    def _is_pinned(self, note_id: int) -> bool:
        return note_id in self.placed and self.placed[note_id].pinned

    def _place(self, placed: Placed | None) -> Place | None:
        if placed is None or placed.slot not in self.slot_number:
            return None
        return Place(self.slot_number[placed.slot], self.room_number[placed.room])

    def _problem_room(self, room: Room) -> ProblemRoom:
        closed = frozenset(
            number
            for number, slot in enumerate(self.slots)
            if any(
                times.overlaps(slot.starts_at, slot.ends_at, closure.starts_at, closure.ends_at)
                for closure in room.closures
            )
        )
        equipment = frozenset(room.equipment) | ({STEP_FREE} if room.step_free else frozenset())
        return ProblemRoom(str(room.id), room.seats, equipment, closed)

    def _item(self, note: DraftNote, pinned: bool, shut: Collection[int]) -> Item:
        closed = note.away if pinned else {*note.away, *shut}
        away = {self.slot_number[slot_id] for slot_id in closed if slot_id in self.slot_number}
        place = self._place(self.placed.get(note.id)) if pinned else None
        return Item(
            id=str(note.id),
            length=note.length,
            people=note.people,
            needs=note.needs,
            topics=note.tags,
            slots_allowed=frozenset(set(range(len(self.slots))) - away) if away else None,
            prefer=Wish(
                slot=self.slot_number.get(note.wanted_slot_id or 0), room=self.room_number.get(note.wanted_room_id or 0)
            ),
            pin=None if place is None else Wish(place.slot, place.room),
            late_factor=note.late_factor,
        )


def read(db: Session, conference: Conference, *, stars: bool = True, now: datetime | None = None) -> Draft:
    """Read a conference's whole draft; without its stars where nobody asks what is popular.

    With `now` a published schedule is frozen as far as it has begun, and `freeze_minutes` more where it is published
    live.
    """
    slots = venue.slots(db, conference)
    found = read_notes(db, conference, late_factors(db, conference) if stars else {})
    frozen_until, goes_live = (None, False) if now is None else _how_public(db, conference, now)
    return Draft(
        conference=conference,
        slots=tuple(slot for slot in slots if slot.is_for_talks),
        pauses=tuple(slot for slot in slots if not slot.is_for_talks),
        rooms=tuple(venue.rooms(db, conference)),
        notes=found.notes,
        placed=placements(db, conference),
        stars=read_stars(db, conference, found.number) if stars else (),
        blocks=found.blocks,
        frozen_until=frozen_until,
        goes_live=goes_live,
    )


def _how_public(db: Session, conference: Conference, now: datetime) -> tuple[datetime | None, bool]:
    """(frozen_until, goes_live). The row decides, not `conference`, which may be from before it was held."""
    row = db.execute(
        select(Conference.publishes_live, Conference.freeze_minutes)
        .join(Publication, Publication.conference_id == Conference.id)
        .where(Conference.id == conference.id)
    ).one_or_none()
    if row is None:  # nothing is public yet
        return None, False
    return now + timedelta(minutes=row.freeze_minutes if row.publishes_live else 0), row.publishes_live


def placements(db: Session, conference: Conference) -> dict[int, Placed]:
    rows = db.execute(
        select(Placement.note_id, Placement.slot_id, Placement.room_id, Placement.pinned).where(
            Placement.conference_id == conference.id
        )
    )
    return {note_id: Placed(slot_id, room_id, pinned) for note_id, slot_id, room_id, pinned in rows}
