"""The way in: a problem and a seed, and back comes a schedule, its figures, and why what is missing is missing.

solution = solve(problem, seed=1)                       # at once: greedy, then the best rooms
solution = solve(problem, seed=1, moves=500_000)        # about a second of search for 150 items
solution = solve(problem, seed=1, before=published)     # after a change: as few moves as it takes
"""

from dataclasses import dataclass
from random import Random

from barcamp.core.timetable.anneal import anneal
from barcamp.core.timetable.greedy import fill, first_plan
from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.progress import Progress, Step
from barcamp.core.timetable.reasons import Reason, why_unplaced
from barcamp.core.timetable.rooms import assign_rooms
from barcamp.core.timetable.score import Figures, bill, figures

TRIFLE = 0.01  # of the cost


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
    stay where they were as long as they can, and moves are priced. `on_progress` hears of the greedy schedule and of
    better ones as they come, and may stop the search. Raises ValueError when `before` is of another size.
    """
    if before is not None and len(before) != len(problem.items):
        raise ValueError(f"{len(before)} places before for {len(problem.items)} items")
    rng, watched = Random(seed), problem.for_search  # noqa: S311 - chance for a search, nothing secret
    plan = _finish(watched, first_plan(watched, rng, before), before)
    wanted = moves > 0
    if on_progress:
        wanted = on_progress(Step(0, moves, bill(watched, plan, before).price(watched.weights), plan)) and wanted
    if wanted:
        plan = _better(watched, plan, rng, moves, before, on_progress)
    return Solution(plan, figures(problem, plan, before), why_unplaced(problem, plan))


def usual_moves(problem: Problem) -> int:
    """A budget that suits the size: about a second on one core for up to 600 items, a few seconds for 2,000.

    Measured. Ten times as much gains another one or two percent of the cost, sixty times up to three.
    """
    n_items = len(problem.items)
    return min(5_000 * n_items + 60 * n_items**2, 2_000_000)


def _better(
    problem: Problem, plan: Plan, rng: Random, moves: int, before: Plan | None, on_progress: Progress | None
) -> Plan:
    """The plan searched on from this one, or this one again where that was of no use.

    Where nobody has lost a place, a schedule that people know is not turned over for a trifle.
    """
    searched = anneal(problem, plan, rng=rng, moves=moves, before=before, progress=on_progress)
    searched = _finish(problem, searched, before)
    old, new = (bill(problem, one, before).price(problem.weights) for one in (plan, searched))
    return searched if new < old * (1 - TRIFLE * (plan == before)) - 1e-9 else plan


def _finish(problem: Problem, plan: Plan, before: Plan | None) -> Plan:
    """Best rooms, and whatever still finds a place once the rooms have changed."""
    while True:
        plan = assign_rooms(problem, plan, before)
        fuller = fill(problem, plan, before)
        if fuller == plan:
            return plan
        plan = fuller
