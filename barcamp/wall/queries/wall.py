"""The wall: which notes are wanted, in what order, and how much there is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.popularity import shuffle_key, surely_seen
from barcamp.core.slugs import fold
from barcamp.people.models import Person
from barcamp.venue.day import camp_day
from barcamp.wall.models import (
    ON_THE_WALL,
    CoHost,
    Format,
    Look,
    Note,
    NoteTag,
    Star,
    presented_by,
)
from barcamp.wall.queries.looks import late_factors, said_maybe_to
from barcamp.wall.queries.stars import starred_note_ids
from barcamp.wall.queries.written import WrittenNote, written

#: "mixed" is the usual one, see `mixed`; "seen" is the least seen first.
Sort = Literal["mixed", "new", "stars", "seen"]

PAGE = 600  # notes on one page of the wall
MOST_IDS = 50  # of notes that are asked for one by one
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


class WallNote(NamedTuple):
    """A note and how it stands with whoever asks: what a card on the wall is made from."""

    written: WrittenNote
    mine: bool  # the asking person presents it
    stars: int
    starred: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """How much is on a wall, and how much is hidden from it."""

    notes: int
    stars: int
    hidden: int
    wishes: int  # those of the notes that seek a host


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """What is left for one person: notes that they have not looked at, and whether they said maybe to any."""

    unseen: int
    has_maybes: bool


def wanted_ids(
    db: Session,
    conference: Conference,
    person_id: int | None,
    wanted: Wanted,
    *,
    sees_counts: bool,
    now: datetime,
    factors: Callable[[Session, Conference], Mapping[int, float]] = late_factors,
) -> list[int]:
    """The ids of all notes wanted, over all pages, in the order in which this person sees them. `factors` finds what a
    late note's stars are multiplied by.
    """
    rows = db.execute(_STANDINGS.where(*_matching(db, conference, wanted)), {"conference_id": conference.id}).all()
    newest_first = sorted(rows, key=lambda row: (row.posted_at, row.id), reverse=True)
    if wanted.sort == "stars":
        late = factors(db, conference)
        newest_first.sort(key=lambda row: -row.star_count * late.get(row.id, 1.0))
    elif wanted.sort == "seen":
        seed = _seed(conference, person_id, now)
        newest_first.sort(
            key=lambda row: (
                surely_seen(row.look_count, row.star_count if sees_counts else 0),
                shuffle_key(seed, row.id),
            )
        )
    elif wanted.sort == "mixed" and wanted.author_id is None and not wanted.hidden:
        return mixed(conference, person_id, [(row.id, row.posted_at) for row in newest_first], now)
    return [row.id for row in newest_first]


def hanging(db: Session, conference: Conference) -> list[tuple[int, datetime]]:
    """(id, since when) of all notes on the wall, the newest first."""
    rows = [(note_id, since) for note_id, since in db.execute(_HANGING, {"conference_id": conference.id})]
    return sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)


_HANGING = select(Note.id, Note.posted_at).where(Note.conference_id == bindparam("conference_id"), ON_THE_WALL)
_STANDINGS = select(Note.id, Note.posted_at, Note.star_count, Note.look_count).where(
    Note.conference_id == bindparam("conference_id")
)


def mixed(
    conference: Conference, person_id: int | None, newest_first: Sequence[tuple[int, datetime]], now: datetime
) -> list[int]:
    """The newest few, then the others in the shuffled order of whoever looks: every note is near the top for some.

    Nothing that others do moves a note in it, so the page does not jump; notes only come in at the top.
    """
    seed = _seed(conference, person_id, now)
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
    """These notes of the conference, in this order, each with whether this person starred it. At most four queries for
    any number up to a page of them (PAGE).
    """
    if not ids:
        return []
    asked: dict[str, object] = {"conference_id": conference.id, "ids": ids}
    some = len(ids) <= MOST_IDS  # hundreds of ids take the database longer to read than the whole conference
    starred = starred_note_ids(db, conference, person_id) if person_id is not None else ()
    return as_seen_by(person_id, ids, written(db, asked, some=some), _star_counts(db, asked, some=some), starred)


def as_seen_by(
    person_id: int | None,
    ids: Sequence[int],
    book: Mapping[int, WrittenNote],
    stars: Mapping[int, int],
    starred: Collection[int],
) -> list[WallNote]:
    """Put together, in the order of `ids`: what is written on notes, how many stars each has, those of this person."""
    return [
        WallNote(note, person_id is not None and person_id in note.presenter_ids, stars[note_id], note_id in starred)
        for note_id in ids
        if note_id in stars and (note := book.get(note_id))
    ]


def star_counts(db: Session, conference: Conference) -> dict[int, int]:
    """How many stars each note of a conference has, by its id."""
    return _star_counts(db, {"conference_id": conference.id}, some=False)


def _star_counts(db: Session, asked: Mapping[str, object], *, some: bool) -> dict[int, int]:
    return {row.id: row.star_count for row in db.execute(_STARS_OF_SOME if some else _STARS, asked)}


_STARS = select(Note.id, Note.star_count).where(Note.conference_id == bindparam("conference_id"))
_STARS_OF_SOME = _STARS.where(Note.id.in_(bindparam("ids", expanding=True)))


def figures(db: Session, conference: Conference) -> Figures:
    """How much there is."""
    notes, stars, hidden, wishes = db.execute(_FIGURES, {"conference_id": conference.id}).one()
    return Figures(notes, int(stars), hidden, wishes)


def own_figures(db: Session, conference: Conference, person_id: int) -> tuple[Figures, OwnFigures]:
    """How much there is, and how much of it waits for one person, in one query."""
    notes, stars, hidden, wishes, unseen, maybes = db.execute(
        _OWN_FIGURES, {"conference_id": conference.id, "person_id": person_id}
    ).one()
    return Figures(notes, int(stars), hidden, wishes), OwnFigures(unseen, maybes > 0)


_FIGURES = select(
    func.count(Note.id).filter(ON_THE_WALL),
    func.coalesce(func.sum(Note.star_count).filter(ON_THE_WALL), 0),
    func.count(Note.id).filter(Note.hidden_at.is_not(None)),
    func.count(Note.id).filter(ON_THE_WALL, Note.seeks_host),
).where(Note.conference_id == bindparam("conference_id"))
_OWN_FIGURES = (
    _FIGURES.add_columns(
        func.count(Note.id).filter(
            ON_THE_WALL,
            func.coalesce(Note.author_id, 0) != bindparam("person_id"),
            ~and_(Note.seeks_host, func.coalesce(Note.asked_by_id, 0) == bindparam("person_id")),
            Look.note_id.is_(None),
            Star.note_id.is_(None),
            CoHost.note_id.is_(None),
        ),
        func.count(Note.id).filter(ON_THE_WALL, Look.kind == "maybe", Star.note_id.is_(None)),
    )
    .outerjoin(Look, and_(Look.note_id == Note.id, Look.person_id == bindparam("person_id")))
    .outerjoin(Star, and_(Star.note_id == Note.id, Star.person_id == bindparam("person_id")))
    .outerjoin(CoHost, and_(CoHost.note_id == Note.id, CoHost.person_id == bindparam("person_id")))
)


def _matching(db: Session, conference: Conference, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
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
