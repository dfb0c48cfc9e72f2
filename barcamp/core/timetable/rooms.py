"""The best rooms once the times are fixed: the fewest people outside, then the larger crowd in the larger room.

Who comes to an item depends only on times, so the items of one slot and its rooms are an assignment problem, solved
exactly (Hungarian method). Longer items keep one room over their run; they change rooms only by exchanges that help.
"""

from barcamp.core.timetable.assignment import cheapest_assignment
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.score import audience, occupants

FORBIDDEN = 1 << 200
EXACT = 10**6  # prices are compared in millionths of a missed seat, so that sums do not depend on their order
FIRST = 10**18  # one millionth outweighs every preference for a larger room


def assign_rooms(problem: Problem, plan: Plan, before: Plan | None = None) -> Plan:
    """The same times with the cheapest rooms; `plan` must break no rule. What nothing gains by stays."""
    prices = RoomPrices(problem, plan, before)
    held = occupants(problem, plan)
    long_items = sorted(
        (s for s, place in enumerate(plan) if place is not None and problem.items[s].length > 1),
        key=lambda s: (-prices.people[s], s),
    )
    places = list(plan)
    while True:
        for t, here in enumerate(held):
            _assign_slot(problem, places, prices, t, here)
        if not _exchange_long(problem, places, prices, held, long_items):
            return tuple(places)


class RoomPrices:
    """What each item pays for each room at its time, as whole numbers that can be added and compared exactly."""

    def __init__(self, problem: Problem, plan: Plan, before: Plan | None) -> None:
        self.problem, self.plan, self.before = problem, plan, before
        self.people = audience(problem, plan)

    def price(self, s: int, room: int) -> int:
        """The price of the room; FORBIDDEN where the rules about the item do not allow it."""
        place, weights = self.plan[s], self.problem.weights
        if place is None or not self.problem.openings[s].get(place.slot, 0) >> room & 1:
            return FORBIDDEN
        capacity, wish = self.problem.rooms[room].capacity, self.problem.items[s].prefer.room
        old = self.before[s] if self.before else None
        missed = weights.full * max(0.0, self.people[s] - capacity) + weights.room_wish * (wish not in (None, room))
        if old is not None and old.slot == place.slot and old.room != room:
            missed += weights.move_room
        return round(missed * EXACT) * FIRST - round(self.people[s] * 1000) * capacity


def _assign_slot(problem: Problem, places: list[Place | None], prices: RoomPrices, t: int, here: list[int]) -> None:
    """Give the one-slot items of slot t their best rooms among those that longer items leave."""
    short = sorted((s for s in here if problem.items[s].length == 1), key=lambda s: (-prices.people[s], s))
    taken = {place.room for s in here if problem.items[s].length > 1 and (place := places[s])}
    rooms = [r for r in range(len(problem.rooms)) if r not in taken]
    table = [[prices.price(s, r) for r in rooms] for s in short]
    for s, column in zip(short, cheapest_assignment(table), strict=True):
        places[s] = Place(t, rooms[column])


def _exchange_long(
    problem: Problem, places: list[Place | None], prices: RoomPrices, held: list[list[int]], long_items: list[int]
) -> bool:
    """Let longer items change rooms with whoever is in the other room, where that is cheaper; tells if any did."""
    in_room: dict[tuple[int, int], int] = {}
    for u, here in enumerate(held):
        in_room.update({(u, place.room): s for s in here if (place := places[s])})
    helped = False
    for s in long_items:
        for room in range(len(problem.rooms)):
            place = places[s]
            if place is None or place.room == room:
                continue
            span = problem.span(s, place.slot)
            others = list(dict.fromkeys(x for u in span if (x := in_room.get((u, room))) is not None))
            old = prices.price(s, place.room) + sum(prices.price(x, room) for x in others)
            new = prices.price(s, room) + sum(prices.price(x, place.room) for x in others)
            if new >= old or any(not _inside(problem, places, x, span) for x in others):
                continue
            helped = True
            for x, there in ((s, room), *((x, place.room) for x in others)):
                where = places[x] or place
                places[x] = Place(where.slot, there)
            for u in span:
                in_room.pop((u, room), None)
                in_room.pop((u, place.room), None)
            for x in (s, *others):
                at = places[x] or place
                in_room.update({(u, at.room): x for u in problem.span(x, at.slot)})
    return helped


def _inside(problem: Problem, places: list[Place | None], x: int, span: range) -> bool:
    """Whether item x runs within the span, so that it can change rooms without touching anybody else."""
    place = places[x]
    return place is not None and span.start <= place.slot and place.slot + problem.items[x].length <= span.stop
