"""Slots from the times of others: as many talks as can be keep theirs, to the minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.slotting import MOST_LENGTH, Grid, derive
from barcamp.core.times import Span

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    """Minutes after nine."""
    return Span(NINE + timedelta(minutes=start), NINE + timedelta(minutes=end))


def test_a_plain_grid_with_pauses_stays_one() -> None:
    talks = [span(0, 50), span(60, 110), span(120, 170), span(180, 230), span(0, 230)]
    assert derive(talks) == Grid((span(0, 50), span(60, 110), span(120, 170), span(180, 230)), (1, 1, 1, 1, 4))


def test_every_start_and_end_becomes_a_border() -> None:
    talks = [span(0, 50), span(0, 30), span(30, 50), span(60, 110)]
    assert derive(talks) == Grid((span(0, 30), span(30, 50), span(60, 110)), (2, 1, 1, 1))


def test_borders_are_left_out_that_cost_the_fewest_talks_their_place() -> None:
    lightning = [span(5 * number, 5 * number + 5) for number in range(10)]
    assert derive([span(0, 50)] * 11 + lightning).lengths == (*(4,) * 11, *(None,) * 7, *(1,) * 3)
    assert derive([span(0, 50), *lightning]).lengths == (None, *(1,) * 10)


def test_slots_that_are_there_stay_as_they_are() -> None:
    talks = [span(0, 50), span(0, 45), span(0, 110), span(60, 80)]
    assert derive(talks, fixed=[span(0, 50)]) == Grid((span(60, 80), span(80, 110)), (1, None, 3, 1))


def test_nothing_runs_through_a_pause_or_cuts_what_runs() -> None:
    assert derive([span(0, 50), span(40, 70)], pauses=[span(50, 60)]) == Grid((span(0, 50),), (1, None))
    assert derive([span(50, 60)], fixed=[span(0, 50), span(60, 110)], shut=[span(50, 60)]) == Grid((), (None,))


TIMES = st.tuples(st.integers(0, 10), st.integers(1, 8)).map(lambda one: span(5 * one[0], 5 * (one[0] + one[1])))


@settings(max_examples=60, deadline=None)
@given(st.lists(TIMES, min_size=1, max_size=7))
def test_no_other_choice_of_borders_has_more(talks: list[Span]) -> None:
    grid = derive(talks)
    for talk, length in zip(talks, grid.lengths, strict=True):
        inside = [slot for slot in grid.slots if talk.start <= slot.start and slot.end <= talk.end]
        if length is not None:
            assert len(inside) == length <= MOST_LENGTH
            assert (inside[0].start, inside[-1].end) == (talk.start, talk.end)
    assert all(one.end <= after.start for one, after in pairwise(grid.slots))

    borders = sorted({border for talk in talks for border in (talk.start, talk.end)})
    choices = [chosen for size in range(2, len(borders) + 1) for chosen in combinations(borders, size)]
    assert sum(length is not None for length in grid.lengths) >= max(count(talks, chosen) for chosen in choices)


def count(talks: list[Span], borders: tuple[datetime, ...]) -> int:
    """How many fit where every stretch between two borders is a slot."""
    return sum(
        talk.start in borders
        and talk.end in borders
        and sum(talk.start <= border < talk.end for border in borders) <= MOST_LENGTH
        for talk in talks
    )
