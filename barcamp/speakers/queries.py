"""SELECTs about speakers: their pages, what they give here, their talks elsewhere, and who will be there.

What shows on a page is a public line of a listed conference, of a note that is not a part of another one. A calendar
keeps the line of such a note, cancelled (feeds/queries/fragments.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, bindparam, func, select, union, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.schedule.models import Entry, Publication
from barcamp.speakers.models import FormerName, Picture, Speaker, Talk, Visit
from barcamp.wall.models import CoHost, Note, presented_by

_NAMES = 7_205  # which of PostgreSQL's advisory locks is about the addresses of speakers

SHOWN = and_(Entry.state != "hidden", Conference.listed, Note.merged_at.is_(None))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a speaker's feeds are made of, without making them: the page, and each conference on it as it stands now.

    Equal standings give equal feeds, and `changed_at` is not before the last change of what they show.
    """

    person_id: int
    slug: str
    name: str
    revision: int
    picture: str | None
    conferences: tuple[tuple[object, ...], ...]
    changed_at: datetime


# ---- pages -----------------------------------------------------------------------------------------------------------


def find_speaker(db: Session, slug: str) -> Speaker | None:
    """The page at this address with its person, public or not."""
    return db.scalars(select(Speaker).where(Speaker.slug == slug).options(joinedload(Speaker.person))).one_or_none()


def find_own(db: Session, person_id: int, *, fresh: bool = False) -> Speaker | None:
    """Somebody's own page with its person. `fresh` reads again what this session has read before."""
    return db.scalars(
        select(Speaker)
        .where(Speaker.person_id == person_id)
        .options(joinedload(Speaker.person))
        .execution_options(populate_existing=fresh)
    ).one_or_none()


def find_public_name(db: Session, slug: str) -> str | None:
    """The name of the speaker with a public page at this address."""
    return db.execute(
        select(Person.name).join(Speaker, Speaker.person_id == Person.id).where(Speaker.slug == slug, Speaker.public)
    ).scalar_one_or_none()


def find_renamed(db: Session, slug: str) -> str | None:
    """Where a public page is now that once was at this address."""
    return db.execute(
        select(Speaker.slug)
        .join(FormerName, FormerName.person_id == Speaker.person_id)
        .where(FormerName.slug == slug, Speaker.public)
    ).scalar_one_or_none()


def hold_names(db: Session) -> None:
    """Until the commit nobody else gives or takes an address of a page: two tables hold them."""
    if db.get_bind().dialect.name == "postgresql":  # on SQLite a writing transaction is alone anyway
        db.execute(select(func.pg_advisory_xact_lock(_NAMES)))


def name_is_taken(db: Session, slug: str, person_id: int) -> bool:
    """Whether an address is or was somebody else's. One's own former ones are one's own."""
    theirs = select(Speaker.slug).where(Speaker.slug == slug, Speaker.person_id != person_id)
    once = select(FormerName.slug).where(FormerName.slug == slug, FormerName.person_id != person_id)
    return db.execute(theirs.union_all(once)).first() is not None


def count_former_names(db: Session, person_id: int) -> int:
    return db.execute(select(func.count()).where(FormerName.person_id == person_id)).scalar_one()


def find_picture(db: Session, person_id: int) -> Picture | None:
    return db.get(Picture, person_id)


def picture_etag(db: Session, person_id: int) -> str | None:
    """The picture's hash, without its bytes."""
    return db.execute(select(Picture.etag).where(Picture.person_id == person_id)).scalar_one_or_none()


def public_pages(db: Session) -> Sequence[tuple[Speaker, str, str | None]]:
    """Every public page with the speaker's name and the hash of their picture, by name."""
    rows = db.execute(
        select(Speaker, Person.name, Picture.etag)
        .join(Person, Person.id == Speaker.person_id)
        .outerjoin(Picture, Picture.person_id == Speaker.person_id)
        .where(Speaker.public, Person.erased_at.is_(None))
        .order_by(func.lower(Person.name), Person.id)
    )
    return [(speaker, name, etag) for speaker, name, etag in rows]


def presenters_with_pages(db: Session, conference: Conference) -> dict[int, dict[str, str]]:
    """For each note of a conference: the names of those who present it and have a public page, with its slug."""
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for note_id, name, slug in db.execute(_with_pages(), {"conference_id": conference.id}):
        found[note_id][name] = slug
    return dict(found)


@cache
def _with_pages() -> CompoundSelect[*tuple[Any, ...]]:
    """(note id, name, slug) of whoever has written a note, and of whoever has joined one."""
    # of the tables, not of their classes: nothing else that is read anew for a page goes through the mapper
    note, speaker, person, cohost = (model.__table__ for model in (Note, Speaker, Person, CoHost))
    what = select(note.c.id, person.c.name, speaker.c.slug).select_from(note)
    written = what.join(speaker, speaker.c.person_id == note.c.author_id)
    joined = what.join(cohost, cohost.c.note_id == note.c.id).join(speaker, speaker.c.person_id == cohost.c.person_id)
    return union_all(
        *(
            query.join(person, person.c.id == speaker.c.person_id).where(
                note.c.conference_id == bindparam("conference_id"), speaker.c.public
            )
            for query in (written, joined)
        )
    )


# ---- what stands on a page -------------------------------------------------------------------------------------------


