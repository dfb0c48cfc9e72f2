"""The quick look: what somebody says to one note, in one short write like a star (docs/decisions/0013-fair-look.md)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import literal, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import insert_into
from barcamp.log.service import Identified
from barcamp.wall import queries
from barcamp.wall.errors import NoteIsOff
from barcamp.wall.models import Look, LookKind, Note
from barcamp.wall.service.stars import refuse_star, star, unstar


def look_at(
    db: Session, conference: Conference, note: Identified, person: Identified, kind: LookKind, *, now: datetime
) -> None:
    """Answer a note in the quick look; whoever answers again has changed their mind. "want" gives the star, "maybe" and
    "skip" take it back where there is one, so that the last answer holds.

    Raises as `star` does, whatever the answer is.
    """
    if kind == "want":
        star(db, conference, note, person, now=now)
    else:
        unstar(db, conference, note, person, now=now)
        _refuse_look(db, note, person)
    # Both have locked the note's row, so no two answers to one note wait for each other in a ring.
    if not _looked_for_the_first_time(db, note, person, kind, now):
        _change_mind(db, note, person, kind)


def _refuse_look(db: Session, note: Identified, person: Identified) -> None:
    """Whoever could not star a note is not asked about it either."""
    found = queries.find_standing_in(db.connection(), person.id, note.id)
    if found is None or found.note is None:
        raise NoteIsOff
    refuse_star(found.note)


def _looked_for_the_first_time(
    db: Session, note: Identified, person: Identified, kind: LookKind, now: datetime
) -> bool:
    """Keep the answer and count it on the note, unless there is one."""
    first = db.execute(
        insert_into(Look, db.get_bind().dialect.name)
        .values(note_id=note.id, person_id=person.id, kind=kind, at=now)
        .on_conflict_do_nothing()
        .returning(literal(1))
    ).first()
    if first is not None:
        db.execute(
            update(Note)
            .where(Note.id == note.id)
            .values(look_count=Note.look_count + 1)
            .execution_options(synchronize_session=False)
        )
    return first is not None


def _change_mind(db: Session, note: Identified, person: Identified, kind: LookKind) -> None:
    """When they looked stays as it was: that is the note's place in the row of those looked at."""
    db.execute(
        update(Look)
        .where(Look.note_id == note.id, Look.person_id == person.id, Look.kind != kind)
        .values(kind=kind)
        .execution_options(synchronize_session=False)
    )
