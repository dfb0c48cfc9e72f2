"""Which of the wanted places can be had: hard rules, and slots that have begun or are about to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from barcamp.core.times import time_label
from barcamp.core.timetable.problem import Place, Plan
from barcamp.schedule.draft import Draft, Placed
from barcamp.schedule.errors import Frozen, RuleBroken
from barcamp.schedule.problems import Breach, breaches
from barcamp.schedule.service.writing import Places

_MINUTE = timedelta(minutes=1)


def refuse_broken_rules(draft: Draft, wanted: Places) -> None:
    """Refuse what these changes would break. What was broken before and stays so is no reason to refuse."""
    for _note_id, breach in _new_breaches(draft, wanted):
        raise RuleBroken(breach.words, **breach.facts)


def find_in_the_way(draft: Draft, wanted: Places) -> Breach | None:
    """The first rule that these changes would break anew."""
    return next((breach for _note_id, breach in _new_breaches(draft, wanted)), None)


def what_fits(draft: Draft, wanted: Places, *, may_stay: bool) -> dict[int, Placed | None]:
    """The wanted places as far as they can be had at once.

    A note that cannot have its own stays where it is (`may_stay`), or goes to the tray where it would be in the way.
    """
    found = dict(wanted)
    while True:
        stuck: set[int] = set()
        for _note_id, breach in _new_breaches(draft, found):
            here = [one for one in breach.note_ids if found.get(one) is not None]
            if stuck.isdisjoint(here):
                stuck.add(max(here, key=lambda one: _gives_way(draft, wanted, found, one)))
        if not stuck:
            return found
        for note_id in stuck:
            lost_before = found[note_id] != wanted[note_id] or not may_stay
            now_at = draft.placed.get(note_id)
            found[note_id] = None if lost_before or found[note_id] == now_at else now_at


def refuse_frozen(draft: Draft, wanted: Places, *, now: datetime) -> None:
    """Where each move goes public by itself, refuse to move what has begun or is about to, or anything to there."""
    if not draft.goes_live:
        return
    for note_id, placed, out_of in _frozen_moves(draft, wanted):
        slot = draft.slots[draft.slot_number[placed.slot]]
        what = f"“{draft.notes[draft.note_number[note_id]].title}”" if out_of else time_label(
            slot.starts_at, draft.conference.zone
        )  # fmt: skip
        raise Frozen(what, None if slot.starts_at <= now else -((now - slot.starts_at) // _MINUTE))


def frozen(draft: Draft, wanted: Places) -> set[int]:
    """The notes (ids) that these changes would move out of or into a slot that has begun or is about to."""
    return {note_id for note_id, _placed, _out_of in _frozen_moves(draft, wanted)}


def _frozen_moves(draft: Draft, wanted: Places) -> Iterator[tuple[int, Placed, bool]]:
    """(note id, the frozen place, whether it is the old one) of what would move, each note once."""
    for note_id, wish in wanted.items():
        here = draft.placed.get(note_id)
        if _spot(here) == _spot(wish):
            continue
        if here is not None and here.slot in draft.frozen_slots:
            yield note_id, here, True
        elif wish is not None and wish.slot in draft.frozen_slots:
            yield note_id, wish, False


def _spot(placed: Placed | None) -> tuple[int, int] | None:
    return None if placed is None else (placed.slot, placed.room)


def _gives_way(draft: Draft, wanted: Places, found: Places, note_id: int) -> tuple[bool, bool, int]:
    """Of notes that cannot have their places together: first what has lost its wanted place already and is in the way
    of others, then what would move, then the younger note.
    """
    return found[note_id] != wanted[note_id], found[note_id] != draft.placed.get(note_id), note_id


def _new_breaches(draft: Draft, wanted: Places) -> Iterator[tuple[int, Breach]]:
    """(note id, breach) for every rule that one of the wanted places would break, and that is not so already."""
    problem = draft.problem_without_pins
    before, after = breaches(draft, problem, draft.plan), breaches(draft, problem, _plan(draft, wanted))
    for note_id, placed in wanted.items():
        if placed is None:
            continue
        for breach in after:
            if note_id not in breach.note_ids:
                continue
            if draft.placed.get(note_id) != placed or breach not in before:
                yield note_id, breach


def _plan(draft: Draft, wanted: Places) -> Plan:
    plan = list(draft.plan)
    for note_id, placed in wanted.items():
        number = draft.note_number[note_id]
        plan[number] = None if placed is None else Place(draft.slot_number[placed.slot], draft.room_number[placed.room])
    return tuple(plan)
