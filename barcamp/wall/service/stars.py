"""Stars: one short write each, no line in the log, no lock on the conference."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.wall.errors import NoteIsOff, OwnNote
from barcamp.wall.models import Note, Star
from barcamp.wall.service.phases import refuse_stars_when_closed


def star(db: Session, conference: Conference, note: Note, person: Person, *, now: datetime) -> int:
    """Give a note this person's star, once however often it is asked; return how many it has."""
    refuse_stars_when_closed(conference, now)
    if note.is_presented_by(person.id):
        raise OwnNote
    if not note.is_on_the_wall:
        raise NoteIsOff

    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    given = db.execute(
        insert(Star)
        .values(note_id=note.id, person_id=person.id, at=now)
        .on_conflict_do_nothing()
        .returning(Star.note_id)
    ).first()
    return _count_stars(db, note, 0 if given is None else 1)


def unstar(db: Session, conference: Conference, note: Note, person: Person, *, now: datetime) -> int:
    """Take this person's star back, if it is there; return how many the note has."""
    refuse_stars_when_closed(conference, now)
    taken = db.execute(
        delete(Star)
        .where(Star.note_id == note.id, Star.person_id == person.id)
        .returning(Star.note_id)
        .execution_options(synchronize_session=False)
    ).first()
    return _count_stars(db, note, 0 if taken is None else -1)


def _count_stars(db: Session, note: Note, step: Literal[-1, 0, 1]) -> int:
    """Move the counter by what really happened to the rows, in the same transaction."""
    if step == 0:
        return db.execute(select(Note.star_count).where(Note.id == note.id)).scalar_one()
    return db.execute(
        update(Note)
        .where(Note.id == note.id)
        .values(star_count=Note.star_count + step)
        .returning(Note.star_count)
        .execution_options(synchronize_session=False)
    ).scalar_one()
