"""A day's grid as values: what lives on, what is new, what goes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barcamp.core.times import NoSlotFits, NoSuchTime
from barcamp.venue.day import Wanted, by_day, camp_day, instant, plan, whole_day
from barcamp.venue.errors import SlotsOverlap
from barcamp.venue.models import Slot, SlotKind
from tests.make import DAY, ZONE, at


def slot(number: int, starts: str, ends: str, kind: SlotKind = "talks", name: str = "") -> Slot:
    return Slot(id=number, starts_at=at(starts), ends_at=at(ends), kind=kind, name=name, sponsor="")


def wanted(starts: str, ends: str, kind: SlotKind = "talks", name: str = "") -> Wanted:
    return Wanted(at(starts), at(ends), kind, name)


def test_an_hour_after_midnight_belongs_to_the_night_of_the_day() -> None:
    next_day = DAY + timedelta(days=1)
    assert instant(DAY, time(1, 30), ZONE) == at("01:30", next_day)
    assert instant(DAY, time(5), ZONE) == at("05:00", DAY)
    assert instant(DAY, time(5), ZONE, is_end=True) == at("05:00", next_day)
    assert [camp_day(at(clock, next_day), ZONE) for clock in ("04:59", "05:00")] == [DAY, next_day]


def test_a_skipped_time_is_refused_and_a_repeated_one_is_the_first() -> None:
    with pytest.raises(NoSuchTime):
        instant(date(2026, 3, 7), time(2, 30), ZONE)  # the night to Sunday, March 8
    assert instant(date(2026, 10, 31), time(1, 30), ZONE).isoformat() == "2026-11-01T08:30:00+00:00"


def test_a_whole_day_goes_around_its_lunch() -> None:
    lunch = wanted("12:00", "13:00", "meal", "Lunch")
    made = whole_day(at("10:00"), at("15:00"), 50, 10, [lunch], ZONE)
    assert made == [
        wanted("10:00", "10:50"), wanted("11:00", "11:50"), lunch, wanted("13:00", "13:50"), wanted("14:00", "14:50"),
    ]  # fmt: skip


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(SlotsOverlap, match="12:00 – 13:00"):
        whole_day(at("10:00"), at("15:00"), 50, 10, [wanted("12:30", "14:00"), wanted("12:00", "13:00")], ZONE)
    with pytest.raises(NoSlotFits):
        whole_day(at("10:00"), at("10:30"), 50, 10, [], ZONE)


def test_rows_with_the_same_times_live_on_and_a_named_meal_may_move() -> None:
    morning, lunch, noon = (
        slot(1, "10:00", "10:50"),
        slot(2, "12:00", "13:00", "meal", "Lunch"),
        slot(3, "13:00", "13:50"),
    )
    later_lunch, after = wanted("12:30", "13:30", "meal", "lunch"), wanted("13:30", "14:20")
    made = plan([morning, lunch, noon], [wanted("10:00", "10:50"), later_lunch, after])
    assert made.kept == ((morning, wanted("10:00", "10:50")), (lunch, later_lunch))
    assert (made.added, made.removed_ids) == ((after,), [3])
    assert made.wanted == [wanted("10:00", "10:50"), later_lunch, after]


def test_a_slot_for_talks_never_becomes_a_meal() -> None:
    there, wish = slot(1, "12:00", "13:00"), wanted("12:00", "13:00", "meal", "Lunch")
    made = plan([there], [wish])
    assert (made.kept, made.added, made.removed_ids) == ((), (wish,), [1])


def test_a_plan_that_changes_nothing_says_so() -> None:
    there = [slot(1, "10:00", "10:50"), slot(2, "12:00", "13:00", "meal", "Lunch")]
    same = [wanted("10:00", "10:50"), wanted("12:00", "13:00", "meal", "Lunch")]
    assert plan(there, same).changes_nothing
    assert not plan(there, [same[0], wanted("12:00", "13:00", "meal", "Dinner")]).changes_nothing
    assert not plan(there, same[:1]).changes_nothing


def test_slots_are_sorted_into_days() -> None:
    late, early = slot(1, "23:00", "23:50"), slot(2, "10:00", "10:50")
    late.starts_at += timedelta(hours=2)
    assert by_day([early, late], ZONE) == {DAY: [early, late]}


def a_day(hours: list[tuple[int, SlotKind, str]]) -> list[tuple[datetime, datetime, SlotKind, str]]:
    return [(at(f"{hour:02}:00"), at(f"{hour:02}:50"), kind, name) for hour, kind, name in hours]


kinds: st.SearchStrategy[SlotKind] = st.sampled_from(["talks", "break", "meal"])
days = st.lists(
    st.tuples(st.integers(6, 22), kinds, st.sampled_from(["", "Lunch", "Tea"])),
    unique_by=lambda one: one[0],
    max_size=8,
).map(a_day)


@given(there=days, wishes=days)
def test_every_wish_is_met_once_and_every_row_is_kept_or_goes(
    there: list[tuple[datetime, datetime, SlotKind, str]], wishes: list[tuple[datetime, datetime, SlotKind, str]]
) -> None:
    rows = [
        Slot(id=number, starts_at=starts, ends_at=ends, kind=kind, name=name, sponsor="")
        for number, (starts, ends, kind, name) in enumerate(there, 1)
    ]
    wanted_day = [Wanted(*wish) for wish in wishes]
    made = plan(rows, wanted_day)
    kept = [row for row, _wish in made.kept]
    assert made.wanted == sorted(wanted_day)
    assert sorted([row.id for row in kept] + made.removed_ids) == [row.id for row in rows]
    assert all(row.is_for_talks == (wish.kind == "talks") for row, wish in made.kept)
    assert made.digest == plan(rows[::-1], wanted_day[::-1]).digest
