"""The cheapest rooms for what runs in one slot, worked out so quickly that the search can ask at every step.

Most slots have rooms enough: then a matching in which nobody pays anything is found with a few steps on bits. Only
who is left over goes through the assignment problem. Rooms are numbered by size here, the smallest first.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from barcamp.core.timetable.assignment import NOBODY, complete
from barcamp.core.timetable.problem import Plan, Problem, bit_set, each_bit
from barcamp.core.timetable.tally import Tally, more_than_three, shared_out

FORBIDDEN = 1e12  # more than any schedule costs


class Seating(NamedTuple):
    """The cost of the rooms of one slot, the rank of each item's room, and the items that are too many for theirs.

    `over` holds `(item, price of its people outside)`.
    """

    cost: float
    ranks: tuple[tuple[int, int], ...]
    over: tuple[tuple[int, float], ...]


class Seats:
    """The rooms of a problem by rank, and what each item pays for them at each time."""

    def __init__(self, problem: Problem, before: Plan | None) -> None:
        self.problem, self.before = problem, before
        self.rooms = sorted(range(len(problem.rooms)), key=lambda r: (problem.rooms[r].capacity, r))
        self.rank = {room: rank for rank, room in enumerate(self.rooms)}
        self.sizes = [problem.rooms[room].capacity for room in self.rooms]
        different = dict.fromkeys(rooms for openings in problem.openings for rooms in openings.values())
        by_rank = {rooms: bit_set(self.rank[room] for room in each_bit(rooms)) for rooms in different}
        self.open = [{t: by_rank[rooms] for t, rooms in openings.items()} for openings in problem.openings]
        self.known_fees: dict[tuple[int, int], list[float] | None] = {}
        self.wished: dict[tuple[int, int], int] = {}  # the ranks without a fee

    def fees(self, s: int, t: int) -> list[float] | None:
        """What item s pays for each rank in slot t, full or not: its wish, a move people know; None is nothing."""
        if (s, t) not in self.known_fees:
            fees = self.known_fees[s, t] = self._fees(s, t)
            self.wished[s, t] = bit_set(rank for rank, fee in enumerate(fees or ()) if not fee)
        return self.known_fees[s, t]

    def _fees(self, s: int, t: int) -> list[float] | None:
        wish, old = self.problem.items[s].prefer.room, self.before[s] if self.before else None
        if wish is None and (old is None or old.slot != t):
            return None
        weights = self.problem.weights
        return [
            weights.room_wish * (wish not in (None, room))
            + weights.move_room * (old is not None and old.slot == t and old.room != room)
            for room in self.rooms
        ]

    def seat(self, t: int, row: Sequence[int], tally: Tally, held: int) -> Seating | None:
        """The cheapest rooms for the one-slot items of slot t, outside the ranks held; None when there are too few.

        `tally` counts everything that runs in the slot.
        """
        if len(row) > len(self.sizes):
            return None
        demand, heads, fans, sizes = self.problem.demand, self.problem.heads, self.problem.fans, self.sizes
        many, known_fees = more_than_three(tally), self.known_fees
        people, fees, free_of_charge = [], [], []
        for s in row:
            ranks, come = self.open[s].get(t, 0) & ~held, demand[s]
            if not ranks:
                return None
            if come > sizes[0]:
                come = shared_out(fans[s], tally, many) * heads[s]
                enough = bisect_left(sizes, come)
                ranks = ranks >> enough << enough
            fee = known_fees[s, t] if (s, t) in known_fees else self.fees(s, t)
            if fee:
                ranks &= self.wished[s, t]
            people.append(come)
            fees.append(fee)
            free_of_charge.append(ranks)
        got, owner, waiting = _match(free_of_charge, len(sizes))
        if not waiting:
            return Seating(0.0, tuple(zip(row, got, strict=True)), ())
        table = [self._prices(s, t, held, come, fee) for s, come, fee in zip(row, people, fees, strict=True)]
        complete(table, got, owner, waiting)
        cost, over = 0.0, []
        for s, rank, prices, come in zip(row, got, table, people, strict=True):
            cost += prices[rank]
            if come > self.sizes[rank]:
                over.append((s, self.problem.weights.full * (come - self.sizes[rank])))
        return None if cost >= FORBIDDEN else Seating(cost, tuple(zip(row, got, strict=True)), tuple(over))

    def _prices(self, s: int, t: int, held: int, people: float, fees: list[float] | None) -> list[float]:
        full, ranks = self.problem.weights.full, self.open[s][t] & ~held
        prices = [
            (full * (people - size) if people > size else 0.0) if ranks >> rank & 1 else FORBIDDEN
            for rank, size in enumerate(self.sizes)
        ]
        return [price + fee for price, fee in zip(prices, fees, strict=True)] if fees else prices


def _match(wants: list[int], n_rooms: int) -> tuple[list[int], list[int], list[int]]:
    """A largest matching of rows to the ranks they want: each row's rank, each rank's row, the rows left over.

    Choosy rows go first and everybody takes the smallest room; then augmenting paths, breadth first.
    """
    got, owner, waiting = [NOBODY] * len(wants), [NOBODY] * n_rooms, []
    free = (1 << n_rooms) - 1
    for row in sorted(range(len(wants)), key=lambda row: wants[row].bit_count()):
        seen, end, queue, came_from = 0, NOBODY, [row], dict[int, int]()
        x = row
        for x in queue:
            fresh = wants[x] & ~seen
            if hit := fresh & free:
                end = (hit & -hit).bit_length() - 1
                break
            seen |= fresh
            while fresh:
                low = fresh & -fresh
                fresh ^= low
                other = owner[low.bit_length() - 1]
                came_from[other] = x
                queue.append(other)
        if end == NOBODY:
            waiting.append(row)
            continue
        free ^= 1 << end
        while True:
            left, got[x], owner[end] = got[x], end, x
            if x == row:
                break
            end, x = left, came_from[x]
    return got, owner, waiting
