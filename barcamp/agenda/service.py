"""Changing one's day: stars given and taken back together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.agenda import queries
from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.wall.errors import NoteIsOff
from barcamp.wall.models import Note
from barcamp.wall.service.stars import star, unstar


def swap(
    db: Session, conference: Conference, person: Person, *, take: Collection[int], drop: Collection[int], now: datetime
) -> None:
    """Star what is taken and unstar what is dropped, all or nothing, however often it is asked.

    Raises what `wall.service.stars` does. Notes (ids) are gone through in their order, so that two who swap the same
    ones cannot wait for each other.
    """
    notes: dict[int, Note] = {note.id: note for note in queries.notes(db, conference, {*take, *drop})}
    for note_id in sorted({*take, *drop}):
        if note_id not in notes:
            raise NoteIsOff
        change = star if note_id in take else unstar
        change(db, conference, notes[note_id], person, now=now)
