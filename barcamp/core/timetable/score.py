"""What a schedule costs, in missed seats: one person who cannot attend one thing they starred.

`bill` adds up the cost quickly with people as bits; `figures` adds how well single people fare. The formulas are those
of the `barcamp-instance/1` format.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from barcamp.core.timetable.crowd import levels, reach_of_stretch, turnout
from barcamp.core.timetable.problem import Plan, Problem, Weights


@dataclass(frozen=True)
class Bill:
    """Everything that has a price, counted. Only `missed_full` is not a whole number: it is an expectation."""

    missed_clash: int
    missed_full: float
    missed_unplaced: int
    unplaced: int
    slot_wishes_broken: int
    room_wishes_broken: int
    moved_slot: int
    moved_room: int

    def price(self, weights: Weights) -> float:
        """The sum in missed seats; lower is better."""
        return (
            weights.clash * self.missed_clash
            + weights.full * self.missed_full
            + self.missed_unplaced
            + weights.unplaced * self.unplaced
            + weights.slot_wish * self.slot_wishes_broken
            + weights.room_wish * self.room_wishes_broken
            + weights.move_slot * self.moved_slot
            + weights.move_room * self.moved_room
        )


@dataclass(frozen=True)
class Figures(Bill):
    """A bill with its sum and what it means for people.

    `seated_pct` is the share of the possible seats people get, `satisfaction_pct` the mean over people of what they
    can attend of what is possible, `worst_tenth_pct` the same mean over the tenth served worst.
    """

    stars: int
    possible: int
    cost: float
    seated_pct: float
    satisfaction_pct: float
    worst_tenth_pct: float

    def rounded(self) -> dict[str, float]:
        """All figures by name, to three digits, for files and for reading."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def figures(problem: Problem, plan: Plan, before: Plan | None = None) -> Figures:
    """Every figure of a plan whose items stay inside their blocks; `before` is the plan people have already seen."""
    counted = bill(problem, plan, before)
    stars = sum(len(mine) for mine in problem.stars)
    possible = [min(len(mine), len(problem.slots)) for mine in problem.stars]
    reached = [reach(problem, plan, person) for person in range(len(problem.stars))]
    shares = sorted(got / most for got, most in zip(reached, possible, strict=True) if most)
    worst = shares[: max(1, len(shares) // 10)] or [1.0]
    # Of the people outside, only those who gave a star count against the stars.
    full = sum(people / max(1.0, heads) for people, heads in zip(outside(problem, plan), problem.heads, strict=True))
    seated = stars - counted.missed_clash - counted.missed_unplaced - full
    return Figures(
        **asdict(counted),
        stars=stars,
        possible=sum(possible),
        cost=counted.price(problem.weights),
        seated_pct=100 * seated / max(1, sum(possible)),
        satisfaction_pct=100 * sum(shares) / max(1, len(shares)),
        worst_tenth_pct=100 * sum(worst) / len(worst),
    )


def bill(problem: Problem, plan: Plan, before: Plan | None = None) -> Bill:
    """What the plan costs, part by part."""
    slot_wishes = room_wishes = moved_slot = moved_room = 0
    unplaced = [s for s, place in enumerate(plan) if place is None]
    for s, place in enumerate(plan):
        if place is None:
            continue
        wish, old = problem.items[s].prefer, before[s] if before else None
        slot_wishes += wish.slot not in (None, place.slot)
        room_wishes += wish.room not in (None, place.room)
        moved_slot += old is not None and old.slot != place.slot
        moved_room += old is not None and old.slot == place.slot and old.room != place.room
    return Bill(
        missed_clash=clashes(problem, plan),
        missed_full=sum(outside(problem, plan)),
        missed_unplaced=sum(problem.popularity[s] for s in unplaced),
        unplaced=len(unplaced),
        slot_wishes_broken=slot_wishes,
        room_wishes_broken=room_wishes,
        moved_slot=moved_slot,
        moved_room=moved_room,
    )


def outside(problem: Problem, plan: Plan) -> list[float]:
    """For each item the people expected who find no seat."""
    return [
        0.0 if place is None else max(0.0, people - problem.rooms[place.room].capacity)
        for place, people in zip(plan, audience(problem, plan), strict=True)
    ]


def reach(problem: Problem, plan: Plan, person: int) -> int:
    """Most starred items one person can sit through: earliest end first, exact for any lengths."""
    mine = ((place.slot + problem.items[s].length, place.slot) for s in problem.stars[person] if (place := plan[s]))
    free = count = 0
    for end, start in sorted(mine):
        if start >= free:
            free, count = end, count + 1
    return count


def clashes(problem: Problem, plan: Plan) -> int:
    """Stars on placed items that nobody can honor, since one person cannot be in two rooms."""
    starred = sum(problem.popularity[s] for s, place in enumerate(plan) if place is not None)
    covers = crowds_by_span(problem, plan)
    return starred - sum(
        reach_of_stretch(stretch.start, [c for c in covers if c[1] in stretch]) for stretch in problem.stretches
    )


def crowds_by_span(problem: Problem, plan: Plan) -> list[tuple[int, int, int]]:
    """`(end, start, people who starred anything that runs exactly there)`, in that order."""
    crowds: dict[tuple[int, int], int] = {}
    for s, place in enumerate(plan):
        if place is not None:
            key = place.slot + problem.items[s].length, place.slot
            crowds[key] = crowds.get(key, 0) | problem.fans[s]
    return [(end, start, crowds[end, start]) for end, start in sorted(crowds)]


def audience(problem: Problem, plan: Plan) -> list[float]:
    """For each item the people expected: somebody torn between k overlapping stars counts 1/k for each of them, and
    each star stands for as many `heads`.

    Room sizes do not matter here; an item without a place has 0.0.
    """
    crowd_at = crowd_counter(problem, occupants(problem, plan))
    return [
        0.0 if place is None else expected(problem, s, crowd_at(problem.span(s, place.slot)))
        for s, place in enumerate(plan)
    ]


def expected(problem: Problem, s: int, rivals: Sequence[int]) -> float:
    """The people expected at one item; `rivals` are the levels of all items that overlap it, itself included."""
    return turnout(problem.fans[s], rivals) * problem.heads[s]


def occupants(problem: Problem, plan: Plan) -> list[list[int]]:
    """For each slot the items that run in it, in item order."""
    held: list[list[int]] = [[] for _ in problem.slots]
    for s, place in enumerate(plan):
        if place is not None:
            for u in problem.span(s, place.slot):
                held[u].append(s)
    return held


def crowd_counter(problem: Problem, held: list[list[int]]) -> Callable[[range], list[int]]:
    """A function from a span of slots to the levels of all items running in it, each item once."""
    known: dict[range, list[int]] = {}

    def crowd_at(span: range) -> list[int]:
        if span not in known:
            known[span] = levels(problem.fans[s] for s in dict.fromkeys(s for u in span for s in held[u]))
        return known[span]

    return crowd_at
