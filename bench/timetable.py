"""How good the scheduler's schedules are, and how long they take: beside what others do, in the same run.

    python -m bench.timetable                        # made-up camps, seed 1, all methods
    python -m bench.timetable --seeds 1 2 3 --sizes small medium --budgets 1 10
    python -m bench.timetable --files camp.json      # camps in files of the form `barcamp-instance/1`

Seconds are of CPU. Every schedule is checked by bench/checker.py, whose figures must be those of the scheduler.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from barcamp.core.timetable import files
from barcamp.core.timetable.bound import bound
from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.score import figures
from barcamp.core.timetable.solve import solve, usual_moves
from bench import camps, checker
from bench.baselines import BASELINES

COLUMNS = (
    ("cost", "cost", 11), ("seats %", "seated_pct", 9), ("mean %", "satisfaction_pct", 8),
    ("worst tenth %", "worst_tenth_pct", 15), ("unplaced", "unplaced", 10),
)  # fmt: skip
LARGEST_FOR_MINNEBAR = 1000  # topics; it would take minutes


def main() -> None:
    asked = _asked()
    print(f"{'camp':<14}{'method':<30}{'CPU s':>8}" + "".join(f"{head:>{width}}" for head, _, width in COLUMNS))
    for camp in chosen_camps(asked):
        problem = files.read(camp)
        floor = bound(problem)
        print(f"{camp['name']:<14}{'no schedule can do better':<30}{'':>8}{floor.cost:>11.1f}")
        for name, method in _methods(asked, problem):
            began = time.process_time()
            plan = method()
            spent = time.process_time() - began
            print(_line(camp, name, problem, plan, spent), flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the scheduler.")
    parser.add_argument("--sizes", nargs="+", choices=camps.SIZES, default=["small", "medium", "large"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--files", nargs="+", type=Path, help="camps in files instead")
    parser.add_argument("--workshops", action="store_true", help="every tenth topic takes two slots")
    parser.add_argument(
        "--budgets", nargs="+", type=float, default=[1, 10], metavar="TIMES", help="of the moves usual for the size"
    )
    parser.add_argument("--alone", action="store_true", help="without the other methods")
    return parser.parse_args()


def chosen_camps(asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The camps asked for on the command line: those in `files`, else made up by `sizes`, `seeds`, `workshops`."""
    if asked.files:
        for path in asked.files:
            yield {"name": path.stem} | json.loads(path.read_text(encoding="utf-8"))
        return
    for size in asked.sizes:
        for seed in asked.seeds:
            yield camps.camp(size, seed, workshops=asked.workshops)


def _methods(asked: argparse.Namespace, problem: Problem) -> Iterator[tuple[str, Callable[[], Plan]]]:
    short = all(item.length == 1 for item in problem.items)
    for name, baseline in BASELINES.items() if short and not asked.alone else ():
        if name != "as Minnebar does" or len(problem.items) < LARGEST_FOR_MINNEBAR:
            yield name, lambda baseline=baseline: baseline(problem, Random(1))  # type: ignore[misc]  # noqa: S311
    yield "ours, at once", lambda: solve(problem, seed=1).plan
    for times in asked.budgets:
        moves = round(times * usual_moves(problem))
        yield f"ours, {moves:,} moves", lambda moves=moves: solve(problem, seed=1, moves=moves).plan  # type: ignore[misc]


def _line(camp: dict[str, Any], name: str, problem: Problem, plan: Plan, spent: float) -> str:
    assign = files.write(plan)["assign"]
    if wrong := checker.broken(camp, assign):
        raise SystemExit(f"{camp['name']}, {name}: {wrong[0]} and {len(wrong) - 1} more broken rules")
    ours, theirs = figures(problem, plan).rounded(), checker.figures(camp, assign)
    differing = {key: (value, ours[key]) for key, value in theirs.items() if ours[key] != value}
    if differing:
        raise SystemExit(f"{camp['name']}, {name}: the checker disagrees: {differing}")
    shown = "".join(f"{theirs[figure]:>{width}.{0 if figure == 'unplaced' else 1}f}" for _, figure, width in COLUMNS)
    return f"{camp['name']:<14}{name:<30}{spent:>8.2f}{shown}"


if __name__ == "__main__":
    main()
