"""Who has what publishing would change in their day: who starred it, and who presents it.

Numbers only: nobody learns who starred what. Somebody who starred three of the changes is one person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.schedule.differences import Comparison, Difference, compare
from barcamp.schedule.draft import Draft
from barcamp.wall.models import Star

KINDS = ("moved", "changed", "cancelled", "restored", "added")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many sessions publishing would change, and how many different people starred or present any of them."""

    changes: int
    people: int


@dataclass(frozen=True, slots=True)
class Affected:
    """`people` are all who have any of the changes in their day, `by_note` those who have this one."""

    people: int
    by_note: Mapping[int, int]

    def groups(self, differences: Sequence[Difference]) -> list[tuple[str, list[Difference]]]:
        """The changes by kind, what is missed worst first; in each those that concern most people first."""
        most = sorted(differences, key=lambda one: -self.by_note[one.note_id])  # ties: in the order of the day
        found = [(kind, [one for one in most if one.kind == kind]) for kind in KINDS]
        return [(kind, those) for kind, those in found if those]


def summary(db: Session, conference: Conference, draft: Draft) -> Summary:
    """What the board says in a line: "7 unpublished changes, 132 people have one in their day". Two SELECTs."""
    comparison = compare(db, conference, draft)
    return Summary(len(comparison.differences), count(db, comparison).people)


def count(db: Session, comparison: Comparison) -> Affected:
    """Count the people behind each change, and behind all together. One SELECT."""
    differences = comparison.differences
    change_of = {note_id: one.note_id for one in differences for note_id in one.note_ids}
    people: dict[int, set[str]] = {one.note_id: set(comparison.people(one.note_id)) for one in differences}
    for note_id, person_id in db.execute(select(Star.note_id, Star.person_id).where(Star.note_id.in_(change_of))):
        people[change_of[note_id]].add(f"person:{person_id}")
    return Affected(len(set().union(*people.values())), {note_id: len(those) for note_id, those in people.items()})
