"""The published schedule in the order people read it."""

from __future__ import annotations

from datetime import timedelta

from barcamp.schedule.day import days, grid, now_and_next, rooms_of
from barcamp.schedule.models import Entry
from barcamp.venue.models import Slot
from tests.make import ZONE, at


def entry(clock: str, room: str, minutes: int = 50, **given: object) -> Entry:
    starts = at(clock)
    return Entry(
        note_id=1, starts_at=starts, ends_at=starts + timedelta(minutes=minutes), room=room, state="on", **given
    )


LUNCH = Slot(starts_at=at("12:00"), ends_at=at("13:00"), kind="meal", name="Lunch")


def test_what_runs_now_and_what_is_next_breaks_too() -> None:
    entries = [entry("11:00", "A"), entry("11:00", "B"), entry("13:00", "A")]
    found = now_and_next(days(entries, [LUNCH], ZONE, at("11:10")))
    assert [(stretch.state, stretch.pause, len(stretch.entries)) for stretch in found] == [
        ("now", None, 2), ("next", LUNCH, 0),
    ]  # fmt: skip


def test_between_two_slots_nothing_runs_and_the_next_is_next() -> None:
    (day,) = days([entry("11:00", "A"), entry("13:00", "A")], [], ZONE, at("11:50"))
    assert [stretch.state for stretch in day.stretches] == ["past", "next"]


def test_after_midnight_still_belongs_to_the_evening_before() -> None:
    late = Entry(
        note_id=2, starts_at=at("23:30") + timedelta(hours=2), ends_at=at("23:30") + timedelta(hours=3), room="A"
    )
    (day,) = days([entry("22:00", "A"), late], [], ZONE, at("10:00"))
    assert (day.date, len(day.stretches)) == (at("10:00").date(), 2)


def test_the_grid_lets_a_long_session_cover_the_rows_it_runs_through() -> None:
    entries = [entry("10:00", "A", 110), entry("10:00", "B"), entry("11:00", "B")]
    (day,) = days(entries, [LUNCH], ZONE, at("09:00"))
    assert [[(cell.room, len(cell.entries), cell.rows) for cell in row.cells] for row in grid(day, ["A", "B"])] == [
        [("A", 1, 2), ("B", 1, 1)],
        [("B", 1, 1)],
        [],
    ]


def test_rooms_stand_in_the_order_of_the_venue_and_gone_ones_last() -> None:
    (day,) = days([entry("10:00", "Gone"), entry("10:00", "B"), entry("10:00", "A")], [], ZONE, at("09:00"))
    assert rooms_of(day, ["B", "Unused", "A"]) == ["B", "A", "Gone"]


def test_a_room_given_away_again_keeps_the_grid_in_its_columns() -> None:
    gone, there = entry("11:00", "A"), entry("10:00", "A", 110)
    gone.state = "cancelled"
    (day,) = days([there, entry("10:00", "B"), gone, entry("11:00", "B")], [], ZONE, at("09:00"))
    assert [[(cell.room, cell.entries, cell.rows) for cell in row.cells] for row in grid(day, ["A"])] == [
        [("A", (there, gone), 2)],
        [],
    ]


def test_a_long_session_that_was_cancelled_covers_nothing_that_came_in_its_place() -> None:
    gone, there = entry("10:00", "A", 110), entry("11:00", "A")
    gone.state = "cancelled"
    (day,) = days([gone, there], [], ZONE, at("09:00"))
    assert [[(cell.room, cell.entries, cell.rows) for cell in row.cells] for row in grid(day, ["A"])] == [
        [("A", (gone,), 1)],
        [("A", (there,), 1)],
    ]
