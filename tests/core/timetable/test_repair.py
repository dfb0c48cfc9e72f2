"""A change on the day: what lost its place gets another, few others move, and more moves never cost more."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.problem import Item, Place, Plan, Problem, Wish
from barcamp.core.timetable.repair import curve, loose_items, mend, repair, usual_limit
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import bill
from barcamp.core.timetable.solve import solve
from tests.core.timetable.instances import camp, items, plans, problems, simple

CAMP = camp(3, n_items=60, n_rooms=9, n_slots=8, n_people=150)
KNOWN = solve(CAMP, seed=1, moves=30_000).plan


def closed(problem: Problem, room: int, slots: range) -> Problem:
    rooms = list(problem.rooms)
    rooms[room] = replace(rooms[room], closed=rooms[room].closed | frozenset(slots))
    return replace(problem, rooms=tuple(rooms))


def test_a_closed_room_moves_its_item_and_nobody_else() -> None:
    problem = simple(*items(2), rooms=(5, 5, 5), blocks="a", stars=((0,), (1,)))
    before = (Place(0, 0), Place(0, 1))
    solution = repair(closed(problem, 0, range(1)), before)
    assert (solution.plan, solution.figures.moved_room, solution.reasons) == ((Place(0, 2), Place(0, 1)), 1, {})


def test_the_curve_of_a_room_that_matters() -> None:
    # Room 0 closes; five people of item 0 fit into room 1 only, where item 1 has two.
    problem = closed(simple(*items(2), rooms=(5, 5, 2), blocks="a", stars=((0,),) * 5 + ((1,),) * 2), 0, range(1))
    points = curve(problem, (Place(0, 0), Place(0, 1)))
    assert [(point.allowed, point.figures.cost, point.moved, point.loose) for point in points] == [
        (0, 3 + 0.5, (), (0,)),
        (1, 1.0, (1,), (0,)),
        (3, 1.0, (1,), (0,)),
        (10, 1.0, (1,), (0,)),
        (None, 1.0, (1,), (0,)),
    ]
    assert points[1].plan == (Place(0, 1), Place(0, 2))
    assert (points[1].moved_slot, points[1].moved_room) == (0, 2)


def test_one_who_could_go_elsewhere_makes_way() -> None:
    # Only room 0 has a projector, and it is left to item 0 in slot 1 alone, where item 1 is.
    film = Item("film", needs=frozenset({"projector"}), slots_allowed=frozenset({1}))
    problem = simple(film, *items(3)[1:], rooms=(9, 9), blocks="ab", stars=((0, 1), (0, 2)))
    problem = replace(problem, rooms=(replace(problem.rooms[0], equipment=frozenset({"projector"})), problem.rooms[1]))
    before = (Place(0, 0), Place(1, 0), Place(1, 1))
    points = curve(problem, before, steps=(0, 1))
    assert [point.plan[0] for point in points] == [None, Place(1, 0)]
    assert [point.figures.unplaced for point in points] == [1, 0]
    assert points[1].moved == (1,)


def test_a_workshop_that_lost_its_room_pushes_two_talks_on() -> None:
    problem = closed(simple(Item("workshop", 2), *items(3)[1:], rooms=(9, 9), blocks="aabb"), 0, range(2))
    problem = replace(problem, items=(replace(problem.items[0], slots_allowed=frozenset({0, 1})), *problem.items[1:]))
    points = curve(problem, (Place(0, 0), Place(0, 1), Place(1, 1)), steps=(0, 1, 2))
    assert [point.plan[0] for point in points] == [None, None, Place(0, 1)]
    assert points[2].moved == (1, 2)


def test_a_pin_on_top_of_another_makes_the_other_loose() -> None:
    pinned = Item("s0", people=("p0",), pin=Wish(0, 0))
    problem = simple(pinned, *items(2)[1:], rooms=(5, 5), blocks="a")
    assert loose_items(problem, (Place(0, 1), Place(0, 0))) == [0, 1]
    assert repair(problem, (Place(0, 1), Place(0, 0))).plan == (Place(0, 0), Place(0, 1))


def test_the_presenter_cannot_be_in_two_places() -> None:
    problem = simple(Item("a", people=("ann",)), Item("b", people=("ann",)), rooms=(5, 5), blocks="ab", stars=((1,),))
    assert loose_items(problem, (Place(0, 0), Place(0, 1))) == [0]
    assert repair(problem, (Place(0, 0), Place(0, 1))).plan == (Place(1, 0), Place(0, 1))


def test_nothing_moves_without_a_change() -> None:
    assert usual_limit(CAMP, KNOWN) == 0
    assert mend(CAMP, KNOWN).plan == KNOWN
    assert {point.plan for point in curve(CAMP, KNOWN)} == {KNOWN}


def test_a_big_room_closes_for_half_the_event() -> None:
    problem = closed(CAMP, 1, range(4))
    points = curve(problem, KNOWN)
    few = mend(problem, KNOWN)
    assert violations(problem, few.plan) == []
    assert few.figures.moved_slot + few.figures.moved_room <= 10
    assert few.figures.moved_slot <= 2
    assert points[-1].figures.cost <= few.figures.cost <= points[0].figures.cost
    assert few.figures.cost <= solve(problem, seed=1).figures.cost


def test_the_free_end_of_the_curve_may_be_searched_further() -> None:
    problem = closed(CAMP, 0, range(1, 4))
    plain, searched = (curve(problem, KNOWN, seed=5, steps=(None,), moves=moves)[0] for moves in (0, 20_000))
    assert searched.figures.cost <= plain.figures.cost
    assert searched == curve(problem, KNOWN, seed=5, steps=(None,), moves=20_000)[0]


def test_the_same_under_any_hash_seed() -> None:
    script = (
        "from tests.core.timetable.test_repair import *; problem = closed(CAMP, 0, range(1, 4));"
        "print([point.plan for point in curve(problem, KNOWN)], mend(problem, KNOWN).plan)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_a_plan_of_another_size() -> None:
    with pytest.raises(ValueError, match="1 places before for 60 items"):
        curve(CAMP, KNOWN[:1])


@st.composite
def known(draw: st.DrawFn, problem: Problem) -> Plan:
    """A plan that was valid once: of any places, those that meet nobody."""
    plan: list[Place | None] = [None] * len(problem.items)
    for s, place in enumerate(draw(plans(problem))):
        plan[s] = place
        if any(one.rule in ("room", "person") for one in violations(problem, tuple(plan))):
            plan[s] = None
    return tuple(plan)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_limits_hold_and_costs_never_rise(data: st.DataObject) -> None:
    problem = data.draw(problems())
    before = data.draw(known(problem))
    loose = loose_items(problem, before)
    points = curve(problem, before)
    assert [point.allowed for point in points] == [0, 1, 3, 10, None]
    for point in points:
        moved = tuple(s for s, place in enumerate(point.plan) if place != before[s] and s not in loose)
        assert (point.moved, list(point.loose)) == (moved, loose)
        assert point.allowed is None or len(moved) <= point.allowed
        assert {one.rule for one in violations(problem, point.plan)} <= {"pin"}
        assert all(place is not None for s, place in enumerate(point.plan) if s not in loose)
    costs = [bill(problem, point.plan, before).price(problem.weights) for point in points]
    assert costs == pytest.approx([point.figures.cost for point in points])
    assert all(later <= sooner + 1e-6 for sooner, later in pairwise(costs))
