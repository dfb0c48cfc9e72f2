"""The published schedule as people read it: a list by time for the phone, a grid by rooms for the desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Literal

from barcamp.core.times import DAY_TURNS_AT, day_of
from barcamp.schedule.models import Entry
from barcamp.venue.models import Slot

State = Literal["past", "now", "next", ""]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Everything that starts at one time, or one break or meal."""

    starts_at: datetime
    ends_at: datetime
    state: State
    pause: Slot | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the conference, from morning to night."""

    date: date
    stretches: tuple[Stretch, ...]

    @property
    def has_entries(self) -> bool:
        return any(stretch.entries for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class GridCell:
    """What is in one room at one row: usually one entry, over so many rows; beside it what was cancelled there."""

    room: str
    entries: tuple[Entry, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class GridRow:
    """One line of the grid; a break has no cells. A row that starts inside another room's longer session has fewer."""

    stretch: Stretch
    cells: tuple[GridCell, ...]


def days(entries: Sequence[Entry], pauses: Sequence[Slot], zone: str, now: datetime) -> list[Day]:
    """The days in order, each with its stretches in order. Entries keep the order they come in."""
    stretches = [
        Stretch(start, max(entry.ends_at for entry in group), "", None, tuple(group))
        for start, group in ((start, list(group)) for start, group in groupby(entries, key=lambda e: e.starts_at))
    ]
    stretches += [Stretch(pause.starts_at, pause.ends_at, "", pause, ()) for pause in pauses]
    stretches.sort(key=lambda stretch: (stretch.starts_at, stretch.pause is None))
    by_day = groupby(_with_states(stretches, now), key=lambda s: day_of(s.starts_at, zone, turns_at=DAY_TURNS_AT))
    return [Day(day, tuple(group)) for day, group in by_day]


def now_and_next(days: Iterable[Day]) -> list[Stretch]:
    """What runs now and what comes next, breaks too."""
    return [stretch for day in days for stretch in day.stretches if stretch.state in ("now", "next")]


def rooms_of(day: Day, order: Sequence[str]) -> list[str]:
    """The rooms used on a day, in the venue's order; rooms that are gone from the venue come last."""
    used = {entry.room for stretch in day.stretches for entry in stretch.entries}
    return [name for name in order if name in used] + sorted(used - set(order))


def grid(day: Day, rooms: Sequence[str]) -> list[GridRow]:
    """The day by rooms. A long session covers the rows that start before it ends, with whatever was cancelled in them:
    the room may have been given away since. A cancelled one covers no row but its own.
    """
    rows, covered_until = [], dict.fromkeys(rooms, datetime.min.replace(tzinfo=UTC))
    for stretch in day.stretches:
        cells = []
        for room in rooms if stretch.entries else ():
            if stretch.starts_at < covered_until[room]:
                continue
            held = [entry.ends_at for entry in stretch.entries if entry.room == room and entry.state == "on"]
            covered_until[room] = ends = max(held, default=stretch.starts_at)
            covered = [one for one in day.stretches if one is stretch or stretch.starts_at < one.starts_at < ends]
            here = tuple(entry for one in covered for entry in one.entries if entry.room == room)
            cells.append(GridCell(room, here, max(_rows(day, stretch.starts_at, ends), 1)))
        rows.append(GridRow(stretch, tuple(cells)))
    return rows


def _rows(day: Day, starts: datetime, ends: datetime) -> int:
    return sum(starts <= stretch.starts_at < ends for stretch in day.stretches if stretch.entries)


def _with_states(stretches: Sequence[Stretch], now: datetime) -> list[Stretch]:
    """Say of each stretch whether it is over, runs now, or is the next to start."""
    coming = min((stretch.starts_at for stretch in stretches if stretch.starts_at > now), default=None)
    return [
        Stretch(s.starts_at, s.ends_at, _state(s, now, coming), s.pause, s.entries) for s in stretches
    ]  # fmt: skip


def _state(stretch: Stretch, now: datetime, coming: datetime | None) -> State:
    if stretch.ends_at <= now:
        return "past"
    if stretch.starts_at <= now:
        return "now"
    return "next" if stretch.starts_at == coming else ""
