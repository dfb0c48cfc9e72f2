"""What organizers should look at: reports, held notes, hidden ones; and what was changed on a note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.wall.models import CoHost, Comment, Note, Report
from barcamp.wall.queries.hands import hands

MOST_HIDDEN = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for an organizer."""

    reported: int  # notes with reports that nobody has settled
    held: int


@dataclass(frozen=True, slots=True)
class Reported:
    """A note with open reports: the reasons for the note itself, and for each comment under it."""

    note: Note
    reasons: Sequence[str]
    comments: Sequence[tuple[Comment, Sequence[str]]]


def waiting(db: Session, conference: Conference) -> Waiting:
    reported = (
        select(func.count(Report.note_id.distinct()))
        .join(Note, Note.id == Report.note_id)
        .where(Note.conference_id == conference.id, Report.settled_at.is_(None))
    )
    held = select(func.count(Note.id)).where(*_held(conference))
    return Waiting(*db.execute(select(reported.scalar_subquery(), held.scalar_subquery())).one())


def reported(db: Session, conference: Conference) -> list[Reported]:
    """The notes with open reports, those with the most first. Nobody's name comes with a report."""
    rows = db.execute(
        select(Report.note_id, Report.comment_id, Report.reason)
        .join(Note, Note.id == Report.note_id)
        .where(Note.conference_id == conference.id, Report.settled_at.is_(None))
        .order_by(Report.id)
    ).all()
    reasons: defaultdict[tuple[int, int | None], list[str]] = defaultdict(list)
    for note_id, comment_id, reason in rows:
        reasons[note_id, comment_id].append(reason)
    notes = db.scalars(_with_people().where(Note.id.in_({note_id for note_id, _comment in reasons})))
    comments = {
        comment.id: comment
        for comment in db.scalars(
            select(Comment)
            .where(Comment.id.in_([comment_id for _note, comment_id in reasons if comment_id is not None]))
            .options(joinedload(Comment.author))
        )
    }
    found = [
        Reported(
            note,
            reasons.get((note.id, None), []),
            [(comments[at], said) for (on, at), said in reasons.items() if on == note.id and at is not None],
        )
        for note in notes
    ]
    return sorted(found, key=lambda one: (-len(one.reasons) - sum(len(said) for _c, said in one.comments), one.note.id))


def held_notes(db: Session, conference: Conference, person_id: int | None = None) -> Sequence[Note]:
    """The notes that wait for an organizer, the oldest first: all, or those of one person."""
    query = _with_people().where(*_held(conference)).order_by(Note.held_at, Note.id)
    if person_id is not None:
        query = query.where(_posted_by(person_id))
    return db.scalars(query).all()


def hidden_notes(db: Session, conference: Conference) -> Sequence[Note]:
    """The notes that organizers took from sight, the newest first."""
    return db.scalars(
        _with_people()
        .where(Note.conference_id == conference.id, Note.hidden_at.is_not(None))
        .order_by(Note.hidden_at.desc(), Note.id.desc())
        .limit(MOST_HIDDEN)
    ).all()


def has_note_up(db: Session, conference: Conference, person_id: int) -> bool:
    """Whether an organizer has seen a note of this person, or had no need to: one that is neither held nor hidden.

    What somebody else asked for says nothing of who took it up: anybody can, by one press.
    """
    written = and_(Note.author_id == person_id, Note.asked_by_id.is_(None))
    joined = Note.id.in_(select(CoHost.note_id).where(CoHost.person_id == person_id))
    return (
        db.execute(
            select(Note.id)
            .where(
                Note.conference_id == conference.id,
                or_(written, Note.asked_by_id == person_id, joined),
                Note.held_at.is_(None),
                Note.hidden_at.is_(None),
            )
            .limit(1)
        ).first()
        is not None
    )


def has_reported(db: Session, note: Note, comment: Comment | None, person_id: int) -> bool:
    about = Report.comment_id.is_(None) if comment is None else Report.comment_id == comment.id
    return (
        db.execute(select(Report.id).where(Report.note_id == note.id, about, Report.reporter_id == person_id)).first()
        is not None
    )


def edits(db: Session, note: Note) -> Sequence[tuple[Change, bool]]:
    """What was changed on a note, the newest first; and whether it was by an organizer who does not present it.

    Who left it, or asked for it before it was taken up, was its author then.
    """
    hosts = {note.author_id, note.asked_by_id, *(one.person_id for one in note.cohosts)}
    return [
        (change, by_organizer and change.actor_id not in hosts)
        for change, by_organizer in hands(db, note.conference_id, note.id, "note-edited")
    ]


def was_edited_by_an_organizer(db: Session, note: Note) -> bool:
    """Whether the words of a whole note, as they stand, are the last hand of an organizer who does not present it."""
    return note.edited_at is not None and any(by_organizer for _change, by_organizer in edits(db, note)[:1])


def _held(conference: Conference) -> tuple[ColumnElement[bool], ...]:
    return (
        Note.conference_id == conference.id,
        Note.held_at.is_not(None),
        Note.withdrawn_at.is_(None),
        Note.hidden_at.is_(None),
    )


def _posted_by(person_id: int) -> ColumnElement[bool]:
    return or_(Note.author_id == person_id, Note.asked_by_id == person_id)


def _with_people() -> Select[Note]:
    return select(Note).options(
        joinedload(Note.author),
        joinedload(Note.asked_by),
        selectinload(Note.copresenters),
        selectinload(Note.cohosts).joinedload(CoHost.person),
    )
