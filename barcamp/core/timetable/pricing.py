"""The best set of items for one slot at given prices: found or ruled out, by branch and bound.

A set of items is worth the people it seats (each person once) less the prices of its items. Whole numbers only, in
units of 1/UNIT of a person, so that what is ruled out is ruled out exactly.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import ceil

from barcamp.core.timetable.slot_seats import Seats

UNIT = 64
MANY = 25  # so many sets that are too good end a search: it has failed, but they are worth knowing


class BestSet:
    """Looks for sets of at most `size` items that are worth more than a limit."""

    def __init__(self, fans: Sequence[int], prices: Sequence[int], size: int, seats: Seats) -> None:
        """`seats` says how many of the people covered count; never more than all of them."""
        self.size, self.prices, self.seats = size, prices, seats
        self.n_items = len(fans)
        self.people = 0
        for crowd in fans:
            self.people |= crowd
        # One number for "this many people, item s": it sorts by worth, then by item, without making pairs.
        self.person = UNIT * self.n_items
        self.items = [
            (crowd, s - price * self.n_items) for s, (crowd, price) in enumerate(zip(fans, prices, strict=True))
        ]

    def rules_out(self, limit: int, steps: int) -> bool:
        """Whether no set is worth more than `limit`, 0 or more; False when some are (`found`) or `steps` run out.

        `steps` counts the sets looked at, `spent` says how many it took. With more than MANY found it stops early.
        """
        self.limit, self.steps, self.spent = limit, steps, 0
        self.found: list[tuple[int, ...]] = []
        self.chosen: list[int] = []
        return self._visit(self.items, self.people, 0, self.size) and not self.found

    def _seated_above(self) -> bool:
        """Whether the chosen set is still worth more than the limit with only the people counted who get a seat."""
        self.spent += 1
        seated = ceil(self.seats(self.chosen) * UNIT + 1e-6)
        return seated - sum([self.prices[s] for s in self.chosen]) > self.limit

    def _visit(self, items: list[tuple[int, int]], free: int, worth: int, left: int) -> bool:
        """Try everything that adds up to `left` of the items to those chosen; False when it has to stop.

        What an item adds to a set never grows with the set. So the sum of the `left` largest gains is a limit on what
        any of them add together; and with the items in the order of their gains, the sum of the next `left` is one
        for all sets whose best item is this one. That order makes the tree about ten times smaller than popularity.
        """
        self.spent += 1
        if self.spent > self.steps:
            return False
        n, person, limit = self.n_items, self.person, self.limit
        keys = [key for crowd, base in items if (key := (crowd & free).bit_count() * person + base) >= n]
        keys.sort(reverse=True)
        if worth + sum(keys[:left]) // n <= limit:
            return True
        gains = [key // n for key in keys]
        totals = list(accumulate(gains, initial=worth))
        rest = [self.items[key % n] for key in keys]
        for i, gain in enumerate(gains):
            if worth + totals[min(i + left, len(gains))] - totals[i] <= limit:
                break
            self.chosen.append(keys[i] % n)
            if worth + gain > limit and self._seated_above():
                self.found.append(tuple(self.chosen))
            go_on = len(self.found) < MANY
            if go_on and left > 1:
                go_on = self._visit(rest[i + 1 :], free & ~rest[i][0], worth + gain, left - 1)
            self.chosen.pop()
            if not go_on:
                return False
        return True
