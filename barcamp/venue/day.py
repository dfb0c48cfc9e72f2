"""A day's slots made in one go, as values: what is wanted, and what that means for the slots that are there.

A day lasts until 05:00 of the next one, so that a party after midnight still belongs to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from barcamp.core.times import DAY_TURNS_AT, Break, day_of, grid, overlaps, span_label, to_utc
from barcamp.venue.errors import SlotsOverlap
from barcamp.venue.models import Slot, SlotKind


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A slot as it should be. `starts_at` and `ends_at` are instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    kind: SlotKind = "talks"
    name: str = ""
    sponsor: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What making a day's grid does: rows that stay (and what becomes of them), new ones, and rows that go."""

    kept: tuple[tuple[Slot, Wanted], ...]
    added: tuple[Wanted, ...]
    removed: tuple[Slot, ...]

    @property
    def wanted(self) -> list[Wanted]:
        """The whole day as it will be, by time."""
        return sorted([*(wanted for _slot, wanted in self.kept), *self.added])

    @property
    def removed_ids(self) -> list[int]:
        return [slot.id for slot in self.removed]

    @property
    def changes_nothing(self) -> bool:
        as_it_is = all(_wanted_of(slot) == wanted for slot, wanted in self.kept)
        return as_it_is and not self.added and not self.removed

    @property
    def digest(self) -> str:
        """The same for the same plan on the same rows: a preview that still holds has the same digest."""
        told = repr((sorted((slot.id, wanted) for slot, wanted in self.kept), self.added, sorted(self.removed_ids)))
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def instant(day: date, clock: time, zone: str, *, is_end: bool = False) -> datetime:
    """The instant of a wall time of a camp's day: 01:30 is of the night after, an end at 05:00 too.

    Raises BadTimes as `to_utc` does.
    """
    belongs_to_night = clock < time(DAY_TURNS_AT) or (is_end and clock == time(DAY_TURNS_AT))
    return to_utc(datetime.combine(day + timedelta(days=belongs_to_night), clock), zone)


def camp_day(moment: datetime, zone: str) -> date:
    """The camp's day an instant belongs to."""
    return day_of(moment, zone, turns_at=DAY_TURNS_AT)


def by_day(slots: Iterable[Slot], zone: str) -> dict[date, list[Slot]]:
    """Slots by the camp's day they start on."""
    days: dict[date, list[Slot]] = {}
    for slot in slots:
        days.setdefault(camp_day(slot.starts_at, zone), []).append(slot)
    return days


def whole_day(
    first: datetime, last: datetime, length: int, pause: int, fixed: Sequence[Wanted], zone: str
) -> list[Wanted]:
    """Slots for talks of `length` minutes with `pause` minutes after each, around the fixed breaks and meals.

    Raises BadTimes as `grid` does, and SlotsOverlap where two of the fixed ones share time.
    """
    fixed = sorted(fixed)
    for one, after in pairwise(fixed):
        if overlaps(one.starts_at, one.ends_at, after.starts_at, after.ends_at):
            raise SlotsOverlap(span_label(one.starts_at, one.ends_at, zone))
    spans = grid(first, last, length, pause, [Break(one.starts_at, one.ends_at) for one in fixed])
    return sorted([*(Wanted(span.start, span.end) for span in spans), *fixed])


def plan(there: Iterable[Slot], wanted: Iterable[Wanted]) -> Plan:
    """Match the slots that are there with the wanted ones, so that as many rows as possible live on.

    A row lives on where start and end stay the same (so its placements do), and a break or meal also where it only
    moves and keeps its name (so who wants that meal is kept). A slot for talks never becomes a meal or the other way.
    """
    left, open_wishes = sorted(there, key=lambda slot: slot.starts_at), sorted(wanted)
    kept: list[tuple[Slot, Wanted]] = []
    for matches in (_same_time, _same_meal):
        for wish in list(open_wishes):
            found = next((slot for slot in left if matches(slot, wish)), None)
            if found is not None:
                left.remove(found)
                open_wishes.remove(wish)
                kept.append((found, wish))
    return Plan(tuple(kept), tuple(open_wishes), tuple(left))


def _same_time(slot: Slot, wish: Wanted) -> bool:
    return (slot.starts_at, slot.ends_at, slot.is_for_talks) == (wish.starts_at, wish.ends_at, wish.kind == "talks")


def _same_meal(slot: Slot, wish: Wanted) -> bool:
    return (
        wish.kind != "talks"
        and slot.kind == wish.kind
        and bool(wish.name)
        and slot.name.casefold() == wish.name.casefold()
    )


def _wanted_of(slot: Slot) -> Wanted:
    return Wanted(slot.starts_at, slot.ends_at, slot.kind, slot.name, slot.sponsor)
