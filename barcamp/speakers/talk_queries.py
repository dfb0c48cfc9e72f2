"""SELECTs about talks elsewhere as their speaker sees them, and about the calendars that they come from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.speakers.models import Talk, TalkSource
from barcamp.wall.models import Note

#: No calendar is read less often than so.
LONGEST = timedelta(days=7)


def all_talks(db: Session, person_id: int) -> Sequence[Talk]:
    """A speaker's talks elsewhere, the latest first, with those that their calendar no longer lists."""
    return db.scalars(
        select(Talk)
        .where(Talk.person_id == person_id)
        .order_by(Talk.starts_on.desc(), Talk.ends_on.desc(), Talk.id.desc())
    ).all()


def count_talks(db: Session, person_id: int) -> int:
    return db.execute(select(func.count()).select_from(Talk).where(Talk.person_id == person_id)).scalar_one()


def sources(db: Session, person_id: int) -> Sequence[TalkSource]:
    """The calendars that are read for somebody, in the order they were added."""
    return db.scalars(select(TalkSource).where(TalkSource.person_id == person_id).order_by(TalkSource.id)).all()


def find_source(db: Session, person_id: int, source_id: int) -> TalkSource | None:
    return db.scalars(
        select(TalkSource).where(TalkSource.person_id == person_id, TalkSource.id == source_id)
    ).one_or_none()


def talks_of_source(db: Session, source_id: int) -> Sequence[Talk]:
    """What a calendar has brought, with what it no longer lists."""
    return db.scalars(select(Talk).where(Talk.source_id == source_id).order_by(Talk.id)).all()


def uids_given_here(db: Session, uids: Collection[str]) -> set[str]:
    """Of these UIDs, those that this site has given: they come back from a calendar that reads ours."""
    found: set[str] = set()
    wanted = sorted(uids)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        for column in (Note.uid, Talk.uid, Conference.uid):
            found |= {uid for uid in db.scalars(select(column).where(column.in_(some))) if uid}
    return found


def has_due_source(db: Session, now: datetime) -> bool:
    return db.execute(select(TalkSource.id).where(_is_due(now)).limit(1)).first() is not None


def find_due_source(db: Session, now: datetime) -> TalkSource | None:
    """The source that waits longest to be read, locked; one that somebody else holds is passed over."""
    return db.scalars(
        select(TalkSource)
        .where(_is_due(now))
        .order_by(TalkSource.due_at, TalkSource.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def _is_due(now: datetime) -> ColumnElement[bool]:
    """What lies further ahead than the longest pause was written by a clock that was set back since."""
    return or_(TalkSource.due_at <= now, TalkSource.due_at > now + LONGEST)
