"""A site that has another address (BARCAMP_BASE_URL) than its stored fragments say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store, base_url
from barcamp.log import service as log
from barcamp.schedule import publishing
from barcamp.schedule.models import Entry


def follow_base_url(store: Store, *, now: datetime) -> int:
    """Write the fragments anew that name another address of this site; a conference is one transaction.

    Cheap where there is nothing to do: one fragment of each conference is looked at. Returns how many conferences had
    to follow.
    """
    with store.reading() as db:
        elsewhere = _elsewhere(db)
    for conference_id in elsewhere:
        with store.writing() as db:
            conference = db.get_one(Conference, conference_id)
            log.hold(db, conference)
            conference.stamped_at = now
            publishing.refresh(db, conference, now=now)
    return len(elsewhere)


def _elsewhere(db: Session) -> list[int]:
    """The conferences whose first fragment has an address that is not of this site."""
    here = b"\r\nURL:" + base_url(db).encode() + b"/"
    firsts = select(func.min(Entry.note_id)).group_by(Entry.conference_id)
    rows = db.execute(select(Entry.conference_id, Entry.fragment).where(Entry.note_id.in_(firsts)))
    return [conference_id for conference_id, fragment in rows if here not in fragment.replace(b"\r\n ", b"")]
