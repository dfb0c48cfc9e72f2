"""What one person starred. For that person's own pages only: nothing here ever says who starred what."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.wall.models import Note, Star


def starred_note_ids(db: Session, conference: Conference, person_id: int) -> set[int]:
    """What one person starred; for that person's own pages only."""
    return set(
        db.scalars(
            select(Star.note_id)
            .join(Note, Note.id == Star.note_id)
            .where(Star.person_id == person_id, Note.conference_id == conference.id)
        )
    )


def has_starred(db: Session, note: Note, person_id: int) -> bool:
    """Whether this person starred the note; for that person's own pages only."""
    return db.execute(
        select(Star.note_id).where(Star.note_id == note.id, Star.person_id == person_id)
    ).first() is not None  # fmt: skip
