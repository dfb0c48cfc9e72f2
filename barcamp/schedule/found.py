"""What a search for a better draft has found, as pages read it. A row of Arrangement keeps it as JSON.

{"before": figures, "impossible": [conflict], "plans": [plan], "loose": n (of a repair), "limit": that of limit.py, once
something is proven}. A conflict is {"kind",
"notes": [id], "slots": [id], "rooms": [id], "cells": n, "reason": kind or null, "needs": [word]}. A plan is
{"allowed": most moves or null, "places": {note id: {"slot", "room", "pinned"} or null}, "figures": {name: number},
"moved_slot": n, "moved_room": n}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from barcamp.core.timetable.problem import Plan
from barcamp.schedule.draft import Draft, Placed
from barcamp.schedule.models import Arrangement, ArrangementKind, ArrangementState

#: Whoever works on a search says so at least this often.
BEAT = timedelta(seconds=5)
#: Nobody does any more when nothing was heard for so long.
LEASE = timedelta(seconds=20)
#: A nudge takes less than this to wake a worker.
PATIENCE = timedelta(seconds=8)
#: Missed seats below which a plan is no better than another one.
WORTH_IT = 0.5

UNDER_WAY = ("waiting", "running")
UNDECIDED = (*UNDER_WAY, "done", "failed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a schedule does: the figures that people decide by. Figures that are missing are 0."""

    cost: float
    seated_pct: float
    seated: int  # starred sessions that can be attended, over all people
    outside: int  # people expected who find no seat
    missed: int  # starred sessions that cannot be attended
    unplaced: int
    wishes_broken: int
    satisfaction_pct: float
    worst_tenth_pct: float

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Outcome:
        def get(name: str) -> float:
            return float(found.get(name) or 0)

        return cls(
            cost=get("cost"),
            seated_pct=get("seated_pct"),
            seated=round(get("seated_pct") * get("possible") / 100),
            outside=round(get("missed_full")),
            missed=round(get("missed_clash") + get("missed_full") + get("missed_unplaced")),
            unplaced=round(get("unplaced")),
            wishes_broken=round(get("slot_wishes_broken") + get("room_wishes_broken")),
            satisfaction_pct=get("satisfaction_pct"),
            worst_tenth_pct=get("worst_tenth_pct"),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One plan: `allowed` is the most moves it may make (None: as many as it likes), `number` its place in the list."""

    number: int
    allowed: int | None
    places: Mapping[int, Placed | None]
    outcome: Outcome
    moved_slot: int
    moved_room: int

    @property
    def moved(self) -> int:
        """Cards that had a place and get another one."""
        return self.moved_slot + self.moved_room


@dataclass(frozen=True, slots=True)
class Search:
    """An arrangement as pages show it. `stopping`: somebody asked it to stop and keep the best."""

    id: int
    kind: ArrangementKind
    state: ArrangementState
    seen: int
    seed: int
    moves: int
    done: int
    stopping: bool
    asked_at: datetime
    beat_at: datetime | None
    before: Outcome | None
    plans: tuple[Found, ...]
    impossible: tuple[Mapping[str, Any], ...]
    loose: int  # cards that a repair must place anew: they had no place, or cannot keep it

    @classmethod
    def of(cls, row: Arrangement) -> Search:
        found = row.found or {}
        before = found.get("before")
        return cls(
            id=row.id,
            kind=row.kind,
            state=row.state,
            seen=row.seen,
            seed=row.seed,
            moves=row.moves,
            done=row.done,
            stopping=row.stop_asked,
            asked_at=row.asked_at,
            beat_at=row.beat_at,
            before=None if before is None else Outcome.of(before),
            plans=tuple(_found(number, plan) for number, plan in enumerate(found.get("plans", ()))),
            impossible=tuple(found.get("impossible", ())),
            loose=found.get("loose", 0),
        )

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_undecided(self) -> bool:
        """Whether it can still be used or left."""
        return self.state in UNDECIDED

    @property
    def best(self) -> Found | None:
        """The best plan so far; of a repair the one that may move as much as it likes."""
        return self.plans[-1] if self.plans else None

    @property
    def is_better(self) -> bool:
        """Whether the best plan so far beats the board."""
        return self.best is not None and (self.before is None or self.best.outcome.cost < self.before.cost - WORTH_IT)

    def is_lost(self, now: datetime) -> bool:
        """Whether nobody works on it: no worker has taken it up, or the one that had has gone silent."""
        if self.state == "waiting":
            return now > self.asked_at + PATIENCE
        return self.state == "running" and (self.beat_at is None or abs(now - self.beat_at) > LEASE)


def as_row(draft: Draft, plan: Plan, figures: Mapping[str, float], *, allowed: int | None = None) -> dict[str, Any]:
    """A plan for the row to keep, by the ids of the database. `figures` are those of core/timetable/score.py."""
    placed = draft.by_ids(plan)
    places = {str(note.id): asdict(placed[note.id]) if note.id in placed else None for note in draft.notes}
    both = [(was, now) for was, now in zip(draft.plan, plan, strict=True) if was is not None and was != now]
    moved_slot = sum(now is None or now.slot != was.slot for was, now in both)
    return {
        "allowed": allowed,
        "places": places,
        "figures": dict(figures),
        "moved_slot": moved_slot,
        "moved_room": len(both) - moved_slot,
    }


def conflict_row(draft: Draft, told: Mapping[str, Any]) -> dict[str, Any]:
    """A conflict as the searcher tells it, for the row to keep, by the ids of the database. People are left out."""
    return {
        "kind": told["kind"],
        "notes": [draft.notes[number].id for number in told["items"]],
        "slots": [draft.slots[number].id for number in told["slots"]],
        "rooms": [draft.rooms[number].id for number in told["rooms"]],
        "cells": told["cells"],
        "reason": told["reason"],
        "needs": told["needs"],
    }


def _found(number: int, plan: Mapping[str, Any]) -> Found:
    return Found(
        number=number,
        allowed=plan.get("allowed"),
        places={int(note_id): None if place is None else Placed(**place) for note_id, place in plan["places"].items()},
        outcome=Outcome.of(plan["figures"]),
        moved_slot=plan["moved_slot"],
        moved_room=plan["moved_room"],
    )
