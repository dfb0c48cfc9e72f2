"""Broken rules and unplaced notes with the facts that words need. Pages and refusals both speak from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from barcamp.core.times import time_label
from barcamp.core.timetable.problem import Plan, Problem
from barcamp.core.timetable.rules import Violation, violations
from barcamp.schedule.draft import Draft
from barcamp.schedule.errors import RULES


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: `words` is a key of gettext with {places} that `facts` fill."""

    rule: str
    note_ids: tuple[int, ...]
    words: str
    facts: dict[str, str]


def breaches(draft: Draft, problem: Problem, plan: Plan) -> list[Breach]:
    """Every hard rule the plan breaks, in words. Not pins: those say where a card stays, not what is wrong."""
    return [_breach(draft, problem, plan, found) for found in violations(problem, plan) if found.rule in RULES]


def of_notes(found: Sequence[Breach], note_id: int) -> list[Breach]:
    return [breach for breach in found if note_id in breach.note_ids]


def _breach(draft: Draft, problem: Problem, plan: Plan, found: Violation) -> Breach:
    first, *others = found.items
    place = plan[first]
    assert place is not None  # every rule in RULES is about a placed note
    slot, room = draft.slots[place.slot], draft.rooms[place.room]
    if others and (there := plan[others[0]]) is not None and there.slot > place.slot:
        slot = draft.slots[there.slot]  # where the two meet: the later of the two starts
    missing = problem.items[first].needs - problem.rooms[place.room].equipment
    return Breach(
        rule=found.rule,
        note_ids=tuple(draft.notes[number].id for number in found.items),
        words=RULES[found.rule],
        facts={
            "title": f"“{draft.notes[first].title}”",
            "other": f"“{draft.notes[others[0]].title}”" if others else "",
            "room": room.name,
            "time": time_label(slot.starts_at, draft.conference.zone),
            "needs": ", ".join(sorted(missing)),
        },
    )
