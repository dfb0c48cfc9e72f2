"""The price of a change is the difference of the costs before and after, part by part, also after many changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.ledger import Change, Ledger
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.score import audience, bill, outside
from tests.core.timetable import oracle
from tests.core.timetable.instances import items, plans, problems, simple


def test_an_exchange_of_two_crowds() -> None:
    problem = simple(*items(3), rooms=(2, 1), blocks="ab", stars=((0,), (0,), (0, 1), (2,)))
    plan = (Place(0, 1), Place(1, 0), Place(0, 0))
    # Three people find one seat of item 0 now and two later; the third person can no longer hear both.
    assert Ledger(problem, plan).price({0: Place(1, 0), 1: Place(0, 1)}) == Change(full=-1.0)
    assert Ledger(problem, plan).price({0: Place(1, 1)}) == Change(clash=1.0, full=-0.5)


def after(plan: Plan, moves: dict[int, Place | None]) -> Plan:
    return tuple(moves.get(s, place) for s, place in enumerate(plan))


def draw_moves(data: st.DataObject, problem: Problem) -> dict[int, Place | None]:
    """New places for up to three items at once."""
    other = data.draw(plans(problem))
    chosen = data.draw(st.lists(st.integers(0, len(other) - 1), unique=True, max_size=3))
    return {s: other[s] for s in chosen}


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_prices_are_exact_one_after_the_other(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan, before = data.draw(plans(problem)), data.draw(plans(problem))
    ledger = Ledger(problem, plan, before)
    for _ in range(3):
        moves = draw_moves(data, problem)
        price, now = ledger.price(moves), ledger.plan()
        then = after(now, moves)
        weights, was, will = problem.weights, bill(problem, now, before), bill(problem, then, before)
        assert price.cost == pytest.approx(
            oracle.cost(problem, then, before) - oracle.cost(problem, now, before), abs=1e-6
        )
        assert price.clash == weights.clash * (will.missed_clash - was.missed_clash)
        assert price.full == pytest.approx(weights.full * (will.missed_full - was.missed_full), abs=1e-6)
        ledger.apply(moves)
        assert ledger.plan() == then
        assert ledger.outside == pytest.approx(outside(problem, then), abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_who_would_come(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan, other = data.draw(plans(problem)), data.draw(plans(problem))
    ledger = Ledger(problem, plan)
    for s, place in enumerate(other):
        if place is not None:
            expected = audience(problem, after(plan, {s: place}))[s]
            assert ledger.expected(s, place) == pytest.approx(expected, abs=1e-6)
