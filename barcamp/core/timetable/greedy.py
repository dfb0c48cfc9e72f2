"""A good first schedule in one pass: pins first, then the most wanted, each where it hurts least.

Nothing here is ever taken back except to make way for an item that would otherwise have no place.
"""

from random import Random

from barcamp.core.timetable.draft import UNDECIDED, Draft
from barcamp.core.timetable.overlap import Overlap
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.score import bill

SOME = 5  # how many other waiting items are tried when one has made way


def first_plan(problem: Problem, rng: Random, before: Plan | None = None) -> Plan:
    """A plan that breaks no hard rule but pins that cannot be kept; what finds no place stays None.

    With `before` every item stays where it was as long as that place is still there. `rng` settles ties only.
    """
    plan = _one_pass(problem, rng, before, long_first=False)
    if any(place is None and problem.items[s].length > 1 for s, place in enumerate(plan)):
        # Longer items need a run of one room, which nobody keeps free for them: let them choose first.
        other = _one_pass(problem, rng, before, long_first=True)
        plan = min(plan, other, key=lambda plan: bill(problem, plan, before).price(problem.weights))
    return plan


def _one_pass(problem: Problem, rng: Random, before: Plan | None, *, long_first: bool) -> Plan:
    """Pins, then everything that can stay where it was, then the rest by popularity.

    Narrow windows need no head start: the draft refuses a step that takes the last seat from an undecided item.
    """
    draft, overlap = Draft(problem), Overlap(problem)
    chance = [rng.random() for _ in problem.items]
    for s in _pinned(problem):
        if before and (place := before[s]):
            _stay(draft, overlap, s, place)
        if draft.start[s] == UNDECIDED:
            _decide_cheapest(draft, overlap, s, problem.prices(s, before), rng)
    for s, place in enumerate(before or ()):
        if place is not None and draft.start[s] == UNDECIDED:
            _stay(draft, overlap, s, place)
    rest = [s for s, start in enumerate(draft.start) if start == UNDECIDED and problem.openings[s]]
    rest.sort(key=lambda s: (-problem.items[s].length * long_first, -problem.demand[s], chance[s]))
    for s in rest:
        _decide_cheapest(draft, overlap, s, problem.prices(s, before), rng)
    return fill(problem, draft.plan(), before)


def _stay(draft: Draft, overlap: Overlap, s: int, place: Place) -> None:
    """Decide item s where it was, in another room of the same slot where it must."""
    if not (0 <= place.slot < len(draft.problem.slots) and 0 <= place.room < len(draft.problem.rooms)):
        return
    for other in (place, *draft.places(s, place.slot)):
        if draft.decide(s, other, keep_room=other is place, break_promises=True):
            overlap.add(s, other.slot, other.room if draft.problem.items[s].length > 1 else None)
            return


def fill(problem: Problem, plan: Plan, before: Plan | None = None) -> Plan:
    """The plan with more of its unplaced items placed: where one fits, or where moving one other makes way.

    Does nothing to a plan whose unplaced items cannot be helped so; the most wanted are tried first.
    """
    waiting = [s for s, place in enumerate(plan) if place is None and problem.openings[s]]
    if not waiting:
        return plan
    draft = Draft(problem)
    draft.forget_promises()
    overlap = Overlap(problem)
    for s, place in enumerate(plan):
        if place is not None and draft.decide(s, place, keep_room=True):
            overlap.add(s, place.slot, place.room if problem.items[s].length > 1 else None)
    draft.forget_promises()
    tries = Tries()
    for s in sorted(waiting, key=lambda s: (problem.items[s].pin is None, -problem.demand[s], s)):
        if not _insert(draft, overlap, s, before) and not _make_way(draft, overlap, s, before, tries):
            _trade(draft, overlap, s, before, tries)
    return draft.plan()


class Tries:
    """How many times an item may still be taken out to make way; counted, so that a hopeless wall is not studied long.

    Like the moves of the search it is no measure of time, so that results can be repeated.
    """

    left = 200

    def another(self) -> bool:
        """Whether there is one more; uses it."""
        self.left -= 1
        return self.left >= 0


def _pinned(problem: Problem) -> list[int]:
    """Pinned items that have any place at all, in item order."""
    return [s for s, item in enumerate(problem.items) if item.pin is not None and problem.openings[s]]


