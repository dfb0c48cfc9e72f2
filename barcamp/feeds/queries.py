"""Every SELECT for feeds: tokens, and the ready fragments of one person's agenda."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from barcamp.conferences.models import Conference
from barcamp.feeds.models import FeedToken
from barcamp.schedule.models import Entry
from barcamp.wall.models import Note, Star, presented_by


def find_token(db: Session, token_hash: bytes) -> FeedToken | None:
    """The link with this token, revoked or not, with its conference and person."""
    return db.scalars(
        select(FeedToken)
        .where(FeedToken.token_hash == token_hash)
        .options(joinedload(FeedToken.conference), joinedload(FeedToken.person))
    ).one_or_none()


def tokens(db: Session, conference: Conference, person_id: int) -> Sequence[FeedToken]:
    """A person's living links to one conference, oldest first."""
    return db.scalars(
        select(FeedToken)
        .where(
            FeedToken.conference_id == conference.id, FeedToken.person_id == person_id, FeedToken.revoked_at.is_(None)
        )
        .order_by(FeedToken.id)
    ).all()


def find_own_token(db: Session, conference: Conference, person_id: int, token_id: int) -> FeedToken | None:
    return db.scalars(
        select(FeedToken).where(
            FeedToken.id == token_id, FeedToken.conference_id == conference.id, FeedToken.person_id == person_id
        )
    ).one_or_none()


def count_tokens(db: Session, conference: Conference, person_id: int) -> int:
    return db.execute(
        select(func.count(FeedToken.id)).where(
            FeedToken.conference_id == conference.id, FeedToken.person_id == person_id, FeedToken.revoked_at.is_(None)
        )
    ).scalar_one()


def agenda_fragments(db: Session, conference: Conference, person_id: int) -> Sequence[bytes]:
    """The fragments of what somebody gives or starred, in the order of the day."""
    starred = select(Star.note_id).where(Star.person_id == person_id)
    return db.scalars(
        select(Entry.fragment)
        .join(Note, Note.id == Entry.note_id)
        .where(
            Entry.conference_id == conference.id,
            Entry.state != "hidden",
            or_(presented_by(person_id), Entry.note_id.in_(starred)),
        )
        .order_by(Entry.starts_at, Entry.note_id)
    ).all()
