"""What pages show of a wall, read once for all who look, and what is one person's there, read once for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.wall import queries
from barcamp.wall.queries import WrittenNote

NOTHING: frozenset[int] = frozenset()


def tenth(found: Sized) -> int:
    """How many rows so many small things weigh as much as."""
    return 1 + len(found) // 10


def written(conference: Conference) -> Mapping[int, WrittenNote]:
    """All that is written on this wall."""
    return remembered(("written", conference.id), lambda db: queries.written_notes(db, conference.id), rows=len)


def star_counts(conference: Conference) -> Mapping[int, int]:
    return remembered(("stars", conference.id), lambda db: queries.star_counts(db, conference), rows=tenth)


def starred(conference: Conference, person_id: int | None) -> frozenset[int]:
    """The notes that somebody starred; none for a guest. For that person's own pages only."""
    return _own("starred", queries.starred_note_ids, conference, person_id)


def presented(conference: Conference, person_id: int | None) -> frozenset[int]:
    """The notes that somebody presents; none for a guest."""
    return _own("presented", queries.presented_note_ids, conference, person_id)


def _own(
    name: str,
    find: Callable[[Session, Conference, int], frozenset[int]],
    conference: Conference,
    person_id: int | None,
) -> frozenset[int]:
    if person_id is None:
        return NOTHING
    return remembered(
        (name, conference.id, person_id), lambda db: find(db, conference, person_id), rows=tenth, own=True
    )
