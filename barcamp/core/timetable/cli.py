"""The scheduler's own command line over JSON files, without any database.

    python -m barcamp.core.timetable solve camp.json -o schedule.json --seed 1 --moves 500000
    python -m barcamp.core.timetable score camp.json schedule.json
    python -m barcamp.core.timetable bound camp.json
    python -m barcamp.core.timetable explain camp.json schedule.json --session s12
    python -m barcamp.core.timetable repair changed.json schedule.json -o mended.json --allow 3

Ends with 0 when all is well, 1 when a hard rule is broken, 2 when a file or a word on the command line is no good.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from barcamp.core.timetable import files
from barcamp.core.timetable.bound import Bound, bound, prove
from barcamp.core.timetable.infeasible import impossible
from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.progress import Progress, Step
from barcamp.core.timetable.reasons import why_unplaced
from barcamp.core.timetable.repair import STEPS, CurvePoint, curve, loose_items, mend
from barcamp.core.timetable.rules import violations
from barcamp.core.timetable.score import Figures, figures
from barcamp.core.timetable.solve import Solution, solve, usual_moves
from barcamp.core.timetable.words import conflict_in_words, explain, reason_in_words

USUAL, FREE = "usual", "free"  # moves allowed: as repair.mend does, or as many as pay
PROOF_STEPS = 1_500_000
TRIAL = 20  # of the usual moves: so much of them tells how fast this machine is
HOTTER = 0.7  # a longer search starts hotter, where a move takes longer
BAR = 30  # characters


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    asked = _parser().parse_args(words)
    try:
        return COMMANDS[asked.command](files.read(_json(asked.instance)), asked)
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
    one.add_argument(
        "--from",
        dest="before",
        metavar="OLD",
        help="the schedule people know: little moves, and only at need, whatever the budget",
    )
    budget = one.add_mutually_exclusive_group()
    budget.add_argument("--moves", type=_moves, help="how many moves to try (by size); 0 for the quick schedule")
    budget.add_argument("--seconds", type=_seconds, help="as many moves as take about this long here")

    one = commands.add_parser("score", help="check a schedule and print its figures as JSON")
    one.add_argument("instance", metavar="INSTANCE")
    one.add_argument("solution", metavar="SOLUTION")
    one.add_argument("--before", metavar="OLD", help="the schedule people know: moves are counted and priced")

    one = commands.add_parser("bound", help="print a cost that no schedule can beat")
    one.add_argument("instance", metavar="INSTANCE")

    one.add_argument(
        "--prove",
        metavar="STEPS",
        type=_moves,
        nargs="?",
        const=PROOF_STEPS,
        help=f"look for a higher one; {PROOF_STEPS} steps, if none are told, take about half a minute",
    )

    one = commands.add_parser("explain", help="say why a session is where it is, and what other places would cost")
    one.add_argument("instance", metavar="INSTANCE")
    one.add_argument("solution", metavar="SOLUTION")
    one.add_argument("--session", metavar="ID", required=True)
    one.add_argument("--before", metavar="OLD", help="the schedule people know: moves are priced")

    one = commands.add_parser("repair", help="mend a schedule after a change, and print what more moves would buy")
    one.add_argument("instance", metavar="INSTANCE")
    one.add_argument("before", metavar="OLD", help="the schedule people know")
    one.add_argument("-o", "--out", metavar="NEW", required=True, help="the file to write")
    one.add_argument(
        "--allow",
        metavar="N",
        type=_allowed,
        default=USUAL,
        help="sessions that may move beside those that lost their place; 'free', or 'usual': about ten in all (usual)",
    )
    return parser


def _solve(problem: Problem, asked: argparse.Namespace) -> int:
    before, moves = _plan(problem, asked.before), asked.moves
    for conflict in impossible(problem):
        print(conflict_in_words(problem, conflict), file=sys.stderr)
    if before is not None:
        solution = mend(problem, before)
    elif asked.seconds is not None:
        moves, solution = _solve_for(problem, asked.seconds, asked.seed)
    else:
        moves = usual_moves(problem) if moves is None else moves
        solution = solve(problem, seed=asked.seed, moves=moves, on_progress=_bar())
    _write(asked.out, solution.plan)
    print(_line(solution.figures))
    for s, reason in solution.reasons.items():
        print(f"{problem.items[s].id} has no place: {reason_in_words(problem, reason)}", file=sys.stderr)
    if asked.seconds is not None and before is None:
        print(f"the same again: --seed {asked.seed} --moves {moves}", file=sys.stderr)
    return 1 if violations(problem, solution.plan) else 0


def _bar() -> Progress | None:
    """Something that draws how far the search is and the best cost so far; None when nobody watches."""
    if not sys.stderr.isatty():
        return None

    def draw(step: Step) -> bool:
        share = step.done / max(1, step.moves)
        full = "#" * round(BAR * share)
        end = "\n" if step.done >= step.moves else ""
        print(f"\r[{full:<{BAR}}] {share:4.0%}  cost {step.cost:.1f} ", end=end, file=sys.stderr, flush=True)
        return True

    return draw


def _solve_for(problem: Problem, seconds: float, seed: int) -> tuple[int, Solution]:
    """About so many seconds of search. Seconds only choose the number of moves, so that the result can be repeated.

    A short search of the same shape tells how long a move takes here. The time is that of the processor.
    """
    start = time.process_time()
    quick = solve(problem, seed=seed)
    fixed = time.process_time() - start
    if 3 * fixed > seconds:
        return 0, quick
    heard: list[tuple[int, float]] = []

    def hear(step: Step) -> bool:
        heard.append((step.done, time.process_time()))
        return True

    trial_moves = usual_moves(problem) // TRIAL
    trial = solve(problem, seed=seed, moves=trial_moves, on_progress=hear)
    (first, began), (last, ended) = heard[0 if len(heard) < 3 else 1], heard[-1]
    per_move = max(ended - began, 1e-4) / max(1, last - first)
    moves = int(HOTTER * (seconds - (time.process_time() - start) - fixed) / per_move)
    if moves <= trial_moves:
        return trial_moves, trial
    return moves, solve(problem, seed=seed, moves=moves, on_progress=_bar())


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


def _bound(problem: Problem, asked: argparse.Namespace) -> int:
    floor = bound(problem)
    if asked.prove is not None:
        floor = prove(problem, steps=asked.prove, on_progress=_tell_floor if sys.stderr.isatty() else None)
    print(_floor_line(floor))
    return 0


def _tell_floor(floor: Bound) -> None:
    print(f"at least {_floor_line(floor)}", file=sys.stderr, flush=True)


def _floor_line(floor: Bound) -> str:
    parts = {"cost": floor.cost} | asdict(floor)
    return " ".join(f"{name}={round(value, 3)}" for name, value in parts.items())


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


def _repair(problem: Problem, asked: argparse.Namespace) -> int:
    """Print what each limit buys, a star at the one asked for, and write that schedule."""
    before = _plan(problem, asked.before) or ()
    limits = {step for step in STEPS if step is not None} | ({asked.allow} if isinstance(asked.allow, int) else set())
    found: dict[str, Solution | CurvePoint] = {USUAL: mend(problem, before)}
    for point in curve(problem, before, steps=(*sorted(limits), None)):
        found[FREE if point.allowed is None else str(point.allowed)] = point
    for name, one in found.items():
        print(f"{'*' if name == str(asked.allow) else ' '} allowed={name} {_line(one.figures)}")
    plan = found[str(asked.allow)].plan
    for s in loose_items(problem, before):
        print(f"{problem.items[s].id} had to be placed anew", file=sys.stderr)
    for s, reason in why_unplaced(problem, plan).items():
        print(f"{problem.items[s].id} has no place: {reason_in_words(problem, reason)}", file=sys.stderr)
    _write(asked.out, plan)
    return 1 if violations(problem, plan) else 0


def _line(found: Figures) -> str:
    return " ".join(f"{name}={value}" for name, value in found.rounded().items())


def _write(path: str, plan: Plan) -> None:
    Path(path).write_text(json.dumps(files.write(plan), separators=(",", ":")) + "\n", encoding="utf-8")


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


def _allowed(word: str) -> int | str:
    return word if word in (USUAL, FREE) else _moves(word)


def _seconds(word: str) -> float:
    seconds = float(word)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("should be more than 0")
    return seconds


COMMANDS: dict[str, Callable[[Problem, argparse.Namespace], int]] = {
    "solve": _solve,
    "score": _score,
    "bound": _bound,
    "explain": _explain,
    "repair": _repair,
}
