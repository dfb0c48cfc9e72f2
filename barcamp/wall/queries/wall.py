"""The wall: which notes are wanted, in what order, and how much there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from barcamp.conferences.models import Conference
from barcamp.core.popularity import shuffle_key, surely_seen
from barcamp.core.slugs import fold
from barcamp.people.models import Person
from barcamp.venue.day import camp_day
from barcamp.wall.models import ON_THE_WALL, CoHost, CoPresenter, Format, Note, NoteTag, each_once, presented_by
from barcamp.wall.queries.comments import questions
from barcamp.wall.queries.looks import late_factors, said_maybe_to
from barcamp.wall.queries.stars import starred_note_ids

#: "mixed" is the usual one, see `_mixed`; "seen" is the least seen first.
Sort = Literal["mixed", "new", "stars", "seen"]

PAGE = 600  # notes on one page of the wall
TOP_TAGS = 6
START_OF_TEXT = 600  # characters of a description that a card's excerpt is made from
LONGEST_SEARCH = 100  # characters of a search, folded
MOST_WORDS = 12
#: The newest so many hang first, as long as they are as new as this; then everything else in a fair order.
NEWEST = 12
NEWEST_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notes of a wall are asked for, and in what order. `author_id` asks for all of one person's notes, also
    those withdrawn or hidden; `hidden` for the hidden ones of everybody; `maybe_of` for those a person said maybe to;
    `seeks_host` for the wishes that nobody presents yet.
    """

    q: str = ""
    tag: str = ""
    format: Format | None = None
    author_id: int | None = None
    hidden: bool = False
    maybe_of: int | None = None
    seeks_host: bool = False
    sort: Sort = "mixed"
    page: int = 1


@dataclass(frozen=True, slots=True)
class WallNote:
    """What a card on the wall is made from. Nobody is among `presenters`: an author has left, or one is sought."""

    id: int
    title: str
    text: str  # the start of the description, Markdown
    format: Format
    tags: tuple[str, ...]
    presenters: tuple[str, ...]  # names, the author first
    mine: bool  # the asking person presents it
    seeks_host: bool
    asked_by: str  # who asked for it, where nobody presents it yet
    stars: int
    starred: bool
    posted_at: datetime
    withdrawn: bool
    hidden: bool
    held: bool
    questions: int = 0  # how many of them everybody can see


@dataclass(frozen=True, slots=True)
class Figures:
    """How much is on a wall, and how much is hidden from it."""

    notes: int
    stars: int
    hidden: int
    wishes: int  # those of the notes that seek a host


def wanted_ids(
    db: Session, conference: Conference, person_id: int | None, wanted: Wanted, *, sees_counts: bool, now: datetime
) -> list[int]:
    """The ids of all notes wanted, over all pages, in the order in which this person sees them."""
    rows = db.execute(
        select(Note.id, Note.posted_at, Note.star_count, Note.look_count).where(*_matching(db, conference, wanted))
    ).all()
    newest_first = sorted(rows, key=lambda row: (row.posted_at, row.id), reverse=True)
    if wanted.sort == "stars":
        factors = late_factors(db, conference)
        newest_first.sort(key=lambda row: -row.star_count * factors.get(row.id, 1.0))
    elif wanted.sort == "seen":
        seed = _seed(conference, person_id, now)
        newest_first.sort(
            key=lambda row: (
                surely_seen(row.look_count, row.star_count if sees_counts else 0),
                shuffle_key(seed, row.id),
            )
        )
    elif wanted.sort == "mixed" and wanted.author_id is None and not wanted.hidden:
        return _mixed([(row.id, row.posted_at) for row in newest_first], _seed(conference, person_id, now), now)
    return [row.id for row in newest_first]


def _mixed(newest_first: Sequence[tuple[int, datetime]], seed: str, now: datetime) -> list[int]:
    """The newest few, then the others in the shuffled order of whoever looks: every note is near the top for some.

    Nothing that others do moves a note in it, so the page does not jump; notes only come in at the top.
    """
    fresh = [note_id for note_id, posted_at in newest_first[:NEWEST] if now - posted_at < NEWEST_FOR]
    rest = [note_id for note_id, _posted_at in newest_first[len(fresh) :]]
    return fresh + sorted(rest, key=lambda note_id: shuffle_key(seed, note_id))


