"""What a screen makes of a day: per room now and next, the sign at a door, days never mixed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from barcamp.conferences.models import Conference
from barcamp.schedule.models import Entry
from barcamp.screens.day import Door, Program, RoomLine, door, program
from barcamp.screens.mode import Mode, mode_at
from barcamp.venue.models import Closure, Slot
from tests.make import DAY, ZONE, at

NEXT_DAY = DAY + timedelta(days=1)
ORDER = ["Atrium", "Barn", "Cellar"]


def entry(title: str, room: str, clock: str, minutes: int = 50, state: str = "on", day: date = DAY) -> Entry:
    starts = at(clock, day)
    return Entry(
        note_id=1, title=title, room=room, room_id=ORDER.index(room) + 1 if room in ORDER else None, state=state,
        starts_at=starts, ends_at=starts + timedelta(minutes=minutes), hosts="", moved_from=None,
    )  # fmt: skip


def pause(name: str, clock: str, minutes: int = 60, day: date = DAY) -> Slot:
    return Slot(name=name, kind="meal", starts_at=at(clock, day), ends_at=at(clock, day) + timedelta(minutes=minutes))


KAYAK, BEER = entry("Kayak", "Barn", "10:00"), entry("Beer", "Atrium", "11:00")
ZINES, LATE = entry("Zines", "Barn", "13:00"), entry("Late", "Old hall", "13:00")
SUNDAY = entry("Sunday", "Atrium", "10:00", day=NEXT_DAY)
LUNCH, DINNER = pause("Lunch", "12:00"), pause("Dinner", "18:00")
ENTRIES, PAUSES = [KAYAK, BEER, ZINES, LATE, SUNDAY], [LUNCH, DINNER]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            at("09:00"),
            Program(DAY, True, (
                RoomLine("Atrium", None, BEER), RoomLine("Barn", None, KAYAK), RoomLine("Old hall", None, LATE),
            ), None, LUNCH),
        ),
        (
            at("10:00"),
            Program(DAY, True, (
                RoomLine("Atrium", None, BEER), RoomLine("Barn", KAYAK, ZINES), RoomLine("Old hall", None, LATE),
            ), None, LUNCH),
        ),
        (
            at("12:00"),
            Program(DAY, True, (RoomLine("Barn", None, ZINES), RoomLine("Old hall", None, LATE)), LUNCH, DINNER),
        ),
        (at("14:00"), Program(DAY, True, (), None, DINNER)),
        (at("19:30"), Program(NEXT_DAY, False, (RoomLine("Atrium", None, SUNDAY),), None, None)),
        (at("10:50", NEXT_DAY), Program(None, False, (), None, None)),
    ],
)  # fmt: skip
def test_the_program_of_the_hall(now: datetime, expected: Program) -> None:
    assert program(ENTRIES, PAUSES, ORDER, ZONE, now) == expected


def test_what_is_cancelled_is_shown_in_its_time_and_is_never_next() -> None:
    off, on = entry("Off", "Barn", "10:00", state="cancelled"), entry("On", "Barn", "10:00")
    later_off, later = entry("Later off", "Barn", "11:00", state="cancelled"), entry("Later", "Barn", "13:00")
    alone = program([off, later_off, later], [], ORDER, ZONE, at("10:10"))
    assert alone.rooms == (RoomLine("Barn", off, later),)
    assert program([off, on, later_off], [], ORDER, ZONE, at("10:10")).rooms == (RoomLine("Barn", on, None),)


def test_a_party_after_midnight_belongs_to_the_evening() -> None:
    party = entry("Party", "Barn", "01:30", day=NEXT_DAY)
    assert program([party, SUNDAY], [], ORDER, ZONE, at("23:00")).rooms == (RoomLine("Barn", None, party),)


def test_the_sign_of_a_door() -> None:
    off = entry("Off", "Barn", "13:00", state="cancelled")
    last = entry("Last", "Barn", "15:00")
    gone = entry("Gone", "Atrium", "16:00")
    gone.moved_from = {"starts_at": at("11:00").isoformat(), "room": "Barn", "room_id": 2}
    closed = Closure(starts_at=at("11:00"), ends_at=at("12:00"))
    here = [KAYAK, off, ZINES, last]
    assert door(here, [gone], PAUSES, [closed], ZONE, at("10:10")) == Door(
        DAY, True, KAYAK, ZINES, (off, last), (gone,), None, None
    )
    assert door(here, [gone], PAUSES, [closed], ZONE, at("11:10")) == Door(
        DAY, True, None, ZINES, (off, last), (gone,), closed, None
    )
    assert door(here, [gone], PAUSES, [closed], ZONE, at("12:10")) == Door(
        DAY, True, None, ZINES, (off, last), (), None, LUNCH
    )
    assert door(here, [], [], [], ZONE, at("18:00")) == Door(None, False, None, None, (), (), None, None)


@pytest.mark.parametrize(
    ("day", "pitching", "published", "wall_closed", "expected"),
    [
        (DAY, True, True, False, "pitch"),
        (DAY, False, False, False, "wall"),
        (DAY, False, False, True, "wall"),
        (DAY, False, True, False, "now"),
        (DAY - timedelta(days=1), False, True, False, "wall"),
        (DAY - timedelta(days=1), False, True, True, "now"),
        (DAY - timedelta(days=1), False, False, True, "wall"),
        (DAY + timedelta(days=1), False, False, False, "now"),
        (DAY + timedelta(days=1), False, True, False, "now"),
    ],
)
def test_the_screen_decides_by_itself(
    day: date, pitching: bool, published: bool, wall_closed: bool, expected: Mode
) -> None:
    camp = Conference(zone=ZONE, starts_on=DAY, ends_on=DAY, wall_closes_at=at("08:00", day) if wall_closed else None)
    assert mode_at(camp, pitching=pitching, published=published, now=at("10:00", day)) == expected
