"""Every SELECT about letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, undefer

from barcamp.mail.models import Letter


def some_are_due(db: Session, now: datetime) -> bool:
    """Whether there is anything to send: a look that takes no lock."""
    return db.execute(select(exists().where(*_waiting(now)))).scalar_one()


#: The kinds whose reader looks into the mailbox right now.
AWAITED = ("sign-in-code", "address-code")


def due(db: Session, now: datetime, *, limit: int) -> Sequence[Letter]:
    """The letters to send now, locked so that two workers never get the same one: what somebody sits and waits for
    first, a code to sign in with, then the longest waiting.
    """
    return db.scalars(
        select(Letter)
        .where(*_waiting(now))
        .options(undefer(Letter.calendar))
        .order_by(Letter.kind.not_in(AWAITED), Letter.due_at, Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def _waiting(now: datetime):  # type: ignore[no-untyped-def]  # SQLAlchemy's own words for a condition
    return Letter.sent_at.is_(None), Letter.given_up_at.is_(None), Letter.due_at <= now
