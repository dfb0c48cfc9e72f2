"""What the hub reads besides the log's lines: how conferences stand, and their notes' stars."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log.models import Head
from barcamp.wall.models import ON_THE_WALL, Note


def standings(db: Session, conference_ids: Collection[int]) -> dict[int, tuple[Conference, int]]:
    """Each of these conferences that is still there, and how far its log has come."""
    rows = db.execute(
        select(Conference, Head.revision)
        .join(Head, Head.conference_id == Conference.id)
        .where(Conference.id.in_(conference_ids))
    )
    return {conference.id: (conference, revision) for conference, revision in rows}


def counts(db: Session, conference_id: int) -> dict[int, int]:
    """How many stars each note on the wall has."""
    rows = db.execute(select(Note.id, Note.star_count).where(Note.conference_id == conference_id, ON_THE_WALL))
    return {row.id: row.star_count for row in rows}
