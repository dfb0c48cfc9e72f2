"""The search: swaps and moves in time, worse ones accepted less and less often (simulated annealing).

The change of clashes is exact at every step. Rooms are only kept possible on the way, and their fullness is judged by
sorting crowds against rooms by size; at every checkpoint real rooms and true costs are worked out and the best is kept.
The budget is counted in moves, never in seconds, so that the same seed gives the same schedule on every machine.
"""

from bisect import insort
from collections.abc import Callable
from math import log
from random import Random

from barcamp.core.timetable.crowd import levels, reach_of_stretch
from barcamp.core.timetable.problem import Place, Plan, Problem, each_bit
from barcamp.core.timetable.rooms import assign_rooms
from barcamp.core.timetable.score import audience, bill

EMPTY = -1
CHECKPOINTS = 24  # at most; each must be worth the work, so there is one for so many moves an item
MOVES_EACH = 50
HOT, WARM, COLD = 2.0, 0.5, 0.15

Progress = Callable[[int, int, float], None]
"""Told the moves done, the moves in all, and the best true cost so far."""


def anneal(
    problem: Problem,
    plan: Plan,
    *,
    rng: Random,
    moves: int,
    before: Plan | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The cheapest plan met within so many tries; `plan` must break no rule about two items, and the result does not.

    A plan that people know (`before`) is only improved downhill: heat would move many items to gain little.
    """
    best, best_cost = plan, bill(problem, plan, before).price(problem.weights)
    search = Search(problem, plan, before, rng)
    if not search.movable:
        return plan
    per_item = moves / len(search.movable)
    hot = COLD if before else HOT if per_item > 300 else WARM
    done = 0
    checkpoints = max(1, min(CHECKPOINTS, int(per_item / MOVES_EACH)))
    for checkpoint in range(checkpoints):
        goal = moves * (checkpoint + 1) // checkpoints
        search.run(goal - done, hot * (COLD / hot) ** (done / moves), hot * (COLD / hot) ** (goal / moves))
        done = goal
        now = assign_rooms(problem, search.plan(), before)
        cost = bill(problem, now, before).price(problem.weights)
        if cost < best_cost - 1e-9:
            best, best_cost = now, cost
        if progress:
            progress(done, moves, best_cost)
        search.load(now)
    return best


class Search:
    """One schedule that is changed in place, with everything needed to know quickly what a change would cost."""

    def __init__(self, problem: Problem, plan: Plan, before: Plan | None, rng: Random) -> None:
        self.problem, self.rng = problem, rng
        self.prices = [problem.prices(s, before) for s in range(len(problem.items))]
        self.starts = [tuple(openings) for openings in problem.openings]
        self.movable = [s for s, place in enumerate(plan) if place is not None and len(self.starts[s]) > 1]
        self.sizes = [room.capacity for room in problem.rooms]
        self.load(plan)

    def load(self, plan: Plan) -> None:
        """Start from this plan, with fresh counts of who is expected where."""
        problem = self.problem
        n_slots, n_rooms = len(problem.slots), len(problem.rooms)
        self.place = list(plan)
        self.grid = [[EMPTY] * n_rooms for _ in range(n_slots)]
        self.busy = [0] * n_slots
        self.people = audience(problem, plan)
        for s, place in enumerate(plan):
            if place is not None:
                for u in problem.span(s, place.slot):
                    self.grid[u][place.room] = s
                    self.busy[u] |= problem.presenters[s]
        self.once, self.twice, self.count = [0] * n_slots, [0] * n_slots, [0] * n_slots
        self.demands: list[list[float]] = [[] for _ in range(n_slots)]
        self.capacities: list[list[int]] = [[] for _ in range(n_slots)]
        self.excess = [0.0] * n_slots
        for t in range(n_slots):
            self.count_rooms(t)
            self.count_slot(t)
        self.long_in: list[list[int]] = [[] for _ in problem.stretches]
        for s, place in enumerate(plan):
            if place is not None and problem.items[s].length > 1:
                self.long_in[problem.stretch_of[place.slot]].append(s)
        self.covers: list[list[tuple[int, int, int]]] = [[] for _ in problem.stretches]
        self.cover_of, self.reached = [0] * n_slots, [0] * len(problem.stretches)
        for n in range(len(problem.stretches)):
            self.count_stretch(n)

    def plan(self) -> Plan:
        """The schedule as it stands."""
        return tuple(self.place)

    def count_slot(self, t: int) -> None:
        """Work out again what is known about slot t: its crowds and how they fill its rooms."""
        items, fans = self.problem.items, self.problem.fans
        here = [s for s in self.grid[t] if s != EMPTY and items[s].length == 1]
        crowd = levels(fans[s] for s in here)
        self.once[t] = crowd[0] if crowd else 0
        self.twice[t] = crowd[1] if len(crowd) > 1 else 0
        self.count[t] = self.once[t].bit_count()
        self.demands[t] = sorted(-self.people[s] for s in here)
        self.excess[t] = _outside(self.demands[t], self.capacities[t])

    def count_rooms(self, t: int) -> None:
        """Work out again how many seats longer items leave to the others in slot t."""
        items, row = self.problem.items, self.grid[t]
        self.capacities[t] = sorted(
            (self.sizes[r] for r in each_bit(self.problem.unlocked[t]) if row[r] == EMPTY or items[row[r]].length == 1),
            reverse=True,
        )

    def count_stretch(self, n: int) -> None:
        """Work out again what is known about stretch n: who has a star on what runs exactly when, and their reach."""
        crowds = {(t + 1, t): self.once[t] for t in self.problem.stretches[n]}
        for s in self.long_in[n]:
            place = self.place[s]
            if place is not None:
                key = place.slot + self.problem.items[s].length, place.slot
                crowds[key] = crowds.get(key, 0) | self.problem.fans[s]
        self.covers[n] = [(*key, crowds[key]) for key in sorted(crowds)]
        for n_cover, (end, start, _) in enumerate(self.covers[n]):
            if end == start + 1:
                self.cover_of[start] = n_cover
        self.reached[n] = self.reach(n, {})

    def reach(self, n: int, changed: dict[int, int]) -> int:
        """Stars that can be sat through in stretch n, with other crowds in the one-slot items of some slots."""
        covers = self.covers[n][:]
        for t, crowd in changed.items():
            covers[self.cover_of[t]] = (t + 1, t, crowd)
        return reach_of_stretch(self.problem.stretches[n].start, covers)

    def run(self, moves: int, hot: float, cold: float) -> None:
        """Try so many moves while the temperature falls from hot to cold."""
        random, movable, items = self.rng.random, self.movable, self.problem.items
        cooling = (cold / hot) ** (1 / moves) if moves else 1.0
        heat, n_rooms = hot, len(self.problem.rooms)
        for _ in range(moves):
            heat *= cooling
            a = movable[int(random() * len(movable))]
            starts = self.starts[a]
            q, r = starts[int(random() * len(starts))], int(random() * n_rooms)
            # A change is taken with the chance exp(-change/heat); drawn first, most can be refused early.
            limit = -heat * log(1.0 - random())
            if items[a].length == 1:
                self.try_short(a, q, r, limit)
            else:
                self.try_long(a, Place(q, r), limit)

    def try_short(self, a: int, q: int, r: int, limit: float) -> None:
        """Move a one-slot item into slot q, in exchange for what is in room r there, if it costs at most `limit`."""
        problem, place = self.problem, self.place[a]
        if place is None or place.slot == q:
            return
        p, b = place.slot, self.grid[q][r]
        openings, presenters, fans = problem.openings, problem.presenters, problem.fans
        if b == EMPTY:
            who_b = fans_b = 0
            change = self.prices[a][q] - self.prices[a][p]
        else:
            if problem.items[b].length > 1 or p not in openings[b]:
                return
            who_b, fans_b = presenters[b], fans[b]
            change = self.prices[a][q] - self.prices[a][p] + self.prices[b][p] - self.prices[b][q]
        who_a, fans_a = presenters[a], fans[a]
        if who_a & self.busy[q] & ~who_b or who_b & self.busy[p] & ~who_a:
            return

        once_p, once_q = self.once[p], self.once[q]
        crowd_p = once_p ^ (once_p & fans_a) | self.twice[p] | fans_b
        crowd_q = once_q ^ (once_q & fans_b) | self.twice[q] | fans_a
        change -= problem.weights.clash * self.gain(p, crowd_p, q, crowd_q)
        if change - problem.weights.full * (self.excess[p] + self.excess[q]) > limit:
            return
        change += problem.weights.full * self.more_outside(p, q, a, b)
        if change > limit:
            return

        into_q = self.way_in(a, q, b)
        into_p = [] if b == EMPTY else self.way_in(b, p, a)
        if into_q is not None and into_p is not None:
            self.grid[p][place.room] = self.grid[q][r] = EMPTY
            self.settle(q, into_q)
            self.settle(p, into_p)
            self.busy[p] = self.busy[p] & ~who_a | who_b
            self.busy[q] = self.busy[q] & ~who_b | who_a
            for t in (p, q):
                self.count_slot(t)
            for t in (p, q):
                self.count_stretch(problem.stretch_of[t])

    def gain(self, p: int, crowd_p: int, q: int, crowd_q: int) -> int:
        """Stars won when slots p and q have these crowds in their one-slot items; exact."""
        m, n = self.problem.stretch_of[p], self.problem.stretch_of[q]
        if not self.long_in[m] and not self.long_in[n]:
            return crowd_p.bit_count() + crowd_q.bit_count() - self.count[p] - self.count[q]
        if m == n:
            return self.reach(m, {p: crowd_p, q: crowd_q}) - self.reached[m]
        return self.reach(m, {p: crowd_p}) + self.reach(n, {q: crowd_q}) - self.reached[m] - self.reached[n]

    def more_outside(self, p: int, q: int, a: int, b: int) -> float:
        """More people without a seat when item a goes from slot p to q and b, if any, back; by size, not by room."""
        demand_a, demand_b = self.people[a], None if b == EMPTY else self.people[b]
        outside = _exchanged(self.demands[p], self.capacities[p], demand_a, demand_b)
        outside += _exchanged(self.demands[q], self.capacities[q], demand_b, demand_a)
        return outside - self.excess[p] - self.excess[q]

    def way_in(self, s: int, t: int, leaving: int) -> list[tuple[int, int]] | None:
        """Rooms for item s in slot t once `leaving` has left: the items that change rooms, with their new rooms.

        Breadth first, so that few change; longer items stay put. None when there is no way.
        """
        row, openings = self.grid[t], self.problem.openings
        seen, queue = 0, [s]
        came_from: dict[int, tuple[int, int]] = {}
        gone = self.place[leaving] if leaving != EMPTY else None
        vacant = 1 << gone.room if gone else 0
        for x in queue:
            rooms = openings[x].get(t, 0) & ~seen
            for room in each_bit(rooms & vacant or rooms):
                seen |= 1 << room
                owner = row[room]
                if owner in (EMPTY, leaving):
                    steps = [(x, room)]
                    while steps[-1][0] != s:
                        steps.append(came_from[steps[-1][0]])
                    return steps
                if self.problem.items[owner].length == 1:
                    came_from[owner] = (x, room)
                    queue.append(owner)
        return None

    def settle(self, t: int, steps: list[tuple[int, int]]) -> None:
        """Carry out a way in."""
        for s, room in steps:
            self.grid[t][room] = s
            self.place[s] = Place(t, room)

    def try_long(self, a: int, goal: Place, limit: float) -> None:
        """Move a longer item to another run of one room, in exchange for what is there, if it costs at most `limit`."""
        place, length = self.place[a], self.problem.items[a].length
        if place is None or abs(place.slot - goal.slot) < length:
            return
        there = [self.grid[goal.slot + i][goal.room] for i in range(length)]
        shift = {a: goal}
        for i, b in enumerate(there):
            if b != EMPTY and b not in shift:
                home = self.place[b]
                if home is None or home.slot != goal.slot + i or i + self.problem.items[b].length > length:
                    return
                shift[b] = Place(place.slot + i, place.room)
        if any(not self.problem.openings[s].get(to.slot, 0) >> to.room & 1 for s, to in shift.items()):
            return

        slots = [*range(place.slot, place.slot + length), *range(goal.slot, goal.slot + length)]
        stretches = sorted({self.problem.stretch_of[place.slot], self.problem.stretch_of[goal.slot]})
        old = {s: home for s in shift if (home := self.place[s])}
        cost = self.local_cost(shift, slots, stretches)
        fits = self.shift(shift, slots, stretches)
        if not fits or self.local_cost(shift, slots, stretches) - cost > limit:
            self.shift(old, slots, stretches)

    def shift(self, places: dict[int, Place], slots: list[int], stretches: list[int]) -> bool:
        """Put items, which all run in these slots, in other places; tells whether nobody is in two places then."""
        homes = {s: home for s in places if (home := self.place[s])}
        for s, home in homes.items():
            self.mark(s, home, EMPTY)
            if self.problem.items[s].length > 1:
                self.long_in[self.problem.stretch_of[home.slot]].remove(s)
        for s, to in places.items():
            self.place[s] = to
            self.mark(s, to, s)
            if self.problem.items[s].length > 1:
                self.long_in[self.problem.stretch_of[to.slot]].append(s)
        alone = [self.meet(u) for u in slots]
        for u in slots:
            self.count_rooms(u)
            self.count_slot(u)
        for n in stretches:
            self.count_stretch(n)
        return all(alone)

    def mark(self, s: int, place: Place, what: int) -> None:
        """Write something into the cells item s covers from a place on."""
        for u in self.problem.span(s, place.slot):
            self.grid[u][place.room] = what

    def meet(self, u: int) -> bool:
        """Work out again who is busy in slot u; tells whether nobody is there twice."""
        alone, self.busy[u] = True, 0
        for s in self.grid[u]:
            if s != EMPTY:
                alone = alone and not self.busy[u] & self.problem.presenters[s]
                self.busy[u] |= self.problem.presenters[s]
        return alone

    def local_cost(self, items: dict[int, Place], slots: list[int], stretches: list[int]) -> float:
        """The part of the cost that a shift of these items can change."""
        weights, own, outside = self.problem.weights, 0.0, sum(self.excess[u] for u in slots)
        for s in items:
            place = self.place[s]
            if place is not None:
                own += self.prices[s][place.slot]
                if self.problem.items[s].length > 1:
                    outside += max(0.0, self.people[s] - self.sizes[place.room])
        return own + weights.full * outside - weights.clash * sum(self.reached[n] for n in stretches)


def _outside(demands: list[float], capacities: list[int]) -> float:
    """People without a seat when the largest crowd gets the largest room and so on; `demands` are negative, sorted."""
    total = 0.0
    for demand, capacity in zip(demands, capacities, strict=False):
        if -demand > capacity:
            total -= demand + capacity
    return total


def _exchanged(demands: list[float], capacities: list[int], out: float | None, new: float | None) -> float:
    """The same after one crowd has left and another has come; None is nobody."""
    changed = demands[:]
    if out is not None:
        changed.remove(-out)
    if new is not None:
        insort(changed, -new)
    return _outside(changed, capacities)
