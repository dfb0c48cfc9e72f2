"""The published schedule in the order people read it."""

from __future__ import annotations

from datetime import timedelta

from barcamp.schedule.day import days, ghosts, grid, now_and_next, rooms_of
from barcamp.schedule.models import Entry
from barcamp.venue.models import Slot
from tests.make import ZONE, at


def entry(clock: str, room: str, minutes: int = 50, **given: object) -> Entry:
    starts = at(clock)
    return Entry(
        note_id=1, starts_at=starts, ends_at=starts + timedelta(minutes=minutes), room=room, state="on", **given
    )


HOUR = timedelta(hours=1)
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


def moved(clock: str, room: str, *earlier: tuple[str, str], room_id: int | None = None) -> Entry:
    """A session that was at each of these before, the last one first."""
    path = [
        {"starts_at": at(was).isoformat(), "ends_at": (at(was) + HOUR).isoformat(), "room": name, "room_id": room_id}
        for was, name in earlier
    ]
    return entry(clock, room, moved_from=path[0] | {"earlier": path[1:]})


def test_each_place_a_session_has_left_says_so_under_the_name_of_today() -> None:
    session = moved("14:00", "C", ("13:00", "B"), ("11:00", "A"))
    assert [(ghost.starts_at, ghost.room) for ghost in ghosts([session], {})] == [
        (at("11:00"), "A"),
        (at("13:00"), "B"),
    ]
    renamed = moved("14:00", "C", ("13:00", "B"), room_id=7)
    assert [ghost.room for ghost in ghosts([renamed], {7: "New"})] == ["New"]


def test_a_place_of_old_has_the_length_of_the_session() -> None:
    session = entry("14:00", "C", moved_from={"starts_at": at("11:00").isoformat(), "room": "A", "room_id": None})
    (left,) = ghosts([session], {})
    assert (left.starts_at, left.ends_at, left.stays_in_time) == (at("11:00"), at("11:50"), False)


def test_what_is_cancelled_leads_nowhere() -> None:
    session = moved("14:00", "C", ("13:00", "B"))
    session.state = "cancelled"
    assert ghosts([session], {}) == []


def test_an_empty_cell_keeps_the_way_to_where_the_session_is_now() -> None:
    session = moved("13:00", "B", ("11:00", "A"))
    left = ghosts([session], {})
    (day,) = days([session], [LUNCH], ZONE, at("09:00"), left)
    assert rooms_of(day, ["A", "B"]) == ["A", "B"]
    assert [[(cell.entries, cell.ghosts) for cell in row.cells] for row in grid(day, ["A", "B"])] == [
        [((), tuple(left)), ((), ())],
        [],
        [((), ()), ((session,), ())],
    ]


def test_what_came_into_the_old_cell_stands_beside_it_and_covers_it_when_it_is_long() -> None:
    session, long, short = moved("13:00", "B", ("11:00", "A")), entry("10:00", "A", 110), entry("10:00", "B")
    (left,) = ghosts([session], {})
    (day,) = days([long, short, session], [], ZONE, at("09:00"), [left])
    assert [
        [(cell.room, cell.entries, cell.rows, cell.ghosts) for cell in row.cells] for row in grid(day, ["A", "B"])
    ] == [
        [("A", (long,), 2, (left,)), ("B", (short,), 1, ())],
        [("B", (), 1, ())],
        [("A", (), 1, ()), ("B", (session,), 1, ())],
    ]


def test_a_list_by_time_tells_only_of_what_is_at_another_time_now() -> None:
    session = moved("13:00", "B", ("13:00", "A"), ("11:00", "A"))
    (day,) = days([session], [], ZONE, at("11:10"), ghosts([session], {}))
    assert [(one.state, len(one.entries), [ghost.starts_at for ghost in one.departed]) for one in day.stretches] == [
        ("now", 0, [at("11:00")]), ("next", 1, []),
    ]  # fmt: skip


def test_a_place_that_is_empty_now_is_not_what_comes_next() -> None:
    session = moved("14:00", "B", ("13:00", "A"))
    found = now_and_next(days([session], [], ZONE, at("12:30"), ghosts([session], {})))
    assert [(stretch.starts_at, stretch.state) for stretch in found] == [(at("14:00"), "next")]
