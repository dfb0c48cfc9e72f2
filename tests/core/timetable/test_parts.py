"""The parts the solver stands on: the matching that is repaired, people counted in bits, and rooms given out."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.cells import NOWHERE, Cells
from barcamp.core.timetable.crowd import levels, turnout
from barcamp.core.timetable.problem import Place, Problem, bit_set, each_bit
from barcamp.core.timetable.rooms import assign_rooms
from barcamp.core.timetable.score import bill
from barcamp.core.timetable.seating import Seats
from barcamp.core.timetable.tally import (
    at_least_two,
    exactly_two,
    join,
    leave,
    more_than_three,
    shared_out,
    tally_of,
)
from tests.core.timetable.instances import problems

wants = st.lists(st.frozensets(st.integers(0, 4), max_size=3), max_size=6)


def most_seated(wanted: list[frozenset[int]], taken: frozenset[int] = frozenset()) -> int:
    """The size of the largest matching, by trying everything."""
    if not wanted:
        return 0
    without = most_seated(wanted[1:], taken)
    return max([without, *(1 + most_seated(wanted[1:], taken | {cell}) for cell in sorted(wanted[0] - taken))])


def consistent(cells: Cells) -> bool:
    """Whether both sides of the matching and the set of free cells say the same."""
    seated = {cell: s for s, cell in enumerate(cells.cell_of) if cell != NOWHERE}
    free = {cell for cell, owner in enumerate(cells.owner) if owner == NOWHERE and not cells.blocked >> cell & 1}
    return (
        {cell: owner for cell, owner in enumerate(cells.owner) if owner != NOWHERE} == seated
        and set(each_bit(cells.free)) == free
        and all(cells.wants[s] >> cell & 1 for cell, s in seated.items())
    )


@settings(deadline=None, max_examples=40)
@given(wants)
def test_as_many_are_seated_as_can_be(wanted: list[frozenset[int]]) -> None:
    cells = Cells(5, [bit_set(sorted(own)) for own in wanted])
    assert sum(cells.seat(s) for s in range(len(wanted))) == most_seated(wanted)
    assert consistent(cells)


@settings(deadline=None, max_examples=40)
@given(wants, st.frozensets(st.integers(0, 4), max_size=2))
def test_blocking_cells_seats_their_owners_elsewhere_or_says_no(
    wanted: list[frozenset[int]], gone: frozenset[int]
) -> None:
    cells = Cells(5, [bit_set(sorted(own)) for own in wanted])
    seated = [s for s in range(len(wanted)) if cells.seat(s)]
    assert cells.block(sorted(gone)) == (most_seated([wanted[s] - gone for s in seated]) == len(seated))
    assert consistent(cells)
    assert not gone or not cells.block(sorted(gone))
    cells.unblock(sorted(gone))
    assert consistent(cells)


crowds = st.lists(st.frozensets(st.integers(0, 5)), max_size=12)


@settings(deadline=None, max_examples=40)
@given(crowds, crowds)
def test_a_tally_knows_how_many_stars_everybody_has(stay: list[frozenset[int]], go: list[frozenset[int]]) -> None:
    tally = tally_of(bit_set(sorted(crowd)) for crowd in stay + go)
    for crowd in go:
        leave(tally, bit_set(sorted(crowd)))
    count = Counter(person for crowd in stay for person in crowd)
    assert [sum((digit >> person & 1) << n for n, digit in enumerate(tally)) for person in range(6)] == [
        count[person] for person in range(6)
    ]
    assert (set(each_bit(at_least_two(tally))), set(each_bit(exactly_two(tally)))) == (
        {person for person in count if count[person] > 1},
        {person for person in count if count[person] == 2},
    )
    assert set(each_bit(more_than_three(tally))) == {person for person in count if count[person] > 3}


@settings(deadline=None, max_examples=40)
@given(crowds, st.frozensets(st.integers(0, 5)))
def test_a_tally_expects_the_same_people(others: list[frozenset[int]], mine: frozenset[int]) -> None:
    sets = [bit_set(sorted(crowd)) for crowd in (*others, mine)]
    tally = tally_of(sets)
    assert shared_out(sets[-1], tally, more_than_three(tally)) == pytest.approx(turnout(sets[-1], levels(sets)))
    join(tally, sets[-1])
    assert shared_out(sets[-1], tally, more_than_three(tally)) == pytest.approx(
        turnout(sets[-1], levels([*sets, sets[-1]]))
    )


@st.composite
def rows(draw: st.DrawFn) -> tuple[Problem, int, list[int]]:
    """A problem, one of its slots, and some items of one slot to put there."""
    problem = draw(problems(longest=1, pins=False))
    slot = draw(st.integers(0, len(problem.slots) - 1))
    there = [s for s in range(len(problem.items)) if slot in problem.openings[s]]
    chosen = draw(st.lists(st.sampled_from(there), unique=True, max_size=len(problem.rooms))) if there else []
    return problem, slot, chosen


@settings(deadline=None, max_examples=30)
@given(rows())
def test_quick_seats_cost_what_the_best_rooms_cost(row: tuple[Problem, int, list[int]]) -> None:
    problem, slot, chosen = row
    seats = Seats(problem, None)
    seating = seats.seat(slot, chosen, tally_of(problem.fans[s] for s in chosen), 0)
    if seating is None:
        cells = Cells(len(problem.rooms), [problem.openings[s].get(slot, 0) for s in chosen])
        assert False in [cells.seat(n) for n in range(len(chosen))]
        return
    seated = dict(seating.ranks)
    plan = tuple(Place(slot, seats.rooms[seated[s]]) if s in seated else None for s in range(len(problem.items)))
    cost, best = (bill(problem, one) for one in (plan, assign_rooms(problem, plan)))
    assert cost.price(problem.weights) == pytest.approx(best.price(problem.weights))
    assert seating.cost == pytest.approx(
        problem.weights.full * cost.missed_full + problem.weights.room_wish * cost.room_wishes_broken
    )
    assert sum(price for _, price in seating.over) == pytest.approx(problem.weights.full * cost.missed_full)


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_held_rooms_are_left_alone(data: st.DataObject) -> None:
    problem, slot, chosen = data.draw(rows())
    seats = Seats(problem, None)
    held = data.draw(st.integers(0, (1 << len(problem.rooms)) - 1))
    seating = seats.seat(slot, chosen, tally_of(problem.fans[s] for s in chosen), held)
    assert seating is None or not any(held >> rank & 1 for _, rank in seating.ranks)
