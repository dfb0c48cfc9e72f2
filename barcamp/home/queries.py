"""Which conferences are somebody's own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Role
from barcamp.registration.models import Registration
from barcamp.wall.models import Note, presented_by


def conferences_of(db: Session, person_id: int) -> Sequence[Conference]:
    """The conferences somebody runs, is registered for or has a note at, latest first."""
    coming = select(Registration.conference_id).where(
        Registration.person_id == person_id, Registration.state != "cancelled"
    )
    own = (
        select(Role.conference_id).where(Role.person_id == person_id),
        coming,
        select(Note.conference_id).where(presented_by(person_id)),
    )
    return db.scalars(
        select(Conference)
        .where(or_(*(Conference.id.in_(ids) for ids in own)))
        .order_by(Conference.starts_on.desc(), Conference.id.desc())
    ).all()
