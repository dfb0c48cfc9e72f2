"""Stars and looks go with the counter of their note, in the same transaction."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.orm import Session

from barcamp.wall.models import Look, Note, Star

COUNTERS = {Star: "star_count", Look: "look_count"}
AT_ONCE = 500  # notes in one statement


def take(db: Session, rows: type[Star] | type[Look], *which: ColumnElement[bool]) -> None:
    """Delete stars or looks, and lower the counters by what really went. Hold the notes before that."""
    counter = getattr(Note, COUNTERS[rows])
    taken = db.scalars(delete(rows).where(*which).returning(rows.note_id)).all()
    notes_by_loss: dict[int, list[int]] = defaultdict(list)
    for note_id, loss in Counter(taken).items():
        notes_by_loss[loss].append(note_id)
    for loss, notes in notes_by_loss.items():
        for start in range(0, len(notes), AT_ONCE):
            some = notes[start : start + AT_ONCE]
            db.execute(update(Note).where(Note.id.in_(some)).values({counter: counter - loss}))
