"""The hard rules: what no schedule may break, whatever it costs.

Written apart from the solver and simpler than it, so that each can check the other.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from barcamp.core.timetable.problem import Place, Plan, Problem


@dataclass(frozen=True)
class Violation:
    """One breach: the rule's name, the items in it by number, and the facts in words with ids."""

    rule: str
    items: tuple[int, ...]
    detail: str


def violations(problem: Problem, plan: Plan) -> list[Violation]:
    """Every hard rule the plan breaks, rules about one item first; [] is a valid schedule.

    The rules: `length` (one entry an item), `range` (slot and room exist), `break` (stays inside its block),
    `availability`, `equipment`, `closed`, `pin`, `room` (one item at a time), `person` (one place at a time).
    """
    if len(plan) != len(problem.items):
        return [Violation("length", (), f"{len(plan)} places for {len(problem.items)} items")]

    sound = [(s, place) for s, place in enumerate(plan) if place is not None and _stands(problem, s, place)]
    alone = [breach for s, place in enumerate(plan) for breach in _alone(problem, s, place)]
    return alone + list(_together(problem, sound))


def _stands(problem: Problem, s: int, place: Place) -> bool:
    in_range = 0 <= place.slot < len(problem.slots) and 0 <= place.room < len(problem.rooms)
    return in_range and problem.fits_block(place.slot, problem.items[s].length)


def _alone(problem: Problem, s: int, place: Place | None) -> Iterator[Violation]:
    """What item s breaks by itself."""
    item, pin = problem.items[s], problem.items[s].pin
    pinned = pin is not None and (pin.slot is not None or pin.room is not None)
    if place is None:
        if pinned:
            yield Violation("pin", (s,), f"{item.id} is pinned but not placed")
        return
    if not (0 <= place.slot < len(problem.slots) and 0 <= place.room < len(problem.rooms)):
        yield Violation("range", (s,), f"{item.id} is in slot {place.slot}, room {place.room}")
        return
    slot, room = problem.slots[place.slot], problem.rooms[place.room]
    if not problem.fits_block(place.slot, item.length):
        yield Violation("break", (s,), f"{item.id} runs into a break or past the end from {slot.id}")
        return

    span = problem.span(s, place.slot)
    if item.slots_allowed is not None and not item.slots_allowed.issuperset(span):
        yield Violation("availability", (s,), f"{item.id} is not available in {slot.id}")
    if missing := sorted(item.needs - room.equipment):
        yield Violation("equipment", (s,), f"{item.id} needs {', '.join(missing)}, {room.id} has none")
    if shut := sorted(room.closed.intersection(span)):
        yield Violation("closed", (s,), f"{room.id} is closed in {problem.slots[shut[0]].id}, {item.id} is there")
    if pin is not None and pin.slot not in (None, place.slot):
        yield Violation("pin", (s,), f"{item.id} is in {slot.id}, pinned to another time")
    if pin is not None and pin.room not in (None, place.room):
        yield Violation("pin", (s,), f"{item.id} is in {room.id}, pinned to another room")


def _together(problem: Problem, sound: list[tuple[int, Place]]) -> Iterator[Violation]:
    """What pairs of items break, each pair and rule once."""
    in_room: dict[tuple[int, int], list[int]] = defaultdict(list)
    with_person: dict[tuple[int, str], list[int]] = defaultdict(list)
    for s, (slot, room) in sound:
        for u in problem.span(s, slot):
            in_room[u, room].append(s)
            for person in dict.fromkeys(problem.items[s].people):
                with_person[u, person].append(s)

    seen: set[tuple[str, str, int, int]] = set()
    found = [("room", problem.rooms[r].id, u, both) for (u, r), both in in_room.items() if len(both) > 1]
    found += [("person", person, u, both) for (u, person), both in with_person.items() if len(both) > 1]
    for rule, who, u, both in found:
        for a, b in combinations(both, 2):
            if (rule, who, a, b) not in seen:
                seen.add((rule, who, a, b))
                names = f"{problem.items[a].id} and {problem.items[b].id}"
                yield Violation(rule, (a, b), f"{names} both have {who} in {problem.slots[u].id}")
