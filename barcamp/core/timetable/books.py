"""The books of a search: a schedule as it stands, what it costs, and what changes of it would cost, about.

The cost is exact at every moment, real rooms and audiences included. The estimates beside it are good to the first
order; they tell which of the many possible changes deserve an exact look.
"""

from array import array
from collections.abc import Sequence

from barcamp.core.timetable.crowd import levels, reach_of_stretch, turnout
from barcamp.core.timetable.problem import Place, Plan, Problem, bit_set
from barcamp.core.timetable.score import bill
from barcamp.core.timetable.seating import Seating, Seats
from barcamp.core.timetable.tally import Tally, at_least_two, exactly_two, join, leave, tally_of

NOWHERE = NOTHING = -1
STALE = 8  # so many changes of a slot and what was guessed about it is forgotten; most would still be about right
REMEMBERED = 20_000  # seatings kept, so that contents met again cost nothing


class Books:
    """The state of a search. Items, slots and people are numbers; sets of people are bits."""

    def __init__(self, problem: Problem, plan: Plan, before: Plan | None) -> None:
        """`plan` must break no rule about two items."""
        self.problem, self.before = problem, before
        n_slots = len(problem.slots)
        self.seats = Seats(problem, before)
        self.prices = [problem.prices(s, before) for s in range(len(problem.items))]
        self.starts = [tuple(openings) for openings in problem.openings]
        self.movable = [s for s, place in enumerate(plan) if self._may_move(s, place)]
        self.rooms_open = [rooms.bit_count() for rooms in problem.unlocked]
        self.near = shared_stars(problem)
        self.remembered: dict[tuple[int, int, int], Seating | None] = {}

        self.place = list(plan)
        self.slot = [NOWHERE if place is None else place.slot for place in plan]
        self.short: list[list[int]] = [[] for _ in range(n_slots)]
        self.long: list[list[int]] = [[] for _ in range(n_slots)]
        self.held = [0] * n_slots
        self.busy = [0] * n_slots
        self.seated: list[Seating | None] = [None] * n_slots
        self.tally: list[Tally] = [tally_of(()) for _ in range(n_slots)]
        self.long_in: list[list[int]] = [[] for _ in problem.stretches]
        self.long_price = [0.0] * len(plan)
        self.reached = [0] * len(problem.stretches)

        # Sets of people by slot: with one star there or more, with just one, with just one and that in a full room.
        self.once, self.only, self.only_full = [0] * n_slots, [0] * n_slots, [0] * n_slots
        self.count = [0] * n_slots
        # By item: who would be left in its slot without it; what its leaving would save there, about.
        self.rest = [0] * len(plan)
        self.saving = [0.0] * len(plan)
        # By slot and item: what its coming would cost there, about; 0 is not known. May be a few changes old.
        self.changes = [0] * n_slots
        self.coming: list[list[float]] = [[] for _ in range(n_slots)]
        for s, place in enumerate(plan):
            if place is not None:
                self.enter(s, place)
        for t in range(n_slots):
            self.count_slot(t)
        for n in range(len(problem.stretches)):
            self.reached[n] = self.reach(n, {})
        for s in range(len(plan)):
            self.price_long(s)
        self.fixed = bill(problem, plan, before).price(problem.weights) - self.part(range(n_slots), range(len(plan)))

    def _may_move(self, s: int, place: Place | None) -> bool:
        """Whether steps can begin with item s. A longer one without a place is left to others to bring in."""
        if place is None:
            return self.problem.items[s].length == 1 and bool(self.starts[s])
        return len(self.starts[s]) > 1

    def plan(self) -> Plan:
        """The schedule as it stands."""
        return tuple(self.place)

    def cost(self) -> float:
        """What the schedule costs as it stands."""
        return self.fixed + self.part(range(len(self.short)), range(len(self.place)))

    def part(self, slots: Sequence[int], items: Sequence[int]) -> float:
        """The part of the cost that can change with these slots and these items."""
        weights, stretches = self.problem.weights, dict.fromkeys(self.problem.stretch_of[t] for t in slots)
        seated = sum(seating.cost for t in slots if (seating := self.seated[t]))
        longs = dict.fromkeys(s for t in slots for s in self.long[t])
        own = sum(self.prices[s][t] for s in items if (t := self.slot[s]) != NOWHERE)
        return (
            seated
            + sum(self.long_price[s] for s in longs)
            + own
            - weights.clash * sum(self.reached[n] for n in stretches)
        )

    def enter(self, s: int, place: Place) -> None:
        """Write an item into the books of its slots, but for what is counted."""
        self.place[s], self.slot[s] = place, place.slot
        longer = self.problem.items[s].length > 1
        for u in self.problem.span(s, place.slot):
            join(self.tally[u], self.problem.fans[s])
            (self.long if longer else self.short)[u].append(s)
        if longer:
            self.long_in[self.problem.stretch_of[place.slot]].append(s)

    def withdraw(self, s: int) -> None:
        """Strike an item from the books of its slots, but for what is counted."""
        longer, t = self.problem.items[s].length > 1, self.slot[s]
        for u in self.problem.span(s, t):
            leave(self.tally[u], self.problem.fans[s])
            (self.long if longer else self.short)[u].remove(s)
        if longer:
            self.long_in[self.problem.stretch_of[t]].remove(s)
        for u in self.problem.span(s, t):
            self.count_people(u)

    def is_free(self, s: int, place: Place) -> bool:
        """Whether nobody needed for item s is elsewhere then, and no longer item is in the way of a longer one."""
        span, longer = self.problem.span(s, place.slot), self.problem.items[s].length > 1
        return all(
            not self.problem.presenters[s] & self.problem.presenters[x] for u in span for x in self.running(u) if x != s
        ) and not (
            longer and any(there.room == place.room for u in span for x in self.long[u] if (there := self.place[x]))
        )

    def running(self, t: int) -> list[int]:
        """The items that run in slot t."""
        return self.short[t] + self.long[t]

    def count_people(self, t: int) -> None:
        """Work out again who is busy in slot t, and which rooms longer items hold."""
        busy = held = 0
        for s in self.running(t):
            busy |= self.problem.presenters[s]
        for s in self.long[t]:
            if place := self.place[s]:
                held |= 1 << self.seats.rank[place.room]
        self.busy[t], self.held[t] = busy, held

    def seat(self, t: int, row: list[int], tally: Tally) -> Seating | None:
        """The cheapest rooms for these one-slot items in slot t, beside the longer ones there."""
        contents = bit_set(row) | bit_set(self.long[t])
        key = t, contents, self.held[t]
        if key not in self.remembered:
            if len(self.remembered) >= REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = self.seats.seat(t, row, tally, self.held[t])
        return self.remembered[key]

    def count_slot(self, t: int) -> bool:
        """Seat the items of slot t and work out all that is known about it; False when they do not fit."""
        self.count_people(t)
        seating = self.seat(t, self.short[t], self.tally[t])
        self.settle(t, seating)
        return seating is not None

    def settle(self, t: int, seating: Seating | None) -> None:
        """Take over rooms for the items of slot t, and work out all that is known about it."""
        problem, tally = self.problem, self.tally[t]
        fans, stars, prices, rest, saving = problem.fans, problem.popularity, self.prices, self.rest, self.saving
        clash, half = problem.weights.clash, problem.weights.full * problem.turnout / 2
        several = at_least_two(tally)
        self.once[t] = once = tally[0] | several
        self.only[t] = only = once ^ several
        self.count[t] = once.bit_count()
        self.seated[t] = seating
        self.changes[t] += 1
        if self.changes[t] % STALE == 0 or not self.coming[t]:
            self.coming[t] = [0.0] * len(stars)
        full = 0
        for s, _ in seating.over if seating else ():
            full |= fans[s]
        # Where a room is full already, one more who is torn costs half: the other half would have stood outside.
        self.only_full[t] = full & only
        pairs_full = full & exactly_two(tally) if full else 0
        for s in self.short[t]:
            mine = only & fans[s]
            rest[s] = once ^ mine
            saving[s] = clash * (stars[s] - mine.bit_count()) + prices[s][t]
            if pairs_full:
                saving[s] -= half * (fans[s] & pairs_full).bit_count()
        if seating:
            rooms, place = self.seats.rooms, self.place
            for s, rank in seating.ranks:
                place[s] = Place(t, rooms[rank])
                self.slot[s] = t
            for s, outside in seating.over:
                saving[s] += outside

    def guess(self, t: int, s: int) -> float:
        """What item s would add to the cost of slot t for others, about; remembered for a while."""
        weights, fans = self.problem.weights, self.problem.fans[s]
        cost = weights.clash * (self.once[t] & fans).bit_count()
        if self.only_full[t]:
            cost -= weights.full * self.problem.turnout / 2 * (self.only_full[t] & fans).bit_count()
        self.coming[t][s] = cost
        return cost

    def reach(self, n: int, rows: dict[int, list[int]]) -> int:
        """Stars that can be sat through in stretch n, with other one-slot items in some of its slots."""
        stretch, fans = self.problem.stretches[n], self.problem.fans
        if not self.long_in[n] and not rows:
            return sum(self.count[t] for t in stretch)
        crowds: dict[tuple[int, int], int] = {}
        for t in stretch:
            for s in rows.get(t, self.short[t]):
                crowds[t + 1, t] = crowds.get((t + 1, t), 0) | fans[s]
        for s in self.long_in[n]:
            t = self.slot[s]
            key = t + self.problem.items[s].length, t
            crowds[key] = crowds.get(key, 0) | fans[s]
        return reach_of_stretch(stretch.start, [(end, start, crowds[end, start]) for end, start in sorted(crowds)])

    def price_long(self, s: int, rows: dict[int, list[int]] | None = None) -> float:
        """What a longer item pays for its room: people outside, a wish, a move; kept unless others run beside it."""
        place, problem = self.place[s], self.problem
        if place is None or problem.items[s].length == 1:
            return 0.0
        rank = self.seats.rank[place.room]
        fees = self.seats.fees(s, place.slot)
        price = fees[rank] if fees else 0.0
        if problem.demand[s] > self.seats.sizes[rank]:
            beside: dict[int, None] = {}
            for u in problem.span(s, place.slot):
                beside |= dict.fromkeys([*(rows or {}).get(u, self.short[u]), *self.long[u]])
            people = turnout(problem.fans[s], levels(problem.fans[x] for x in beside)) * problem.heads[s]
            price += problem.weights.full * max(0.0, people - self.seats.sizes[rank])
        if rows is None:
            self.long_price[s] = price
        return price


def shared_stars(problem: Problem) -> list[Sequence[float]]:
    """For each two items twice the price of the people who starred both: the most that it can save to trade them for
    each other, beyond what the two moves alone would cost."""
    n_items, fans, price = len(problem.items), problem.fans, 2 * problem.weights.clash
    if sum(len(mine) ** 2 for mine in problem.stars) > 20 * n_items**2:
        return [array("f", [price * (mine & other).bit_count() for other in fans]) for mine in fans]
    near = [array("f", bytes(4 * n_items)) for _ in range(n_items)]
    for starred in problem.stars:
        for s in starred:
            row = near[s]
            for x in starred:
                row[x] += price
    return list(near)
