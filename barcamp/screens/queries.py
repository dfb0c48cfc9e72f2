"""What the screens ask across packages."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.schedule.models import Entry
from barcamp.venue.models import Room
from barcamp.wall.models import CoHost, Note


def presented_before(db: Session, conference: Conference) -> set[int]:
    """The people who had a session on the schedule of a conference of this site that began before this one."""
    held = (
        select(Note.id, Note.author_id)
        .join(Entry, Entry.note_id == Note.id)
        .join(Conference, Conference.id == Entry.conference_id)
        .where(Entry.state == "on", Conference.id != conference.id, Conference.starts_on < conference.starts_on)
        .subquery()
    )
    authors = db.scalars(select(held.c.author_id).where(held.c.author_id.is_not(None)))
    cohosts = db.scalars(select(CoHost.person_id).where(CoHost.note_id.in_(select(held.c.id))))
    return {*authors, *cohosts}


def departures(db: Session, conference: Conference, room: Room) -> list[Entry]:
    """The published sessions that were to be in this room before they moved, in the order of their new times. A block
    of lightning talks stands for those that moved with it.
    """
    entries = db.scalars(
        select(Entry)
        .where(
            Entry.conference_id == conference.id,
            Entry.state == "on",
            or_(Entry.room_id != room.id, Entry.room_id.is_(None)),
        )
        .order_by(Entry.starts_at, Entry.note_id)
    )
    left = [entry for entry in entries if entry.moved_from is not None and entry.moved_from["room_id"] == room.id]
    whole = {entry.note_id for entry in left}
    return [entry for entry in left if entry.block_id not in whole]
