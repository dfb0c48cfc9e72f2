"""What one person starred, and how they stand to one note. Nothing here ever says to others who starred what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, CountsShown, Role
from barcamp.people.models import Device, Person
from barcamp.people.queries import LASTS, UNSEEN
from barcamp.wall.models import CoHost, Note, Star, presented_by


@dataclass(frozen=True, slots=True)
class Standing:
    """One person before one note, as one statement found them: all that decides about a star.

    `conference` is no row of a session: it holds the id, the zone, the phases and what is shown to whom.
    """

    person_id: int
    is_walk_in: bool
    is_organizer: bool
    conference: Conference | None
    note: NoteStanding | None


@dataclass(frozen=True, slots=True)
class NoteStanding:
    """The note. `presents`: as its author or a co-host; `asked`: asked for it, and nobody presents it yet."""

    id: int
    stars: int
    starred: bool
    presents: bool
    asked: bool
    is_kept_back: bool  # hidden or held: there for its presenters and the organizers only
    is_on_the_wall: bool
    merged_into_id: int | None


def find_standing(db: Connection, token_hash: bytes, slug: str, note_id: int, *, now: datetime) -> Standing | None:
    """How the person signed in with this token stands to a note of the conference; None: nobody is."""
    names = {"token_hash": token_hash, "slug": slug, "note_id": note_id}
    return _standing(db, _BY_TOKEN, names | {"seen_after": now - UNSEEN, "made_after": now - LASTS})


def find_standing_in(db: Connection, person_id: int, note_id: int) -> Standing | None:
    """The same inside of a transaction, where both are known; None: the person has been erased."""
    return _standing(db, _BY_ID, {"person_id": person_id, "note_id": note_id})


def starred_note_ids(db: Session, conference: Conference, person_id: int) -> frozenset[int]:
    """What one person starred; for that person's own pages only."""
    asked = {"person_id": person_id, "conference_id": conference.id}
    return frozenset(db.execute(_STARRED, asked).scalars())


_STARRED = (
    select(Star.note_id)
    .join(Note, Note.id == Star.note_id)
    .where(Star.person_id == bindparam("person_id"), Note.conference_id == bindparam("conference_id"))
)


def presented_note_ids(db: Session, conference: Conference, person_id: int) -> frozenset[int]:
    """The notes of a conference that somebody presents."""
    return frozenset(db.execute(_PRESENTED, {"person_id": person_id, "conference_id": conference.id}).scalars())


_PRESENTED = select(Note.id).where(
    Note.conference_id == bindparam("conference_id"), presented_by(bindparam("person_id"))
)


def _look() -> Select[*tuple[Any, ...]]:
    return select(
        Person.id.label("person_id"), Person.email, Role.kind.label("role"), CoHost.person_id.label("cohost_id"),
        Star.person_id.label("starrer_id"), Note.id.label("note_id"), Note.star_count, Note.author_id, Note.asked_by_id,
        Note.seeks_host, Note.withdrawn_at, Note.hidden_at, Note.held_at, Note.merged_at, Note.merged_into_id,
        Conference.id.label("conference_id"), Conference.zone, Conference.stars_shown, Conference.walk_ins,
        Conference.wall_opens_at, Conference.wall_closes_at, Conference.stars_open_at, Conference.stars_close_at,
        Conference.ends_on, Conference.published_at,
    )  # fmt: skip


def _and_more(found: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        found.outerjoin(Role, and_(Role.conference_id == Conference.id, Role.person_id == Person.id))
        .outerjoin(CoHost, and_(CoHost.note_id == Note.id, CoHost.person_id == Person.id))
        .outerjoin(Star, and_(Star.note_id == Note.id, Star.person_id == Person.id))
        .where(Person.erased_at.is_(None))
    )


_BY_TOKEN = _and_more(
    _look()
    .select_from(Device)
    .join(Person, Person.id == Device.person_id)
    .outerjoin(Conference, Conference.slug == bindparam("slug"))
    .outerjoin(
        Note, and_(Note.id == bindparam("note_id"), Note.conference_id == Conference.id, Note.talk_minutes.is_(None))
    )
    .where(
        Device.token_hash == bindparam("token_hash"),
        Device.seen_at >= bindparam("seen_after"),
        Device.created_at >= bindparam("made_after"),
    )
)
_BY_ID = _and_more(
    _look()
    .select_from(Person)
    .outerjoin(Note, and_(Note.id == bindparam("note_id"), Note.talk_minutes.is_(None)))
    .outerjoin(Conference, Conference.id == Note.conference_id)
    .where(Person.id == bindparam("person_id"))
)


def _standing(db: Connection, look: Select[*tuple[Any, ...]], asked: Mapping[str, object]) -> Standing | None:
    row = db.execute(look, asked).one_or_none()
    if row is None:
        return None
    conference = None if row.conference_id is None else _conference(
        row.conference_id, row.zone, row.stars_shown, row.walk_ins, row.wall_opens_at, row.wall_closes_at,
        row.stars_open_at, row.stars_close_at, row.ends_on, row.published_at,
    )  # fmt: skip
    return Standing(
        person_id=row.person_id,
        is_walk_in=row.email is None,
        is_organizer=row.role == "organizer",
        conference=conference,
        note=None if row.note_id is None else _note(row),
    )


def _note(row: Row[*tuple[Any, ...]]) -> NoteStanding:
    presents = row.cohost_id is not None or row.author_id == row.person_id
    return NoteStanding(
        id=row.note_id,
        stars=row.star_count,
        starred=row.starrer_id is not None,
        presents=presents,
        asked=row.seeks_host and row.asked_by_id == row.person_id,
        is_kept_back=not (row.hidden_at is row.held_at is None),
        is_on_the_wall=row.withdrawn_at is row.hidden_at is row.held_at is row.merged_at is None,
        merged_into_id=None if row.merged_at is None else row.merged_into_id,
    )


@lru_cache(maxsize=64)
def _conference(
    id_: int, zone: str, stars_shown: CountsShown, walk_ins: bool,
    wall_opens_at: datetime | None, wall_closes_at: datetime | None,
    stars_open_at: datetime | None, stars_close_at: datetime | None, ends_on: date, published_at: datetime | None,
) -> Conference:  # fmt: skip
    """Made once for the same values: making a row takes half as long as finding it."""
    return Conference(
        id=id_, zone=zone, stars_shown=stars_shown, walk_ins=walk_ins,
        wall_opens_at=wall_opens_at, wall_closes_at=wall_closes_at,
        stars_open_at=stars_open_at, stars_close_at=stars_close_at, ends_on=ends_on, published_at=published_at,
    )  # fmt: skip