def _decide_cheapest(draft: Draft, overlap: Overlap, s: int, prices: list[float], rng: Random) -> None:
    """Decide item s where it costs least without taking the last seat from anybody; that failing, anywhere."""
    offers = [(*offer[:-1], rng.random(), offer[-1]) for offer in _offers(draft, overlap, s, prices)]
    offers.sort()
    for break_promises in (False, True):
        if break_promises and not draft.has_promises():
            return
        for *_, place in offers:
            if draft.decide(s, place, break_promises=break_promises):
                overlap.add(s, place.slot, place.room if draft.problem.items[s].length > 1 else None)
                return


def _offers(draft: Draft, overlap: Overlap, s: int, prices: list[float]) -> list[tuple[float, int, Place]]:
    """`(cost, seats of a longer item's room, place)` for everything item s can be asked to take."""
    problem, weights, found = draft.problem, draft.problem.weights, list[tuple[float, int, Place]]()
    for t in problem.openings[s]:
        if any(draft.busy[u] & problem.presenters[s] for u in problem.span(s, t)):
            continue
        clashes = overlap.clashes(s, t)
        cost = prices[t] + weights.clash * clashes
        if problem.items[s].length == 1:
            outside = overlap.outside(s, t, clashes)
            found += [(cost + weights.full * outside, 0, place) for place in draft.places(s, t)]
            continue
        for place in draft.places(s, t):
            seats = problem.rooms[place.room].capacity
            outside = max(0.0, overlap.demand(s, clashes) - seats)
            found.append((cost + weights.full * outside, seats, place))
    return found


def _insert(draft: Draft, overlap: Overlap, s: int, before: Plan | None) -> bool:
    """Decide item s in the cheapest place that is open to it."""
    for _, _, place in sorted(_offers(draft, overlap, s, draft.problem.prices(s, before))):
        if draft.decide(s, place):
            return True
    return False


def _make_way(draft: Draft, overlap: Overlap, s: int, before: Plan | None, tries: Tries) -> bool:
    """Decide item s by moving one decided item to another place; a pin is never moved from its time."""
    problem = draft.problem
    if not draft.cells.free:
        return False
    prices = problem.prices(s, before)
    for t in sorted(problem.openings[s], key=lambda t: (prices[t] + overlap.clashes(s, t), t)):
        for x in _in_the_way(draft, s, t):
            if len(problem.openings[x]) > 1 and tries.another():
                saved = draft.save()
                draft.drop(x)
                if _any_place(draft, s, t) and _insert(draft, overlap, x, before):
                    return True
                draft.restore(saved)
    return False


def _trade(draft: Draft, overlap: Overlap, s: int, before: Plan | None, tries: Tries) -> bool:
    """Decide item s in place of a longer one, when it and others that then find a place are worth more together.

    What people know (`before`) and what is pinned is never given up.
    """
    problem, worth = draft.problem, _worth(draft.problem)
    others = [
        x
        for x, start in enumerate(draft.start)
        if start == UNDECIDED and x != s and problem.openings[x] and problem.items[x].length == 1
    ]
    others = sorted(others, key=lambda x: (-worth[x], x))[:SOME]
    longer = {
        x
        for x, start in enumerate(draft.start)
        if start != UNDECIDED
        and problem.items[x].length > 1
        and not problem.items[x].pin
        and not (before and before[x])
    }
    for t in problem.openings[s] if longer else ():
        for x in _in_the_way(draft, s, t):
            if x not in longer or not tries.another():
                continue
            saved = draft.save()
            draft.drop(x)
            if _any_place(draft, s, t):
                placed = [s, *(y for y in others if draft.cells.free and _insert(draft, overlap, y, before))]
                if sum(worth[y] for y in placed) > worth[x] + 1e-9:
                    return True
            draft.restore(saved)
    return False


def _worth(problem: Problem) -> list[float]:
    """What it costs to leave an item out."""
    return [stars + problem.weights.unplaced for stars in problem.popularity]


def _any_place(draft: Draft, s: int, slot: int) -> bool:
    """Decide item s in any room of the slot that is open to it."""
    return any(draft.decide(s, place) for place in draft.places(s, slot))


def _in_the_way(draft: Draft, s: int, slot: int) -> list[int]:
    """Decided items that run while s would; the least wanted first."""
    span = draft.problem.span(s, slot)
    there = [
        x
        for x, start in enumerate(draft.start)
        if start != UNDECIDED and start < span.stop and span.start < start + draft.problem.items[x].length
    ]
    return sorted(there, key=lambda x: (draft.problem.demand[x], x))
