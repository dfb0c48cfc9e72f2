"""Order on the wall: reporting, hiding and showing again, and holding back somebody's first notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.wall import queries
from barcamp.wall.errors import OwnReport
from barcamp.wall.models import Comment, Note, Report
from barcamp.wall.service.phases import hold_note, log_word, refuse_when_over


def hide(db: Session, conference: Conference, note: Note, organizer: Person, reason: str, *, now: datetime) -> None:
    """Take a note from everybody's sight but its presenters' and the organizers'; both read the reason.

    What was reported about it is settled by this, and it is held back no longer: somebody has looked at it.
    """
    note = hold_note(db, conference, note)
    _settle(db, note, now)
    if note.hidden_at is None or note.hidden_reason != reason:
        note.hidden_at = note.hidden_at or now
        note.hidden_reason, note.held_at = reason, None
        log_word(db, conference, organizer, "note-hidden", note, now, reason=reason)


def show_again(db: Session, conference: Conference, note: Note, organizer: Person, *, now: datetime) -> None:
    """Put a hidden note back on the wall."""
    note = hold_note(db, conference, note)
    if note.hidden_at is not None:
        note.hidden_at, note.hidden_reason = None, ""
        log_word(db, conference, organizer, "note-shown", note, now)


def report(
    db: Session,
    conference: Conference,
    note: Note,
    comment: Comment | None,
    reporter: Person,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Tell the organizers that a note, or a comment under it, does not belong here. Once a person and thing.

    The log's line says who it was to nobody: the report itself does, and nobody is shown that either.
    """
    refuse_when_over(conference, now)
    note = hold_note(db, conference, note)
    is_own = note.is_presented_by(reporter.id) if comment is None else comment.author_id == reporter.id
    if is_own:
        raise OwnReport
    if queries.has_reported(db, note, comment, reporter.id):
        return
    comment_id = None if comment is None else comment.id
    db.add(Report(note_id=note.id, comment_id=comment_id, reporter_id=reporter.id, reason=reason, at=now))
    db.flush()
    log.write(db, conference, None, "report-made", f"note:{note.id}", now=now)


def keep(db: Session, conference: Conference, note: Note, organizer: Person, *, now: datetime) -> None:
    """Let a reported note and the comments under it stand as they are: what was reported is settled."""
    note = hold_note(db, conference, note)
    if _settle(db, note, now):
        log.write(db, conference, organizer, "report-settled", f"note:{note.id}", now=now)


def must_be_held(db: Session, conference: Conference, author: Person) -> bool:
    """Whether a new note of this person waits for an organizer: where first notes do, and none of theirs was seen."""
    return conference.hold_first_notes and not queries.has_note_up(db, conference, author.id)


def release(db: Session, conference: Conference, note: Note, organizer: Person, *, now: datetime) -> list[int]:
    """Let a held note up, and whatever else of the same person is held. Returns their ids.

    They count as posted now: only from now on can anybody see and star them.
    """
    note = hold_note(db, conference, note)
    person_id = note.author_id or note.asked_by_id
    held = [note] if person_id is None else queries.held_notes(db, conference, person_id)
    released = [one for one in held if one.held_at is not None]
    for one in released:
        one.held_at, one.posted_at = None, now
        log_word(db, conference, organizer, "note-released", one, now)
    return [one.id for one in released]


def _settle(db: Session, note: Note, now: datetime) -> bool:
    settled = db.execute(
        update(Report)
        .where(Report.note_id == note.id, Report.settled_at.is_(None))
        .values(settled_at=now)
        .returning(Report.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(settled)
