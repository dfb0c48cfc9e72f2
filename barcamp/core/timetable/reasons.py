"""Why an item has no place, as facts that a page can put into words.

Single facts come first, since they are the easiest to mend; only then what stands in the way of what.
"""

from dataclasses import dataclass
from typing import Literal

from barcamp.core.timetable.problem import Place, Plan, Problem, Wish, bit_set, each_bit
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import occupants

Kind = Literal[
    "too-long", "no-room-with-needs", "no-open-slot", "pin-impossible", "presenter-busy", "no-place-left", "place-free"
]


@dataclass(frozen=True)
class Reason:
    """Why one item is not placed. Items, slots and rooms are numbers; what a kind does not use stays empty.

    - `too-long`: no run of slots without a break is long enough; `slots` is the longest there is.
    - `no-room-with-needs`: `needs` are what no room has, or what no room has together.
    - `no-open-slot`: `rooms` have what it needs, but none is open for its length within `slots`, its window.
    - `pin-impossible`: the place it is pinned to (`slots`, `rooms`) breaks `rules`, or `items` hold it or its people.
    - `presenter-busy`: whenever it could run, some of `people` are in `items`.
    - `no-place-left`: `items` hold the places it could have (`slots`, `rooms`). When `proven`, no schedule can place
      `items` and this one together: they are one more than the places that suit any of them.
    - `place-free`: nothing speaks against it; it could begin in `slots`.
    """

    kind: Kind
    needs: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    rooms: tuple[int, ...] = ()
    items: tuple[int, ...] = ()
    people: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    proven: bool = False


def why_unplaced(problem: Problem, plan: Plan) -> dict[int, Reason]:
    """For each item without a place in this plan the reason, in item order."""
    taken = Taken(problem, plan)
    return {s: _reason(problem, taken, s) for s, place in enumerate(plan) if place is None}


class Taken:
    """Who is where in a plan; a set of cells is bits, cell number = slot * rooms + room."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan, self.width = problem, plan, len(problem.rooms)
        self.running = occupants(problem, plan)
        self.holder = {
            u * self.width + place.room: x
            for x, place in enumerate(plan)
            if place is not None
            for u in problem.span(x, place.slot)
        }

    def wants(self, s: int) -> int:
        """The cells in which item s could begin, for all its rules about itself."""
        cells = 0
        for t, rooms in self.problem.openings[s].items():
            cells |= rooms << t * self.width
        return cells

    def overlapping(self, s: int, slot: int) -> set[int]:
        """The items that run while s would."""
        return {x for u in self.problem.span(s, slot) for x in self.running[u]}

    def slots_and_rooms(self, cells: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The slots and the rooms of a set of cells."""
        rows = {t: cells >> t * self.width & (1 << self.width) - 1 for t in range(len(self.problem.slots))}
        rooms = 0
        for row in rows.values():
            rooms |= row
        return tuple(t for t, row in rows.items() if row), tuple(each_bit(rooms))


def _reason(problem: Problem, taken: Taken, s: int) -> Reason:
    item, pin = problem.items[s], problem.items[s].pin or Wish()
    longest = max(problem.stretches, key=len, default=range(0))
    if item.length > len(longest):
        return Reason("too-long", slots=tuple(longest))
    if not problem.equipped[s]:
        nowhere = [need for need in sorted(item.needs) if not any(need in room.equipment for room in problem.rooms)]
        return Reason("no-room-with-needs", needs=tuple(nowhere or sorted(item.needs)))
    if pin.slot is not None or pin.room is not None:
        return _pin_reason(problem, taken, s, pin)
    if not problem.openings[s]:
        window = sorted(item.slots_allowed) if item.slots_allowed is not None else range(len(problem.slots))
        return Reason("no-open-slot", slots=tuple(window), rooms=tuple(each_bit(problem.equipped[s])))
    return _crowded_out(problem, taken, s)


def _pin_reason(problem: Problem, taken: Taken, s: int, pin: Wish) -> Reason:
    """What is wrong with the pin itself, or who else is where it points."""
    slots, rooms = tuple(t for t in [pin.slot] if t is not None), tuple(r for r in [pin.room] if r is not None)
    if problem.openings[s]:
        reason = _crowded_out(problem, taken, s)
        if reason.kind == "place-free":
            return reason
        return Reason("pin-impossible", slots=slots, rooms=rooms, items=reason.items, people=reason.people)
    broken = set[str]()
    for t in slots or range(len(problem.slots)):
        for r in rooms or range(len(problem.rooms)):
            alone = tuple(Place(t, r) if x == s else None for x in range(len(problem.items)))
            broken |= {breach.rule for breach in violations(problem, alone) if breach.items == (s,)}
    return Reason("pin-impossible", slots=slots, rooms=rooms, rules=tuple(sorted(broken)))


def _crowded_out(problem: Problem, taken: Taken, s: int) -> Reason:
    """The item has places of its own to go to; who or what keeps it from all of them?"""
    kin: set[int] = set()
    people_free: list[int] = []
    for t in problem.openings[s]:
        busy = {x for x in taken.overlapping(s, t) if problem.presenters[x] & problem.presenters[s]}
        kin |= busy
        if not busy:
            people_free.append(t)
    if not people_free:
        shared = {person for x in kin for person in problem.items[x].people}
        people = tuple(person for person in problem.items[s].people if person in shared)
        return Reason("presenter-busy", items=tuple(sorted(kin)), people=people)

    rivals: set[int] = set()
    for t in people_free:
        there = [(x, place.room) for x in taken.overlapping(s, t) if (place := taken.plan[x])]
        free = problem.openings[s][t] & ~bit_set(room for _, room in there)
        if free:
            return Reason("place-free", slots=(t,), rooms=(next(each_bit(free)),))
        rivals |= {x for x, room in there if problem.openings[s][t] >> room & 1}
    found = _too_many_for_their_places(problem, taken, s) if problem.items[s].length == 1 else None
    if found is None:
        cells = 0
        for t in people_free:
            cells |= problem.openings[s][t] << t * taken.width
        slots, rooms = taken.slots_and_rooms(cells)
        return Reason("no-place-left", items=tuple(sorted(rivals)), slots=slots, rooms=rooms)
    others, cells = found
    slots, rooms = taken.slots_and_rooms(cells)
    return Reason("no-place-left", items=tuple(sorted(others)), slots=slots, rooms=rooms, proven=True)


def _too_many_for_their_places(problem: Problem, taken: Taken, s: int) -> tuple[list[int], int] | None:
    """The other items of a Hall set around s, and its cells: one item more than cells that suit any of them.

    Found as the tree of alternating paths from s (Hall 1935). None when the tree meets a free cell, for then people
    are what is short, or a longer item, which could stand elsewhere.
    """
    cells, others = 0, dict[int, None]()
    for x in (queue := [s]):
        fresh = taken.wants(x) & ~cells
        cells |= fresh
        for cell in each_bit(fresh):
            owner = taken.holder.get(cell)
            if owner is None or problem.items[owner].length > 1:
                return None
            if owner not in others:
                others[owner] = None
                queue.append(owner)
    return list(others), cells
