"""Run it twice: where a room is too small, or too many are torn, a second run in a free cell seats more people.

No schedule can seat everybody where more people want something than the largest room holds; a repeat can.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from barcamp.core.timetable.ledger import Ledger
from barcamp.core.timetable.problem import Place, Plan, Problem, each_bit
from barcamp.core.timetable.score import audience

LEAST_GAIN = 1.0


@dataclass(frozen=True)
class Repeat:
    """A second run of `item` at `place`, and how many more people would hear what they starred, about.

    `outside` of them found no seat in the first run, and `torn` had to be elsewhere then.
    """

    item: int
    place: Place
    gain: float
    outside: float
    torn: float


def repeats(problem: Problem, plan: Plan, only: frozenset[int] | None = None) -> list[Repeat]:
    """The best second run of each item that does not fit its room, the most gained first; [] when all fit.

    With `only`, of these items instead, whether they fit or not. A pin binds the first run alone, and a second run has
    the same presenters, needs and hours. Each line stands by itself: two of them may want the same cell.
    """
    ledger, people = Ledger(problem, plan), audience(problem, plan)
    found = []
    for s, place in enumerate(plan):
        if place is None or (s not in only if only is not None else ledger.outside[s] <= 0):
            continue
        runs = [_run(ledger, s, place, other, people[s]) for other in _free_places(ledger, s, place)]
        best = max(runs, key=lambda run: (round(run.gain, 6), -run.place.slot, -run.place.room), default=None)
        if best is not None and best.gain >= LEAST_GAIN:
            found.append(best)
    return sorted(found, key=lambda run: (-round(run.gain, 6), run.item))


def _free_places(ledger: Ledger, s: int, first: Place) -> Iterator[Place]:
    """Empty cells where item s could run once more: its rooms and hours, when its people are free."""
    problem, item = ledger.problem, ledger.problem.items[s]
    lone = Problem(problem.slots, problem.rooms, (replace(item, pin=None),))
    for t, rooms in lone.openings[0].items():
        if abs(t - first.slot) < item.length:
            continue
        for r in each_bit(rooms):
            if not any(ledger.in_the_way(s, Place(t, r), {})):
                yield Place(t, r)


def _run(ledger: Ledger, s: int, first: Place, second: Place, expected: float) -> Repeat:
    """What a second run brings.

    Fans who have another star in the first run but none in the second attend both. They leave their seats in the first
    run; of those still outside, as large a share as is free in the second comes then, as far as it has seats.
    """
    problem = ledger.problem
    heads, fans = problem.heads[s], problem.fans[s]
    torn_then = _with_another_star(ledger, s, first) & fans
    free_later = fans & ~_with_another_star(ledger, s, second)
    both = (torn_then & free_later).bit_count() * heads
    seats = problem.rooms[second.room].capacity
    torn = min(float(seats), both)

    certain = fans & ~torn_then
    had_come = expected - certain.bit_count() * heads  # those torn then, each with their chance
    given_up = had_come * torn / max(1.0, torn_then.bit_count() * heads)
    still_outside = max(0.0, ledger.outside[s] - given_up)
    share_free = (certain & free_later).bit_count() / max(1, certain.bit_count())
    later = min(still_outside * share_free, seats - torn)
    outside = ledger.outside[s] - still_outside + later
    return Repeat(s, second, torn + outside, outside, torn)


def _with_another_star(ledger: Ledger, s: int, place: Place) -> int:
    """The people with a star on anything else that runs while item s would be there."""
    people = 0
    for u in ledger.problem.span(s, place.slot):
        for x in ledger.held[u]:
            if x != s:
                people |= ledger.problem.fans[x]
    return people
