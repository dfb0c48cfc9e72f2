"""The published schedule for those who only show it: values instead of rows of a session."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, cast, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.schedule.models import Entry, EntryState, Publication
from barcamp.wall.models import Note


class PublicEntry(NamedTuple):
    """An Entry as pages show it: a hundred of these are made in the time that ten rows take. What one says can be
    looked up: what is made of it is kept by that (web/fragments.py).
    """

    note_id: int
    state: EntryState
    starts_at: datetime
    ends_at: datetime
    room_id: int | None
    room: str
    title: str
    hosts: str
    moved_from_json: str | None
    block_id: int | None
    is_block: bool  # of lightning talks, also where it has none any more

    @property
    def moved_from(self) -> dict[str, Any] | None:
        """See Entry."""
        return None if self.moved_from_json is None else json.loads(self.moved_from_json)


AnyEntry = Entry | PublicEntry


def public_entries(db: Session, conference: Conference) -> list[PublicEntry]:
    """As `queries.entries`, for those who only show them."""
    return _made(db.execute(_PUBLIC, {"conference_id": conference.id}).all())


def _made(rows: Iterable[Any]) -> list[PublicEntry]:
    """What `PublicEntry._make` does for each, without asking each how long it is."""
    return list(map(tuple.__new__, repeat(PublicEntry), rows))


def shown_entries(conference: Conference) -> list[PublicEntry]:
    """As `public_entries`, read once for all who look."""
    return remembered(("schedule", conference.id), lambda db: public_entries(db, conference), rows=len)


def first_entries(conference: Conference, most: int) -> list[PublicEntry]:
    """The first so many of them, but for lightning talks inside a block."""
    query = _PUBLIC.where(_E.block_id.is_(None)).limit(most)

    def find(db: Session) -> list[PublicEntry]:
        return _made(db.execute(query, {"conference_id": conference.id}).all())

    return remembered(("first entries", conference.id, most), find, rows=len)


def shown_version(conference: Conference) -> int | None:
    """The number of the version that is published, read once for all who look; None before the first."""

    def find(db: Session) -> int | None:
        return db.execute(_VERSION, {"conference_id": conference.id}).scalar_one_or_none()

    return remembered(("version", conference.id), find)


_E, _N, _P = Entry.__table__.c, Note.__table__.c, Publication.__table__.c
_VERSION = select(_P.number).where(_P.conference_id == bindparam("conference_id"))
# found by an index of them alone: a note's own row, which is long, need not be read
_BLOCKS = select(_N.id).where(_N.conference_id == bindparam("conference_id"), _N.talk_minutes.is_not(None))
_PUBLIC = (  # of the table, not of its class: the mapper would go through each row once more
    select(
        _E.note_id, _E.state, _E.starts_at, _E.ends_at, _E.room_id, _E.room, _E.title, _E.hosts,
        cast(_E.moved_from, Text), _E.block_id, _E.note_id.in_(_BLOCKS),
    )
    .where(_E.conference_id == bindparam("conference_id"), _E.state != "hidden")
    .order_by(_E.starts_at, _E.room, _E.note_id)
)  # fmt: skip
