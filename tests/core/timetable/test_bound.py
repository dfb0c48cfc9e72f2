"""The floor under the cost: no schedule of a tiny problem, tried one by one, gets below it."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings

from barcamp.core.timetable.bound import Bound, bound, prove
from barcamp.core.timetable.problem import Item, Place, Problem
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import figures
from barcamp.core.timetable.solve import solve
from tests.core.timetable import oracle
from tests.core.timetable.instances import camp, items, problems, simple


def test_more_stars_than_slots() -> None:
    assert bound(simple(*items(4), blocks="ab", stars=((0, 1, 2, 3), (0,)), rooms=(9, 9))) == Bound(2, 0, 2.0, 100.0)


def test_more_fans_than_seats() -> None:
    problem = simple(*items(2), rooms=(3, 1), stars=((0,),) * 5 + ((1,),) * 3)
    assert bound(problem) == Bound(2, 0, 2.0, 75.0)


def test_both_at_once_are_added_where_different_people_miss_something() -> None:
    problem = simple(*items(4), rooms=(3, 3), blocks="ab", stars=((0,),) * 5 + ((1, 2, 3),))
    assert bound(problem) == Bound(3, 0, 3.0, 100 * 5 / 7)


@pytest.mark.parametrize(("share", "missed"), [(2.0, 2), (1.0, 2), (0.5, 0), (0.0, 0)])
def test_where_few_come_a_room_is_enough_for_more_stars(share: float, missed: int) -> None:
    problem = replace(simple(*items(1), rooms=(3,), stars=((0,),) * 5), turnout=share)
    assert (bound(problem).missed, prove(problem, steps=100).missed) == (missed, missed)
    assert bound(problem).cost <= solve(problem, seed=1).figures.cost


def test_what_fits_nowhere() -> None:
    problem = simple(*items(1), Item("kiln", needs=frozenset({"kiln"})), stars=((1,), (0, 1)))
    assert bound(problem) == Bound(2, 1, 7.0, 100 / 3)


def test_more_items_than_places() -> None:
    assert bound(simple(*items(5), blocks="ab")) == Bound(0, 3, 15.0, 0.0)


def test_rooms_say_nothing_once_items_overlap_in_part() -> None:
    assert bound(simple(Item("long", 2), rooms=(1,), stars=((0,),) * 9)) == Bound(0, 0, 0.0, 100.0)


def test_proof_sees_who_starred_what_together() -> None:
    """Everybody starred two of three items, and there are two slots: some pair has to share one."""
    problem = simple(*items(3), rooms=(9, 9), blocks="ab", stars=((0, 1),) * 4 + ((0, 2),) * 2 + ((1, 2),) * 3)
    assert bound(problem) == Bound(0, 0, 0.0, 100.0)
    assert prove(problem, steps=2000) == Bound(2, 0, 2.0, 100 * 16 / 18)
    assert solve(problem, seed=1, moves=500).figures.cost == 2.0


def test_proof_counts_stars_of_items_that_find_no_place() -> None:
    problem = simple(*items(3), blocks="ab", stars=((0,),) * 4 + ((1,),) * 3 + ((2,),) * 2)
    assert prove(problem, steps=2000) == Bound(2, 1, 7.0, 100 * 7 / 9)
    assert solve(problem, seed=1, moves=500).figures.cost == 7.0


def test_proof_gets_close_to_a_real_schedule() -> None:
    problem = camp(1, n_items=30, n_rooms=6, n_slots=6, n_people=80)
    heard: list[Bound] = []
    floor = prove(problem, steps=40_000, on_progress=heard.append)
    assert heard[-1] == floor
    assert [one.cost for one in heard] == sorted({one.cost for one in heard})
    assert bound(problem).cost < heard[0].cost
    shown = solve(problem, seed=1, moves=20_000).figures
    assert floor.cost <= shown.cost
    assert floor.seated_pct_at_most >= shown.seated_pct
    assert shown.missed_clash - floor.missed <= 0.05 * shown.possible


def test_proof_is_the_same_for_the_same_arguments() -> None:
    problem = camp(2, n_items=25, n_rooms=5, n_slots=6, n_people=60)
    assert prove(problem, steps=10_000) == prove(problem, steps=10_000)


def test_proof_ends_at_the_cost_of_a_known_schedule() -> None:
    problem = camp(3, n_items=25, n_rooms=5, n_slots=6, n_people=60)
    first: list[Bound] = []
    prove(problem, steps=10_000, on_progress=first.append)
    assert prove(problem, steps=10_000, upper=first[0].cost) == first[0]


def test_no_steps_prove_what_the_quick_floor_says() -> None:
    problem = camp(4, n_items=20, n_rooms=4, n_slots=5, n_people=40)
    assert prove(problem, steps=0) == bound(problem)


@settings(deadline=None, max_examples=30)
@given(problems(longest=2))
def test_no_schedule_is_below_it(problem: Problem) -> None:
    quick, floor = bound(problem), prove(problem, steps=3000)
    assert quick.cost <= floor.cost
    shown = solve(problem, seed=1).figures
    assert shown.cost >= floor.cost - 1e-6
    assert shown.seated_pct <= floor.seated_pct_at_most + 1e-6
    few = Problem(problem.slots[:3], problem.rooms[:2], (), problem.stars, problem.weights)
    few = Problem(
        few.slots,
        few.rooms,
        tuple(Item(item.id, item.length, item.people, item.needs) for item in problem.items[:4]),
        tuple(tuple(s for s in mine if s < 4 and s < len(problem.items)) for mine in problem.stars),
        problem.weights,
    )
    places = [None, *(Place(t, r) for t in range(len(few.slots)) for r in range(len(few.rooms)))]
    floor = prove(few, steps=3000)
    for plan in product(places, repeat=len(few.items)):
        if not violations(few, plan):
            assert oracle.cost(few, plan) >= floor.cost - 1e-6
            assert figures(few, plan).seated_pct <= floor.seated_pct_at_most + 1e-6
