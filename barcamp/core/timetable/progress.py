"""What a search tells while it runs: how far it is and the best schedule so far, to watch or to stop it by."""

from collections.abc import Callable
from typing import NamedTuple

from barcamp.core.timetable.problem import Plan


class Step(NamedTuple):
    """A moment of the search: `done` of `moves` are tried; `plan` is the best so far, ready to use, and its true cost.

    The first step has `done` 0 and the greedy plan; costs never rise from step to step.
    """

    done: int
    moves: int
    cost: float
    plan: Plan


Progress = Callable[[Step], bool]
"""Told every step; False stops the search, which then keeps the best plan so far."""
