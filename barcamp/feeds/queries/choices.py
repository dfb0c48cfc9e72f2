"""What the subscribe page offers to follow: rooms, tags and speakers of one schedule."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from barcamp.feeds.queries.fragments import IN_SIGHT
from barcamp.people.models import Person
from barcamp.schedule.models import Entry
from barcamp.speakers.models import Speaker
from barcamp.venue import queries as venue
from barcamp.wall.models import CoHost, Note, NoteTag


def rooms_of(db: Session, conference_id: int) -> Sequence[tuple[str, str]]:
    """(key, name) of the rooms, in the organizers' order."""
    return [(room.key, room.name) for room in venue.room_lines(db, conference_id)]


def tags_of(db: Session, conference_id: int, most: int) -> Sequence[str]:
    """The tags in the schedule, the commonest first."""
    return db.scalars(
        select(NoteTag.tag)
        .join(Entry, Entry.note_id == NoteTag.note_id)
        .where(Entry.conference_id == conference_id, IN_SIGHT)
        .group_by(NoteTag.tag)
        .order_by(func.count(NoteTag.note_id).desc(), NoteTag.tag)
        .limit(most)
    ).all()


def speakers_of(db: Session, conference_id: int) -> Sequence[tuple[str, str]]:
    """(slug, name) of the public pages of who presents something in the schedule, by name."""
    notes = select(Entry.note_id).where(Entry.conference_id == conference_id, IN_SIGHT)
    authors = select(Note.author_id).where(Note.id.in_(notes))
    cohosts = select(CoHost.person_id).where(CoHost.note_id.in_(notes))
    rows = db.execute(
        select(Speaker.slug, Person.name)
        .join(Person, Person.id == Speaker.person_id)
        .where(Speaker.public, or_(Speaker.person_id.in_(authors), Speaker.person_id.in_(cohosts)))
        .order_by(Person.name, Speaker.slug)
    )
    return [(slug, name) for slug, name in rows]
