"""Late notes and fair orders: small figures by hand, all others by rule, and what the solver makes of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.popularity import PRIOR, late_factor, shuffle_key, surely_seen, weighted_factor
from barcamp.core.timetable.bound import bound
from barcamp.core.timetable.files import BadInstance, read
from barcamp.core.timetable.options import options
from barcamp.core.timetable.problem import Item, Place, Problem
from barcamp.core.timetable.score import audience, bill, figures
from barcamp.core.timetable.solve import solve
from tests.core.timetable import oracle
from tests.core.timetable.instances import as_json, camp, items, plans, problems, simple


@pytest.mark.parametrize(
    ("cast", "since", "notes", "factor"),
    [
        (0, 0, 1, Fraction(1)),  # an empty wall
        (500, 500, 40, Fraction(1)),  # up from the start
        (500, 200, 40, Fraction(900, 600)),  # two fifths of the stars came after it: half as many again
        (500, 0, 40, Fraction(900, 400)),  # just up: the most there is
        (200, 8, 20, Fraction(400, 208)),  # 5 of the last 8 stars are 10 people, not 125
        (5000, 100, 10, Fraction(5100, 200)),  # many have voted: nearly its whole share
    ],
)
def test_what_a_late_star_counts_for(cast: int, since: int, notes: int, factor: Fraction) -> None:
    assert late_factor(cast, since, notes) == float(factor)


@pytest.mark.parametrize("counts", [(1, 2, 1), (1, -1, 1), (0, 0, 0), (-1, -1, 5)])
def test_counts_that_cannot_be(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="stars since then"):
        late_factor(*counts)


#: (its own stars, other stars given since it went up, those given before, notes on the wall)
walls = st.tuples(st.integers(0, 300), st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 400))


def popularity(own: int, since: int, before: int, notes: int) -> float:
    """The stars it would have had, as the wall works them out: its own are among those since it went up."""
    return own * late_factor(own + since + before, own + since, notes)


@given(walls)
def test_never_below_its_real_stars_nor_above_its_whole_share(wall: tuple[int, int, int, int]) -> None:
    own, since, before, notes = wall
    cast = own + since + before
    assert own <= popularity(*wall) <= own * (1 + cast / (PRIOR * notes)) + 1e-9
    assert own == 0 or popularity(*wall) <= own / (own + since) * cast * (1 + 1e-12)  # the naive share


@given(walls)
def test_another_star_is_always_worth_more_than_itself(wall: tuple[int, int, int, int]) -> None:
    own, since, before, notes = wall
    assert popularity(own + 1, since, before, notes) >= popularity(*wall) + 1 - 1e-9


@given(walls, st.integers(0, 300))
def test_notes_that_went_up_together_stand_as_their_stars_do(wall: tuple[int, int, int, int], other: int) -> None:
    own, since, before, notes = wall
    others = max(since, other)
    first = own * late_factor(own + others + before, own + others, notes)
    second = other * late_factor(own + others + before, own + others, notes)
    assert (first > second, first == second) == (own > other, own == other)


@given(walls, st.integers(1, 500))
def test_later_is_never_worth_less(wall: tuple[int, int, int, int], later: int) -> None:
    own, since, before, notes = wall
    missed = min(later, since)
    assert popularity(own, since - missed, before + missed, notes) >= popularity(*wall)


@given(st.integers(0, 300), st.integers(0, 3000), st.integers(1, 400))
def test_who_missed_no_star_is_counted_as_it_is(own: int, since: int, notes: int) -> None:
    assert popularity(own, since, 0, notes) == own


def test_stars_that_came_with_another_note_keep_their_own_factor() -> None:
    assert weighted_factor([(10, 3.0)], 3.0) == 3.0
    assert weighted_factor([(10, 3.0), (60, 1.0)], 3.0) == 90 / 70
    assert weighted_factor([(4, 1.0), (4, 2.0)], 3.0) == 1.5
    assert weighted_factor([(0, 1.0)], 3.0) == weighted_factor([], 3.0) == 3.0


def test_whoever_looks_and_wants_it_has_seen_it_once() -> None:
    assert [surely_seen(*counters) for counters in ((0, 0), (5, 3), (3, 5))] == [0, 5, 5]


@given(st.sets(st.integers(0, 10**6), max_size=30), st.integers(0, 10**6), st.text(max_size=5))
def test_what_comes_to_a_shuffle_leaves_the_others_in_their_order(numbers: set[int], new: int, seed: str) -> None:
    before = sorted(numbers, key=lambda number: shuffle_key(seed, number))
    after = sorted(numbers | {new}, key=lambda number: shuffle_key(seed, number))
    assert [number for number in after if number != new] == [number for number in before if number != new]


def test_a_shuffle_is_the_same_on_every_machine_and_another_for_each_seed() -> None:
    def order(seed: str) -> list[int]:
        return sorted(range(8), key=lambda number: shuffle_key(seed, number))

    assert order("a") == [7, 2, 5, 1, 6, 3, 4, 0]
    assert order("b") == [3, 0, 2, 1, 6, 7, 5, 4]


class TestInTheSchedule:
    """Late items expect more people than have starred them; nothing else about a schedule changes."""

    def test_a_late_item_gets_the_room_it_needs(self) -> None:
        usual, late = items(2)
        stars = ((0,), (0,), (0,), (1,), (1,))
        rooms = (2, 4)
        known = solve(simple(usual, late, rooms=rooms, blocks="a", stars=stars), seed=1)
        corrected = solve(simple(usual, replace(late, late_factor=2.0), rooms=rooms, blocks="a", stars=stars), seed=1)
        assert known.plan == (Place(0, 1), Place(0, 0))
        assert corrected.plan == (Place(0, 0), Place(0, 1))

    def test_every_figure_by_hand(self) -> None:
        problem = simple(*items(1), replace(items(2)[1], late_factor=3.0), rooms=(1, 2), stars=((0, 1), (1,)))
        plan = (Place(0, 0), Place(0, 1))
        assert problem.demand == (1.0, 6.0)
        assert audience(problem, plan) == [0.5, 4.5]
        found = figures(problem, plan)
        assert (found.missed_clash, found.missed_full, found.cost) == (1, 2.5, 3.5)
        # Of three stars one is lost to the clash; 2.5 of 4.5 people stand outside, who gave 2.5 / 3 of a star.
        assert found.seated_pct == pytest.approx(100 * (3 - 1 - 2.5 / 3) / 3)

    def test_elsewhere_costs_what_the_move_would(self) -> None:
        problem = simple(*items(1), replace(items(2)[1], late_factor=3.0), rooms=(1, 2), stars=((0, 1), (1,)))
        plan = (Place(0, 0), Place(0, 1))
        for option in options(problem, plan, 1):
            moved = (plan[0], option.place)
            assert option.change.cost == pytest.approx(
                bill(problem, moved).price(problem.weights) - bill(problem, plan).price(problem.weights)
            )

    @settings(deadline=None, max_examples=40)
    @given(st.data())
    def test_each_star_stands_for_so_many_people(self, data: st.DataObject) -> None:
        problem, factors = data.draw(with_factors())
        plan = data.draw(plans(problem))
        exact = [float(people) * factor for people, factor in zip(oracle.audience(problem, plan), factors, strict=True)]
        assert audience(problem, plan) == pytest.approx(exact)
        found = figures(problem, plan)
        assert found.missed_full >= bill(on_time(problem), plan).missed_full - 1e-9
        assert -1e-9 <= found.seated_pct <= 100 + 1e-9

    @settings(deadline=None, max_examples=15)
    @given(st.data())
    def test_a_solver_finds_valid_places_whatever_the_factors(self, data: st.DataObject) -> None:
        problem, _factors = data.draw(with_factors())
        solution = solve(problem, seed=1, moves=200)
        assert solution.figures == figures(problem, solution.plan)
        assert bound(problem).cost <= solution.figures.cost + 1e-9

    def test_with_nobody_late_the_schedule_is_the_same_to_the_last_bit(self) -> None:
        problem = camp(3, n_items=30, n_people=60)
        assert read(as_json(problem)) == problem
        late = {"late_factor": 1}
        said = as_json(problem)
        said["sessions"] = [session | late for session in said["sessions"]]  # type: ignore[attr-defined]
        assert solve(read(said), seed=2, moves=2000) == solve(problem, seed=2, moves=2000)

    @pytest.mark.parametrize("value", [0.99, 0, -1, float("nan"), float("inf"), True, "2", None])
    def test_a_factor_is_a_number_from_1_up(self, value: Any) -> None:
        said: Any = as_json(simple(*items(1)))
        said["sessions"][0]["late_factor"] = value
        with pytest.raises(BadInstance, match=r"sessions\[0\]\.late_factor should be a number from 1 up"):
            read(said)


@st.composite
def with_factors(draw: st.DrawFn) -> tuple[Problem, list[float]]:
    """A problem some items of which came late."""
    problem = draw(problems())
    factors = [draw(st.sampled_from([1.0, 1.0, 1.5, 2.25, 10.0])) for _ in problem.items]
    late = tuple(replace(item, late_factor=factor) for item, factor in zip(problem.items, factors, strict=True))
    return replace(problem, items=late), factors


def on_time(problem: Problem) -> Problem:
    def early(item: Item) -> Item:
        return replace(item, late_factor=1.0)

    return replace(problem, items=tuple(early(item) for item in problem.items))
