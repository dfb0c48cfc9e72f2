"""What is wrong with a draft, with the facts that words need. The board, refusals and publishing all speak from here.

A `Breach` is a hard rule broken by a plan. A `Trouble` is a line of the board's list of problems: a breach, with which
nobody can publish, or a warning, which organizers can set aside (waivers.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import time_label
from barcamp.core.timetable.problem import Place, Plan, Problem
from barcamp.core.timetable.rules import Violation, violations
from barcamp.core.timetable.score import audience
from barcamp.people.models import Person
from barcamp.schedule.draft import Draft
from barcamp.schedule.errors import RULES, WARNINGS
from barcamp.schedule.models import Waiver

Level = Literal["block", "warn"]


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: `words` is a key of gettext with {places} that `facts` fill."""

    rule: str
    note_ids: tuple[int, ...]
    words: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Waived:
    """Somebody's word that a warning is all right; `who` is "" where nobody is known any more."""

    id: int
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """One line of the list of problems; words and facts as in a Breach.

    Level "block": a hard rule is broken, so nothing can be published. Level "warn": it can, and somebody may be sorry.
    `key` names the same trouble with the same notes in the same place; `waived` says who decided to live with it.
    """

    level: Level
    kind: str
    note_ids: tuple[int, ...]
    words: str
    facts: dict[str, str]
    key: str
    waived: Waived | None = None

    @property
    def counts(self) -> bool:
        """Whether somebody should still look at it."""
        return self.waived is None


def found(db: Session, conference: Conference, draft: Draft, expected: Sequence[float] | None = None) -> list[Trouble]:
    """Everything wrong with the draft: broken rules first, then warnings, those that are set aside last of all.

    One SELECT. `expected` is each note's audience, where it is known already; a draft that was read without stars has
    no rooms that are too small.
    """
    waived = find_waived(db, conference)
    listed = [replace(trouble, waived=waived.get(trouble.key)) for trouble in warnings(draft, expected)]
    return troubles_of_rules(draft) + sorted(listed, key=lambda trouble: trouble.waived is not None)


def find_waived(db: Session, conference: Conference) -> dict[str, Waived]:
    """The warnings that are set aside, by their keys; also those that are no longer there."""
    rows = db.execute(
        select(Waiver.warning, Waiver.id, Waiver.reason, Person.name, Waiver.waived_at)
        .outerjoin(Person, Person.id == Waiver.waived_by_id)
        .where(Waiver.conference_id == conference.id)
    )
    return {warning: Waived(waiver_id, reason, name or "", at) for warning, waiver_id, reason, name, at in rows}


def breaches(draft: Draft, problem: Problem, plan: Plan) -> list[Breach]:
    """Every hard rule the plan breaks, in words. Not pins: those say where a card stays, not what is wrong."""
    return [_breach(draft, problem, plan, broken) for broken in violations(problem, plan) if broken.rule in RULES]


def troubles_of_rules(draft: Draft) -> list[Trouble]:
    """The hard rules that the draft breaks."""
    return [
        Trouble(
            "block", breach.rule, breach.note_ids, breach.words, breach.facts,
            f"{breach.rule}:{'+'.join(map(str, breach.note_ids))}",
        )
        for breach in breaches(draft, draft.problem_without_pins, draft.plan)
    ]  # fmt: skip


def warnings(draft: Draft, expected: Sequence[float] | None = None) -> list[Trouble]:
    """What may be published, and what somebody may be sorry for: the most people outside first, then notes without a
    place, presenters who must run from room to room, and wishes. `expected` is each note's audience, if known already.
    """
    problem = draft.problem_without_pins
    expected = audience(problem, draft.plan) if expected is None else expected
    return [*_small_rooms(draft, expected), *_loose(draft), *_in_a_row(draft, problem), *_wishes(draft, problem)]


def rule_words(
    draft: Draft, problem: Problem, rule: str, number: int, place: Place, others: Sequence[int] = ()
) -> Breach:
    """What is said of a note (by number) that would break a rule at a place, together with others that are there."""
    there = draft.plan[others[0]] if others else None
    return Breach(
        rule=rule,
        note_ids=tuple(draft.notes[one].id for one in (number, *others)),
        words=RULES[rule],
        facts=_facts(draft, problem, number, place, there, others),
    )


