"""Every SELECT about letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, undefer

from barcamp.mail.models import Letter

#: How long a worker has for what it claimed; after that another one may take it. A worker that is killed holds up those
#: for so long, and one of them may be a code that somebody waits for, good for a quarter of an hour.
LEASE = timedelta(minutes=3)
#: Pauses after the first, second, … failure; the last one is repeated. All in all about a day.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
#: As far as the clocks of two machines may be apart.
CLOCKS_APART = timedelta(minutes=1)


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
    """What lies further ahead than a letter of so many attempts can was written by a clock that was set back since.
    One that was never tried is due when it is written.
    """
    # by the number of attempts, the last for all more
    ahead = [CLOCKS_APART, *(max(LEASE, pause) + CLOCKS_APART for pause in PAUSES)]
    too_far = [and_(Letter.attempts <= attempts, Letter.due_at > now + most) for attempts, most in enumerate(ahead)]
    is_due = or_(Letter.due_at <= now, *too_far, Letter.due_at > now + max(ahead))
    return Letter.sent_at.is_(None), Letter.given_up_at.is_(None), is_due
