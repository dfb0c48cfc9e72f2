"""What belongs to one person's day."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.schedule.models import Entry
from barcamp.wall.models import ON_THE_WALL, Note, Star, presented_by


def entries(db: Session, conference: Conference, person_id: int) -> Sequence[Entry]:
    """What somebody gives or starred in the published schedule, by start and room."""
    return db.scalars(
        select(Entry)
        .join(Note, Note.id == Entry.note_id)
        .where(
            Entry.conference_id == conference.id,
            Entry.state != "hidden",
            or_(presented_by(person_id), Note.id.in_(_starred(person_id))),
        )
        .order_by(Entry.starts_at, Entry.room, Entry.note_id)
    ).all()


def not_scheduled(db: Session, conference: Conference, person_id: int) -> Sequence[tuple[int, str]]:
    """(id, title) of what somebody gives or starred and that is on the wall without a published place."""
    rows = db.execute(
        select(Note.id, Note.title)
        .outerjoin(Entry, Entry.note_id == Note.id)
        .where(
            Note.conference_id == conference.id,
            ON_THE_WALL,
            Entry.note_id.is_(None),
            or_(presented_by(person_id), Note.id.in_(_starred(person_id))),
        )
        .order_by(Note.id)
    )
    return [(note_id, title) for note_id, title in rows]


def _starred(person_id: int) -> Select[int]:
    return select(Star.note_id).where(Star.person_id == person_id)
