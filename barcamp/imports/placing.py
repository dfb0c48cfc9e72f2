"""Who goes where: talks with times and rooms of elsewhere, put into the slots and rooms of here.

What is placed here already, and does not itself move, keeps its cells. What cannot have its place is told with its
reason and goes to the tray, or stays where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from barcamp.core.slotting import Grid, derive
from barcamp.core.slugs import fold
from barcamp.core.times import Span, overlaps
from barcamp.errors import N_
from barcamp.schedule.draft import Draft
from barcamp.venue.models import Room, Slot


class Timed(Protocol):
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A place by its times and its room's name; `length` is in slots, once it is known."""

    starts_at: datetime
    ends_at: datetime
    room: str
    length: int = 1

    def same_as(self, other: Spot) -> bool:
        """Whether it is the same time in the same room."""
        mine, theirs = (self.starts_at, self.ends_at), (other.starts_at, other.ends_at)
        return mine == theirs and fold(self.room) == fold(other.room)


@dataclass(frozen=True, slots=True)
class Mover:
    """A talk that should get a place. `people` are the folded names of all who present it."""

    uid: str
    note_id: int | None
    title: str
    spot: Spot
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Placing:
    """`spots` by uid; `slots` to make, in time order; `left` are (title, reason, facts) of those that get no place."""

    spots: Mapping[str, Spot]
    slots: tuple[Span, ...]
    slots_used: int
    left: tuple[tuple[str, str, dict[str, str]], ...]


Busy = tuple[datetime, datetime, str]  # from, to, whose title


def place_all(
    movers: Sequence[Mover], draft: Draft, rooms: Iterable[Room], slots: Sequence[Slot], pauses: Sequence[Timed]
) -> Placing:
    """Places for all that can have one, the earlier talk first. Who cannot is left out of the slots as well: tried
    again without them, until all that are left have their places.
    """
    rooms_here = {fold(room.name): room for room in rooms}
    out: dict[str, tuple[str, str, dict[str, str]]] = {}
    while True:
        going = sorted((mover for mover in movers if mover.uid not in out), key=_order)
        grid = _grid(going, draft, slots, pauses)
        board = _Board(draft, {mover.note_id for mover in going if mover.note_id is not None})
        spots: dict[str, Spot] = {}
        unfit: list[tuple[str, str, dict[str, str]]] = []
        before = len(out)
        for mover, length in zip(going, grid.lengths, strict=True):
            reason, facts = board.why_not(mover, length, rooms_here.get(fold(mover.spot.room)))
            if not reason:
                board.take(mover)
                spots[mover.uid] = replace(mover.spot, length=length or 1)
            elif length is None and mover.note_id is None:
                unfit.append((mover.title, reason, facts))
            else:
                out[mover.uid] = (mover.title, reason, facts)
        if len(out) == before:
            break
    used = tuple(slot for slot in grid.slots if any(_covers(spot, slot) for spot in spots.values()))
    there = [Span(slot.starts_at, slot.ends_at) for slot in slots if slot.is_for_talks]
    matched = sum(any(_covers(spot, slot) for spot in spots.values()) for slot in there)
    return Placing(spots, used, matched, (*out.values(), *unfit))


def _order(mover: Mover) -> tuple[datetime, datetime, str, str]:
    return mover.spot.starts_at, mover.spot.ends_at, fold(mover.spot.room), mover.uid


def _covers(spot: Spot, slot: Span) -> bool:
    return spot.starts_at <= slot.start and slot.end <= spot.ends_at


def _grid(movers: Sequence[Mover], draft: Draft, slots: Sequence[Slot], pauses: Sequence[Timed]) -> Grid:
    breaks = [Span(slot.starts_at, slot.ends_at) for slot in slots if not slot.is_for_talks]
    return derive(
        [Span(mover.spot.starts_at, mover.spot.ends_at) for mover in movers],
        fixed=[Span(slot.starts_at, slot.ends_at) for slot in slots if slot.is_for_talks],
        pauses=[*breaks, *(Span(pause.starts_at, pause.ends_at) for pause in pauses)],
        shut=_gaps_in_use(draft),
    )


def _gaps_in_use(draft: Draft) -> list[Span]:
    """The short pauses through which something runs that is placed: a slot there would make it shorter."""
    found = set()
    for number, place in enumerate(draft.plan):
        if place is not None:
            covered = draft.slots[place.slot : place.slot + draft.notes[number].length]
            found |= {Span(one.ends_at, after.starts_at) for one, after in pairwise(covered)}
    return sorted(gap for gap in found if gap.start < gap.end)


class _Board:
    """What is where, as talks take their places one after the other."""

    def __init__(self, draft: Draft, moving: Iterable[int]) -> None:
        self.draft = draft
        self.zone = draft.conference.zone
        self.rooms: dict[str, list[Busy]] = {}
        self.people: dict[str, list[Busy]] = {}
        moving = set(moving)
        for number, place in enumerate(draft.plan):
            note = draft.notes[number]
            if place is None or note.id in moving:
                continue
            covered = draft.slots[place.slot : place.slot + note.length]
            busy = (covered[0].starts_at, covered[-1].ends_at, note.title)
            self.rooms.setdefault(fold(draft.rooms[place.room].name), []).append(busy)
            for name in note.hosts:
                self.people.setdefault(fold(name), []).append(busy)

    def take(self, mover: Mover) -> None:
        busy = (mover.spot.starts_at, mover.spot.ends_at, mover.title)
        self.rooms.setdefault(fold(mover.spot.room), []).append(busy)
        for name in mover.people:
            self.people.setdefault(name, []).append(busy)

    def why_not(self, mover: Mover, length: int | None, room: Room | None) -> tuple[str, dict[str, str]]:
        """Why it cannot have its place, with {other} as a fact; "" when it can."""
        if length is None:
            return N_("its times do not fit the slots, which are the same for all rooms"), {}
        if room is not None and any(
            overlaps(mover.spot.starts_at, mover.spot.ends_at, closure.starts_at, closure.ends_at)
            for closure in room.closures
        ):
            return N_("its room is closed at that time"), {}
        other = self._other(self.rooms.get(fold(mover.spot.room), ()), mover)
        if other:
            return N_("“{other}” is in its room at that time"), {"other": other}
        for name in sorted(mover.people):
            other = self._other(self.people.get(name, ()), mover)
            if other:
                return N_("somebody who presents it presents “{other}” at that time"), {"other": other}
        if self._is_frozen(mover):
            return N_("that slot has begun or is about to, and each move goes public by itself"), {}
        return "", {}

    def _other(self, busy: Iterable[Busy], mover: Mover) -> str:
        spot = mover.spot
        return next((title for start, end, title in busy if overlaps(start, end, spot.starts_at, spot.ends_at)), "")

    def _is_frozen(self, mover: Mover) -> bool:
        until = self.draft.frozen_until
        if not self.draft.goes_live or until is None:
            return False
        here = self.draft.placed.get(mover.note_id or 0)
        return mover.spot.starts_at <= until or (here is not None and here.slot in self.draft.frozen_slots)
