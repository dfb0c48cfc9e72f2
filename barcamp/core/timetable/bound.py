"""A floor under the cost: what no schedule can do better than, so that people know what is left to gain.

`bound` is quick and honest, not tight: clashes that follow from who starred what together are not in it. `prove` takes
its time and finds most of those (proof.py). Both hold for every schedule, whatever was in it before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from random import Random

from barcamp.core.timetable.cells import Cells
from barcamp.core.timetable.problem import Problem, each_bit
from barcamp.core.timetable.proof import clash_floors


@dataclass(frozen=True)
class Bound:
    """The parts of the floor: `missed` stars nobody can honor, `unplaced` items that find no place, and their cost.

    `seated_pct_at_most` is the limit on the figure `seated_pct` of any schedule.
    """

    missed: int
    unplaced: int
    cost: float
    seated_pct_at_most: float


Progress = Callable[[Bound], None]


def bound(problem: Problem) -> Bound:
    """A cost that every schedule of this problem reaches or exceeds.

    With items of one slot, everybody's shares (1/k each of k stars in a slot) add up to the stars they reach, so the
    missed stars are all stars less the sum over items of min(audience, seats). Take any set S of items: in S an item
    seats at most its largest suitable room, outside S a person attends at most one item a slot. So no schedule seats
    more than `sum over S of those rooms + sum over people of min(stars outside S, slots)`. The best S of a chain is
    taken: none, then one by one the items with more fans than seats, the most fans for a seat first. A missed star
    costs at least the smallest of its three prices (clash, full room, 1 when unplaced).

    A longer item breaks the first step, since shares then add up to less; with any of them only the empty S counts.
    The price of `unplaced` itself comes on top: a missed star never includes it.
    """
    weights = problem.weights
    missed = sum(len(mine) for mine in problem.stars) - _most_seated(problem)
    cheapest = min(weights.clash, weights.full * min(1.0, problem.turnout), 1.0)
    return _floor(problem, missed, _homeless(problem), cheapest * missed)


def prove(
    problem: Problem,
    *,
    steps: int,
    seed: int = 1,
    upper: float | None = None,
    on_progress: Progress | None = None,
) -> Bound:
    """The best floor that so many steps find; never worse than `bound`, and the same for the same arguments.

    Both floors count missed stars: lost to clashes, full rooms or no place. They can be the same stars, so they are
    not added: the larger counts. `steps` are those of `proof.clash_floors`, in the order of 50,000 a second;
    `on_progress` hears of each better floor. It ends early once `upper`, the cost of a known schedule, is reached.
    """
    floor, weights = bound(problem), problem.weights
    for missed in clash_floors(problem, steps, Random(seed)):  # noqa: S311 - chance for a search, nothing secret
        cost = min(weights.clash, 1.0) * missed
        better = _floor(problem, max(missed, floor.missed), floor.unplaced, cost)
        if better.cost > floor.cost:
            floor = better
            if on_progress is not None:
                on_progress(floor)
        if upper is not None and floor.cost >= upper - 1e-9:
            break
    return floor


def _floor(problem: Problem, missed: int, unplaced: int, price: float) -> Bound:
    stars = sum(len(mine) for mine in problem.stars)
    possible = sum(min(len(mine), len(problem.slots)) for mine in problem.stars)
    cost = price + problem.weights.unplaced * unplaced
    return Bound(missed, unplaced, cost, 100 * (stars - missed) / max(1, possible))


def _homeless(problem: Problem) -> int:
    """How many items are left over when as many as possible begin in a cell of their own."""
    rooms = len(problem.rooms)
    wants = [sum(there << slot * rooms for slot, there in openings.items()) for openings in problem.openings]
    cells = Cells(rooms * len(problem.slots), wants)
    return [cells.seat(s) for s in range(len(wants))].count(False)


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
    """The stars that the largest room item s can have at any time seats; 0 when it can go nowhere.

    Where not everybody comes who gave a star, a room is enough for more stars than it has seats.
    """
    rooms = 0
    for there in problem.openings[s].values():
        rooms |= there
    seats = max((problem.rooms[r].capacity for r in each_bit(rooms)), default=0)
    if problem.turnout >= 1:
        return seats
    return min(problem.popularity[s], ceil(seats / problem.turnout)) if problem.turnout else problem.popularity[s]
