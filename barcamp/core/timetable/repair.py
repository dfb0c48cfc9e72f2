"""Something has changed and people know the schedule: mend it with few moves, and show what more moves would buy.

    for point in curve(problem, before):    # 0, 1, 3, 10 moves, or as many as pay for themselves
        print(point.allowed, point.figures.cost)

What has lost its place (its room is closed, its presenter away) is loose, and so is what never had one. Placing loose
items is free; every other item that goes elsewhere counts as a move and costs what the weights say. What must not move,
since it has begun or is frozen, comes as a pin in the problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from barcamp.core.timetable.anneal import anneal
from barcamp.core.timetable.descent import LEAST, Descent
from barcamp.core.timetable.greedy import fill
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.reasons import why_unplaced
from barcamp.core.timetable.rooms import assign_rooms
from barcamp.core.timetable.score import Figures, bill, figures
from barcamp.core.timetable.solve import Solution

STEPS = (0, 1, 3, 10, None)
USUAL, USUAL_IN_TIME = 10, 2
STARTS = (1, 2, 4, 8, 16, 32)  # how reluctant rooms are to change in other beginnings, see Descent


@dataclass(frozen=True)
class CurvePoint:
    """What one limit buys: at most `allowed` items moved beside the loose ones (None: no limit).

    `moved` are those items, `loose` those that had to be placed anew; `figures` counts all that are elsewhere than
    before, of both kinds, in `moved_slot` and `moved_room`.
    """

    allowed: int | None
    plan: Plan
    figures: Figures
    moved: tuple[int, ...]
    loose: tuple[int, ...]

    @property
    def moved_slot(self) -> int:
        """Items at another time than before, the loose ones among them."""
        return self.figures.moved_slot

    @property
    def moved_room(self) -> int:
        """Items at the same time in another room, the loose ones among them."""
        return self.figures.moved_room


def repair(
    problem: Problem,
    before: Plan,
    *,
    seed: int = 1,
    limit: int | None = None,
    in_time: int | None = None,
    moves: int = 0,
) -> Solution:
    """The schedule mended with at most `limit` moves beside the loose items; None lets all moves that pay be made.

    The other words are those of curve(). Raises ValueError when `before` is of another size.
    """
    plan = curve(problem, before, seed=seed, steps=(limit,), in_time=in_time, moves=moves)[-1].plan
    return Solution(plan, figures(problem, plan, before), why_unplaced(problem, plan))


def mend(problem: Problem, before: Plan) -> Solution:
    """The schedule mended as people like it best: about ten items elsewhere in all, two of them at another time.

    When nothing has lost its place nothing moves.
    """
    return repair(problem, before, limit=usual_limit(problem, before), in_time=USUAL_IN_TIME)


def curve(
    problem: Problem,
    before: Plan,
    *,
    seed: int = 1,
    steps: Sequence[int | None] = STEPS,
    in_time: int | None = None,
    moves: int = 0,
) -> list[CurvePoint]:
    """One point for each step; steps must rise, None comes last. Each goes on from the one before, so costs never rise.

    Moves are chosen one by one, the best for each item moved first, as long as they pay for themselves. Chance has no
    part in it, except that without a limit `moves` tries of the search of solve() may follow, with its seed. A plan
    that no single change makes cheaper stays as it is. `in_time` is the most items that may run at another time, loose
    ones included; more do only where they could not run at all. Raises ValueError when `before` is of another size.
    """
    if len(before) != len(problem.items):
        raise ValueError(f"{len(before)} places before for {len(problem.items)} items")
    loose, points = loose_items(problem, before), list[CurvePoint]()
    best = Descent(problem, before, loose, in_time=in_time)
    others = _other_beginnings(problem, before, best, in_time)
    for allowed in steps:
        best = _further(best, others, allowed)
        plan = best.plan()
        if allowed is None and in_time is None:
            plan = _freely(problem, plan, before, Random(seed), moves)  # noqa: S311 - chance for a search, no secret
        moved = tuple(s for s, place in enumerate(plan) if place != before[s] and s not in best.loose)
        points.append(CurvePoint(allowed, plan, figures(problem, plan, before), moved, tuple(loose)))
    return points


def _other_beginnings(problem: Problem, before: Plan, best: Descent, in_time: int | None) -> list[Descent]:
    """Different schedules to go down from, beside the one that touches nobody."""
    found = {best.plan(): best}
    for reluctance in STARTS if best.loose else ():
        other = Descent(problem, before, best.loose, in_time=in_time, reluctance=reluctance)
        found.setdefault(other.plan(), other)
    return list(found.values())[1:]


def _further(best: Descent, others: list[Descent], allowed: int | None) -> Descent:
    """The better of the best so far and one other beginning, each taken as far down as it may go.

    Better is with fewer items left without a place, then cheaper; but it never costs more than before.
    """

    def worth(descent: Descent) -> tuple[int, float]:
        return descent.plan().count(None), round(descent.cost(), 6)

    ceiling = best.cost()
    best.run(allowed)
    fitting = [other for other in others if allowed is None or other.moved <= allowed]
    if not fitting:
        return best
    other = min(fitting, key=lambda other: (worth(other), other.moved))
    others.remove(other)
    other.run(allowed)
    return other if worth(other) < worth(best) and other.cost() <= ceiling else best


def usual_limit(problem: Problem, before: Plan) -> int:
    """A limit that people can live with: ten items elsewhere in all with the loose ones, or four others if more.

    When nothing is loose it is 0, so that nothing moves without a need.
    """
    loose = loose_items(problem, before)
    away = sum(before[s] is not None for s in loose)
    return max(4, USUAL - away) if loose else 0


def loose_items(problem: Problem, before: Plan) -> list[int]:
    """The items that cannot stay where they were: a rule about themselves forbids it, or somebody else goes first.

    Pinned items go first, then the most wanted, so that of two in one cell the less wanted is loose. Items that had no
    place are loose too.
    """
    cells: set[tuple[int, int]] = set()
    busy = [0] * len(problem.slots)
    loose = []
    for s in sorted(range(len(before)), key=lambda s: (problem.items[s].pin is None, -problem.demand[s], s)):
        place = _only_place(problem, s) or before[s]
        if place is None or not problem.openings[s].get(place.slot, 0) >> place.room & 1:
            loose.append(s)
            continue
        span, people = problem.span(s, place.slot), problem.presenters[s]
        here = {(u, place.room) for u in span}
        if here & cells or any(busy[u] & people for u in span):
            loose.append(s)
            continue
        cells |= here
        for u in span:
            busy[u] |= people
        if place != before[s]:
            loose.append(s)
    return sorted(loose)


def _only_place(problem: Problem, s: int) -> Place | None:
    """Where a pin puts the item, when that is one place."""
    openings = problem.openings[s]
    if problem.items[s].pin is None or len(openings) != 1:
        return None
    slot, rooms = next(iter(openings.items()))
    return Place(slot, rooms.bit_length() - 1) if rooms.bit_count() == 1 else None


def _freely(problem: Problem, plan: Plan, before: Plan, rng: Random, moves: int) -> Plan:
    """The cheapest of this plan, the same with its best rooms, and what the search makes of that."""

    def cost(plan: Plan) -> float:
        return bill(problem, plan, before).price(problem.weights)

    best, other = plan, assign_rooms(problem, fill(problem, plan, before), before)
    best = other if cost(other) < cost(best) - LEAST else best
    if moves:
        other = assign_rooms(problem, anneal(problem, best, rng=rng, moves=moves, before=before), before)
        best = other if cost(other) < cost(best) - LEAST else best
    return best
