"""What of a card is not in the log: its stars, and what it is to the person who looks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from barcamp.wall.models import Note, Star, presented_by


@dataclass(frozen=True, slots=True)
class Standing:
    """How a note stands at this moment, for one person."""

    stars: int
    mine: bool
    starred: bool


def standings(db: Session, note_ids: Collection[int], person_id: int | None) -> dict[int, Standing]:
    """Each of these notes' standing, in one query; for nobody in particular where `person_id` is None."""
    mine: ColumnElement[bool] = false()
    starred: ColumnElement[bool] = false()
    if person_id is not None:
        mine = presented_by(person_id)
        starred = select(Star.note_id).where(Star.note_id == Note.id, Star.person_id == person_id).exists()
    rows = db.execute(
        select(Note.id, Note.star_count, mine.label("mine"), starred.label("starred")).where(Note.id.in_(note_ids))
    )
    # a note without an author is NULL to "is it mine?"
    return {row.id: Standing(row.star_count, bool(row.mine), bool(row.starred)) for row in rows}
