"""Every figure on cases small enough to count by hand, and all of them against a slow oracle."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.problem import Item, Place, Plan, Problem, Weights, Wish
from barcamp.core.timetable.score import audience, bill, figures, reach
from tests.core.timetable import oracle
from tests.core.timetable.instances import items, plans, problems, simple


def test_all_figures_of_a_small_camp() -> None:
    wishing = Item("s3", prefer=Wish(slot=0, room=0))
    problem = simple(
        *items(3), wishing, Item("s4"), rooms=(2, 1), blocks="ab", stars=((0, 1), (0, 1), (0, 2), (0, 3), (4,), ())
    )
    plan = (Place(0, 0), Place(0, 1), Place(1, 0), Place(1, 1), None)
    before = (Place(0, 0), Place(1, 1), Place(1, 1), None, Place(0, 0))
    # 0 and 1 run together: two people miss one each. 0 expects 1/2 + 1/2 + 1 + 1 = 3 people on 2 seats.
    assert figures(problem, plan, before).rounded() == {
        "missed_clash": 2,
        "missed_full": 1.0,
        "missed_unplaced": 1,
        "unplaced": 1,
        "slot_wishes_broken": 1,
        "room_wishes_broken": 1,
        "moved_slot": 1,
        "moved_room": 1,
        "stars": 9,
        "possible": 9,
        "cost": 2 + 1 + 1 + 5 + 3 + 1 + 2 + 0.5,
        "seated_pct": round(100 * 5 / 9, 3),
        "satisfaction_pct": 60.0,
        "worst_tenth_pct": 0.0,
    }


def test_a_person_torn_between_three_counts_a_third_for_each() -> None:
    problem = simple(*items(3), rooms=(1, 1, 1), stars=((0, 1, 2), (0,)))
    plan = tuple(Place(0, r) for r in range(3))
    assert audience(problem, plan) == [pytest.approx(4 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3)]
    assert reach(problem, plan, 0) == 1


def test_a_long_item_is_torn_with_all_it_overlaps() -> None:
    problem = simple(Item("workshop", 2), *items(2), rooms=(9, 9), stars=((0, 1, 2),))
    plan = (Place(0, 0), Place(0, 1), Place(1, 1))
    # The short ones overlap the workshop, not each other; and two short ones are more than one workshop.
    assert audience(problem, plan) == [pytest.approx(1 / 3), 0.5, 0.5]
    assert (reach(problem, plan, 0), bill(problem, plan).missed_clash) == (2, 1)


def test_nobody_and_nothing() -> None:
    empty = figures(Problem((), (), ()), ())
    assert (empty.cost, empty.seated_pct, empty.satisfaction_pct, empty.worst_tenth_pct) == (0, 0, 0, 100)


def test_turnout_scales_audiences_and_not_clashes() -> None:
    problem = simple(*items(2), rooms=(3, 9), blocks="a", stars=((0,),) * 4 + ((0, 1),) * 4)
    plan = (Place(0, 0), Place(0, 1))
    half, double = replace(problem, turnout=0.5), replace(problem, turnout=2.0)
    assert [audience(one, plan) for one in (problem, half, double)] == [[6.0, 2.0], [3.0, 1.0], [12.0, 4.0]]
    assert [figures(one, plan).missed_clash for one in (problem, half, double)] == [4, 4, 4]
    assert [figures(one, plan).missed_full for one in (problem, half, double)] == [3.0, 0.0, 9.0]
    # Of nine people outside, half never starred it.
    assert [figures(one, plan).seated_pct for one in (problem, half, double)] == [62.5, 100.0, 43.75]
    assert (half.demand, half.heads) == ((4.0, 2.0), (0.5, 0.5))


def test_each_weight_prices_its_own_part() -> None:
    problem = simple(Item("s0", prefer=Wish(1, 1)), *items(2)[1:], rooms=(0, 9), stars=((0, 1),))
    plan: Plan = (Place(0, 0), None)
    counted = bill(problem, plan, (Place(0, 1), None))
    assert counted.price(Weights()) == 1 + 1 + 5 + 3 + 1 + 0.5
    assert counted.price(Weights(0, 10, 200, 3000, 40000, 0, 500000)) == 10 + 1 + 200 + 3000 + 40000 + 500000


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_cost_is_that_of_the_slow_oracle(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan, before = data.draw(plans(problem)), data.draw(plans(problem))
    assert figures(problem, plan, before).cost == pytest.approx(oracle.cost(problem, plan, before))
    assert audience(problem, plan) == pytest.approx([float(people) for people in oracle.audience(problem, plan)])


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_reach_is_the_best_of_all_subsets(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan = data.draw(plans(problem))
    assert [reach(problem, plan, a) for a in range(len(problem.stars))] == [
        oracle.reach(problem, plan, mine) for mine in problem.stars
    ]
