"""The branch and bound under the proof: against all sets, one by one."""

from collections.abc import Sequence
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core.timetable.columns import Columns
from barcamp.core.timetable.pricing import MANY, UNIT, BestSet
from barcamp.core.timetable.slot_seats import Seats


def cover(fans: list[int]) -> Seats:
    """Everybody who is covered counts."""

    def people(items: Sequence[int]) -> float:
        found = 0
        for s in items:
            found |= fans[s]
        return found.bit_count()

    return people


def worth(fans: list[int], prices: list[int], chosen: tuple[int, ...]) -> int:
    return int(cover(fans)(chosen)) * UNIT - sum(prices[s] for s in chosen)


@st.composite
def wares(draw: st.DrawFn) -> tuple[list[int], list[int], int]:
    fans = draw(st.lists(st.integers(0, 2**12 - 1), min_size=1, max_size=8))
    prices = draw(st.lists(st.integers(0, 5 * UNIT), min_size=len(fans), max_size=len(fans)))
    return fans, prices, draw(st.integers(1, 8))


@settings(deadline=None, max_examples=40)
@given(wares())
def test_what_is_ruled_out_is_not_there_and_what_is_found_is(given: tuple[list[int], list[int], int]) -> None:
    fans, prices, size = given
    every = [one for k in range(1, size + 1) for one in combinations(range(len(fans)), k)]
    best = max(0, *(worth(fans, prices, one) for one in every))
    search = BestSet(fans, prices, size, cover(fans))
    assert search.rules_out(best, 10_000)
    assert search.found == []
    if best:
        assert not search.rules_out(best - 1, 10_000)
        assert {worth(fans, prices, one) for one in search.found} == {best}
        assert all(len(one) <= size for one in search.found)


def test_out_of_steps_proves_nothing() -> None:
    fans = [3 << n for n in range(12)]
    search = BestSet(fans, [0] * 12, 12, cover(fans))
    assert not search.rules_out(13 * UNIT - 1, 2)
    assert (search.found, search.spent) == ([], 3)
    assert search.rules_out(13 * UNIT, 10_000)


def test_stops_when_many_are_found() -> None:
    fans = [1 << n for n in range(9)]
    search = BestSet(fans, [0] * 9, 9, cover(fans))
    assert not search.rules_out(0, 10_000)
    assert len(search.found) == MANY


def test_prices_make_the_known_sets_fit() -> None:
    """Two slots and three items, each pair starred by other people: 16 of 18 stars can be had."""
    pairs = {(0, 1): 4, (0, 2): 2, (1, 2): 3}
    fans, person = [0, 0, 0], 0
    for (a, b), people in pairs.items():
        for _ in range(people):
            fans[a] |= 1 << person
            fans[b] |= 1 << person
            person += 1
    columns = Columns(fans, 2, 2, cover(fans), Random(1))
    for _ in range(60):
        columns.improve(0.05)
    covered = sum(columns.prices) + 2 * max(columns.worths())
    assert 16 <= covered <= 16.5
    assert (0, 2) in columns.known


def test_climbing_ends_where_no_single_step_helps() -> None:
    rng = Random(5)
    fans = [rng.getrandbits(30) & rng.getrandbits(30) for _ in range(12)]
    columns = Columns(fans, 3, 4, cover(fans), rng)
    columns.prices = [2.0] * 12
    columns.climb([0, 1])
    units = [2 * UNIT] * 12
    (best,) = columns.known - {()}
    near = [tuple(s for s in best if s != out) for out in best]
    near += [(*some, new) for some in [best, *near] for new in range(12) if new not in some and len(some) < 4]
    assert max(worth(fans, units, one) for one in near) <= worth(fans, units, best)
