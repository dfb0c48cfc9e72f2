"""A floor under the cost: what no schedule can do better than, so that people know what is left to gain.

It is cheap and honest, not tight: clashes that follow from who starred what together are not in it.
"""

from dataclasses import dataclass

from barcamp.core.timetable.problem import Problem, each_bit


@dataclass(frozen=True)
class Bound:
    """The parts of the floor: `missed` stars nobody can honor, `unplaced` items that fit nowhere, and their cost."""

    missed: int
    unplaced: int
    cost: float


def bound(problem: Problem) -> Bound:
    """A cost that every schedule of this problem reaches or exceeds.

    With items of one slot, everybody's shares (1/k each of k stars in a slot) add up to the stars they reach, so the
    missed stars are all stars less the sum over items of min(audience, seats). Take any set S of items: in S an item
    seats at most its largest suitable room, outside S a person attends at most one item a slot. So no schedule seats
    more than `sum over S of those rooms + sum over people of min(stars outside S, slots)`. The best S of a chain is
    taken: none, then one by one the items with more fans than seats, the most fans for a seat first. A missed star
    costs at least the smallest of its three prices (clash, full room, 1 when unplaced).

    A longer item breaks the first step, since shares then add up to less; with any of them only the empty S counts.
    """
    nowhere = sum(not openings for openings in problem.openings)
    stars = sum(len(mine) for mine in problem.stars)
    missed = stars - _most_seated(problem)
    weights = problem.weights
    return Bound(missed, nowhere, min(weights.clash, weights.full, 1.0) * missed + weights.unplaced * nowhere)


def _most_seated(problem: Problem) -> int:
    """The smallest upper limit on seated stars in the chain of sets."""
    n_slots = len(problem.slots)
    outside = [len(mine) for mine in problem.stars]
    limit = best = sum(min(count, n_slots) for count in outside)
    if any(item.length > 1 for item in problem.items):
        return best
    seats = [_most_seats(problem, s) for s in range(len(problem.items))]
    short = [s for s, fans in enumerate(problem.popularity) if fans > seats[s]]
    for s in sorted(short, key=lambda s: (-problem.popularity[s] / (seats[s] or 0.5), s)):
        limit += seats[s]
        for person in each_bit(problem.fans[s]):
            limit -= outside[person] <= n_slots
            outside[person] -= 1
        best = min(best, limit)
    return best


def _most_seats(problem: Problem, s: int) -> int:
    """Seats of the largest room item s can have at any time; 0 when it can go nowhere."""
    rooms = 0
    for there in problem.openings[s].values():
        rooms |= there
    return max((problem.rooms[r].capacity for r in each_bit(rooms)), default=0)
