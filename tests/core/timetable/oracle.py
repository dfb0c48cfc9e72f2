"""The figures again, slowly and in another way: by trying all subsets, and in fractions. Only for these tests."""

from fractions import Fraction
from itertools import combinations

from barcamp.core.timetable.problem import Place, Plan, Problem


def overlap(problem: Problem, plan: Plan, a: int, b: int) -> bool:
    """Whether two placed items run at the same time."""
    return bool(_when(problem, plan, a) & _when(problem, plan, b))


def _when(problem: Problem, plan: Plan, s: int) -> set[int]:
    place = plan[s] or Place(0, 0)
    return set(range(place.slot, place.slot + problem.items[s].length))


def reach(problem: Problem, plan: Plan, mine: tuple[int, ...]) -> int:
    """The size of the largest set of starred items no two of which overlap."""
    placed = [s for s in mine if plan[s] is not None]
    for size in range(len(placed), 0, -1):
        for chosen in combinations(placed, size):
            if not any(overlap(problem, plan, a, b) for a, b in combinations(chosen, 2)):
                return size
    return 0


def audience(problem: Problem, plan: Plan) -> list[Fraction]:
    """People expected at each item: 1/k of everybody with k overlapping stars."""
    people = [Fraction(0)] * len(plan)
    for mine in problem.stars:
        placed = [s for s in mine if plan[s] is not None]
        for s in placed:
            people[s] += Fraction(1, sum(overlap(problem, plan, s, other) for other in placed))
    return people


def cost(problem: Problem, plan: Plan, before: Plan | None = None) -> float:
    """The objective, item by item and person by person."""
    weights, total = problem.weights, Fraction(0)
    for mine in problem.stars:
        placed = [s for s in mine if plan[s] is not None]
        total += Fraction(weights.clash) * (len(placed) - reach(problem, plan, mine)) + len(mine) - len(placed)
    for s, (place, people) in enumerate(zip(plan, audience(problem, plan), strict=True)):
        if place is None:
            total += Fraction(weights.unplaced)
            continue
        total += Fraction(weights.full) * max(Fraction(0), people - problem.rooms[place.room].capacity)
        wish = problem.items[s].prefer
        total += Fraction(weights.slot_wish) * (wish.slot is not None and wish.slot != place.slot)
        total += Fraction(weights.room_wish) * (wish.room is not None and wish.room != place.room)
        old = before[s] if before else None
        if old is not None and old.slot != place.slot:
            total += Fraction(weights.move_slot)
        elif old is not None and old.room != place.room:
            total += Fraction(weights.move_room)
    return float(total)
