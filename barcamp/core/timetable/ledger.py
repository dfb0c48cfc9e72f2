"""What a schedule costs, kept so that the exact price of any change is known at once.

The board asks it while a card is dragged, repair.py while it looks for the few moves that help most. Unlike the search
it judges real rooms and real audiences, and takes any plan, also one that breaks rules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from barcamp.core.timetable.crowd import levels, reach_of_stretch
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.score import occupants

Moves = Mapping[int, Place | None]
"""Where items go at the same time; None takes one off the schedule. Places must not run into a break."""


@dataclass(frozen=True)
class Change:
    """A change of cost by part, in missed seats; negative is better.

    `moved` is the price of differing from the plan people know, `unplaced` what is saved by placing an item at all.
    """

    clash: float = 0.0
    full: float = 0.0
    slot_wish: float = 0.0
    room_wish: float = 0.0
    moved: float = 0.0
    unplaced: float = 0.0

    @property
    def cost(self) -> float:
        """All parts together."""
        return self.clash + self.full + self.slot_wish + self.room_wish + self.moved + self.unplaced


class Ledger:
    """The accounts of one plan. `held[t]` are the items that run in slot t, `outside[s]` the people without a seat."""

    def __init__(self, problem: Problem, plan: Plan, before: Plan | None = None) -> None:
        self.problem, self.before = problem, before
        self.place = list(plan)
        self.held = occupants(problem, plan)
        self.levels = [levels(problem.fans[s] for s in here) for here in self.held]
        self.reached = [self._reach(n, {}) for n in range(len(problem.stretches))]
        self.outside = [0.0] * len(plan)
        for s, place in enumerate(plan):
            if place is not None:
                self.outside[s] = self._outside(s, place, {}, {})
        self._without: dict[tuple[int, int], list[int]] = {}

    def plan(self) -> Plan:
        """The schedule as it stands."""
        return tuple(self.place)

    def price(self, moves: Moves) -> Change:
        """What the cost would change by, exactly."""
        weights = self.problem.weights
        clash, full, _ = self._effect(moves)
        return replace(self.own_price(moves), clash=weights.clash * clash, full=weights.full * full)

    def own_price(self, moves: Moves) -> Change:
        """The parts that do not depend on other items: wishes, differing from the plan people know, being placed."""
        slot_wish = room_wish = moved = unplaced = 0.0
        for s, place in moves.items():
            old = self.place[s]
            slot_wish += self._slot_wish(s, place) - self._slot_wish(s, old)
            room_wish += self._room_wish(s, place) - self._room_wish(s, old)
            moved += self._moved(s, place) - self._moved(s, old)
            worth = self.problem.popularity[s] + self.problem.weights.unplaced
            unplaced += worth * ((place is None) - (old is None))
        return Change(slot_wish=slot_wish, room_wish=room_wish, moved=moved, unplaced=unplaced)

    def expected(self, s: int, place: Place) -> float:
        """The people who would come if item s went there alone, however many seats there are."""
        after = self.held_after({s: place})
        rivals = self._rivals(s, place.slot, after, {u: self._levels_after(u, after[u]) for u in after})
        return self._people(s, rivals, 0.0)

    def in_the_way(self, s: int, place: Place, moves: Moves) -> tuple[list[int], list[int]]:
        """Once the moves are made: `(items in the same cells, items that need the same people)`, when s runs there."""
        problem, span = self.problem, self.problem.span(s, place.slot)
        in_room, with_people = [], []
        for x in dict.fromkeys([*(x for u in span for x in self.held[u]), *moves]):
            at = moves[x] if x in moves else self.place[x]
            if x == s or at is None or at.slot >= span.stop or at.slot + problem.items[x].length <= span.start:
                continue
            if at.room == place.room:
                in_room.append(x)
            if problem.presenters[x] & problem.presenters[s]:
                with_people.append(x)
        return sorted(in_room), sorted(with_people)

    def apply(self, moves: Moves) -> None:
        """Carry the moves out."""
        _, _, outside = self._effect(moves)
        after = self.held_after(moves)
        for u, here in after.items():
            self.levels[u], self.held[u] = self._levels_after(u, here), here
        for s, place in moves.items():
            self.place[s] = place
            self.outside[s] = 0.0
        for s, people in outside.items():
            self.outside[s] = people
        for n in sorted({self.problem.stretch_of[u] for u in after}):
            self.reached[n] = self._reach(n, {})
        self._without = {key: found for key, found in self._without.items() if key[0] not in after}

    def _effect(self, moves: Moves) -> tuple[float, float, dict[int, float]]:
        """`(more stars lost to clashes, more people outside, people outside where that may have changed)`."""
        problem, after = self.problem, self.held_after(moves)
        crowds = {u: self._levels_after(u, here) for u, here in after.items()}
        where = {s: place for s, place in moves.items() if place is not None}
        touched = dict.fromkeys([*(x for here in after.values() for x in here), *where])
        outside: dict[int, float] = {}
        for x in touched:
            place = where.get(x) or self.place[x]
            if place is not None:
                outside[x] = self._outside(x, place, after, crowds)
        full = sum(people - self.outside[x] for x, people in outside.items())
        full -= sum(self.outside[s] for s, place in moves.items() if place is None)

        lost = sum(problem.popularity[s] * ((self.place[s] is None) - (place is None)) for s, place in moves.items())
        for n in dict.fromkeys(problem.stretch_of[u] for u in after):
            lost += self.reached[n] - self._reach(n, after, crowds, where)
        return lost, full, outside

    def held_after(self, moves: Moves) -> dict[int, list[int]]:
        """The items that would run in each slot where the moves change anything but rooms."""
        leave: dict[int, list[int]] = {}
        enter: dict[int, list[int]] = {}
        for s, place in moves.items():
            old = self.place[s]
            if old is not None and place is not None and old.slot == place.slot:
                continue
            for u in () if old is None else self.problem.span(s, old.slot):
                leave.setdefault(u, []).append(s)
            for u in () if place is None else self.problem.span(s, place.slot):
                enter.setdefault(u, []).append(s)
        after = {}
        for u in sorted({*leave, *enter}):
            gone = leave.get(u, ())
            after[u] = [x for x in self.held[u] if x not in gone] + enter.get(u, [])
        return after

    def _levels_after(self, u: int, here: list[int]) -> list[int]:
        """The levels of slot u with these items; they differ from those now by few, so little is counted anew."""
        fans, now = self.problem.fans, self.held[u]
        new = [x for x in here if x not in now]
        gone = [x for x in now if x not in here]
        if len(gone) > 1:
            return levels(fans[x] for x in here)
        crowd = self.levels[u]
        if gone:
            key = u, gone[0]
            if key not in self._without:
                self._without[key] = levels(fans[x] for x in now if x != gone[0])
            crowd = self._without[key]
        for x in new:
            crowd = _with(crowd, fans[x])
        return crowd

    def _rivals(self, s: int, slot: int, after: Mapping[int, list[int]], crowds: Mapping[int, list[int]]) -> list[int]:
        """The levels of all that overlaps item s from this slot on, itself included."""
        if self.problem.items[s].length == 1:
            return crowds.get(slot, self.levels[slot])
        there = dict.fromkeys(x for u in self.problem.span(s, slot) for x in after.get(u, self.held[u]))
        return levels(self.problem.fans[x] for x in there)

    def _outside(self, s: int, place: Place, after: Mapping[int, list[int]], crowds: Mapping[int, list[int]]) -> float:
        seats = self.problem.rooms[place.room].capacity
        if self.problem.demand[s] <= seats:
            return 0.0
        return max(0.0, self._people(s, self._rivals(s, place.slot, after, crowds), seats) - seats)

    def _people(self, s: int, rivals: list[int], enough: float) -> float:
        """The people expected (score.expected), or any number from that up to `enough`, where that many have seats."""
        heads, fans = self.problem.heads[s], self.problem.fans[s]
        people = self.problem.demand[s]
        for k in range(1, len(rivals)):
            # Whoever has more than k stars here has come with 1/k so far, and comes with 1/(k + 1) at most.
            if people <= enough or not (torn := (fans & rivals[k]).bit_count()):
                break
            people -= torn * heads / (k * (k + 1))
        return people

    def _reach(
        self,
        n: int,
        after: Mapping[int, list[int]],
        crowds: Mapping[int, list[int]] | None = None,
        where: Mapping[int, Place] | None = None,
    ) -> int:
        """Stars that can be sat through in stretch n."""
        problem, items = self.problem, self.problem.items
        stretch, crowds, where = problem.stretches[n], crowds or {}, where or {}
        held = [after.get(u, self.held[u]) for u in stretch]
        if all(items[x].length == 1 for here in held for x in here):
            return sum(crowd[0].bit_count() for u in stretch if (crowd := crowds.get(u, self.levels[u])))
        covers: dict[tuple[int, int], int] = {}
        for u, here in zip(stretch, held, strict=True):
            for x in here:
                place = where.get(x) or self.place[x]
                if place is not None and place.slot == u:
                    key = u + items[x].length, u
                    covers[key] = covers.get(key, 0) | problem.fans[x]
        return reach_of_stretch(stretch.start, [(*key, covers[key]) for key in sorted(covers)])

    def _slot_wish(self, s: int, place: Place | None) -> float:
        wish = self.problem.items[s].prefer.slot
        return 0.0 if place is None or wish in (None, place.slot) else self.problem.weights.slot_wish

    def _room_wish(self, s: int, place: Place | None) -> float:
        wish = self.problem.items[s].prefer.room
        return 0.0 if place is None or wish in (None, place.room) else self.problem.weights.room_wish

    def _moved(self, s: int, place: Place | None) -> float:
        old, weights = self.before[s] if self.before else None, self.problem.weights
        if old is None or place is None or place == old:
            return 0.0
        return weights.move_slot if place.slot != old.slot else weights.move_room


def _with(crowd: Iterable[int], fans: int) -> list[int]:
    """The levels with one more crowd."""
    found = []
    for level in crowd:
        found.append(level | fans)
        fans &= level
    return [*found, fans] if fans else found