def given_here(db: Session, person_id: int) -> Sequence[tuple[Entry, Conference]]:
    """The public lines of what somebody presents at listed conferences, in the order of time; their notes with author,
    co-hosts and co-presenters.
    """
    rows = db.execute(
        _entries(presented_by(person_id))
        .options(
            joinedload(Entry.note).joinedload(Note.author),
            joinedload(Entry.note).selectinload(Note.cohosts).joinedload(CoHost.person),
            joinedload(Entry.note).selectinload(Note.copresenters),
            joinedload(Entry.note).defer(Note.star_count).defer(Note.look_count),  # as without_counters()
        )
        .order_by(Entry.starts_at, Entry.note_id)
    )
    return [(entry, conference) for entry, conference in rows.unique()]


def has_spoken(db: Session, person_id: int) -> bool:
    """Whether somebody presents anything in a published schedule."""
    return db.execute(_entries(presented_by(person_id)).limit(1)).first() is not None


def talks(db: Session, person_id: int) -> Sequence[Talk]:
    """A speaker's talks elsewhere, in the order of time. What its calendar no longer lists is left out."""
    return db.scalars(
        select(Talk)
        .where(Talk.person_id == person_id, Talk.gone_at.is_(None))
        .order_by(Talk.starts_on, Talk.ends_on, Talk.id)
    ).all()


def find_talk_of(db: Session, person_id: int, talk_id: int) -> Talk | None:
    return db.scalars(select(Talk).where(Talk.person_id == person_id, Talk.id == talk_id)).one_or_none()


def next_here(db: Session, person_ids: Collection[int], now: datetime) -> Mapping[int, tuple[Entry, Conference]]:
    """For each of these people the next thing they give at a conference here."""
    coming = and_(Entry.state == "on", Entry.ends_at > now)
    author = _entries(coming).add_columns(Note.author_id).where(Note.author_id.in_(person_ids))
    cohost = (
        _entries(coming)
        .join(CoHost, CoHost.note_id == Note.id)
        .add_columns(CoHost.person_id)
        .where(CoHost.person_id.in_(person_ids))
    )
    found: dict[int, tuple[Entry, Conference]] = {}
    for query in (author, cohost):
        for entry, conference, person_id in db.execute(query.order_by(Entry.starts_at, Entry.note_id)):
            known = found.get(person_id)
            if known is None or entry.starts_at < known[0].starts_at:
                found[person_id] = (entry, conference)
    return found


def next_elsewhere(db: Session, person_ids: Collection[int], today: date) -> Mapping[int, Talk]:
    """For each of these people their next talk elsewhere."""
    found: dict[int, Talk] = {}
    for talk in db.scalars(
        select(Talk)
        .where(Talk.person_id.in_(person_ids), Talk.gone_at.is_(None), ~Talk.cancelled, Talk.ends_on >= today)
        .order_by(Talk.starts_on, Talk.id)
    ):
        found.setdefault(talk.person_id, talk)
    return found


def _entries(*where: ColumnElement[bool]) -> Select[Entry, Conference]:
    return (
        select(Entry, Conference)
        .join(Note, Note.id == Entry.note_id)
        .join(Conference, Conference.id == Entry.conference_id)
        .where(SHOWN, *where)
    )


def find_standing(db: Session, slug: str) -> Standing | None:
    """How a public page and all on it stands, in one look-up; None where there is no public page at this address."""
    rows = db.execute(
        select(
            Speaker.person_id, Speaker.slug, Person.name, Speaker.revision, Speaker.changed_at, Picture.etag,
            Conference.stamped_at, Publication.changed_at, Publication.revision,
            Conference.id, Conference.slug, Conference.listed, Conference.name, Conference.starts_on,
            Conference.ends_on, Conference.zone, Conference.venue, Conference.address,
        )
        .join(Person, Person.id == Speaker.person_id)
        .outerjoin(Picture, Picture.person_id == Speaker.person_id)
        .outerjoin(Conference, Conference.id.in_(_presents_at()))
        .outerjoin(Publication, Publication.conference_id == Conference.id)
        .where(Speaker.slug == slug, Speaker.public)
        .order_by(Conference.id)
    ).all()  # fmt: skip
    if not rows:
        return None
    person_id, at, name, revision, changed_at, picture = rows[0][:6]
    conferences = tuple(tuple(row[6:]) for row in rows)  # one of Nones, where there is no conference
    stamps: list[datetime | None] = [stamp for row in rows for stamp in row[6:8]]
    newest = max([changed_at, *(stamp for stamp in stamps if stamp is not None)])
    return Standing(person_id, at, name, revision, picture, conferences, newest)


def _presents_at() -> CompoundSelect[int]:
    """The conferences of whose schedules the speaker has a line, public or not: one that is hidden was seen before."""
    written = (
        select(Entry.conference_id)
        .join(Note, Note.id == Entry.note_id)
        .where(Note.author_id == Speaker.person_id)
        .correlate(Speaker)
    )
    joined = (
        select(Entry.conference_id)
        .join(CoHost, CoHost.note_id == Entry.note_id)
        .where(CoHost.person_id == Speaker.person_id)
        .correlate(Speaker)
    )
    return union(written, joined)


# ---- who will be there -----------------------------------------------------------------------------------------------


def own_visits(db: Session, speaker_id: int, visitor_id: int) -> Sequence[Visit]:
    """What one visitor has told one speaker."""
    return db.scalars(select(Visit).where(Visit.speaker_id == speaker_id, Visit.visitor_id == visitor_id)).all()


def visits(db: Session, speaker_id: int) -> Sequence[Visit]:
    """Everybody who said that they will be there, with their names: for the speaker alone, and only to count those who
    are not `named`.
    """
    return db.scalars(
        select(Visit).where(Visit.speaker_id == speaker_id).options(selectinload(Visit.visitor)).order_by(Visit.at)
    ).all()
