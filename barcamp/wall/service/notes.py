"""Posting, editing, withdrawing and bringing back a note."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.wall import queries
from barcamp.wall.errors import NoteChanged, TooManyNotes
from barcamp.wall.models import CoPresenter, Note, NoteTag
from barcamp.wall.service.content import NoteContent, differences
from barcamp.wall.service.order import must_be_held
from barcamp.wall.service.phases import hold_note, log_word, refuse_when_closed, refuse_when_over

MOST_NOTES = 20
SAME_FORM = timedelta(minutes=10)  # the same words from the same person so soon are one form sent twice


def post_note(
    db: Session,
    conference: Conference,
    author: Person,
    content: NoteContent,
    *,
    seeks_host: bool = False,
    most: int | None = MOST_NOTES,
    now: datetime,
) -> Note:
    """Pin a new note on the wall. A form that arrives twice makes one note, and gives it back both times.

    With `seeks_host` it is a wish: `author` asks for it, and nobody presents it yet.
    `most` is how many notes the author may have here; None for the team, which types in what others wrote on paper, and
    whose notes are never held.
    """
    refuse_when_closed(conference, now)
    log.hold(db, conference)
    for earlier in queries.notes_titled(db, conference, author.id, content.title, since=now - SAME_FORM):
        if NoteContent.of(earlier) == content and (earlier.asked_by_id is not None) == seeks_host:
            return earlier
    if most is not None and queries.count_notes(db, conference, author.id) >= most:
        raise TooManyNotes(most)

    note = Note(uid=str(uuid4()), conference_id=conference.id, seeks_host=seeks_host, posted_at=now)
    if most is not None and must_be_held(db, conference, author):
        note.held_at = now
    if seeks_host:
        note.asked_by_id = author.id
    else:
        note.author_id = author.id
    _write_on(db, conference, note, content)
    db.add(note)
    db.flush()
    kind = "note-posted" if note.held_at is None else "note-held"
    log.write(db, conference, author, kind, f"note:{note.id}", after={"title": note.title}, now=now)
    return note


def edit_note(
    db: Session, conference: Conference, note: Note, editor: Person, content: NoteContent, *, seen: str, now: datetime
) -> Note:
    """Change what a note says, by its author or an organizer. `seen` is the `Note.edition` the editor started from."""
    refuse_when_over(conference, now)
    note = hold_note(db, conference, note)
    old = NoteContent.of(note)
    if content == old:
        return note
    if seen != note.edition:
        raise NoteChanged

    _write_on(db, conference, note, content)
    note.edited_at = max(now, note.written_at + timedelta(microseconds=1))  # an edition is never written twice
    before, after = differences(old, content)
    log.write(db, conference, editor, "note-edited", f"note:{note.id}", before=before, after=after, now=now)
    return note


def withdraw(db: Session, conference: Conference, note: Note, author: Person, *, now: datetime) -> None:
    """Take one's own note off the wall. Its page says so, and it can be brought back."""
    refuse_when_over(conference, now)
    note = hold_note(db, conference, note)
    if note.withdrawn_at is None:
        note.withdrawn_at = now
        log_word(db, conference, author, "note-withdrawn", note, now)


def restore(db: Session, conference: Conference, note: Note, author: Person, *, now: datetime) -> None:
    """Bring back a note that was withdrawn."""
    refuse_when_over(conference, now)
    note = hold_note(db, conference, note)
    if note.withdrawn_at is not None:
        note.withdrawn_at = None
        log_word(db, conference, author, "note-restored", note, now)


def _write_on(db: Session, conference: Conference, note: Note, content: NoteContent) -> None:
    note.title, note.description = content.title, content.description
    note.format, note.length = content.format, content.length
    note.needs, note.step_free = list(content.needs), content.step_free
    note.wanted_room_id, note.wanted_slot_id = content.wanted_room_id, content.wanted_slot_id
    note.tags = [NoteTag(tag=tag) for tag in content.tags]
    note.copresenters = [CoPresenter(position=place, name=name) for place, name in enumerate(content.copresenters)]
    note.away = list(queries.slots_by_id(db, conference, content.away))
    note.search = content.search
