"""The draft read once, as rows for pages and as numbers for core/timetable. A constant number of SELECTs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core import times
from barcamp.core.slugs import fold
from barcamp.core.timetable.problem import Item, Place, Plan, Problem, Wish
from barcamp.core.timetable.problem import Room as ProblemRoom
from barcamp.core.timetable.problem import Slot as ProblemSlot
from barcamp.people.models import Person
from barcamp.schedule.models import Placement
from barcamp.schedule.queries import find_publication
from barcamp.venue import queries as venue
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import ON_THE_WALL, CoHost, CoPresenter, Format, Note, NoteAway, NoteTag, Star
from barcamp.wall.queries import late_factors

STEP_FREE = "step-free"

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class DraftNote:
    """What the board and the solver need of a note on the wall."""

    id: int
    title: str
    hosts: tuple[str, ...]  # names; the author first, unless erased
    people: tuple[str, ...]  # keys that are equal for the same person
    format: Format
    length: int
    needs: frozenset[str]
    wanted_slot_id: int | None
    wanted_room_id: int | None
    away: frozenset[int]  # slot ids
    tags: tuple[str, ...]
    stars: int
    late_factor: float  # what its stars count for beside those of notes that were up from the start


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
    frozen_until: datetime | None = None  # nothing moves by itself out of or into a slot that starts by then

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
    notes = _notes(db, conference, late_factors(db, conference) if stars else {})
    numbers = {note.id: number for number, note in enumerate(notes)}
    return Draft(
        conference=conference,
        slots=tuple(slot for slot in slots if slot.is_for_talks),
        pauses=tuple(slot for slot in slots if not slot.is_for_talks),
        rooms=tuple(venue.rooms(db, conference)),
        notes=notes,
        placed=placements(db, conference),
        stars=_stars(db, conference, numbers) if stars else (),
        frozen_until=None if now is None else _frozen_until(db, conference, now),
    )


def _frozen_until(db: Session, conference: Conference, now: datetime) -> datetime | None:
    if find_publication(db, conference) is None:
        return None
    return now + timedelta(minutes=conference.freeze_minutes) if conference.publishes_live else now


def placements(db: Session, conference: Conference) -> dict[int, Placed]:
    rows = db.execute(
        select(Placement.note_id, Placement.slot_id, Placement.room_id, Placement.pinned).where(
            Placement.conference_id == conference.id
        )
    )
    return {note_id: Placed(slot_id, room_id, pinned) for note_id, slot_id, room_id, pinned in rows}


def _notes(db: Session, conference: Conference, factors: Mapping[int, float]) -> tuple[DraftNote, ...]:
    on_the_wall = (Note.conference_id == conference.id) & ON_THE_WALL & ~Note.seeks_host
    rows = db.execute(
        select(
            Note.id, Note.title, Note.author_id, Person.name, Note.format, Note.length, Note.needs, Note.step_free,
            Note.wanted_slot_id, Note.wanted_room_id, Note.star_count,
        )
        .outerjoin(Person, Person.id == Note.author_id)
        .where(on_the_wall)
        .order_by(Note.id)
    ).all()  # fmt: skip
    ids = select(Note.id).where(on_the_wall)
    copresenters = _lists(
        db.execute(
            select(CoPresenter.note_id, CoPresenter.name)
            .where(CoPresenter.note_id.in_(ids))
            .order_by(CoPresenter.note_id, CoPresenter.position)
        )
    )
    tags = _lists(
        db.execute(
            select(NoteTag.note_id, NoteTag.tag).where(NoteTag.note_id.in_(ids)).order_by(NoteTag.note_id, NoteTag.tag)
        )
    )
    away = _lists(db.execute(select(NoteAway.note_id, NoteAway.slot_id).where(NoteAway.note_id.in_(ids))))
    cohosts = _cohosts(db, ids)
    known = [(row.author_id, row.name) for row in rows if row.author_id is not None]
    known += [one for theirs in cohosts.values() for one in theirs]
    accounts = _lists((fold(name), f"person:{person_id}") for person_id, name in known)
    return tuple(
        DraftNote(
            id=row.id,
            title=row.title,
            hosts=tuple(name for _id, name in _on_stage(row, cohosts)) + tuple(copresenters[row.id]),
            people=_people([person_id for person_id, _name in _on_stage(row, cohosts)], copresenters[row.id], accounts),
            format=row.format,
            length=row.length,
            needs=frozenset(row.needs) | ({STEP_FREE} if row.step_free else frozenset()),
            wanted_slot_id=row.wanted_slot_id,
            wanted_room_id=row.wanted_room_id,
            away=frozenset(away[row.id]),
            tags=tuple(tags[row.id]),
            stars=row.star_count,
            late_factor=factors.get(row.id, 1.0),
        )
        for row in rows
    )


def _cohosts(db: Session, note_ids: Select[int]) -> defaultdict[int, list[tuple[int, str]]]:
    """(person id, name) of each note's co-hosts, in the order in which they joined."""
    rows = db.execute(
        select(CoHost.note_id, CoHost.person_id, Person.name)
        .join(Person, Person.id == CoHost.person_id)
        .where(CoHost.note_id.in_(note_ids))
        .order_by(CoHost.note_id, CoHost.joined_at, CoHost.person_id)
    )
    return _lists((note_id, (person_id, name)) for note_id, person_id, name in rows)


def _on_stage(row: Any, cohosts: Mapping[int, list[tuple[int, str]]]) -> list[tuple[int, str]]:
    """(person id, name) of those with an account who present a note: its author, unless erased, and its co-hosts."""
    author = [] if row.author_id is None else [(row.author_id, row.name)]
    return author + cohosts.get(row.id, [])


def _people(ids: list[int], names: list[str], accounts: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Keys of everybody on stage. A co-presenter named like somebody who has an account and presents here is taken to
    be that one: better a slot apart for nothing than one person in two rooms.
    """
    keys = [f"person:{person_id}" for person_id in ids]
    for name in names:
        keys += accounts.get(fold(name)) or [f"name:{fold(name)}"]
    return tuple(dict.fromkeys(keys))


def _stars(db: Session, conference: Conference, numbers: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    rows = db.execute(
        select(Star.person_id, Star.note_id)
        .join(Note, Note.id == Star.note_id)
        .where(Note.conference_id == conference.id)
        .order_by(Star.person_id, Star.note_id)
    )
    starred = _lists((person_id, numbers[note_id]) for person_id, note_id in rows if note_id in numbers)
    return tuple(tuple(mine) for mine in starred.values())


def _lists(pairs: Iterable[tuple[K, V]]) -> defaultdict[K, list[V]]:
    found: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
