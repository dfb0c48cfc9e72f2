"""Where somebody presents: when their name changes or goes, walls and published schedules there must notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import publishing
from barcamp.wall.models import Note, presented_by


def conferences_of(db: Session, person_id: int) -> Sequence[Conference]:
    """The conferences on whose walls a person has notes, in the order in which conferences are always locked."""
    return db.scalars(
        select(Conference)
        .where(Conference.id.in_(select(Note.conference_id).where(presented_by(person_id))))
        .order_by(Conference.id)
        .options(selectinload(Conference.sponsors))
    ).all()


def tell(
    db: Session, conferences: Sequence[Conference], actor: Person | None, kind: str, subject: str, *, now: datetime
) -> None:
    """One line in each log, and the published words made true again. The line names nobody."""
    for conference in conferences:
        log.write(db, conference, actor, kind, subject, now=now)
        publishing.refresh(db, conference, now=now)