def _breach(draft: Draft, problem: Problem, plan: Plan, broken: Violation) -> Breach:
    first, *others = broken.items
    place = plan[first]
    assert place is not None  # every rule in RULES is about a placed note
    return Breach(
        rule=broken.rule,
        note_ids=tuple(draft.notes[number].id for number in broken.items),
        words=RULES[broken.rule],
        facts=_facts(draft, problem, first, place, plan[others[0]] if others else None, others),
    )


def _facts(
    draft: Draft, problem: Problem, first: int, place: Place, there: Place | None, others: Sequence[int]
) -> dict[str, str]:
    slot, room = draft.slots[place.slot], draft.rooms[place.room]
    if there is not None and there.slot > place.slot:
        slot = draft.slots[there.slot]  # where the two meet: the later of the two starts
    missing = problem.items[first].needs - problem.rooms[place.room].equipment
    return {
        "title": f"“{draft.notes[first].title}”",
        "other": f"“{draft.notes[others[0]].title}”" if others else "",
        "room": room.name,
        "time": time_label(slot.starts_at, draft.conference.zone),
        "needs": ", ".join(sorted(missing)),
    }


# ---- warnings --------------------------------------------------------------------------------------------------------


def _small_rooms(draft: Draft, expected: Sequence[float]) -> Iterator[Trouble]:
    """Rooms that seat fewer than are expected."""
    over = []
    for number, place in enumerate(draft.plan):
        if place is None or round(expected[number]) <= draft.rooms[place.room].seats:
            continue
        room, people = draft.rooms[place.room], round(expected[number])
        facts = {"room": room.name, "expected": str(people), "seats": str(room.seats)}
        over.append((room.seats - people, _warning(draft, "small", number, place, facts)))
    yield from (trouble for _outside, trouble in sorted(over, key=lambda pair: pair[0]))


def _loose(draft: Draft) -> Iterator[Trouble]:
    """Notes without a place, once any note has one."""
    if draft.placed:
        for number, place in enumerate(draft.plan):
            if place is None:
                yield _warning(draft, "unplaced", number, None, {})


def _in_a_row(draft: Draft, problem: Problem) -> Iterator[Trouble]:
    """The same presenter in two rooms, one right after the other without a break."""
    given: dict[str, list[int]] = {}
    for number, note in enumerate(draft.notes):
        if draft.plan[number] is not None:
            for person in note.people:
                given.setdefault(person, []).append(number)
    said = set()
    for numbers in given.values():
        for one, other in combinations(numbers, 2):
            a, b = sorted((one, other), key=lambda number: draft.plan[number] or Place(0, 0))
            before, after = draft.plan[a], draft.plan[b]
            if before is None or after is None or (a, b) in said or before.room == after.room:
                continue
            last = before.slot + draft.notes[a].length - 1
            if last + 1 == after.slot and problem.stretch_of[last] == problem.stretch_of[after.slot]:
                said.add((a, b))
                yield _warning(draft, "in-a-row", a, before, {"other": f"“{draft.notes[b].title}”"}, (b, after))


def _wishes(draft: Draft, problem: Problem) -> Iterator[Trouble]:
    """Times and rooms that presenters asked for and did not get."""
    for number, place in enumerate(draft.plan):
        if place is None:
            continue
        wish = problem.items[number].prefer
        if wish.slot not in (None, place.slot):
            wanted = time_label(draft.slots[wish.slot or 0].starts_at, draft.conference.zone)
            yield _warning(draft, "slot-wish", number, place, {"wanted": wanted})
        if wish.room not in (None, place.room):
            yield _warning(draft, "room-wish", number, place, {"wanted": draft.rooms[wish.room or 0].name})


def _warning(
    draft: Draft,
    kind: str,
    number: int,
    place: Place | None,
    facts: Mapping[str, str],
    with_other: tuple[int, Place] | None = None,
) -> Trouble:
    note_ids, places = [draft.notes[number].id], [place]
    if with_other is not None:
        note_ids.append(draft.notes[with_other[0]].id)
        places.append(with_other[1])
    spots = ("tray" if spot is None else f"{draft.slots[spot.slot].id}.{draft.rooms[spot.room].id}" for spot in places)
    key = f"{kind}:{'+'.join(map(str, note_ids))}@{'+'.join(spots)}"
    title = {"title": f"“{draft.notes[number].title}”"}
    return Trouble("warn", kind, tuple(note_ids), WARNINGS[kind], title | dict(facts), key)
