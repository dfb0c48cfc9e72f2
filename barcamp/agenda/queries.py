"""What belongs to one person's day."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.schedule.models import Entry
from barcamp.wall.models import ON_THE_WALL, Note, NoteTag, Star, presented_by


def notes(db: Session, conference: Conference, ids: Collection[int]) -> Sequence[Note]:
    """Those of the notes that are this conference's."""
    return db.scalars(select(Note).where(Note.conference_id == conference.id, Note.id.in_(ids))).all()


def tags(db: Session, conference: Conference) -> dict[int, set[str]]:
    """The tags of every note in the published schedule."""
    found: dict[int, set[str]] = {}
    rows = db.execute(
        select(NoteTag.note_id, NoteTag.tag)
        .join(Entry, Entry.note_id == NoteTag.note_id)
        .where(Entry.conference_id == conference.id)
    )
    for note_id, tag in rows:
        found.setdefault(note_id, set()).add(tag)
    return found


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
