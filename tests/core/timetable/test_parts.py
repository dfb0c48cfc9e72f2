"""The parts the solver stands on: the matching that is repaired, and the search that counts as it goes."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.anneal import Search
from barcamp.core.timetable.cells import NOWHERE, Cells
from barcamp.core.timetable.problem import Problem, bit_set, each_bit
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import clashes
from barcamp.core.timetable.solve import solve
from tests.core.timetable.instances import camp, problems

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


@settings(deadline=None, max_examples=80)
@given(wants)
def test_as_many_are_seated_as_can_be(wanted: list[frozenset[int]]) -> None:
    cells = Cells(5, [bit_set(sorted(own)) for own in wanted])
    assert sum(cells.seat(s) for s in range(len(wanted))) == most_seated(wanted)
    assert consistent(cells)


@settings(deadline=None, max_examples=80)
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


@settings(deadline=None, max_examples=60)
@given(problems(), st.integers(0, 9))
def test_the_search_breaks_no_rule_and_never_loses_count(problem: Problem, seed: int) -> None:
    start = solve(problem, seed=1).plan
    search = Search(problem, start, None, Random(seed))
    if not search.movable:
        return
    search.run(400, 3.0, 1.0)
    fresh = Search(problem, search.plan(), None, Random(seed))
    names = ("place", "grid", "busy", "once", "twice", "count", "capacities", "covers", "reached")
    assert [getattr(search, name) for name in names] == [getattr(fresh, name) for name in names]
    assert [sorted(here) for here in search.long_in] == fresh.long_in
    broken = [one for one in violations(problem, search.plan()) if search.place[one.items[0]] is not None]
    assert (broken, {place is None for place in search.place}) == ([], {place is None for place in start})


def test_the_search_knows_the_clashes_of_a_camp() -> None:
    problem = camp(4)
    search = Search(problem, solve(problem, seed=1).plan, None, Random(2))
    search.run(3_000, 2.0, 0.5)
    placed = sum(problem.popularity[s] for s, place in enumerate(search.place) if place)
    assert placed - sum(search.reached) == clashes(problem, search.plan())
