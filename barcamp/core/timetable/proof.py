"""How many stars clashes cost at the very least, proven step by step.

The limit on covered people (`columns.py` has the idea) holds for any prices p >= 0. Each item runs in one slot or none,
and of what *begins* in one slot a person can attend one thing at most, however long the items are. So

    stars attended <= sum over slots of people covered by what begins there
                   <= sum of all p + slots x max over sets of (people covered - the set's prices).

With few rooms only people with a seat are counted instead (`slot_seats.py`). A star that is not attended is lost to a
clash, a full room or an item without a place; all are `missed`. That the maximum is no
larger than some limit is what `pricing.py` proves. The prices may come from anywhere: chance and rounding do no harm.
"""

from collections.abc import Iterator
from math import ceil, floor, log
from random import Random

from barcamp.core.timetable.columns import Columns
from barcamp.core.timetable.pricing import UNIT, BestSet
from barcamp.core.timetable.problem import Problem
from barcamp.core.timetable.slot_seats import counts_whole_people, seats_of_a_slot

ROUNDS = 200  # of improving prices; more than this hardly helps
ROUND = 10  # steps that one of them counts for, for each item
PATIENCE = 3  # rounds of ten without a better floor
SOFT, HARD = 4.0, 0.05  # softness of the first and the last rounds, in people
CLOSER = 0.75  # how much of the gap stays open from one proof to the next
A_LITTLE = 0.02
NEAR = 0.2  # a whole number so little above what is aimed at is aimed at instead
SLACK = 0.2  # of the way to the hoped-for floor that a shift has to leave
SHIFTS = (0.3, 0.25, 0.2, 0.16, 0.12, 0.09, 0.06, 0.04, 0.02, 0.01, 0.0)  # of the mean price


def clash_floors(problem: Problem, steps: int, rng: Random) -> Iterator[int]:
    """Numbers of stars that every schedule misses, each larger than the one before.

    `steps` is the budget: sets looked at by the proofs. Up to half of it goes to finding prices, at ten sets an item
    for each round. The same budget and chance give the same floors.
    """
    numbers = [s for s, openings in enumerate(problem.openings) if openings]
    open_rooms = [rooms.bit_count() for rooms in problem.unlocked if rooms]
    if not numbers:
        return
    stars = sum(len(mine) for mine in problem.stars)
    fans = [problem.fans[s] for s in numbers]
    seats = seats_of_a_slot(problem, numbers)
    columns = Columns(fans, len(open_rooms), max(open_rooms), seats, rng)
    price = ROUND * len(fans)
    rounds = min(ROUNDS, steps // 2 // price)
    for n in range(rounds):
        columns.improve(max(HARD, SOFT * (HARD / SOFT) ** (1.2 * n / rounds)))
    more = A_LITTLE if counts_whole_people(problem, numbers) else 0.0
    yield from _Proof(columns, stars, steps - rounds * price, more).floors()


class _Proof:
    """Floors proven one after the other, each a part of the way to what the known columns let hope for."""

    def __init__(self, columns: Columns, stars: int, steps: int, more: float) -> None:
        """Where missed stars are whole, `more` than n proves n + 1."""
        self.columns, self.stars, self.left, self.more = columns, stars, steps, more
        self.done: list[tuple[float, int]] = []  # (floor, steps it took)

    def floors(self) -> Iterator[int]:
        gap, tired = max(1.0, self._hope(0.0)) * 0.5, 0
        while self.left > 0 and tired < PATIENCE:
            hope, most, last = self._hope(0.0), self._affordable(), self.done[-1][0] if self.done else -1.0
            aim = floor(min(hope - gap, most) + NEAR) + self.more
            if most < last + 1:
                return
            if not last < aim <= hope:
                gap *= CLOSER
                if gap < 0.1:
                    self._improve(10)
                    tired, gap = tired + 1, max(0.2, (self._hope(0.0) - last) / 2)
                continue
            verdict = self._prove(aim)
            if verdict is None:
                return
            if verdict:
                yield ceil(aim)
                gap, tired = gap * CLOSER, 0
            else:
                self._improve(2)

    def _improve(self, rounds: int) -> None:
        for _ in range(rounds):
            self.columns.improve(HARD)
            self.left -= ROUND * len(self.columns.fans)

    def _hope(self, shift: float) -> float:
        """The floor at all prices raised by `shift`, if no unknown set is worth more than the known."""
        columns = self.columns
        worth = max(w - shift * len(one) for w, one in zip(columns.worths(), columns.sets, strict=True))
        return self.stars - sum(columns.prices) - shift * len(columns.prices) - columns.n_slots * worth

    def _affordable(self) -> float:
        """The floor that will take most of the steps left, going by how the last two proofs grew."""
        if len(self.done) < 2:
            return self.stars
        (low, few), (high, many) = self.done[-2:]
        rate = max(log(max(many, 2) / few) / max(high - low, 1e-9), 1e-3)
        return high + log(max(0.6 * self.left / many, 1e-9)) / rate

    def _prove(self, aim: float) -> bool | None:
        """Whether the floor `aim` is proven; False when better sets turned up instead, None when out of steps.

        Higher prices for all items alike make long sets dearer than they are worth, and those are what the search
        believes too much of. Away from the best floor that saves more work than it costs: the highest shift is taken
        that leaves the aim well in reach.
        """
        columns = self.columns
        mean, slack = sum(columns.prices) / len(columns.prices), SLACK * (self._hope(0.0) - aim)
        shift = next((x * mean for x in SHIFTS if self._hope(x * mean) >= aim + slack), 0.0)
        prices = [round((price + shift) * UNIT) for price in columns.prices]
        limit = int(((self.stars - aim) * UNIT - sum(prices)) // columns.n_slots)
        if limit < 0:
            return None
        search = BestSet(columns.fans, prices, columns.size, columns.seats)
        proven = search.rules_out(limit, self.left)
        self.left -= search.spent
        if proven:
            self.done.append((aim, search.spent))
            return True
        for one in search.found:
            columns.add(one)
            columns.climb(list(one))
        return False if search.found else None
