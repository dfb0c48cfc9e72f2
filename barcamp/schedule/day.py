"""The published schedule as people read it: a list by time for the phone, a grid by rooms for the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Literal, NamedTuple, TypeVar

from barcamp.core.times import DAY_TURNS_AT, day_of
from barcamp.schedule.entries import earlier_spots
from barcamp.schedule.public import AnyEntry
from barcamp.venue.models import Slot

State = Literal["past", "now", "next", ""]


@dataclass(frozen=True, slots=True)
class Ghost:
    """What is left in a place that a session was moved out of: the way to where it is now."""

    entry: AnyEntry
    starts_at: datetime
    ends_at: datetime
    room: str

    @property
    def stays_in_time(self) -> bool:
        """Whether only the room is another one."""
        return self.starts_at == self.entry.starts_at


@dataclass(frozen=True, slots=True)
class Stretch:
    """Everything that starts at one time, or one break or meal; and what was to start then and is elsewhere now."""

    starts_at: datetime
    ends_at: datetime
    state: State
    pause: Slot | None
    entries: tuple[AnyEntry, ...]
    ghosts: tuple[Ghost, ...] = ()

    @property
    def departed(self) -> tuple[Ghost, ...]:
        """Those that a list by time has to tell of: what only changed its room is in the same list, and says so."""
        return tuple(ghost for ghost in self.ghosts if not ghost.stays_in_time)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the conference, from morning to night."""

    date: date
    stretches: tuple[Stretch, ...]

    @property
    def has_entries(self) -> bool:
        return any(stretch.entries or stretch.ghosts for stretch in self.stretches)


class GridCell(NamedTuple):
    """What is in one room at one row: usually one entry, over so many rows; beside it what was cancelled there or moved
    away.
    """

    room: str
    entries: tuple[AnyEntry, ...]
    rows: int
    ghosts: tuple[Ghost, ...] = ()


class GridRow(NamedTuple):
    """One line of the grid; a break has no cells. A row that starts inside another room's longer session has fewer."""

    stretch: Stretch
    cells: tuple[GridCell, ...]


T = TypeVar("T", AnyEntry, Ghost)


def ghosts(entries: Iterable[AnyEntry], rooms: Mapping[int, str]) -> list[Ghost]:
    """What sessions that were moved have left behind, in the order of time. `rooms` are the names by id of today."""
    found = [
        Ghost(entry, spot.starts_at, spot.ends_at, rooms.get(spot.room_id or 0, spot.room))
        for entry in entries
        if entry.state == "on" and entry.moved_from is not None
        for spot in earlier_spots(entry)
    ]
    return sorted(found, key=lambda ghost: (ghost.starts_at, ghost.room, ghost.entry.note_id))


def days(
    entries: Sequence[AnyEntry], pauses: Sequence[Slot], zone: str, now: datetime, left: Iterable[Ghost] = ()
) -> list[Day]:
    """The days in order, each with its stretches in order. Entries and what they `left` keep the order they come in."""
    starting, leaving = _by_start(entries), _by_start(left)
    stretches = [
        Stretch(start, _end(there, gone), "", None, tuple(there), tuple(gone))
        for start in {*starting, *leaving}
        for there, gone in [(starting.get(start, []), leaving.get(start, []))]
    ]
    stretches += [Stretch(pause.starts_at, pause.ends_at, "", pause, ()) for pause in pauses]
    stretches.sort(key=lambda stretch: (stretch.starts_at, stretch.pause is None))
    by_day = groupby(_with_states(stretches, now), key=lambda s: day_of(s.starts_at, zone, turns_at=DAY_TURNS_AT))
    return [Day(day, tuple(group)) for day, group in by_day]


def _by_start(those: Iterable[T]) -> dict[datetime, list[T]]:
    found: dict[datetime, list[T]] = {}
    for one in those:
        found.setdefault(one.starts_at, []).append(one)
    return found


def _end(entries: Sequence[AnyEntry], ghosts: Sequence[Ghost]) -> datetime:
    return max(one.ends_at for one in (entries or ghosts))


def now_and_next(days: Iterable[Day]) -> list[Stretch]:
    """What runs now and what comes next, breaks too; and of what has moved away, where it would run now."""
    return [stretch for day in days for stretch in day.stretches if stretch.state in ("now", "next")]


def rooms_of(day: Day, order: Sequence[str]) -> list[str]:
    """The rooms used on a day, in the venue's order; rooms that are gone from the venue come last."""
    used = {entry.room for stretch in day.stretches for entry in stretch.entries}
    used |= {ghost.room for stretch in day.stretches for ghost in stretch.ghosts}
    return [name for name in order if name in used] + sorted(used - set(order))


def grid(day: Day, rooms: Sequence[str]) -> list[GridRow]:
    """The day by rooms. A long session covers the rows that start before it ends, with whatever was cancelled in them
    or moved out of them: the room may have been given away since. A cancelled one covers no row but its own, nor does
    what a moved one has left.
    """
    rows, covered_until = [], dict.fromkeys(rooms, datetime.min.replace(tzinfo=UTC))
    entries, traces = [_by_room(one.entries) for one in day.stretches], [_by_room(one.ghosts) for one in day.stretches]
    next_starts = [*(one.starts_at for one in day.stretches[1:]), datetime.max.replace(tzinfo=UTC)]
    for number, stretch in enumerate(day.stretches):
        cells = []
        for room in rooms if stretch.pause is None else ():
            if stretch.starts_at < covered_until[room]:
                continue
            here, gone, talks = entries[number].get(room, ()), traces[number].get(room, ()), 1
            held = [entry.ends_at for entry in here if entry.state == "on"]
            covered_until[room] = ends = max(held, default=stretch.starts_at)
            if ends > next_starts[number]:
                covered = _covered(day, number, ends)
                here = [entry for one in covered for entry in entries[one].get(room, ())]
                gone = [ghost for one in covered for ghost in traces[one].get(room, ())]
                talks = sum(day.stretches[one].pause is None for one in covered)
            cells.append(GridCell(room, tuple(here), talks, tuple(gone)))
        rows.append(GridRow(stretch, tuple(cells)))
    return rows


def _covered(day: Day, number: int, ends: datetime) -> list[int]:
    """The stretch with this number, and those that start after it and before `ends`."""
    covered = [number]
    for later in range(number + 1, len(day.stretches)):
        if day.stretches[later].starts_at >= ends:
            break
        covered.append(later)
    return covered


def _by_room(those: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for one in those:
        found.setdefault(one.room, []).append(one)
    return found


def _with_states(stretches: Sequence[Stretch], now: datetime) -> list[Stretch]:
    """Say of each stretch whether it is over, runs now, or is the next to start."""
    ahead = (one.starts_at for one in stretches if one.starts_at > now and (one.entries or one.pause))
    coming = min(ahead, default=None)
    return [replace(stretch, state=_state(stretch, now, coming)) for stretch in stretches]


def _state(stretch: Stretch, now: datetime, coming: datetime | None) -> State:
    if stretch.ends_at <= now:
        return "past"
    if stretch.starts_at <= now:
        return "now"
    return "next" if stretch.starts_at == coming else ""
