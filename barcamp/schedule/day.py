"""The published schedule as people read it: a list by time for the phone, a grid by rooms for the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    starts: list[tuple[datetime, Slot | None]] = [(pause.starts_at, pause) for pause in pauses]
    starts += [(start, None) for start in {*starting, *leaving}]
    starts.sort(key=lambda one: (one[0], one[1] is None))
    coming = min((start for start, pause in starts if start > now and (pause or start in starting)), default=None)
    stretches = []
    for start, pause in starts:
        there, gone = ([], []) if pause else (starting.get(start, []), leaving.get(start, []))
        end = pause.ends_at if pause else _end(there, gone)
        state = _state(start, end, now, is_coming=start == coming)
        stretches.append(Stretch(start, end, state, pause, tuple(there), tuple(gone)))
    by_day = groupby(stretches, key=lambda stretch: day_of(stretch.starts_at, zone, turns_at=DAY_TURNS_AT))
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
        cells, starts_at, next_start = [], stretch.starts_at, next_starts[number]
        for room in rooms if stretch.pause is None else ():
            if starts_at < covered_until[room]:
                continue
            here, gone, talks = entries[number].get(room, ()), traces[number].get(room, ()), 1
            ends = starts_at
            for entry in here:
                if entry.state == "on" and entry.ends_at > ends:
                    ends = entry.ends_at
            covered_until[room] = ends
            if ends > next_start:
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


def _state(starts_at: datetime, ends_at: datetime, now: datetime, *, is_coming: bool) -> State:
    """Whether it is over, runs now, or is the next to start."""
    if ends_at <= now:
        return "past"
    if starts_at <= now:
        return "now"
    return "next" if is_coming else ""
