"""The share of starred sessions that no schedule gets beyond, as far as it was proven beside the site.

A proof takes longer than a page may. It is kept with the search it followed, in the form {"of": key, "seated_pct": %},
and holds for as long as the problem it is of has not changed: another star, room, note or pin makes another key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from barcamp.core.timetable.bound import Bound, prove
from barcamp.core.timetable.problem import Problem

#: Notes beyond which a proof would tell nothing within its steps.
MOST_NOTES = 200
STEPS = 1_500_000

Limit = dict[str, Any]


def look_for(problem: Problem, tell: Callable[[Limit], object]) -> None:
    """Prove lower and lower limits for up to half a minute of computing, and tell each."""
    if problem.stars and len(problem.items) <= MOST_NOTES:
        key = _key(problem)

        def tell_better(floor: Bound) -> None:
            tell({"of": key, "seated_pct": floor.seated_pct_at_most})

        prove(problem, steps=STEPS, on_progress=tell_better)


def seated_pct(limit: Limit | None, problem: Problem) -> float:
    """The limit, where it is one of this problem; 100 else."""
    return float(limit["seated_pct"]) if limit and limit["of"] == _key(problem) else 100.0


def _key(problem: Problem) -> str:
    """The same for the same problem in every process. Wishes are left out: the limit does not ask for them."""
    facts = [
        [slot.block for slot in problem.slots],
        [[room.capacity, sorted(room.equipment), sorted(room.closed)] for room in problem.rooms],
        [
            [
                item.length,
                item.people,
                sorted(item.needs),
                None if item.slots_allowed is None else sorted(item.slots_allowed),
                None if item.pin is None else [item.pin.slot, item.pin.room],
                item.late_factor,
            ]
            for item in problem.items
        ],
        problem.stars,
        problem.turnout,
    ]
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()
