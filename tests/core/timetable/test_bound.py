"""The floor under the cost: no schedule of a tiny problem, tried one by one, gets below it."""

from itertools import product

from hypothesis import given, settings

from barcamp.core.timetable.bound import Bound, bound
from barcamp.core.timetable.problem import Item, Place, Problem
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.solve import solve
from tests.core.timetable import oracle
from tests.core.timetable.instances import items, problems, simple


def test_more_stars_than_slots() -> None:
    assert bound(simple(*items(4), blocks="ab", stars=((0, 1, 2, 3), (0,)))) == Bound(2, 0, 2.0)


def test_more_fans_than_seats() -> None:
    assert bound(simple(*items(2), rooms=(3, 1), stars=((0,),) * 5 + ((1,),) * 3)) == Bound(2, 0, 2.0)


def test_both_at_once_are_added_where_different_people_miss_something() -> None:
    problem = simple(*items(4), rooms=(3,), blocks="ab", stars=((0,),) * 5 + ((1, 2, 3),))
    assert bound(problem) == Bound(3, 0, 3.0)


def test_what_fits_nowhere() -> None:
    assert bound(simple(*items(1), Item("kiln", needs=frozenset({"kiln"})), stars=((1,), (0, 1)))) == Bound(2, 1, 7.0)


def test_rooms_say_nothing_once_items_overlap_in_part() -> None:
    assert bound(simple(Item("long", 2), rooms=(1,), stars=((0,),) * 9)) == Bound(0, 0, 0.0)


@settings(deadline=None, max_examples=30)
@given(problems(longest=2))
def test_no_schedule_is_below_it(problem: Problem) -> None:
    floor = bound(problem).cost - 1e-6
    assert solve(problem, seed=1).figures.cost >= floor
    few = Problem(problem.slots[:3], problem.rooms[:2], (), problem.stars, problem.weights)
    few = Problem(
        few.slots,
        few.rooms,
        tuple(Item(item.id, item.length, item.people, item.needs) for item in problem.items[:4]),
        tuple(tuple(s for s in mine if s < 4 and s < len(problem.items)) for mine in problem.stars),
        problem.weights,
    )
    places = [None, *(Place(t, r) for t in range(len(few.slots)) for r in range(len(few.rooms)))]
    floor = bound(few).cost - 1e-6
    for plan in product(places, repeat=len(few.items)):
        if not violations(few, plan):
            assert oracle.cost(few, plan) >= floor
