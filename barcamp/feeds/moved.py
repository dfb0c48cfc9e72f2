"""A site that has another address (BARCAMP_BASE_URL) than its stored fragments say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store, base_url
from barcamp.log import service as log
from barcamp.people import queries as people
from barcamp.schedule import publishing
from barcamp.schedule.models import Entry
from barcamp.speakers import talks
from barcamp.speakers.models import Talk


def follow_base_url(store: Store, *, now: datetime) -> int:
    """Write the fragments anew that name another address of this site; a conference is one transaction.

    Cheap where there is nothing to do: one fragment of each conference and of each speaker is looked at. Returns how
    many conferences and speakers had to follow.
    """
    with store.reading() as db:
        elsewhere, speakers = _elsewhere(db), _speakers_elsewhere(db)
    for conference_id in elsewhere:
        with store.writing() as db:
            conference = db.get_one(Conference, conference_id)
            log.hold(db, conference)
            conference.stamped_at = max(now, conference.stamped_at)
            publishing.refresh(db, conference, now=now)
    for person_id in speakers:
        with store.writing() as db:
            people.hold_person(db, person_id)
            talks.renew(db, person_id, now=now)
    return len(elsewhere) + len(speakers)


def _elsewhere(db: Session) -> list[int]:
    """The conferences whose first fragment has an address that is not of this site."""
    firsts = select(func.min(Entry.note_id)).group_by(Entry.conference_id)
    rows = db.execute(select(Entry.conference_id, Entry.fragment).where(Entry.note_id.in_(firsts)))
    return [conference_id for conference_id, fragment in rows if not _names(fragment, base_url(db))]


def _speakers_elsewhere(db: Session) -> list[int]:
    """The speakers whose first talk without a page of its own leads to a page that is not of this site."""
    firsts = select(func.min(Talk.id)).where(Talk.url == "").group_by(Talk.person_id)
    rows = db.execute(select(Talk.person_id, Talk.fragment).where(Talk.id.in_(firsts)))
    return [person_id for person_id, fragment in rows if not _names(fragment, base_url(db))]


def _names(fragment: bytes, base: str) -> bool:
    """Whether the address in a fragment is of this site."""
    return b"\r\nURL:" + base.encode() + b"/" in fragment.replace(b"\r\n ", b"")
