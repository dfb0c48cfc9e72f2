"""The ready fragments that a feed is joined from, and the conferences of the site's own feed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import just_day
from barcamp.feeds.queries.looks import RoomLook
from barcamp.schedule.models import Entry
from barcamp.speakers.models import Talk
from barcamp.wall.models import Note, NoteTag, presented_by

IN_SIGHT = Entry.state != "hidden"


def schedule_fragments(db: Session, conference_id: int) -> Sequence[bytes]:
    """The whole schedule in the order of the day: a block of lightning talks for all its talks."""
    return _fragments(db, conference_id, Entry.block_id.is_(None))


def room_fragments(db: Session, room: RoomLook) -> Sequence[bytes]:
    """What is in a room. Of one that was removed: what the public schedule still has in it."""
    here = (
        Entry.room_id == room.id
        if room.id is not None
        else and_(Entry.room_id.is_(None), Entry.room == room.name)
    )  # fmt: skip
    return _fragments(db, room.look.conference_id, Entry.block_id.is_(None), here)


def tag_fragments(db: Session, conference_id: int, tag: str) -> Sequence[bytes]:
    """What has a tag, or is of the format of that name: what the fragment itself names as a category.

    Lightning talks stand for themselves here, since each has tags of its own; their block does not.
    """
    tagged = select(NoteTag.note_id).where(NoteTag.tag == tag)
    return _fragments(
        db, conference_id, Note.talk_minutes.is_(None), or_(Note.format == tag, Entry.note_id.in_(tagged))
    )  # fmt: skip


def _fragments(db: Session, conference_id: int, *which: ColumnElement[bool]) -> Sequence[bytes]:
    return db.scalars(
        select(Entry.fragment)
        .join(Note, Note.id == Entry.note_id)
        .where(Entry.conference_id == conference_id, IN_SIGHT, *which)
        .order_by(Entry.starts_at, Entry.note_id)
    ).all()


def agenda_fragments(db: Session, conference_id: int, note_ids: Collection[int]) -> Sequence[bytes]:
    """Of these notes, in the order of the day."""
    return _fragments(db, conference_id, Entry.note_id.in_(note_ids))


def speaker_fragments(db: Session, person_id: int) -> Sequence[bytes]:
    """What somebody gives at listed conferences here, and gave elsewhere, by time."""
    here = db.execute(
        select(Entry.starts_at, Entry.fragment)
        .join(Note, Note.id == Entry.note_id)
        .join(Conference, Conference.id == Entry.conference_id)
        .where(Conference.listed, IN_SIGHT, presented_by(person_id))
        .order_by(Entry.starts_at, Entry.note_id)
    ).all()
    elsewhere = db.execute(
        select(Talk.starts_on, Talk.fragment)
        .where(Talk.person_id == person_id, Talk.gone_at.is_(None))
        .order_by(Talk.starts_on, Talk.id)
    ).all()
    dated = [(just_day(when), fragment) for when, fragment in (*here, *elsewhere)]
    return [fragment for _when, fragment in sorted(dated, key=lambda one: one[0])]


def listed_conferences(db: Session) -> Sequence[Conference]:
    """Every listed conference, past ones too: a feed that forgets deletes people's diaries."""
    return db.scalars(select(Conference).where(Conference.listed).order_by(Conference.starts_on, Conference.id)).all()
