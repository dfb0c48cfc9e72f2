"""The fewest moves that help most: a schedule that is improved by one exact change after another.

A change moves one item or exchanges two in time, or deals the rooms of one slot anew; what has no place may push
others on. The changes between two slots are looked at once and remembered until one of the slots changes.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from barcamp.core.timetable.deal import deal
from barcamp.core.timetable.ledger import Ledger, Moves
from barcamp.core.timetable.problem import Place, Plan, Problem, each_bit
from barcamp.core.timetable.promise import NOBODY, promising
from barcamp.core.timetable.score import bill

EMPTY = -1
LEAST = 1e-6  # gains below this are rounding
PAIRS = 1_500_000  # exchanges looked at; budgets are counted, so that results do not depend on the machine
LOOKS = 20_000  # changes priced exactly
PEOPLE = 6_000  # with more than so many each look takes longer, so there are fewer
PUSHES = 3  # how many others may have to go elsewhere for one item without a place
TRIES = 2_000  # exact prices asked for on behalf of items without a place
RELUCTANCE = (1, 4, 12, 40)  # times the price of another room; the higher, the fewer rooms change, for most of the gain


class Found(NamedTuple):
    """A change worth making: its gain in missed seats, how many more items are moved after it, and where they go."""

    gain: float
    more: int
    moves: Moves

    @property
    def rate(self) -> tuple[bool, float]:
        """What is compared: changes that move nobody else first, then the gain for each item moved."""
        return self.more <= 0, self.gain / max(1, self.more)


class Descent:
    """One schedule on its way down. `moved` counts the items that had to leave a place they could have kept."""

    def __init__(
        self,
        problem: Problem,
        before: Plan,
        loose: Iterable[int],
        *,
        in_time: int | None = None,
        reluctance: float | None = None,
    ) -> None:
        """What is loose gets the cheapest free place.

        With `reluctance` it stays at its time where it can, and each slot deals its rooms anew: the higher, the fewer
        rooms change for it. These are moves. `in_time` limits how many items, loose ones included, run at another time
        than before; only those that could not run at all otherwise go beyond it.
        """
        self.problem, self.before, self.loose = problem, before, frozenset(loose)
        kept = tuple(None if s in self.loose else place for s, place in enumerate(before))
        self.ledger = Ledger(problem, kept, before)
        self.grid = [[EMPTY] * len(problem.rooms) for _ in problem.slots]
        for s, place in enumerate(kept):
            self._mark(s, place, s)
        share = min(1.0, PEOPLE / max(1, len(problem.stars)))
        self.moved, self.pairs, self.looks, self.tries = 0, int(PAIRS * share), int(LOOKS * share), int(TRIES * share)
        self.known: dict[tuple[int, int, bool], list[Found]] = {}
        self.most_in_time = len(self.before) if in_time is None else in_time
        self._seat_loose(at_their_time=reluctance is not None or in_time is not None)
        for t in () if reluctance is None else range(len(problem.slots)):
            found = self._deal(t, reluctance or 1.0)
            if found is not None:
                self._make(found)

    def plan(self) -> Plan:
        """The schedule as it stands."""
        return self.ledger.plan()

    def run(self, allowed: int | None) -> None:
        """Make changes while they pay and no more than so many items are moved in all."""
        while True:
            left = len(self.before) if allowed is None else allowed - self.moved
            found = self._way_for_unplaced(left) or self._best(left)
            if found is None:
                return
            self._make(found)

    def cost(self) -> float:
        """What the schedule costs, moves included."""
        return bill(self.problem, self.plan(), self.before).price(self.problem.weights)

    def _seat_loose(self, *, at_their_time: bool) -> None:
        """Place what is loose where it costs least without touching anybody: pinned items first, then by demand."""
        for s in sorted(self.loose, key=lambda s: (self.problem.items[s].pin is None, -self.problem.demand[s], s)):
            free = [place for place in self._places(s) if self._is_free(s, place, {})]
            old = self.before[s]
            if at_their_time and old is not None:
                free = [place for place in free if place.slot == old.slot] or free
            if free:
                best = min(free, key=lambda place: (round(self.ledger.price({s: place}).cost, 6), place))
                self._make(Found(0.0, 0, {s: best}))

    def _make(self, found: Found) -> None:
        """Carry a change out and forget what it makes out of date."""
        changed: set[int] = set()
        for s in found.moves:
            self._mark(s, self.ledger.place[s], EMPTY)
            changed.update(self._span(s, self.ledger.place[s]))
        self.ledger.apply(found.moves)
        for s, place in found.moves.items():
            self._mark(s, place, s)
            changed.update(self._span(s, place))
        for u in sorted(changed):
            stretch = self.problem.stretches[self.problem.stretch_of[u]]
            if any(self.problem.items[x].length > 1 for v in stretch for x in self.ledger.held[v]):
                changed.update(stretch)
        self.known = {key: found for key, found in self.known.items() if not changed.intersection(key[:2])}
        self.moved += found.more

    def _span(self, s: int, place: Place | None) -> range:
        return range(0) if place is None else self.problem.span(s, place.slot)

    def _mark(self, s: int, place: Place | None, what: int) -> None:
        if place is not None:
            for u in self.problem.span(s, place.slot):
                self.grid[u][place.room] = what

    def _best(self, left: int) -> Found | None:
        """The best change that moves at most `left` more items; None when no change pays."""
        found: list[Found] = []
        for pair in self._pairs():
            key = (*pair, left <= 0)
            if key not in self.known:
                self.known[key] = self._between(*key)
            found += self.known[key]
        allowed = (one for one in sorted(found, key=lambda one: one.rate, reverse=True) if one.more <= left)
        return next((one for one in allowed if self._keeps_time(one.moves)), None)

    def _keeps_time(self, moves: Moves) -> bool:
        """Whether no more items than allowed run at another time after it, or no more than now."""

        def away(s: int, place: Place | None) -> bool:
            old = self.before[s]
            return old is not None and place is not None and place.slot != old.slot

        more = sum(away(s, place) - away(s, self.ledger.place[s]) for s, place in moves.items())
        return more <= 0 or more + sum(map(away, range(len(self.before)), self.ledger.place)) <= self.most_in_time

    def _pairs(self) -> list[tuple[int, int]]:
        """All pairs of slots; where something is loose, then where people are outside, first, as looks are limited."""
        trouble = [
            (sum(x in self.loose for x in here), sum(self.ledger.outside[x] for x in here)) for here in self.ledger.held
        ]
        slots = sorted(range(len(trouble)), key=lambda t: (-trouble[t][0], -round(trouble[t][1], 6), t))
        return [(slots[i], slots[j]) for j in range(len(slots)) for i in range(j + 1)]

    def _between(self, p: int, q: int, only_loose: bool) -> list[Found]:
        """The best changes between two slots (or inside one), one for each number of items moved."""
        best: dict[int, Found] = {}
        for found in self._changes(p, q, only_loose):
            if found.more not in best or found.gain > best[found.more].gain:
                best[found.more] = found
        return list(best.values())

    def _changes(self, p: int, q: int, only_loose: bool) -> Iterator[Found]:
        """All changes worth making between two slots, or inside one; `only_loose` touches nothing else."""
        there, here = [
            [s for s in dict.fromkeys(self.grid[t]) if s != EMPTY and (s in self.loose or not only_loose)]
            for t in (p, q)
        ]
        short = [[s for s in side if self.problem.items[s].length == 1] for side in (there, here)]
        if p != q and self.pairs > 0:
            self.pairs -= (1 + len(short[0])) * (1 + len(short[1]))
            for a, b in promising(self.ledger, p, q, *short):
                yield from self._in_time(a, b, p, q)
        elif not only_loose:
            yield from self._deals(p)
        if p == q:
            for s in short[0]:
                if self.ledger.outside[s] > 0:
                    yield from self._of_item(s, p)
        for side, to in ((there, q), (here, p)):
            for s in side:
                if self.problem.items[s].length > 1:
                    yield from self._of_item(s, to)

    def _in_time(self, a: int, b: int, p: int, q: int) -> Iterator[Found]:
        """Item a of slot p goes to slot q and b to p; either may be nobody, for which every empty cell is tried."""
        if a == NOBODY and b == NOBODY:
            return
        if a == NOBODY:
            yield from self._of_item(b, p, only_empty=True)
        elif b == NOBODY:
            yield from self._of_item(a, q, only_empty=True)
        elif (home := self.ledger.place[b]) is not None:
            yield from self._change(a, home)

    def _deals(self, t: int) -> Iterator[Found]:
        """Other rooms for the items of a slot, the fewest changed first."""
        if any(self.ledger.outside[s] > LEAST or s in self.loose for s in self.ledger.held[t]):
            for reluctance in reversed(RELUCTANCE):
                found = self._deal(t, reluctance)
                if found is not None and found.gain > LEAST:
                    yield found

    def _deal(self, t: int, reluctance: float) -> Found | None:
        """The best rooms for a slot, when leaving home costs so many times its price."""
        moves = deal(self.ledger, t, reluctance, self.loose)
        return Found(-self.ledger.price(moves).cost, self._more(moves), moves) if moves else None

    def _of_item(self, s: int, q: int, *, only_empty: bool = False) -> Iterator[Found]:
        """The changes worth making that take item s to any room of slot q."""
        for r in each_bit(self.problem.openings[s].get(q, 0)):
            if self.grid[q][r] == EMPTY or not only_empty:
                yield from self._change(s, Place(q, r))

    def _change(self, s: int, place: Place) -> Iterator[Found]:
        """The change that takes item s to the place, if it is allowed and pays."""
        here = self.ledger.place[s]
        if here is None or place == here or self.looks <= 0:
            return
        self.looks -= 1
        moves = self._exchange(s, here, place)
        if moves is None or any(self._meets(x, to, moves) for x, to in moves.items()):
            return
        gain = -self.ledger.price(moves).cost
        if gain > LEAST:
            yield Found(gain, self._more(moves), moves)

    def _exchange(self, s: int, here: Place, place: Place) -> dict[int, Place] | None:
        """Item s goes to the place, what is there to where s was; None where that is against the rules about one."""
        problem, moves, length = self.problem, {s: place}, self.problem.items[s].length
        if not problem.openings[s].get(place.slot, 0) >> place.room & 1:
            return None
        if length == 1:
            b = self.grid[place.slot][place.room]
            if b != EMPTY:
                if problem.items[b].length > 1 or not problem.openings[b].get(here.slot, 0) >> here.room & 1:
                    return None
                moves[b] = here
            return moves
        if place.slot != here.slot and abs(place.slot - here.slot) < length:
            return None
        for i, u in enumerate(problem.span(s, place.slot)):
            b = self.grid[u][place.room]
            if b == EMPTY or b in moves:
                continue
            at, to = self.ledger.place[b], Place(here.slot + i, here.room)
            if at is None or at.slot != u or i + problem.items[b].length > length:
                return None
            if not problem.openings[b].get(to.slot, 0) >> to.room & 1:
                return None
            moves[b] = to
        return moves

    def _meets(self, s: int, place: Place | None, moves: Moves) -> bool:
        """Whether item s would meet another in its room, or its people elsewhere."""
        return place is not None and any(self.ledger.in_the_way(s, place, moves))

    def _more(self, moves: Moves) -> int:
        """How many more items are away from where they were."""
        return sum(
            (place != self.before[s]) - (self.ledger.place[s] != self.before[s])
            for s, place in moves.items()
            if s not in self.loose
        )

    def _places(self, s: int) -> list[Place]:
        """Every place the rules about the item allow."""
        return [Place(t, r) for t, rooms in self.problem.openings[s].items() for r in each_bit(rooms)]

    def _is_free(self, s: int, place: Place, moves: Moves) -> bool:
        taken = (self.grid[u][place.room] for u in self.problem.span(s, place.slot))
        return all(x in (EMPTY, s) or x in moves for x in taken) and not self._meets(s, place, moves)

    def _way_for_unplaced(self, left: int) -> Found | None:
        """A place for something that has none, others pushed on where that helps; the most wanted first."""
        waiting = [s for s, place in enumerate(self.ledger.place) if place is None and self.problem.openings[s]]
        for s in sorted(waiting, key=lambda s: (self.problem.items[s].pin is None, -self.problem.demand[s], s)):
            for pushed in range(1 + PUSHES):
                found = self._push(s, {}, pushed, left)
                if found is not None:
                    cost = self.ledger.price(found).cost
                    if cost < -LEAST and self._more(found) <= left:
                        return Found(-cost, self._more(found), found)
        return None

    def _push(self, s: int, moves: Moves, pushed: int, left: int) -> Moves | None:
        """The cheapest way to place item s on top of these moves, others pushed on, up to so many of them; or None."""
        offers: list[tuple[float, Place, list[int]]] = []
        for place in self._places(s):
            there = self.ledger.in_the_way(s, place, {**moves, s: place})
            homeless = sorted({x for found in there for x in found})
            if len(homeless) > pushed or bool(homeless) != bool(pushed) or moves.keys() & set(homeless):
                continue
            gone: Moves = {**moves, s: place, **dict.fromkeys(homeless)}
            if self._more(gone) <= left and self.tries > 0:
                self.tries -= 1
                offers.append((round(self.ledger.price(gone).cost, 6), place, homeless))
        for _, place, homeless in sorted(offers):
            placed: Moves | None = {**moves, s: place, **dict.fromkeys(homeless)}
            for x in homeless:
                placed = placed and self._push(x, placed, pushed - len(homeless), left)
            if placed is not None:
                return placed
        return None
