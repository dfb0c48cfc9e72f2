"""The process that searches: `python -m barcamp.schedule.searcher`, started by search.py.

Searching is minutes of pure computing, which in a thread of the jobs worker would hold letters back. It gets one Task
on its standard input (a pickle, of our own making) and answers with lines of JSON, each whole by itself: {"before",
"impossible"} once, {"done"} now and then, {"plans"} whenever they are better, {"end": true} when the search is over.
After that come limits that no schedule beats, {"limit"}, each better than the one before. A repair has all its plans at
once, with "loose", a count. Plans are lists of [slot, room] or null. It ends when its input does, so that it never
outlives whoever started it.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import IO, Any

from barcamp.core.timetable.infeasible import impossible
from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.progress import Step
from barcamp.core.timetable.repair import curve
from barcamp.core.timetable.score import bill, figures
from barcamp.core.timetable.solve import solve
from barcamp.schedule import limit

#: Seconds between two plans that are told; to tell one takes time, too.
PAUSE = 0.4
MOST = 20  # conflicts told


@dataclass(frozen=True)
class Task:
    """What to search: a "fresh" plan, or the curve of "repair" from `before`, the plan as it is."""

    kind: str
    problem: Problem
    before: Plan
    seed: int
    moves: int


@dataclass
class Teller:
    """Tells of the search as it goes, and not too often."""

    task: Task
    out: IO[str]
    told_at: float = field(default=float("-inf"))
    told: Plan | None = None

    def say(self, **facts: Any) -> None:
        self.out.write(json.dumps(facts, separators=(",", ":")) + "\n")
        self.out.flush()

    def hear(self, step: Step) -> bool:
        """Progress of solve(): the first plan at once, then better ones; always goes on."""
        if time.monotonic() >= self.told_at + PAUSE:
            self.tell(step.done, step.plan)
            self.told_at = time.monotonic()
        return True

    def tell(self, done: int, plan: Plan) -> None:
        if plan == self.told:
            self.say(done=done)
            return
        self.told = plan
        self.say(done=done, plans=[self.written(plan)])

    def written(self, plan: Plan, allowed: int | None = None) -> dict[str, Any]:
        return {"allowed": allowed, "plan": plan, "figures": counted(self.task.problem, plan)}


def counted(problem: Problem, plan: Plan) -> dict[str, float]:
    """The figures of a plan by name. While nobody has starred anything its cost goes by topics, as the search does."""
    found = figures(problem, plan).rounded()
    if problem.for_search is not problem:
        found["cost"] = round(bill(problem.for_search, plan).price(problem.weights), 3)
    return found


def search(task: Task, out: IO[str]) -> None:
    """Search, and tell. The plans found depend on the task alone; which of them are told, on the clock."""
    teller = Teller(task, out)
    teller.say(before=counted(task.problem, task.before), impossible=conflicts(task.problem))
    if task.kind == "repair":
        points = curve(task.problem.for_search, task.before, seed=task.seed, moves=task.moves)
        plans = [teller.written(point.plan, point.allowed) for point in points]
        teller.say(done=task.moves, loose=len(points[0].loose), plans=plans)
    else:
        solution = solve(task.problem, seed=task.seed, moves=task.moves, on_progress=teller.hear)
        teller.tell(task.moves, solution.plan)
    teller.say(end=True)
    if task.kind == "fresh":
        limit.look_for(task.problem, lambda found: teller.say(limit=found))


def conflicts(problem: Problem) -> list[dict[str, Any]]:
    """What no schedule can do, by numbers; the first few, each the smallest set that says it."""
    return [
        {
            "kind": conflict.kind,
            "items": conflict.items,
            "slots": conflict.slots,
            "rooms": conflict.rooms,
            "cells": conflict.cells,
            "reason": conflict.reason.kind if conflict.reason else None,
            "needs": conflict.reason.needs if conflict.reason else (),
        }
        for conflict in impossible(problem)[:MOST]
    ]


def _end_with_input(descriptor: int) -> None:
    while os.read(descriptor, 1):  # not through a buffer: its lock would be missed when we end first
        pass
    os._exit(1)


def main() -> None:
    os.nice(5)  # pages come first
    try:
        task = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started us
    except (EOFError, pickle.UnpicklingError):  # which was killed before it had told us all
        os._exit(1)
    threading.Thread(target=_end_with_input, args=(sys.stdin.fileno(),), daemon=True).start()
    try:
        search(task, sys.stdout)
    except BrokenPipeError:  # whoever started us is gone, and the thread has not ended us yet
        os._exit(1)


if __name__ == "__main__":
    main()
