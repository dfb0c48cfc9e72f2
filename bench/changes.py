"""What the board asks of the scheduler on the day: mending when a room closes, the prices of a drag, one explanation.

    python -m bench.changes                      # made-up medium camps, seeds 1 to 3
    python -m bench.changes --sizes large --seeds 1
    python -m bench.changes --files camp.json    # camps in files of the form `barcamp-instance/1`

Times are of CPU. The floor beside them is the time to count all figures of a schedule once.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from barcamp.core.timetable import files
from barcamp.core.timetable.options import options
from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.repair import mend
from barcamp.core.timetable.score import figures
from barcamp.core.timetable.solve import solve, usual_moves
from barcamp.core.timetable.why import why_here
from bench import camps, checker
from bench.timetable import chosen_camps

LARGEST_ROOMS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what the board asks of the scheduler.")
    parser.add_argument("--sizes", nargs="+", choices=camps.SIZES, default=["medium"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--files", nargs="+", type=Path, help="camps in files instead")
    parser.set_defaults(workshops=False)
    for camp in chosen_camps(parser.parse_args()):
        _measure(camp, files.read(camp))


def _measure(camp: dict[str, Any], problem: Problem) -> None:
    plan = solve(problem, seed=1, moves=usual_moves(problem)).plan
    print(f"{camp['name']}: floor, all figures once {_milliseconds(lambda: figures(problem, plan)):.1f} ms")
    _questions(problem, plan)
    for room in _largest_rooms(problem):
        for when, slots in _halves(problem).items():
            _closure(camp, problem, plan, room, when, slots)


def _questions(problem: Problem, plan: Plan) -> None:
    """The median and the slowest over all placed items."""
    placed = [s for s, place in enumerate(plan) if place is not None]
    asked: dict[str, Callable[[int], object]] = {
        "all cells of one card, with swaps": lambda s: options(problem, plan, s, swaps=True),
        "one explanation": lambda s: why_here(problem, plan, s),
    }
    for name, question in asked.items():
        times = sorted(_milliseconds(partial(question, s)) for s in placed)
        print(f"  {name}: {times[len(times) // 2]:.1f} ms, slowest {times[-1]:.1f} ms")


def _closure(camp: dict[str, Any], problem: Problem, plan: Plan, room: int, when: str, slots: frozenset[int]) -> None:
    """Close one room for half of the event and mend the schedule. Pins into it cannot be kept and are taken out."""
    rooms = [replace(one, closed=one.closed | slots) if r == room else one for r, one in enumerate(problem.rooms)]
    items = [
        replace(item, pin=None) if item.pin and item.pin.room == room and item.pin.slot in slots else item
        for item in problem.items
    ]
    changed = replace(problem, rooms=tuple(rooms), items=tuple(items))
    began = time.process_time()
    mended = mend(changed, plan)
    spent = time.process_time() - began
    _check(camp, changed, plan, mended.plan)
    found = mended.figures
    least = _least_in_time(changed, plan)
    print(
        f"  {problem.rooms[room].id} ({problem.rooms[room].capacity} seats) closes, {when}: {spent:.2f} s,"
        f" {found.moved_slot} moved in time (at least {least} must) and {found.moved_room} in room,"
        f" {found.unplaced} without a place, cost {figures(problem, plan).cost:.0f} -> {found.cost:.0f}"
    )


def _least_in_time(problem: Problem, before: Plan) -> int:
    """How many more items began in a slot than it has open rooms now: so many cannot stay in it."""
    began = Counter(place.slot for place in before if place is not None)
    return sum(max(0, began[t] - rooms.bit_count()) for t, rooms in enumerate(problem.unlocked))


def _check(camp: dict[str, Any], changed: Problem, before: Plan, plan: Plan) -> None:
    rooms = [row | {"closed": sorted(room.closed)} for row, room in zip(camp["rooms"], changed.rooms, strict=True)]
    sessions = [
        row if item.pin else {key: value for key, value in row.items() if key != "pin"}
        for row, item in zip(camp["sessions"], changed.items, strict=True)
    ]
    camp = camp | {"rooms": rooms, "sessions": sessions}
    assign, old = files.write(plan)["assign"], files.write(before)["assign"]
    if broken := checker.broken(camp, assign):
        raise SystemExit(f"{broken[0]} and {len(broken) - 1} more broken rules")
    theirs, ours = checker.figures(camp, assign, old)["cost"], figures(changed, plan, before).rounded()["cost"]
    if theirs != ours:
        raise SystemExit(f"the checker disagrees: {theirs} and not {ours}")


def _largest_rooms(problem: Problem) -> list[int]:
    return sorted(range(len(problem.rooms)), key=lambda r: -problem.rooms[r].capacity)[:LARGEST_ROOMS]


def _halves(problem: Problem) -> dict[str, frozenset[int]]:
    half = len(problem.slots) // 2
    return {"first half": frozenset(range(half)), "second half": frozenset(range(half, len(problem.slots)))}


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
