"""Counting heads: who is in the room says how many are there, and the last count is the one that holds."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.errors import N_, Refused
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule.models import Entry, HeadCount

#: Counting begins when people come in and ends when the last have left.
BEFORE = timedelta(minutes=10)
AFTER = timedelta(minutes=30)
MOST = 100_000


class NotNow(Refused):
    """Heads are counted while a session runs."""


def can_be_counted(entry: Entry, now: datetime) -> bool:
    return entry.state == "on" and entry.starts_at - BEFORE <= now <= entry.ends_at + AFTER


def find_count(db: Session, note_id: int) -> HeadCount | None:
    return db.scalars(select(HeadCount).where(HeadCount.note_id == note_id)).one_or_none()


def count_heads(
    db: Session, conference: Conference, actor: Person, entry: Entry, heads: int, *, now: datetime
) -> HeadCount:
    """Note that so many people are in a session. Whoever counts later knows better."""
    if not can_be_counted(entry, now):
        raise NotNow(N_("Heads are counted while the session runs: from 10 minutes before it to half an hour after."))
    log.hold(db, conference)
    counted = find_count(db, entry.note_id)
    before = None if counted is None else {"heads": counted.heads}
    if counted is None:
        counted = HeadCount(note_id=entry.note_id, heads=heads, counted_by_id=actor.id, counted_at=now)
        db.add(counted)
    else:
        counted.heads, counted.counted_by_id, counted.counted_at = heads, actor.id, now
    if before != {"heads": heads}:
        log.write(
            db, conference, actor, "heads-counted", f"note:{entry.note_id}", before=before, after={"heads": heads},
            now=now,
        )  # fmt: skip
    db.flush()
    return counted
