"""Prices for items: how many people a slot has to be worth giving an item to.

A schedule is one set of items for each slot, its columns (Dantzig and Wolfe: one column for each set of items that
can share a slot). At the right prices no set is worth much more than any other, and then the sum of all prices and of
the best set for each slot is little more than the people that any schedule can cover. Any prices give a valid limit,
so these may be sought by chance, and rounded.
"""

from collections.abc import Callable, Iterable, Sequence
from math import exp, log
from random import Random

from barcamp.core.timetable.problem import bit_set
from barcamp.core.timetable.slot_seats import Seats

Step = tuple[int | None, int | None]
NO_STEP: Step = (None, None)
LIKELY = 12  # items tried for a step when rooms count
FAR = 5.0  # the farthest that one correction moves a price, in units of the softness


class Columns:
    """The good sets of items known so far, and the prices that fit them."""

    def __init__(self, fans: Sequence[int], n_slots: int, size: int, seats: Seats, rng: Random) -> None:
        self.fans, self.n_slots, self.size, self.seats, self.rng = fans, n_slots, size, seats, rng
        self.prices = [crowd.bit_count() / 2 for crowd in fans]
        self.sets: list[tuple[int, ...]] = []
        self.seated: list[float] = []
        self.having: list[list[int]] = [[] for _ in fans]
        self.known: set[tuple[int, ...]] = set()
        self.add([])

    def add(self, items: Iterable[int]) -> None:
        """Know one more set, unless it is known."""
        one = tuple(sorted(items))
        if one in self.known:
            return
        for s in one:
            self.having[s].append(len(self.sets))
        self.known.add(one)
        self.sets.append(one)
        self.seated.append(self.seats(one))

    def worths(self) -> list[float]:
        """For each known set the people it seats less the prices of its items."""
        prices = self.prices
        return [people - sum([prices[s] for s in one]) for one, people in zip(self.sets, self.seated, strict=True)]

    def improve(self, softness: float) -> None:
        """One round: better prices for the known sets, then better sets for the prices."""
        for _ in range(6):
            self._balance(softness)
        worths = self.worths()
        best = sorted(range(len(worths)), key=worths.__getitem__, reverse=True)[:10]
        for n in best:
            self.climb([s for s in self.sets[n] if self.rng.random() < 0.7])
        for _ in range(3):
            self.climb([self.rng.randrange(len(self.fans))])

    def _balance(self, softness: float) -> None:
        """Correct each price once so that, of sets drawn by their worth, one slot has the item on average.

        A set is drawn with weight exp(worth / softness): a smooth form of the linear program over the known sets,
        solved one price at a time, each exactly (iterative scaling). It needs no solver, and its prices lie in the
        middle of all that are nearly best instead of in a corner, so that few unknown sets are worth much more.
        """
        worths = self.worths()
        top = max(worths)
        weights = [exp((worth - top) / softness) for worth in worths]
        total = sum(weights)
        for s, having in enumerate(self.having):
            mine = sum([weights[n] for n in having])
            others = total - mine
            if mine <= 0:
                step = -FAR
            elif others <= 0:
                step = FAR
            else:
                step = max(-FAR, min(FAR, log(max(self.n_slots - 1, 1e-9) * mine / others)))
            step = max(step, -self.prices[s] / softness)
            self.prices[s] += step * softness
            factor = exp(-step)
            for n in having:
                weights[n] *= factor
            total = others + mine * factor
            if total < 1e-200:
                return

    def climb(self, items: list[int]) -> None:
        """Add, drop or swap one item after the other for as long as the set gets better, and know the result.

        Where rooms are large enough people covered decide, which is quick; else people seated, from the given items
        and from where the quick way ended.
        """
        starts = [list(items)]
        if self._rooms_do(items):
            quick = self._climb(list(items), self._best_step)
            self.add(quick)
            if self._rooms_do(quick):
                return
            starts.append(quick)
        for start in starts:
            self.add(self._climb(start, self._best_step_by_seats))

    def _rooms_do(self, items: list[int]) -> bool:
        return self.seats(items) > self._cover(items) - 1e-6

    def _climb(self, inside: list[int], best_step: Callable[[list[int]], Step]) -> list[int]:
        while True:
            out, new = best_step(inside)
            if out is None and new is None:
                return inside
            if out is not None:
                inside.remove(out)
            if new is not None:
                inside.append(new)

    def _cover(self, items: list[int]) -> int:
        people = 0
        for s in items:
            people |= self.fans[s]
        return people.bit_count()

    def _best_step_by_seats(self, inside: list[int]) -> Step:
        """The same, by people seated; only the LIKELY items that cover most more are tried."""
        prices, people = self.prices, 0
        for s in inside:
            people |= self.fans[s]
        others = [s for s in range(len(self.fans)) if s not in inside]
        others.sort(key=lambda s: (self.fans[s] & ~people).bit_count() - prices[s], reverse=True)
        news: list[int | None] = [None, *others[:LIKELY]]
        outs: list[int | None] = [None, *inside]
        best, step = self._worth(inside) + 1e-7, NO_STEP
        for out in outs:
            kept = [s for s in inside if s != out]
            for new in news:
                if out is None and (new is None or len(inside) == self.size):
                    continue
                worth = self._worth(kept if new is None else [*kept, new])
                if worth > best:
                    best, step = worth, (out, new)
        return step

    def _worth(self, items: list[int]) -> float:
        return self.seats(items) - sum([self.prices[s] for s in items])

    def _best_step(self, inside: list[int]) -> Step:
        """The item to take out and the one to put in, by people covered; NO_STEP when none helps."""
        fans, prices = self.fans, self.prices
        once = twice = 0
        for s in inside:
            twice |= once & fans[s]
            once |= fans[s]
        free, taken = ~once, bit_set(inside)
        gains = [(crowd & free).bit_count() - price for crowd, price in zip(fans, prices, strict=True)]
        order = sorted((s for s in range(len(fans)) if not taken >> s & 1), key=gains.__getitem__, reverse=True)
        best = 1e-7
        step = NO_STEP
        if order and len(inside) < self.size and gains[order[0]] > best:
            best, step = gains[order[0]], (None, order[0])
        for s in inside:
            own = fans[s] & ~twice
            most = own.bit_count()
            lost = most - prices[s]
            if -lost > best:
                best, step = -lost, (s, None)
            for x in order:
                if gains[x] - lost + most <= best:
                    break
                gain = gains[x] - lost + (fans[x] & own).bit_count()
                if gain > best:
                    best, step = gain, (s, x)
        return step
