"""Every SELECT about notes and stars. Nothing here ever says who starred what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.venue.models import Slot
from barcamp.wall.models import CoPresenter, Format, Note, NoteTag, Star

Sort = Literal["new", "stars"]

PAGE = 600  # notes on one page of the wall
TOP_TAGS = 6
START_OF_TEXT = 600  # characters of a description that a card's excerpt is made from
LONGEST_SEARCH = 100  # characters of a search, folded
MOST_WORDS = 12

ON_THE_WALL = and_(Note.withdrawn_at.is_(None), Note.hidden_at.is_(None))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notes of a wall are asked for, and in what order. `author_id` asks for all of one person's notes, also
    those withdrawn or hidden; `hidden` for the hidden ones of everybody.
    """

    q: str = ""
    tag: str = ""
    format: Format | None = None
    author_id: int | None = None
    hidden: bool = False
    sort: Sort = "new"
    page: int = 1


@dataclass(frozen=True, slots=True)
class WallNote:
    """What a card on the wall is made from. `author` is "" when the note has nobody's name any more."""

    id: int
    title: str
    text: str  # the start of the description, Markdown
    format: Format
    tags: tuple[str, ...]
    author_id: int | None
    author: str
    copresenters: tuple[str, ...]
    stars: int
    starred: bool
    posted_at: datetime
    withdrawn: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """How much is on a wall, and how much is hidden from it."""

    notes: int
    stars: int
    hidden: int


def wall_notes(db: Session, conference: Conference, person_id: int | None, wanted: Wanted) -> list[WallNote]:
    """One page of the notes wanted, each with whether this person starred it. The same few queries for any number."""
    matching = _matching(db, conference, wanted)
    by_time = (Note.posted_at.desc(), Note.id.desc())
    order = by_time if wanted.sort == "new" else (Note.star_count.desc(), *by_time)
    rows = db.execute(
        select(
            Note.id, Note.title, func.substr(Note.description, 1, START_OF_TEXT), Note.format, Note.author_id,
            func.coalesce(Person.name, ""), Note.star_count, Note.posted_at, Note.withdrawn_at, Note.hidden_at,
        )
        .outerjoin(Person, Person.id == Note.author_id)
        .where(*matching)
        .order_by(*order)
        .limit(PAGE)
        .offset((wanted.page - 1) * PAGE)
    ).all()  # fmt: skip
    ids = select(Note.id).where(*matching)
    tags = _lists(
        db, select(NoteTag.note_id, NoteTag.tag).where(NoteTag.note_id.in_(ids)).order_by(NoteTag.note_id, NoteTag.tag)
    )
    copresenters = _lists(
        db,
        select(CoPresenter.note_id, CoPresenter.name)
        .where(CoPresenter.note_id.in_(ids))
        .order_by(CoPresenter.note_id, CoPresenter.position),
    )
    starred = set() if person_id is None else starred_note_ids(db, conference, person_id)
    return [
        WallNote(
            id=note_id, title=title, text=text, format=kind, tags=tuple(tags[note_id]),
            author_id=author_id, author=author, copresenters=tuple(copresenters[note_id]),
            stars=stars, starred=note_id in starred, posted_at=posted_at,
            withdrawn=withdrawn_at is not None, hidden=hidden_at is not None,
        )
        for note_id, title, text, kind, author_id, author, stars, posted_at, withdrawn_at, hidden_at in rows
    ]  # fmt: skip


def count_wanted(db: Session, conference: Conference, wanted: Wanted) -> int:
    """How many notes match, over all pages."""
    return db.execute(select(func.count(Note.id)).where(*_matching(db, conference, wanted))).scalar_one()


def figures(db: Session, conference: Conference) -> Figures:
    notes, stars, hidden = db.execute(
        select(
            func.count(Note.id).filter(ON_THE_WALL),
            func.coalesce(func.sum(Note.star_count).filter(ON_THE_WALL), 0),
            func.count(Note.id).filter(Note.hidden_at.is_not(None)),
        ).where(Note.conference_id == conference.id)
    ).one()
    return Figures(notes, int(stars), hidden)


