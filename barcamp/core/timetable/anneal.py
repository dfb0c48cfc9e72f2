"""The search as a whole: how hot it starts, how it cools, and the best schedule it meets on the way.

Simulated annealing: any item changes places with any other, worse schedules are accepted less and less often. The
budget is counted in moves, never in seconds, so that the same seed gives the same schedule on every machine.
"""

from itertools import islice
from math import log2
from random import Random

from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.progress import Progress, Step
from barcamp.core.timetable.search import Search
from barcamp.core.timetable.steps import FROZEN, cooling, run

COLD = 0.25  # in missed seats: at the end next to nothing that harms anybody is accepted
LOOKS = 24  # how often at least the plan is looked at
MOVES_A_LOOK = 100_000  # a look that often costs nothing, and somebody may want to stop


def anneal(
    problem: Problem,
    plan: Plan,
    *,
    rng: Random,
    moves: int,
    before: Plan | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The cheapest plan met within so many moves; `plan` must break no rule about two items, and the result does not.

    A plan that people know (`before`) is only improved downhill: heat would move many items to gain little.
    """
    search = Search(problem, plan, before)
    if not search.movable:
        return plan
    best, best_cost, done = plan, search.cost(), 0
    total = -(-moves // len(plan))  # a step looks at all changes of one item, about as many moves as there are items
    steps = cooling(search.movable, rng, total, *_heat(problem, moves, before))
    looks = min(total, max(LOOKS, moves // MOVES_A_LOOK))
    for look in range(1, looks + 1):
        goal = total * look // looks
        run(search, rng, islice(steps, goal - done))
        done, cost = goal, search.cost()
        if cost < best_cost - 1e-9:
            best, best_cost = search.plan(), cost
        if progress and not progress(Step(moves * done // total, moves, best_cost, best)):
            break
    return best


def _heat(problem: Problem, moves: int, before: Plan | None) -> tuple[float, float]:
    """The heat at the beginning and at the end; a longer search can afford to start hotter."""
    unit = problem.weights.clash or 1.0
    if before:
        return FROZEN, FROZEN
    sweeps = moves / len(problem.items) ** 2
    return unit * (COLD + 0.14 * log2(1 + sweeps)), unit * COLD
