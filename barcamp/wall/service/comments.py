"""The thread of questions under a note: asking, answering, taking back, hiding and showing again.

What somebody writes is theirs and may have to be erased, so no word of it goes into the log.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.wall import queries
from barcamp.wall.errors import NoteIsOff, ThreadIsFull
from barcamp.wall.models import Comment, Note
from barcamp.wall.service.phases import hold_note, refuse_when_over

MOST_EACH = 10  # by one person under one note
MOST_OF_ALL = 100  # under one note
SAME_FORM = timedelta(minutes=10)  # the same words from the same person so soon are one form sent twice


def post_comment(
    db: Session, conference: Conference, note: Note, author: Person, text: str, *, now: datetime
) -> Comment:
    """Write under a note. A form that arrives twice makes one entry, and gives it back both times."""
    refuse_when_over(conference, now)
    note = hold_note(db, conference, note)
    if not note.is_on_the_wall:
        raise NoteIsOff
    earlier = queries.find_same_comment(db, note, author.id, text, since=now - SAME_FORM)
    if earlier is not None:
        return earlier
    count = queries.count_comments(db, note, author.id)
    if count.own >= MOST_EACH:
        raise ThreadIsFull(MOST_EACH, own=True)
    if count.all >= MOST_OF_ALL:
        raise ThreadIsFull(MOST_OF_ALL, own=False)

    comment = Comment(note_id=note.id, author_id=author.id, text=text, posted_at=now)
    db.add(comment)
    db.flush()
    _log(db, conference, author, "comment-posted", comment, now)
    return comment


def delete_comment(db: Session, conference: Conference, comment: Comment, author: Person, *, now: datetime) -> None:
    """Take back what one wrote: nothing of it is kept."""
    refuse_when_over(conference, now)
    held = _hold(db, conference, comment)
    if held is not None:
        db.delete(held)
        _log(db, conference, author, "comment-deleted", held, now)


def hide_comment(
    db: Session, conference: Conference, comment: Comment, actor: Person, reason: str, *, now: datetime
) -> None:
    """Take an entry from everybody's sight but its author's, the presenters' and the organizers'; they read why."""
    held = _hold(db, conference, comment)
    if held is not None and (held.hidden_at is None or held.hidden_reason != reason):
        held.hidden_at, held.hidden_reason = held.hidden_at or now, reason
        _log(db, conference, actor, "comment-hidden", held, now)


def show_comment(db: Session, conference: Conference, comment: Comment, actor: Person, *, now: datetime) -> None:
    """Let everybody see a hidden entry again."""
    held = _hold(db, conference, comment)
    if held is not None and held.hidden_at is not None:
        held.hidden_at, held.hidden_reason = None, ""
        _log(db, conference, actor, "comment-shown", held, now)


def _hold(db: Session, conference: Conference, comment: Comment) -> Comment | None:
    """The same entry, read again now that nobody else can change it; None when it has just gone."""
    log.hold(db, conference)
    return queries.find_comment(db, conference, comment.id, fresh=True)


def _log(db: Session, conference: Conference, actor: Person, kind: str, comment: Comment, now: datetime) -> None:
    log.write(db, conference, actor, kind, f"note:{comment.note_id}", after={"comment": comment.id}, now=now)
