"""Secret links: a person's own, and how many."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.feeds.models import FeedToken


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
    """One of somebody's links, held until the commit: two changes of it at once would be one too many."""
    return db.scalars(
        select(FeedToken)
        .where(FeedToken.id == token_id, FeedToken.conference_id == conference.id, FeedToken.person_id == person_id)
        .with_for_update()
    ).one_or_none()


def count_tokens(db: Session, conference: Conference, person_id: int) -> int:
    return db.execute(
        select(func.count(FeedToken.id)).where(
            FeedToken.conference_id == conference.id, FeedToken.person_id == person_id, FeedToken.revoked_at.is_(None)
        )
    ).scalar_one()


def count_all_tokens(db: Session, conference_id: int, person_id: int) -> int:
    """Revoked ones, too: their rows stay, since they answer "gone" for ever."""
    return db.execute(
        select(func.count(FeedToken.id)).where(
            FeedToken.conference_id == conference_id, FeedToken.person_id == person_id
        )
    ).scalar_one()
