"""A schedule being made: every step keeps the hard rules and knows whether the rest can still be seated.

An item is decided when its time is fixed. Items of one slot keep a cell in a matching, so their room may still change
within their slot; a longer item holds its room over its whole run. Items not yet decided hold a cell as a promise.
"""

from typing import NamedTuple

from barcamp.core.timetable.cells import NOWHERE, Cells
from barcamp.core.timetable.problem import Place, Plan, Problem, each_bit

UNDECIDED = -1


class Saved(NamedTuple):
    """What a failed attempt goes back to."""

    start: list[int]
    room: list[int]
    busy: list[int]
    wants: list[int]
    cell_of: list[int]
    owner: list[int]
    free: int
    blocked: int


class Draft:
    """Which items are decided, who is busy when, and a seat for everybody who can have one."""

    def __init__(self, problem: Problem) -> None:
        """Nothing decided; promises go to pinned items first, then by popularity, so the least wanted may have none."""
        self.problem = problem
        self.start = [UNDECIDED] * len(problem.items)
        self.room = [UNDECIDED] * len(problem.items)
        self.busy = [0] * len(problem.slots)
        self.cells = Cells(len(problem.slots) * len(problem.rooms), [self.own_cells(s) for s in range(len(self.start))])
        self.kin = _items_by_shared_people(problem)
        for s in sorted(range(len(self.start)), key=lambda s: (problem.items[s].pin is None, -problem.demand[s], s)):
            self.cells.seat(s)

    def own_cells(self, s: int) -> int:
        """The cells an item of one slot may have while its people are free; none for a longer one, it gets a run."""
        if self.problem.items[s].length > 1:
            return 0
        cells, width, people = 0, len(self.problem.rooms), self.problem.presenters[s]
        for t, rooms in self.problem.openings[s].items():
            if not self.busy[t] & people:
                cells |= rooms << t * width
        return cells

    def decide(self, s: int, place: Place, *, keep_room: bool = False, break_promises: bool = False) -> bool:
        """Fix the item's time; all or nothing.

        An item of one slot gets the room named only with `keep_room`, else any of the slot that suits; a longer one
        always gets the room named. Decided items keep their time. Undecided ones keep a promised seat somewhere,
        unless `break_promises`.
        """
        span, people = self.problem.span(s, place.slot), self.problem.presenters[s]
        allowed = self.problem.openings[s].get(place.slot, 0) >> place.room & 1
        if not allowed or any(self.busy[u] & people for u in span):
            return False
        if not break_promises and self.cells.free.bit_count() < self._cells_missing(s):
            return False
        saved = self.save()
        promised = self._recall(span) if break_promises else []
        held = self._hold(s, place, keep_room)
        if held:
            for u in span:
                self.busy[u] |= people
            self.start[s], self.room[s] = place
            promises = [self._step_aside(x, span) for x in self.kin[s] if self.start[x] == UNDECIDED]
            again = [self.cells.seat(x) for x in promised if self.start[x] == UNDECIDED and not self._seated(x)]
            held = break_promises or all(promises + again)
        if not held:
            self.restore(saved)
        return held

    def _cells_missing(self, s: int) -> int:
        """How many free cells it takes at least to decide the item, when nobody may lose a seat."""
        length = self.problem.items[s].length
        return length if length > 1 else int(not self._seated(s))

    def has_promises(self) -> bool:
        """Whether an undecided item has a seat."""
        return any(start == UNDECIDED and self._seated(s) for s, start in enumerate(self.start))

    def _hold(self, s: int, place: Place, keep_room: bool) -> bool:
        width = len(self.problem.rooms)
        if self.problem.items[s].length > 1:
            return self.cells.block([u * width + place.room for u in self.problem.span(s, place.slot)])
        in_slot = self.problem.openings[s][place.slot] << place.slot * width
        held = self.cells.narrow(s, 1 << place.slot * width + place.room if keep_room else in_slot)
        self.cells.wants[s] = in_slot
        return held

    def _recall(self, span: range) -> list[int]:
        """Take back the promised seats in these slots."""
        width = len(self.problem.rooms)
        owners = [self.cells.owner[cell] for cell in range(span.start * width, span.stop * width)]
        promised = [x for x in owners if x != NOWHERE and self.start[x] == UNDECIDED]
        for x in promised:
            self.cells.unseat(x)
        return promised

    def _step_aside(self, x: int, span: range) -> bool:
        """An undecided item shares people with one that now runs in the span: it cannot be there."""
        width = len(self.problem.rooms)
        there = (1 << span.stop * width) - (1 << span.start * width)
        if self._seated(x):
            return self.cells.narrow(x, self.cells.wants[x] & ~there)
        self.cells.wants[x] &= ~there
        return True

    def _seated(self, x: int) -> bool:
        return self.cells.cell_of[x] != NOWHERE

    def drop(self, s: int) -> None:
        """Take a decided item off the schedule; it is undecided and without a seat."""
        span, width = self.problem.span(s, self.start[s]), len(self.problem.rooms)
        if self.problem.items[s].length > 1:
            self.cells.unblock(u * width + self.room[s] for u in span)
        else:
            self.cells.unseat(s)
        for u in span:
            self.busy[u] &= ~self.problem.presenters[s]
        self.start[s] = self.room[s] = UNDECIDED
        for x in (s, *self.kin[s]):
            if self.start[x] == UNDECIDED:
                self.cells.wants[x] = self.own_cells(x)

    def forget_promises(self) -> None:
        """Free the seats of all undecided items."""
        for s, start in enumerate(self.start):
            if start == UNDECIDED and self._seated(s):
                self.cells.unseat(s)

    def places(self, s: int, slot: int) -> list[Place]:
        """What `decide` can be asked for item s in this first slot: one place, or every room for a longer item."""
        rooms = self.problem.openings[s].get(slot, 0)
        if self.problem.items[s].length == 1:
            rooms &= -rooms
        return [Place(slot, room) for room in each_bit(rooms)]

    def plan(self) -> Plan:
        """The decided items with the rooms they hold at the moment."""
        width = len(self.problem.rooms)
        return tuple(
            None
            if start == UNDECIDED
            else Place(start, self.room[s] if self.problem.items[s].length > 1 else self.cells.cell_of[s] % width)
            for s, start in enumerate(self.start)
        )

    def save(self) -> Saved:
        """A copy to come back to."""
        c = self.cells
        return Saved(self.start[:], self.room[:], self.busy[:], c.wants[:], c.cell_of[:], c.owner[:], c.free, c.blocked)

    def restore(self, saved: Saved) -> None:
        """Go back to a copy; the copy stays usable."""
        c = self.cells
        self.start, self.room, self.busy = saved.start[:], saved.room[:], saved.busy[:]
        c.wants, c.cell_of, c.owner = saved.wants[:], saved.cell_of[:], saved.owner[:]
        c.free, c.blocked = saved.free, saved.blocked


def _items_by_shared_people(problem: Problem) -> list[list[int]]:
    """For each item the others that need one of its people."""
    given_by: dict[str, list[int]] = {}
    for s, item in enumerate(problem.items):
        for person in item.people:
            given_by.setdefault(person, []).append(s)
    return [
        sorted({x for person in item.people for x in given_by[person]} - {s}) for s, item in enumerate(problem.items)
    ]
