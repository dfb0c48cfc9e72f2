"""Reading the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.log.models import Change, Head


class Line(NamedTuple):
    """What open pages hear of a change: not who it was, nor the values."""

    revision: int
    at: datetime
    kind: str
    subject: str


def revision(db: Session, conference_id: int) -> int:
    """How far the conference's log has come."""
    return db.execute(select(Head.revision).where(Head.conference_id == conference_id)).scalar_one()


def changes_since(db: Session, conference_id: int, since: int, *, limit: int = 200) -> Sequence[Change]:
    """The lines after revision `since`, oldest first, `limit` at the most."""
    return db.scalars(
        select(Change)
        .where(Change.conference_id == conference_id, Change.revision > since)
        .order_by(Change.revision)
        .limit(limit)
    ).all()


def lines_since(db: Session, conference_id: int, since: int, *, limit: int = 500) -> list[Line]:
    """As `changes_since`, without making objects of rows: many read this, often."""
    rows = db.execute(
        select(Change.revision, Change.at, Change.kind, Change.subject)
        .where(Change.conference_id == conference_id, Change.revision > since)
        .order_by(Change.revision)
        .limit(limit)
    )
    return [Line(*row) for row in rows]


def latest(db: Session, conference_id: int, kinds: Sequence[str] = (), *, limit: int = 20) -> Sequence[Change]:
    """The newest lines (of these kinds, if any are named), newest first."""
    query = select(Change).where(Change.conference_id == conference_id)
    if kinds:
        query = query.where(Change.kind.in_(kinds))
    return db.scalars(query.order_by(Change.revision.desc()).limit(limit)).all()
