"""The published schedule for those who only show it: values instead of rows of a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.schedule.models import Entry, EntryState


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """An Entry as pages show it: a hundred of these are made in the time that ten rows take."""

    note_id: int
    state: EntryState
    starts_at: datetime
    ends_at: datetime
    room_id: int | None
    room: str
    title: str
    hosts: str
    moved_from: dict[str, Any] | None
    block_id: int | None


AnyEntry = Entry | PublicEntry


def public_entries(db: Session, conference: Conference) -> list[PublicEntry]:
    """As `queries.entries`, for those who only show them."""
    return [PublicEntry(*row) for row in db.execute(_PUBLIC, {"conference_id": conference.id}).all()]


_PUBLIC = (
    select(
        Entry.note_id, Entry.state, Entry.starts_at, Entry.ends_at, Entry.room_id, Entry.room, Entry.title, Entry.hosts,
        Entry.moved_from, Entry.block_id,
    )
    .where(Entry.conference_id == bindparam("conference_id"), Entry.state != "hidden")
    .order_by(Entry.starts_at, Entry.room, Entry.note_id)
)  # fmt: skip
