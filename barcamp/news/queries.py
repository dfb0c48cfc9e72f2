"""SELECTs about news that several files need: what somebody was told, how they want to hear, and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from barcamp.conferences.models import Conference
from barcamp.news.models import Bulletin, News, NewsChoice

#: The longest quiet time, and a little more.
MOST_AHEAD = timedelta(minutes=61)


def unread(db: Session, person_id: int) -> Sequence[News]:
    """What somebody was told and has not read, newest first, each with its bulletin."""
    return db.scalars(
        select(News)
        .where(News.person_id == person_id, News.read_at.is_(None))
        .options(joinedload(News.bulletin))
        .order_by(News.bulletin_id.desc())
    ).all()


def count_unread(db: Session, person_id: int) -> int:
    query = select(func.count()).select_from(News).where(News.person_id == person_id, News.read_at.is_(None))
    return db.execute(query).scalar_one()


def inbox(db: Session, person_id: int, *, limit: int, offset: int = 0) -> Sequence[News]:
    """What somebody was told, read or not, newest first, each with its bulletin."""
    return db.scalars(
        select(News)
        .where(News.person_id == person_id)
        .options(joinedload(News.bulletin))
        .order_by(News.bulletin_id.desc())
        .limit(limit)
        .offset(offset)
    ).all()


def find_choice(db: Session, person_id: int) -> NewsChoice | None:
    """How somebody wants to hear; None where they never said, which is by letter, by push and on the pages."""
    return db.get(NewsChoice, person_id)


def bulletins(db: Session, conference: Conference, *, limit: int = 50, offset: int = 0) -> Sequence[Bulletin]:
    """What was told at a conference, newest first."""
    return db.scalars(
        select(Bulletin)
        .where(Bulletin.conference_id == conference.id)
        .order_by(Bulletin.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()


def announced_since(db: Session, conference: Conference, since: datetime) -> Sequence[datetime]:
    """When organizers said something after this instant, oldest first."""
    return db.scalars(
        select(Bulletin.told_at)
        .where(Bulletin.conference_id == conference.id, Bulletin.kind == "announcement", Bulletin.told_at > since)
        .order_by(Bulletin.told_at)
    ).all()


def who_wants_no_letters(db: Session) -> set[int]:
    """The ids of all who chose so."""
    return set(db.scalars(select(NewsChoice.person_id).where(~NewsChoice.by_mail)))


def is_due(due_at: datetime | None, now: datetime) -> bool:
    """As `find_due`, of one conference that is held."""
    return due_at is not None and not now < due_at <= now + MOST_AHEAD


def find_due(db: Session, now: datetime) -> list[int]:
    """The ids of the conferences whose people are to be told now, who has waited longest first.

    No quiet time is longer than an hour: what lies further ahead was written by a clock that was set back since.
    """
    return list(
        db.scalars(
            select(Conference.id)
            .where(or_(Conference.news_due_at <= now, Conference.news_due_at > now + MOST_AHEAD))
            .order_by(Conference.news_due_at, Conference.id)
        )
    )  # fmt: skip


def find_next_due(db: Session) -> datetime | None:
    """When the next people are to be told."""
    return db.execute(select(func.min(Conference.news_due_at))).scalar_one()