def _seed(conference: Conference, person_id: int | None, now: datetime) -> str:
    """Names the order in which somebody sees the wall: another one for everybody, and each day of the camp another.

    Guests are not told apart, so theirs changes by the hour: no note stays at the top of what all of them see.
    """
    if person_id is None:
        return f"wall/{conference.id}/guest/{now:%Y-%m-%dT%H}"
    return f"wall/{conference.id}/{person_id}/{camp_day(now, conference.zone)}"


def wall_notes(db: Session, conference: Conference, person_id: int | None, ids: Sequence[int]) -> list[WallNote]:
    """These notes of the conference, in this order, each with whether this person starred it. The same few queries for
    any number up to a page of them (PAGE).
    """
    asker = aliased(Person)
    rows = db.execute(
        select(
            Note.id, Note.title, func.substr(Note.description, 1, START_OF_TEXT).label("text"), Note.format,
            Note.author_id, func.coalesce(Person.name, "").label("author"), Note.star_count, Note.posted_at,
            Note.seeks_host, func.coalesce(asker.name, "").label("asked_by"), Note.withdrawn_at, Note.hidden_at,
            Note.held_at,
        )
        .outerjoin(Person, Person.id == Note.author_id)
        .outerjoin(asker, asker.id == Note.asked_by_id)
        .where(Note.id.in_(ids), Note.conference_id == conference.id)
    ).all()  # fmt: skip
    place = {note_id: number for number, note_id in enumerate(ids)}
    here = select(Note.id).where(Note.id.in_(ids))
    tags = _lists(
        db, select(NoteTag.note_id, NoteTag.tag).where(NoteTag.note_id.in_(here)).order_by(NoteTag.note_id, NoteTag.tag)
    )
    copresenters = _lists(
        db,
        select(CoPresenter.note_id, CoPresenter.name)
        .where(CoPresenter.note_id.in_(here))
        .order_by(CoPresenter.note_id, CoPresenter.position),
    )
    cohosts = defaultdict(list)
    for note_id, cohost_id, name in db.execute(
        select(CoHost.note_id, CoHost.person_id, Person.name)
        .join(Person, Person.id == CoHost.person_id)
        .where(CoHost.note_id.in_(here))
        .order_by(CoHost.note_id, CoHost.joined_at, CoHost.person_id)
    ):
        cohosts[note_id].append((cohost_id, name))
    asked = questions(db, here)
    starred = set() if person_id is None else starred_note_ids(db, conference, person_id)
    return [
        WallNote(
            id=row.id, title=row.title, text=row.text, format=row.format, tags=tuple(tags[row.id]),
            presenters=tuple(each_once(_without_empty(
                [row.author, *(name for _id, name in cohosts[row.id]), *copresenters[row.id]]
            ))),
            mine=person_id is not None and person_id in (row.author_id, *(one for one, _name in cohosts[row.id])),
            seeks_host=row.seeks_host, asked_by=row.asked_by, stars=row.star_count, starred=row.id in starred,
            posted_at=row.posted_at, withdrawn=row.withdrawn_at is not None, hidden=row.hidden_at is not None,
            held=row.held_at is not None, questions=asked.get(row.id, 0),
        )
        for row in sorted(rows, key=lambda row: place[row.id])
    ]  # fmt: skip


def figures(db: Session, conference: Conference) -> Figures:
    notes, stars, hidden, wishes = db.execute(
        select(
            func.count(Note.id).filter(ON_THE_WALL),
            func.coalesce(func.sum(Note.star_count).filter(ON_THE_WALL), 0),
            func.count(Note.id).filter(Note.hidden_at.is_not(None)),
            func.count(Note.id).filter(ON_THE_WALL, Note.seeks_host),
        ).where(Note.conference_id == conference.id)
    ).one()
    return Figures(notes, int(stars), hidden, wishes)


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


def _matching(db: Session, conference: Conference, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [Note.conference_id == conference.id]
    if wanted.author_id is not None:
        # what somebody else presents by now is kept back from who asked for it as from everybody
        shown = and_(Note.hidden_at.is_(None), Note.held_at.is_(None))
        asked = and_(Note.asked_by_id == wanted.author_id, or_(Note.seeks_host, shown))
        conditions += [presented_by(wanted.author_id) | asked, Note.merged_at.is_(None)]
    elif wanted.hidden:
        conditions.append(Note.hidden_at.is_not(None))
    else:
        conditions.append(ON_THE_WALL)
    if wanted.seeks_host:
        conditions.append(Note.seeks_host.is_(True))
    if wanted.maybe_of is not None:
        conditions.append(said_maybe_to(wanted.maybe_of))
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


def _without_empty(names: list[str]) -> list[str]:
    return [name for name in names if name]
