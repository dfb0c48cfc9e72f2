"""Why here and not there: for one item and every other place the exact change of cost, and what forbids it.

This is what an organizer is told before moving a note by hand, and what a presenter is told who asks for another time.
"""

from dataclasses import dataclass, replace

from barcamp.core.timetable.ledger import Change, Ledger, Moves
from barcamp.core.timetable.problem import Place, Plan, Problem


@dataclass(frozen=True)
class Block:
    """What forbids a place: the name of the hard rule, and the other items in it."""

    rule: str
    items: tuple[int, ...] = ()


@dataclass(frozen=True)
class Swap:
    """An exchange: the item takes the place, and what is there goes to where the item was.

    `others` has the new place of each item that makes way: None (the tray) when the item comes from there. `change` is
    the exact change of cost of it all; `blocked_by` pairs each item that would break a hard rule with what it breaks.
    """

    others: tuple[tuple[int, Place | None], ...]
    change: Change
    blocked_by: tuple[tuple[int, Block], ...] | None


@dataclass(frozen=True)
class Option:
    """One other place. `change` is what moving this item alone would do, also where `blocked_by` forbids it.

    `swap` is set where swaps are asked for, something is in the place, and it would not run into a break by going.
    """

    place: Place
    change: Change
    blocked_by: tuple[Block, ...] | None
    swap: Swap | None = None


def options(problem: Problem, plan: Plan, s: int, before: Plan | None = None, *, swaps: bool = False) -> list[Option]:
    """Every place but the present one in which item s does not run into a break, by slot, then room."""
    ledger = Ledger(problem, plan, before)
    found: list[Option] = []
    for t in range(len(problem.slots)):
        if problem.fits_block(t, problem.items[s].length):
            found += _options_at(ledger, s, t, swaps)
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


def _options_at(ledger: Ledger, s: int, t: int, swaps: bool) -> list[Option]:
    """The options that begin in slot t. Who comes does not depend on the room, so crowds are counted once."""
    problem, here, found = ledger.problem, ledger.place[s], list[Option]()
    people = ledger.expected(s, Place(t, 0))
    outside = [max(0.0, people - room.capacity) for room in problem.rooms]
    first = ledger.price({s: Place(t, 0)})
    for r in range(len(problem.rooms)):
        place, moves = Place(t, r), {s: Place(t, r)}
        if place == here:
            continue
        full = first.full + problem.weights.full * (outside[r] - outside[0])
        change = replace(ledger.own_price(moves), clash=first.clash, full=full)
        swap = _swap(ledger, s, place) if swaps else None
        found.append(Option(place, change, _blocks(ledger, s, place, moves) or None, swap))
    return found


def _swap(ledger: Ledger, s: int, place: Place) -> Swap | None:
    """The exchange with what is in the place; a longer item takes all that it meets to its old room, in their order."""
    problem, here = ledger.problem, ledger.place[s]
    others: dict[int, Place | None] = {}
    for u in problem.span(s, place.slot):
        for x in ledger.held[u]:
            at = ledger.place[x]
            if at is None or at.room != place.room or x == s:
                continue
            others[x] = None if here is None else Place(here.slot + at.slot - place.slot, here.room)
    if not others or any(to and not problem.fits_block(to.slot, problem.items[x].length) for x, to in others.items()):
        return None
    moves = {s: place, **others}
    blocks = [(x, block) for x, to in moves.items() if to for block in _blocks(ledger, x, to, moves)]
    return Swap(tuple(others.items()), ledger.price(moves), tuple(blocks) or None)


def _blocks(ledger: Ledger, s: int, place: Place, moves: Moves) -> tuple[Block, ...]:
    """Every hard rule that item s breaks in this place once the moves, its own among them, are made."""
    problem = ledger.problem
    item, pin, span = problem.items[s], problem.items[s].pin, problem.span(s, place.slot)
    in_room, with_people = ledger.in_the_way(s, place, moves)
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
        found.append(Block("room", tuple(in_room)))
    if with_people:
        found.append(Block("person", tuple(with_people)))
    return tuple(found)
