"""One note, and one person's notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from barcamp.conferences.models import Conference
from barcamp.venue.models import Slot
from barcamp.wall.models import CoHost, Note, presented_by


def find_note(db: Session, conference: Conference, note_id: int) -> Note | None:
    """A note's row alone: enough to star it."""
    return db.scalars(select(Note).where(Note.id == note_id, Note.conference_id == conference.id)).one_or_none()


def find_whole_note(db: Session, conference: Conference, note_id: int, *, fresh: bool = False) -> Note | None:
    """A note with all that hangs on it. `fresh` reads again what this session has read before."""
    return db.scalars(
        _whole()
        .where(Note.id == note_id, Note.conference_id == conference.id)
        .execution_options(populate_existing=fresh)
    ).one_or_none()


def mine(db: Session, conference: Conference, person_id: int) -> Sequence[Note]:
    """One person's notes, also those withdrawn or hidden, the newest first."""
    return db.scalars(
        _whole()
        .where(Note.conference_id == conference.id, presented_by(person_id) | (Note.asked_by_id == person_id))
        .order_by(Note.posted_at.desc(), Note.id.desc())
    ).all()


def notes_titled(db: Session, conference: Conference, author_id: int, title: str, *, since: datetime) -> Sequence[Note]:
    """One person's notes with exactly this title, posted since then and not withdrawn."""
    return db.scalars(
        _whole().where(
            Note.conference_id == conference.id,
            or_(Note.author_id == author_id, Note.asked_by_id == author_id),
            Note.title == title,
            Note.posted_at > since,
            Note.withdrawn_at.is_(None),
        )
    ).all()


def count_notes(db: Session, conference: Conference, author_id: int) -> int:
    """How many notes a person has ever posted at this conference."""
    return db.execute(
        select(func.count(Note.id)).where(
            Note.conference_id == conference.id, or_(Note.author_id == author_id, Note.asked_by_id == author_id)
        )
    ).scalar_one()


def slots_by_id(db: Session, conference: Conference, ids: Iterable[int]) -> Sequence[Slot]:
    """Those of these slots that are the conference's own."""
    wanted = list(ids)
    if not wanted:
        return []
    return db.scalars(
        select(Slot).where(Slot.id.in_(wanted), Slot.conference_id == conference.id).order_by(Slot.starts_at)
    ).all()


def _whole() -> Select[Note]:
    return select(Note).options(
        joinedload(Note.author),
        joinedload(Note.asked_by),
        joinedload(Note.wanted_room),
        joinedload(Note.wanted_slot),
        selectinload(Note.tags),
        selectinload(Note.copresenters),
        selectinload(Note.cohosts).joinedload(CoHost.person),
        selectinload(Note.away),
    )
