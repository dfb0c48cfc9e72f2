"""Who presents a note, and the invitations to join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.wall.models import CoHost, Invitation, Note


def hold_row(db: Session, note_id: int) -> None:
    """Lock a note's row until the commit: a star that is given at the same moment comes before us or after us."""
    db.execute(select(Note.id).where(Note.id == note_id).with_for_update(key_share=True))


def heir(note: Note) -> CoHost:
    """Which of its co-hosts (there has to be one) is a note's author once the author leaves: the first who joined it,
    rather than one who came with another note that was merged into it.
    """
    return min(note.cohosts, key=lambda one: (one.from_note_id is not None, one.joined_at, one.person_id))


def open_invitations(db: Session, note: Note, now: datetime) -> Sequence[tuple[Invitation, str]]:
    """Those that can still be used, each with who made it, the oldest first."""
    rows = db.execute(
        select(Invitation, Person.name)
        .join(Person, Person.id == Invitation.made_by_id)
        .where(Invitation.note_id == note.id, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .order_by(Invitation.made_at, Invitation.id)
    ).all()
    return [(invitation, name) for invitation, name in rows]


def find_invitation(db: Session, conference: Conference, invitation_id: int) -> Invitation | None:
    """An invitation to a note of this conference, used or not."""
    return db.scalars(
        select(Invitation)
        .join(Note, Note.id == Invitation.note_id)
        .where(Invitation.id == invitation_id, Note.conference_id == conference.id)
    ).one_or_none()


def find_invitation_by_token(db: Session, note: Note, token_hash: bytes) -> Invitation | None:
    """An invitation to this note, used or not, as it is now."""
    return db.scalars(
        select(Invitation)
        .where(Invitation.note_id == note.id, Invitation.token_hash == token_hash)
        .execution_options(populate_existing=True)
    ).one_or_none()


def count_letters_about(db: Session, note: Note, *, since: datetime) -> int:
    """How many invitations to this note were mailed after an instant."""
    return _count_letters(
        db, Change.conference_id == note.conference_id, Change.subject == f"note:{note.id}", since=since
    )


def count_letters_by(db: Session, person_id: int, *, since: datetime) -> int:
    """How many invitations somebody has mailed after an instant, anywhere."""
    return _count_letters(db, Change.actor_id == person_id, since=since)


def _count_letters(db: Session, *which: ColumnElement[bool], since: datetime) -> int:
    return db.execute(
        select(func.count()).select_from(Change).where(Change.kind == "invitation-mailed", Change.at > since, *which)
    ).scalar_one()
