"""Who hears of what publishing would change: who starred it, and who presents it with an account of their own.

Numbers only: nobody learns who starred what. Somebody who starred three of the changes is one person. Who hears in the
end is decided by the same words: `concerned` and untold.is_news.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, select, union
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.schedule import untold
from barcamp.schedule.differences import Comparison, Difference, compare
from barcamp.schedule.draft import Draft
from barcamp.schedule.entries import Spot
from barcamp.schedule.models import Untold
from barcamp.wall.models import CoHost, Note, Star

KINDS = ("moved", "changed", "cancelled", "restored", "added")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many sessions publishing would change, and how many different people would hear of any of them."""

    changes: int
    people: int


@dataclass(frozen=True, slots=True)
class Affected:
    """`people` are all who would hear of the changes, `by_note` counts those who would of this one. `with_address` are
    the ids of those who have an address to write to.
    """

    people: int
    by_note: Mapping[int, int]
    with_address: frozenset[int]

    def groups(self, differences: Sequence[Difference]) -> list[tuple[str, list[Difference]]]:
        """The changes by kind, what is missed worst first; in each those that concern most people first."""
        most = sorted(differences, key=lambda one: -self.by_note[one.note_id])  # ties: in the order of the day
        found = [(kind, [one for one in most if one.kind == kind]) for kind in KINDS]
        return [(kind, those) for kind, those in found if those]


def concerned(note_ids: Collection[int] | Select[Any]) -> CompoundSelect[Any]:
    """(note_id, person_id) of all who have one of these notes in their day: who starred it, and who presents it."""
    return union(
        select(Star.note_id, Star.person_id).where(Star.note_id.in_(note_ids)),
        select(Note.id, Note.author_id).where(Note.id.in_(note_ids), Note.author_id.is_not(None)),
        select(CoHost.note_id, CoHost.person_id).where(CoHost.note_id.in_(note_ids)),
    )


def summary(db: Session, conference: Conference, draft: Draft, *, now: datetime) -> Summary:
    """What the board says in a line: "7 unpublished changes, 132 people will hear of them". Three SELECTs."""
    comparison = compare(db, conference, draft)
    return Summary(len(comparison.differences), count(db, conference, comparison, now=now).people)


def count(db: Session, conference: Conference, comparison: Comparison, *, now: datetime) -> Affected:
    """Count the people who would hear of each change, and of all together. Two SELECTs."""
    heard: dict[int, set[int]] = {one.note_id: set() for one in comparison.differences}
    with_address = set()
    change_of = {} if untold.is_over(conference, now) else _news(db, conference, comparison)
    pairs = concerned(change_of).subquery()
    rows = db.execute(
        select(pairs.c.note_id, pairs.c.person_id, Person.email.is_not(None))
        .join(Person, Person.id == pairs.c.person_id)
        .where(Person.erased_at.is_(None))
    )
    for note_id, person_id, has_address in rows:
        heard[change_of[note_id]].add(person_id)
        if has_address:
            with_address.add(person_id)
    by_note = {note_id: len(people) for note_id, people in heard.items()}
    return Affected(len(set().union(*heard.values())), by_note, frozenset(with_address))


def _news(db: Session, conference: Conference, comparison: Comparison) -> dict[int, int]:
    """The notes that people would hear of, each with the change (its note's id) that it is a part of."""
    was: dict[int, Any] = {
        one.note_id: one.was for one in db.scalars(select(Untold).where(Untold.conference_id == conference.id))
    }
    was = untold.places(comparison.published.values()) | was
    return {
        note_id: one.note_id
        for one in comparison.differences
        for note_id in one.note_ids
        if untold.is_news(was.get(note_id), _place(comparison.wanted, note_id))
    }


def _place(wanted: Mapping[int, Spot], note_id: int) -> untold.Place:
    """Where a session would be, as untold.place says it."""
    spot, block = wanted.get(note_id), None
    if spot is not None and spot.block_id is not None:
        block = wanted.get(spot.block_id)
    if spot is None:
        return {"state": "cancelled"}
    return {
        "state": "on",
        "starts_at": spot.starts_at.isoformat(),
        "ends_at": spot.ends_at.isoformat(),
        "room": spot.room,
        "room_id": spot.room_id,
        "block_id": spot.block_id,
        "block_starts_at": None if block is None else block.starts_at.isoformat(),
    }
