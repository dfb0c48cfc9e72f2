"""The scheduler beside an independent checker, on made-up camps and on plans that break every rule."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable import files
from barcamp.core.timetable.problem import Place
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import figures
from barcamp.core.timetable.solve import solve
from bench import camps, checker
from tests.core.timetable.instances import as_json, plans, problems


@pytest.mark.parametrize("workshops", [False, True])
@pytest.mark.parametrize(("size", "seed"), [("tiny", 1), ("tiny", 2), ("small", 1), ("small", 2)])
def test_a_schedule_breaks_no_rule_and_costs_what_it_says(size: str, seed: int, workshops: bool) -> None:
    camp = camps.camp(size, seed, workshops=workshops)
    problem = files.read(camp)
    solution = solve(problem, seed=seed, moves=2_000)
    assign = files.write(solution.plan)["assign"]
    assert checker.broken(camp, assign) == []
    assert_same(checker.figures(camp, assign), solution.figures.rounded())


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_both_find_the_same_rules_broken_and_the_same_figures(data: st.DataObject) -> None:
    problem = data.draw(problems())
    plan, before = data.draw(plans(problem)), data.draw(plans(problem))
    camp, assign = as_json(problem), files.write(plan)["assign"]
    ids = [item.id for item in problem.items]
    found = {(one.rule, *sorted(ids[s] for s in one.items)) for one in violations(problem, plan)}
    assert checker.broken(camp, assign) == sorted(found)
    theirs = checker.figures(camp, assign, files.write(before)["assign"])
    assert_same(theirs, figures(problem, plan, before).rounded())


@pytest.mark.parametrize(
    ("place", "broken"),
    [
        (Place(-1, 0), [("nowhere", "topic 0")]),
        (Place(0, 99), [("nowhere", "topic 0")]),
        (Place(4, 0), [("break", "topic 0")]),
    ],
)
def test_the_checker_sees_what_is_nowhere(place: Place, broken: list[tuple[str, ...]]) -> None:
    camp = camps.camp("tiny", 1)
    nowhere: list[Any] = [None] * (len(camp["sessions"]) - 1)
    pinned: list[tuple[str, ...]] = [("pin", session["id"]) for session in camp["sessions"][1:] if session.get("pin")]
    assert checker.broken(camp, [list(place), *nowhere]) == sorted(broken + pinned)


def test_the_same_words_make_the_same_camp() -> None:
    assert camps.camp("small", 3) == camps.camp("small", 3)
    assert camps.camp("small", 3) != camps.camp("small", 4)


def assert_same(theirs: dict[str, float], ours: dict[str, float]) -> None:
    assert theirs == pytest.approx(ours, abs=2e-3)
