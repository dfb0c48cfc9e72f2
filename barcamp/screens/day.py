"""A day as a screen shows it: per room what runs now and what is next, and the sign at one room's door.

Made of rows that were read before; nothing here asks the database or the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from barcamp.schedule.entries import moved_from
from barcamp.schedule.models import Entry
from barcamp.venue.day import camp_day
from barcamp.venue.models import Closure, Slot


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room on the projector. `now` may be a cancelled session; `next` never is."""

    room: str
    now: Entry | None
    next: Entry | None


@dataclass(frozen=True, slots=True)
class Program:
    """What a projector shows of the schedule. `day` is None once the last thing of the last day is over."""

    day: date | None
    is_today: bool
    rooms: tuple[RoomLine, ...]
    pause_now: Slot | None
    pause_next: Slot | None


@dataclass(frozen=True, slots=True)
class Door:
    """What the sign of one room says. `later` comes after `next`, cancelled ones too; `left` has moved elsewhere."""

    day: date | None
    is_today: bool
    now: Entry | None
    next: Entry | None
    later: tuple[Entry, ...]
    left: tuple[Entry, ...]
    closed: Closure | None
    pause_now: Slot | None


@dataclass(frozen=True, slots=True)
class LightningTalks:
    """How many talks a block has, without those that are cancelled; and the one that is on `now`."""

    count: int
    now: Entry | None


def program(
    entries: Sequence[Entry], pauses: Sequence[Slot], order: Sequence[str], zone: str, now: datetime
) -> Program:
    """Per room, in the venue's `order` of names, what runs and what is next. A room that is done for the day is left
    out. `entries` and `pauses` are in the order of time.
    """
    day = _day_shown(entries, pauses, zone, now)
    today = [entry for entry in entries if camp_day(entry.starts_at, zone) == day]
    lines = [RoomLine(room, _running(there, now), _next(there, now)) for room, there in _by_room(today, order)]
    return Program(
        day=day,
        is_today=day == camp_day(now, zone),
        rooms=tuple(line for line in lines if line.now or line.next),
        pause_now=_pause_at(pauses, now),
        pause_next=next((one for one in pauses if one.starts_at > now and camp_day(one.starts_at, zone) == day), None),
    )


def door(
    entries: Sequence[Entry], left: Iterable[Entry], pauses: Sequence[Slot], closures: Iterable[Closure], zone: str,
    now: datetime,
) -> Door:  # fmt: skip
    """The sign of a room with these `entries`; `left` are sessions that were to be here."""
    day = _day_shown(entries, pauses, zone, now)
    today = [entry for entry in entries if camp_day(entry.starts_at, zone) == day]
    following = _next(today, now)
    after = now if following is None else following.starts_at
    return Door(
        day=day,
        is_today=day == camp_day(now, zone),
        now=_running(today, now),
        next=following,
        later=tuple(one for one in today if one.starts_at > now and one is not following and one.ends_at > after),
        left=tuple(entry for entry in left if _is_missed(entry, day or camp_day(now, zone), zone, now)),
        closed=next((one for one in closures if one.starts_at <= now < one.ends_at), None),
        pause_now=_pause_at(pauses, now),
    )


def lightning_talks(talks: Sequence[Entry], now: datetime) -> LightningTalks:
    """The talks of one block, as one line of a screen has room for them."""
    held = [talk for talk in talks if talk.state == "on"]
    return LightningTalks(len(held), next((talk for talk in held if talk.starts_at <= now < talk.ends_at), None))


def _day_shown(entries: Sequence[Entry], pauses: Sequence[Slot], zone: str, now: datetime) -> date | None:
    """The day of the first thing that is not over: days are never mixed."""
    spans = [(entry.starts_at, entry.ends_at) for entry in entries] + [(one.starts_at, one.ends_at) for one in pauses]
    ahead = [starts_at for starts_at, ends_at in spans if ends_at > now]
    return camp_day(min(ahead), zone) if ahead else None


def _by_room(entries: Sequence[Entry], order: Sequence[str]) -> list[tuple[str, list[Entry]]]:
    """Rooms that are gone from the venue come last."""
    used = {entry.room for entry in entries}
    names = [name for name in order if name in used] + sorted(used - set(order))
    return [(name, [entry for entry in entries if entry.room == name]) for name in names]


def _running(entries: Iterable[Entry], now: datetime) -> Entry | None:
    """What runs; else what was cancelled and would."""
    running = [entry for entry in entries if entry.starts_at <= now < entry.ends_at]
    return min(running, key=lambda entry: entry.state != "on", default=None)


def _next(entries: Iterable[Entry], now: datetime) -> Entry | None:
    return next((entry for entry in entries if entry.starts_at > now and entry.state == "on"), None)


def _pause_at(pauses: Iterable[Slot], now: datetime) -> Slot | None:
    return next((one for one in pauses if one.starts_at <= now < one.ends_at), None)


def _is_missed(entry: Entry, day: date, zone: str, now: datetime) -> bool:
    """Whether somebody may still come to the old place: until the session would have ended there."""
    began = moved_from(entry)
    return camp_day(began, zone) == day and began + (entry.ends_at - entry.starts_at) > now
