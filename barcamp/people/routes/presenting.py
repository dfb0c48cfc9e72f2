"""Where somebody presents: when their name changes or goes, walls and published schedules there must notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import publishing
from barcamp.wall.models import Comment, Invitation, Look, MergeOffer, Note, Report, Star, presented_by


def conferences_of(db: Session, person_id: int) -> Sequence[Conference]:
    """The conferences on whose walls a person's name stands, be it under a wish, in the order in which conferences are
    always locked.
    """
    return _conferences(db, or_(presented_by(person_id), Note.asked_by_id == person_id))


def conferences_used_by(db: Session, person_id: int) -> Sequence[Conference]:
    """As `conferences_of`, and those where they only asked, said, starred, looked or reported something."""
    return _conferences(db, used_by(person_id))


def used_by(person_id: int) -> ColumnElement[bool]:
    """The condition that a note has anything of a person on it, be it a star."""
    theirs = (
        (Star, Star.person_id), (Look, Look.person_id), (Comment, Comment.author_id), (Report, Report.reporter_id),
        (Invitation, Invitation.made_by_id), (MergeOffer, MergeOffer.offered_by_id),
    )  # fmt: skip
    return or_(
        presented_by(person_id),
        Note.asked_by_id == person_id,
        *(Note.id.in_(select(table.note_id).where(whose == person_id)) for table, whose in theirs),
    )


def hold_notes(db: Session, person_id: int) -> None:
    """Lock every note with anything of a person on it, in order, so that two who do so cannot wait for each other."""
    db.execute(select(Note.id).where(used_by(person_id)).order_by(Note.id).with_for_update()).all()


def tell(
    db: Session, conferences: Sequence[Conference], actor: Person | None, kind: str, subject: str, *, now: datetime
) -> None:
    """One line in each log, and the published words made true again. The line names nobody."""
    for conference in conferences:
        log.write(db, conference, actor, kind, subject, now=now)
        publishing.refresh(db, conference, now=now)


def _conferences(db: Session, notes: ColumnElement[bool]) -> Sequence[Conference]:
    return db.scalars(
        select(Conference).where(Conference.id.in_(select(Note.conference_id).where(notes))).order_by(Conference.id)
    ).all()
