"""The way in: a problem and a seed, and back comes a schedule, its figures, and why what is missing is missing.

solution = solve(problem, seed=1)                       # at once: greedy, then the best rooms
solution = solve(problem, seed=1, moves=500_000)        # about a second of search for 150 items
solution = solve(problem, seed=1, before=published)     # after a change: as few moves as it takes
"""

from dataclasses import dataclass
from random import Random

from barcamp.core.timetable.anneal import Progress, anneal
from barcamp.core.timetable.greedy import fill, first_plan
from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.reasons import Reason, why_unplaced
from barcamp.core.timetable.rooms import assign_rooms
from barcamp.core.timetable.score import Figures, figures


@dataclass(frozen=True)
class Solution:
    """A plan that breaks no hard rule but pins that cannot be kept; `reasons` has one entry for each None in it."""

    plan: Plan
    figures: Figures
    reasons: dict[int, Reason]


def solve(
    problem: Problem, *, seed: int, moves: int = 0, on_progress: Progress | None = None, before: Plan | None = None
) -> Solution:
    """The best schedule found; the same arguments give the same schedule, whatever the machine or the ids.

    `moves` is the budget of the search: 0 returns the greedy schedule. `before` is the schedule people know: items
    stay where they were as long as they can, and moves are priced. Raises ValueError when it is of another size.
    """
    if before is not None and len(before) != len(problem.items):
        raise ValueError(f"{len(before)} places before for {len(problem.items)} items")
    rng = Random(seed)  # noqa: S311 - chance for a search, nothing secret
    plan = _finish(problem, first_plan(problem, rng, before), before)
    if moves > 0:
        searched = anneal(problem, plan, rng=rng, moves=moves, before=before, progress=on_progress)
        plan = _finish(problem, searched, before)
    return Solution(plan, figures(problem, plan, before), why_unplaced(problem, plan))


def _finish(problem: Problem, plan: Plan, before: Plan | None) -> Plan:
    """Best rooms, and whatever still finds a place once the rooms have changed."""
    while True:
        plan = assign_rooms(problem, plan, before)
        fuller = fill(problem, plan, before)
        if fuller == plan:
            return plan
        plan = fuller
