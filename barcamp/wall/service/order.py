"""Order on the wall: hiding what does not belong there, and showing it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.wall.models import Note
from barcamp.wall.service.phases import hold_note, log_word


def hide(db: Session, conference: Conference, note: Note, organizer: Person, reason: str, *, now: datetime) -> None:
    """Take a note from everybody's sight but its author's and the organizers'; both read the reason."""
    note = hold_note(db, conference, note)
    if note.hidden_at is None or note.hidden_reason != reason:
        note.hidden_at = note.hidden_at or now
        note.hidden_reason = reason
        log_word(db, conference, organizer, "note-hidden", note, now, reason=reason)


def show_again(db: Session, conference: Conference, note: Note, organizer: Person, *, now: datetime) -> None:
    """Put a hidden note back on the wall."""
    note = hold_note(db, conference, note)
    if note.hidden_at is not None:
        note.hidden_at, note.hidden_reason = None, ""
        log_word(db, conference, organizer, "note-shown", note, now)
