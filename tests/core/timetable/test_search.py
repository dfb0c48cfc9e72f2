"""The search: its books are exact at every moment, it breaks no rule, and its guesses are worth following."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable import steps
from barcamp.core.timetable.books import NOTHING, shared_stars
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import bill
from barcamp.core.timetable.search import Search
from barcamp.core.timetable.solve import solve
from tests.core.timetable.instances import camp, items, problems, simple


def cost(problem: Problem, plan: Plan, before: Plan | None = None) -> float:
    """What the scorer says."""
    return bill(problem, plan, before).price(problem.weights)


def books(search: Search) -> list[object]:
    """Everything the search has written down, in an order that does not depend on how it came to be."""
    counted = [search.slot, search.busy, search.held, search.once, search.only, search.count, search.reached]
    return [*counted, *(sorted(row) for row in (*search.short, *search.long, *search.long_in))]


@settings(deadline=None, max_examples=40)
@given(problems(), problems(), st.booleans(), st.integers(0, 9))
def test_the_books_are_exact_after_any_steps(problem: Problem, other: Problem, known: bool, seed: int) -> None:
    before = (solve(other, seed=1).plan * len(problem.items))[: len(problem.items)] if known else None
    start = solve(problem, seed=1, before=before).plan
    search = Search(problem, start, before)
    assert search.cost() == pytest.approx(cost(problem, start, before))

    rng = Random(seed)
    steps.run(search, rng, steps.cooling(search.movable, rng, 60 if search.movable else 0, 3.0, 1.0))
    plan = search.plan()
    assert search.cost() == pytest.approx(cost(problem, plan, before))
    assert books(search) == books(Search(problem, plan, before))
    broken = [one for one in violations(problem, plan) if plan[one.items[0]] is not None]
    assert (broken, plan.count(None)) == ([], start.count(None))


@pytest.mark.parametrize("seed", [4, 5])
def test_the_books_of_a_camp_are_exact(seed: int) -> None:
    problem = camp(seed)
    search = Search(problem, solve(problem, seed=1).plan, None)
    rng = Random(2)
    steps.run(search, rng, steps.cooling(search.movable, rng, 600, 2.0, 0.5))
    assert search.cost() == pytest.approx(cost(problem, search.plan()))
    assert violations(problem, search.plan()) == []


def test_a_trade_is_made_at_its_price_and_no_less() -> None:
    problem = simple(*items(3), rooms=(9, 9), blocks="ab", stars=((0, 1),) * 4 + ((0, 2),))
    together = (Place(0, 0), Place(0, 1), Place(1, 0))
    search = Search(problem, together, None)
    assert (search.cost(), search.trade(1, 2, 1, -3.01), search.plan()) == (4, False, together)
    assert (search.trade(1, 2, 1, -3), search.cost()) == (True, 1)
    assert [place and place.slot for place in search.plan()] == [0, 1, 0]
    assert (search.trade(2, NOTHING, 1, 0), search.cost()) == (True, 0)


def test_a_step_that_would_break_a_rule_leaves_everything_as_it_was() -> None:
    problem = simple(*items(2), rooms=(9,), blocks="ab")
    search = Search(problem, (Place(0, 0), Place(1, 0)), None)
    kept = books(search), search.plan(), search.cost()
    assert not search.rearrange({0: Place(1, 0)}, 100)
    assert (books(search), search.plan(), search.cost()) == kept
    assert search.rearrange({0: Place(1, 0), 1: Place(0, 0)}, 0)
    assert search.plan() == (Place(1, 0), Place(0, 0))


def test_shared_stars_are_counted_twice_for_the_two_slots() -> None:
    few = simple(*items(3), stars=((0, 1), (0, 1), (1, 2)))
    many = simple(*items(3), stars=((0, 1, 2),) * 60)
    assert [list(row) for row in shared_stars(few)] == [[4, 4, 0], [4, 6, 2], [0, 2, 2]]
    assert [list(row) for row in shared_stars(many)] == [[120] * 3] * 3