def top_tags(db: Session, conference: Conference) -> list[str]:
    """The tags on most notes, the most used first."""
    return list(
        db.scalars(
            select(NoteTag.tag)
            .join(Note, Note.id == NoteTag.note_id)
            .where(Note.conference_id == conference.id, ON_THE_WALL)
            .group_by(NoteTag.tag)
            .order_by(func.count().desc(), NoteTag.tag)
            .limit(TOP_TAGS)
        )
    )


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
        .where(Note.conference_id == conference.id, Note.author_id == person_id)
        .order_by(Note.posted_at.desc(), Note.id.desc())
    ).all()


def notes_titled(db: Session, conference: Conference, author_id: int, title: str, *, since: datetime) -> Sequence[Note]:
    """One person's notes with exactly this title, posted since then and not withdrawn."""
    return db.scalars(
        _whole().where(
            Note.conference_id == conference.id,
            Note.author_id == author_id,
            Note.title == title,
            Note.posted_at > since,
            Note.withdrawn_at.is_(None),
        )
    ).all()


def count_notes(db: Session, conference: Conference, author_id: int) -> int:
    """How many notes a person has ever posted at this conference."""
    return db.execute(
        select(func.count(Note.id)).where(Note.conference_id == conference.id, Note.author_id == author_id)
    ).scalar_one()


def starred_note_ids(db: Session, conference: Conference, person_id: int) -> set[int]:
    """What one person starred; for that person's own pages only."""
    return set(
        db.scalars(
            select(Star.note_id)
            .join(Note, Note.id == Star.note_id)
            .where(Star.person_id == person_id, Note.conference_id == conference.id)
        )
    )


def has_starred(db: Session, note: Note, person_id: int) -> bool:
    """Whether this person starred the note; for that person's own pages only."""
    return db.execute(
        select(Star.note_id).where(Star.note_id == note.id, Star.person_id == person_id)
    ).first() is not None  # fmt: skip


def was_edited_by_an_organizer(db: Session, note: Note) -> bool:
    """Whether the words that stand there now are the last hand of somebody else than the author."""
    if note.edited_at is None:
        return False
    last = db.execute(
        select(Change.actor_id)
        .where(
            Change.conference_id == note.conference_id,
            Change.subject == f"note:{note.id}",
            Change.kind == "note-edited",
        )
        .order_by(Change.revision.desc())
        .limit(1)
    ).first()
    return last is not None and last.actor_id != note.author_id


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
        joinedload(Note.wanted_room),
        joinedload(Note.wanted_slot),
        selectinload(Note.tags),
        selectinload(Note.copresenters),
        selectinload(Note.away),
    )


def _matching(db: Session, conference: Conference, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [Note.conference_id == conference.id]
    if wanted.author_id is not None:
        conditions.append(Note.author_id == wanted.author_id)
    elif wanted.hidden:
        conditions.append(Note.hidden_at.is_not(None))
    else:
        conditions.append(ON_THE_WALL)
    if wanted.format:
        conditions.append(Note.format == wanted.format)
    if wanted.tag:
        conditions.append(Note.id.in_(select(NoteTag.note_id).where(NoteTag.tag == wanted.tag)))
    words = fold(wanted.q)[:LONGEST_SEARCH].split()[:MOST_WORDS]
    if words:
        authors = _authors(db, conference)
        conditions += [_holds(word, authors) for word in words]
    return conditions


def _holds(word: str, authors: Sequence[tuple[int, str]]) -> ColumnElement[bool]:
    """The word stands in the note, or in its author's name as it is now."""
    theirs = [author_id for author_id, name in authors if word in name]
    return or_(Note.search.contains(word, autoescape=True), Note.author_id.in_(theirs))


def _authors(db: Session, conference: Conference) -> list[tuple[int, str]]:
    """Who has notes on the wall, with the folded name."""
    rows = db.execute(
        select(Person.id, Person.name)
        .where(Person.id.in_(select(Note.author_id).where(Note.conference_id == conference.id)))
        .order_by(Person.id)
    )
    return [(person_id, fold(name)) for person_id, name in rows]


def _lists(db: Session, pairs: Select[int, str]) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for note_id, text in db.execute(pairs):
        found[note_id].append(text)
    return found
