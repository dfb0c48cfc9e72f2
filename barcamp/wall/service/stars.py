"""Stars: one short write each, no line in the log, no lock on the conference (docs/decisions/0011-stars.md).

The statement that writes asks by itself whether the star may be given, so nothing that changes meanwhile comes between.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, exists, literal, or_, select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import insert_into, wake
from barcamp.log.service import Identified
from barcamp.people.models import Person
from barcamp.people.queries import keep_from_erasing
from barcamp.wall import queries
from barcamp.wall.errors import NoteIsMerged, NoteIsOff, OwnNote, StarrerIsGone
from barcamp.wall.models import ON_THE_WALL, CoHost, Note, Star
from barcamp.wall.queries.stars import NoteStanding
from barcamp.wall.service.phases import refuse_stars_when_closed


def star(db: Session, conference: Conference, note: Identified, person: Identified, *, now: datetime) -> int:
    """Give a note this person's star, once however often it is asked; return how many it has.

    Raises:
        StarsAreClosed, OwnNote, NoteIsOff: no star can be given.
        NoteIsMerged: the star belongs on another note; ask again in another transaction.
        StarrerIsGone: there is no such person any more.
    """
    refuse_stars_when_closed(conference, now)
    held = _hold(db, note, person)
    given = held.execute(_giving(held.dialect.name), {"the_note": note.id, "the_person": person.id, "now": now}).first()
    if given is not None:
        return _count(db, held, note, 1)
    found = _look_again(held, note, person)
    refuse_star(found)
    return found.stars


def unstar(db: Session, conference: Conference, note: Identified, person: Identified, *, now: datetime) -> int:
    """Take this person's star back, if it is there; return how many the note has. Raises as `star` does, except that
    a star comes off a note that is off the wall, too.
    """
    refuse_stars_when_closed(conference, now)
    held = _hold(db, note, person)
    taken = held.execute(_TAKE, {"the_note": note.id, "the_person": person.id}).first()
    if taken is not None:
        return _count(db, held, note, -1)
    found = _look_again(held, note, person)
    refuse_merged(found)
    return found.stars


def refuse_star(note: NoteStanding) -> None:
    """Raise unless the person who stands before it may star this note. A star that is there is not refused."""
    refuse_merged(note)
    if note.presents:
        raise OwnNote
    if not note.is_on_the_wall:
        raise NoteIsOff


def refuse_merged(note: NoteStanding) -> None:
    if note.merged_into_id is not None:
        raise NoteIsMerged(note.merged_into_id)


def _hold(db: Session, note: Identified, person: Identified) -> Connection:
    """The transaction's connection (half the price of asking the session), with nothing about to change beneath us.

    On PostgreSQL the note is locked by a statement of its own, so that the next one sees what we have waited for: a
    note hidden, merged or joined by a co-host in this moment. First the person, then one note: nobody waits in a ring.
    """
    held = db.connection()
    if held.dialect.name == "postgresql":
        keep_from_erasing(db, person.id)
        held.execute(_LOCK, {"the_note": note.id})
    return held


def _count(db: Session, held: Connection, note: Identified, step: Literal[-1, 1]) -> int:
    """Move the counter with the row, in the same transaction, and have open walls hear of it."""
    wake(db, "live")
    stars: int = held.execute(_STEP, {"the_note": note.id, "step": step}).scalar_one()
    return stars


def _look_again(held: Connection, note: Identified, person: Identified) -> NoteStanding:
    found = queries.find_standing_in(held, person.id, note.id)
    if found is None:
        raise StarrerIsGone
    if found.note is None:
        raise NoteIsOff
    return found.note


# ---- the statements, made once ---------------------------------------------------------------------------------------

_THE_NOTE = bindparam("the_note", type_=Star.note_id.type)
_THE_PERSON = bindparam("the_person", type_=Star.person_id.type)
_NOW = bindparam("now", type_=Star.at.type)

_LOCK = select(Note.id).where(Note.id == _THE_NOTE).with_for_update(key_share=True)

_MAY_BE_STARRED = (
    select(Note.id, Person.id, _NOW)
    .select_from(Note)
    .join(Person, Person.id == _THE_PERSON)
    .where(
        Note.id == _THE_NOTE,
        ON_THE_WALL,
        or_(Note.author_id.is_(None), Note.author_id != Person.id),
        ~exists().where(CoHost.note_id == Note.id, CoHost.person_id == Person.id),
        Person.erased_at.is_(None),
    )
)


@cache
def _giving(dialect: str) -> Any:
    return (
        insert_into(Star, dialect)
        .from_select(["note_id", "person_id", "at"], _MAY_BE_STARRED)
        .on_conflict_do_nothing()
        .returning(literal(1))
    )


_TAKE = (
    delete(Star)
    .where(
        Star.note_id == _THE_NOTE,
        Star.person_id == _THE_PERSON,
        ~exists().where(Note.id == _THE_NOTE, Note.merged_at.is_not(None)),
    )
    .returning(literal(1))
)
_STEP = (
    update(Note)
    .where(Note.id == _THE_NOTE)
    .values(star_count=Note.star_count + bindparam("step"))
    .returning(Note.star_count)
)
