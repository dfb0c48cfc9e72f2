"""All that stands on notes, the same for everybody: their words, who presents them, tags, questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.wall.models import ON_THE_WALL, CoHost, Comment, CoPresenter, Format, Note, NoteTag, each_once

TOP_TAGS = 6
START_OF_TEXT = 600  # characters of a description that a card's excerpt is made from


def written_notes(db: Session, conference_id: int) -> dict[int, WrittenNote]:
    """All that stands on a conference's notes, off the wall ones too, by id: the same for everybody, and no star enters
    into it. Two queries.
    """
    return written(db, {"conference_id": conference_id}, some=False)


class WrittenNote(NamedTuple):
    """A note as it is written, before it is known who looks: see WallNote. `presenter_ids` are people here."""

    id: int
    title: str
    text: str  # the start of the description, Markdown
    format: Format
    tags: tuple[str, ...]
    presenters: tuple[str, ...]  # names, the author first; nobody where the author has left, or one is sought
    presenter_ids: frozenset[int | None]
    seeks_host: bool
    asked_by: str  # who asked for it, where nobody presents it yet
    posted_at: datetime
    withdrawn: bool
    hidden: bool
    held: bool
    questions: int  # how many of them everybody can see


def written(db: Session, asked: Mapping[str, object], *, some: bool) -> dict[int, WrittenNote]:
    hanging = _by_note(db.execute(_hanging(some=some), asked).all())
    rows = db.execute(_notes(some=some), asked).all()
    return {row.id: _written_note(row, hanging.get(row.id, _NOTHING)) for row in rows}


@dataclass(slots=True)
class _Hanging:
    """What hangs on one note. `cohosts` are (id, name) in the order in which they joined."""

    tags: list[str]
    cohosts: list[tuple[int, str]]
    copresenters: list[str]
    questions: int = 0


_NOTHING = _Hanging([], [], [])


def _written_note(row: Any, hanging: _Hanging) -> WrittenNote:
    names = [row.author, *(name for _id, name in hanging.cohosts), *hanging.copresenters]
    return WrittenNote(
        id=row.id, title=row.title, text=row.text, format=row.format, tags=tuple(hanging.tags),
        presenters=tuple(each_once([name for name in names if name])),
        presenter_ids=frozenset((row.author_id, *(one for one, _name in hanging.cohosts))),
        seeks_host=row.seeks_host, asked_by=row.asked_by, posted_at=row.posted_at, withdrawn=row.withdrawn,
        hidden=row.hidden, held=row.held, questions=hanging.questions,
    )  # fmt: skip


@cache
def _notes(*, some: bool) -> Select[*tuple[Any, ...]]:
    """Of a conference, all notes or `some` (by `ids`)."""
    asker = aliased(Person)
    query = (
        select(
            Note.id, Note.title, func.substr(Note.description, 1, START_OF_TEXT).label("text"), Note.format,
            Note.author_id, func.coalesce(Person.name, "").label("author"), Note.posted_at,
            Note.seeks_host, func.coalesce(asker.name, "").label("asked_by"),
            Note.withdrawn_at.is_not(None).label("withdrawn"), Note.hidden_at.is_not(None).label("hidden"),
            Note.held_at.is_not(None).label("held"),
        )
        .outerjoin(Person, Person.id == Note.author_id)
        .outerjoin(asker, asker.id == Note.asked_by_id)
        .where(Note.conference_id == bindparam("conference_id"))
    )  # fmt: skip
    return query.where(Note.id.in_(bindparam("ids", expanding=True))) if some else query


@cache
def _hanging(*, some: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """(note id, kind, turn, number, words), in no order: all that hangs on the notes of `_notes`, in one statement."""

    def of(table: type[NoteTag | CoPresenter | CoHost | Comment], *columns: Any) -> Select[*tuple[Any, ...]]:
        query = select(table.note_id, *columns).join(Note, Note.id == table.note_id)
        query = query.where(Note.conference_id == bindparam("conference_id"))
        return query.where(table.note_id.in_(bindparam("ids", expanding=True))) if some else query

    turn = func.row_number().over(partition_by=CoHost.note_id, order_by=(CoHost.joined_at, CoHost.person_id))
    return union_all(
        of(NoteTag, literal("tag"), literal(0), literal(0), NoteTag.tag),
        of(CoPresenter, literal("copresenter"), CoPresenter.position, literal(0), CoPresenter.name),
        of(CoHost, literal("cohost"), turn, CoHost.person_id, Person.name).join(Person, Person.id == CoHost.person_id),
        of(Comment, literal("questions"), literal(0), func.count(), literal(""))
        .where(Comment.hidden_at.is_(None))
        .group_by(Comment.note_id),
    )


def _by_note(lines: Iterable[Any]) -> dict[int, _Hanging]:
    found: dict[int, _Hanging] = {}
    for note_id, kind, _turn, number, words in sorted(map(tuple, lines)):
        hanging = found.setdefault(note_id, _Hanging([], [], []))
        if kind == "tag":
            hanging.tags.append(words)
        elif kind == "copresenter":
            hanging.copresenters.append(words)
        elif kind == "cohost":
            hanging.cohosts.append((number, words))
        else:
            hanging.questions = number
    return found


def top_tags(db: Session, conference: Conference) -> list[str]:
    """The tags on most notes, the most used first."""
    return list(db.execute(_TOP_TAGS, {"conference_id": conference.id}).scalars())


_TOP_TAGS = (
    select(NoteTag.tag)
    .join(Note, Note.id == NoteTag.note_id)
    .where(Note.conference_id == bindparam("conference_id"), ON_THE_WALL)
    .group_by(NoteTag.tag)
    .order_by(func.count().desc(), NoteTag.tag)
    .limit(TOP_TAGS)
)
