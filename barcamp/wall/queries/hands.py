"""Whose hand it was: what was done to a note, and whether by an organizer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Role
from barcamp.log.models import Change


def hands(db: Session, conference_id: int, note_id: int, *kinds: str) -> Sequence[tuple[Change, bool]]:
    """The lines of these kinds about a note, the newest first, each with whether its actor organizes the conference."""
    rows = db.execute(
        select(Change, Role.kind)
        .outerjoin(Role, (Role.conference_id == Change.conference_id) & (Role.person_id == Change.actor_id))
        .where(Change.conference_id == conference_id, Change.subject == f"note:{note_id}", Change.kind.in_(kinds))
        .order_by(Change.revision.desc())
    )
    return [(change, kind == "organizer") for change, kind in rows]
