"""The scheduler's own command line over JSON files, without any database.

    python -m barcamp.core.timetable solve camp.json -o schedule.json --seed 1 --moves 500000
    python -m barcamp.core.timetable score camp.json schedule.json
    python -m barcamp.core.timetable bound camp.json
    python -m barcamp.core.timetable explain camp.json schedule.json --session s12

Ends with 0 when all is well, 1 when a hard rule is broken, 2 when a file or a word on the command line is no good.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from barcamp.core.timetable import files
from barcamp.core.timetable.bound import bound
from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import figures
from barcamp.core.timetable.solve import Solution, solve
from barcamp.core.timetable.words import explain, reason_in_words

USUAL_MOVES = 500_000


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    asked = _parser().parse_args(words)
    try:
        problem = files.read(_json(asked.instance))
        if asked.command == "solve":
            return _solve(problem, asked)
        if asked.command == "score":
            return _score(problem, asked)
        if asked.command == "bound":
            return _bound(problem)
        return _explain(problem, asked)
    except (OSError, ValueError) as error:
        print(f"timetable: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m barcamp.core.timetable", description="Assign sessions to rooms.")
    commands = parser.add_subparsers(dest="command", required=True)

    one = commands.add_parser("solve", help="make a schedule and print its figures")
    one.add_argument("instance", metavar="INSTANCE")
    one.add_argument("-o", "--out", metavar="SOLUTION", required=True, help="the file to write")
    one.add_argument("--seed", type=int, default=1, help="the same seed gives the same schedule (1)")
    one.add_argument("--from", dest="before", metavar="OLD", help="the schedule people know: move little")
    budget = one.add_mutually_exclusive_group()
    budget.add_argument("--moves", type=_moves, help=f"how many moves to try ({USUAL_MOVES}); 0 for the quick schedule")
    budget.add_argument("--seconds", type=_seconds, help="as many moves as take about this long here")

    one = commands.add_parser("score", help="check a schedule and print its figures as JSON")
    one.add_argument("instance", metavar="INSTANCE")
    one.add_argument("solution", metavar="SOLUTION")
    one.add_argument("--before", metavar="OLD", help="the schedule people know: moves are counted and priced")

    one = commands.add_parser("bound", help="print a cost that no schedule can beat")
    one.add_argument("instance", metavar="INSTANCE")

    one = commands.add_parser("explain", help="say why a session is where it is, and what other places would cost")
    one.add_argument("instance", metavar="INSTANCE")
    one.add_argument("solution", metavar="SOLUTION")
    one.add_argument("--session", metavar="ID", required=True)
    one.add_argument("--before", metavar="OLD", help="the schedule people know: moves are priced")
    return parser


def _solve(problem: Problem, asked: argparse.Namespace) -> int:
    before = _plan(problem, asked.before)
    if asked.seconds is None:
        moves = USUAL_MOVES if asked.moves is None else asked.moves
        solution = solve(problem, seed=asked.seed, moves=moves, before=before)
    else:
        moves, solution = _solve_for(problem, asked.seconds, asked.seed, before)
    Path(asked.out).write_text(json.dumps(files.write(solution.plan), separators=(",", ":")) + "\n", encoding="utf-8")

    shown = solution.figures.rounded()
    print(" ".join(f"{name}={value}" for name, value in shown.items()))
    for s, reason in solution.reasons.items():
        print(f"{problem.items[s].id} has no place: {reason_in_words(problem, reason)}", file=sys.stderr)
    if asked.seconds is not None:
        print(f"the same again: --seed {asked.seed} --moves {moves}", file=sys.stderr)
    return 1 if violations(problem, solution.plan) else 0


def _solve_for(problem: Problem, seconds: float, seed: int, before: Plan | None) -> tuple[int, Solution]:
    """About so many seconds of search. Seconds only choose the number of moves, so that the result can be repeated."""
    start = time.monotonic()
    quick = solve(problem, seed=seed, before=before)
    fixed = time.monotonic() - start
    if 3 * fixed > seconds:
        return 0, quick
    trial_moves = 50 * len(problem.items)
    trial = solve(problem, seed=seed, moves=trial_moves, before=before)
    spent = time.monotonic() - start
    per_move = max(spent - 2 * fixed, 1e-6) / max(1, trial_moves)
    moves = int(0.9 * (seconds - spent - fixed) / per_move)
    if moves <= trial_moves:
        return trial_moves, trial
    return moves, solve(problem, seed=seed, moves=moves, before=before)


def _score(problem: Problem, asked: argparse.Namespace) -> int:
    plan, before = files.read_plan(_json(asked.solution)), _plan(problem, asked.before)
    broken = violations(problem, plan)
    report: dict[str, object] = {
        "valid": not broken,
        "violations": [
            {"rule": one.rule, "sessions": [problem.items[s].id for s in one.items], "detail": one.detail}
            for one in broken
        ],
    }
    if not {"length", "range", "break"} & {one.rule for one in broken}:
        report |= figures(problem, plan, before).rounded()
    print(json.dumps(report, indent=1))
    return 1 if broken else 0


def _bound(problem: Problem) -> int:
    floor = bound(problem)
    print(f"cost={round(floor.cost, 3)} missed={floor.missed} unplaced={floor.unplaced}")
    return 0


def _explain(problem: Problem, asked: argparse.Namespace) -> int:
    plan = _plan(problem, asked.solution) or ()
    number = {item.id: s for s, item in enumerate(problem.items)}.get(asked.session)
    if number is None:
        raise ValueError(f"there is no session {asked.session!r}")
    if broken := [one for one in violations(problem, plan) if one.rule in ("range", "break")]:
        raise ValueError(broken[0].detail)
    for line in explain(problem, plan, number, _plan(problem, asked.before)):
        print(line)
    return 0


def _plan(problem: Problem, path: str | None) -> Plan | None:
    """The plan in a file, one entry for each item; None when no file is asked for."""
    if path is None:
        return None
    plan = files.read_plan(_json(path))
    if len(plan) != len(problem.items):
        raise files.BadInstance(f"{path} has {len(plan)} places for {len(problem.items)} sessions")
    return plan


def _json(path: str) -> object:
    try:
        found: object = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise files.BadInstance(f"{path} is not JSON: {error}") from error
    return found


def _moves(word: str) -> int:
    moves = int(word)
    if moves < 0:
        raise argparse.ArgumentTypeError("should be 0 or more")
    return moves


def _seconds(word: str) -> float:
    seconds = float(word)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("should be more than 0")
    return seconds
