"""Why here and not there: for one item and every other place the exact change of cost, and what forbids it.

This is what an organizer is told before moving a note by hand, and what a presenter is told who asks for another time.
"""

from dataclasses import dataclass

from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.score import audience, clashes, crowd_counter, expected, occupants


@dataclass(frozen=True)
class Change:
    """A change of cost by part, in missed seats; negative is better.

    `moved` is the price of differing from the plan people know, `unplaced` what is saved by placing the item at all.
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


@dataclass(frozen=True)
class Block:
    """What forbids a place: the name of the hard rule, and the other items in it."""

    rule: str
    items: tuple[int, ...] = ()


@dataclass(frozen=True)
class Option:
    """One other place. `change` is what moving this item alone would do, also where `blocked_by` forbids it."""

    place: Place
    change: Change
    blocked_by: tuple[Block, ...] | None


def options(problem: Problem, plan: Plan, s: int, before: Plan | None = None) -> list[Option]:
    """Every place but the present one in which item s does not run into a break, by slot, then room."""
    found: list[Option] = []
    here, people = plan[s], audience(problem, plan)
    held, outside_now = occupants(problem, plan), _excess(problem, plan, people)
    clashes_now, elsewhere = clashes(problem, plan), _others(problem, plan, s)
    for t in range(len(problem.slots)):
        if not problem.fits_block(t, problem.items[s].length):
            continue
        moved = (*plan[:s], Place(t, 0), *plan[s + 1 :])
        clash = problem.weights.clash * (clashes(problem, moved) - clashes_now)
        attends, outside = _crowds_after(problem, moved, s, here, t, held, people)
        for r in range(len(problem.rooms)):
            place = Place(t, r)
            if place != here:
                own = max(0.0, attends - problem.rooms[r].capacity)
                full = problem.weights.full * (outside + own - outside_now)
                change = _change(problem, s, here, place, before, clash, full)
                found.append(Option(place, change, _blocks(problem, s, place, elsewhere) or None))
    return found


def shared_fans(problem: Problem, plan: Plan, s: int, slot: int) -> list[tuple[int, int]]:
    """`(other item, people who starred both)` for what would overlap item s from this slot on, most people first."""
    span = problem.span(s, slot)
    both = [
        (x, (problem.fans[x] & problem.fans[s]).bit_count())
        for x, place in enumerate(plan)
        if place and x != s and place.slot < span.stop and span.start < place.slot + problem.items[x].length
    ]
    return sorted(((x, people) for x, people in both if people), key=lambda pair: (-pair[1], pair[0]))


def _excess(problem: Problem, plan: Plan, people: list[float]) -> float:
    return sum(
        max(0.0, people[x] - problem.rooms[place.room].capacity) for x, place in enumerate(plan) if place is not None
    )


def _crowds_after(
    problem: Problem, moved: Plan, s: int, here: Place | None, t: int, held: list[list[int]], people: list[float]
) -> tuple[float, float]:
    """The people item s would draw in slot t, and the people without a seat in all other items then.

    Only what runs in the slots that s leaves or enters is counted anew.
    """
    new_held = [[x for x in slot if x != s] for slot in held]
    for u in problem.span(s, t):
        new_held[u].append(s)
    touched = {*problem.span(s, t), *(problem.span(s, here.slot) if here else ())}
    changed = {x for u in sorted(touched) for x in new_held[u]}
    crowd_at = crowd_counter(problem, new_held)

    outside = attends = 0.0
    for x, place in enumerate(moved):
        if place is None:
            continue
        come = expected(problem, x, crowd_at(problem.span(x, place.slot))) if x in changed else people[x]
        if x == s:
            attends = come
        else:
            outside += max(0.0, come - problem.rooms[place.room].capacity)
    return attends, outside


def _change(
    problem: Problem, s: int, here: Place | None, place: Place, before: Plan | None, clash: float, full: float
) -> Change:
    weights, wish, old = problem.weights, problem.items[s].prefer, before[s] if before else None

    def broken(wished: int | None, now: int | None, then: int) -> int:
        return int(wished is not None and wished != then) - int(None not in (wished, now) and wished != now)

    def move_price(there: Place | None) -> float:
        if old is None or there is None or there == old:
            return 0.0
        return weights.move_slot if there.slot != old.slot else weights.move_room

    return Change(
        clash=clash,
        full=full,
        slot_wish=weights.slot_wish * broken(wish.slot, here.slot if here else None, place.slot),
        room_wish=weights.room_wish * broken(wish.room, here.room if here else None, place.room),
        moved=move_price(place) - move_price(here),
        unplaced=0.0 if here else -(problem.popularity[s] + weights.unplaced),
    )


def _others(problem: Problem, plan: Plan, s: int) -> list[list[tuple[int, int]]]:
    """For each slot the `(item, room)` of everything but s."""
    found: list[list[tuple[int, int]]] = [[] for _ in problem.slots]
    for x, place in enumerate(plan):
        if place is not None and x != s:
            for u in problem.span(x, place.slot):
                found[u].append((x, place.room))
    return found


def _blocks(problem: Problem, s: int, place: Place, elsewhere: list[list[tuple[int, int]]]) -> tuple[Block, ...]:
    """Every hard rule that item s would break in this place."""
    item, pin, span = problem.items[s], problem.items[s].pin, problem.span(s, place.slot)
    there = [pair for u in span for pair in elsewhere[u]]
    in_room = tuple(sorted({x for x, room in there if room == place.room}))
    with_people = tuple(sorted({x for x, _ in there if problem.presenters[x] & problem.presenters[s]}))
    found = []
    if item.slots_allowed is not None and not item.slots_allowed.issuperset(span):
        found.append(Block("availability"))
    if not problem.equipped[s] >> place.room & 1:
        found.append(Block("equipment"))
    if problem.rooms[place.room].closed.intersection(span):
        found.append(Block("closed"))
    if pin is not None and (pin.slot not in (None, place.slot) or pin.room not in (None, place.room)):
        found.append(Block("pin"))
    if in_room:
        found.append(Block("room", in_room))
    if with_people:
        found.append(Block("person", with_people))
    return tuple(found)
