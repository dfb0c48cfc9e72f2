"""The notes of the draft: what the board and the solver need of each, and of each block of lightning talks.

A block stands in the draft for the talks in it: they themselves are no notes of the draft.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from barcamp.conferences.models import Conference
from barcamp.core.slugs import fold
from barcamp.people.models import Person
from barcamp.schedule.models import Entry
from barcamp.wall.models import IN_A_BLOCK, ON_THE_WALL, CoHost, CoPresenter, Format, Note, NoteAway, NoteTag, Star

STEP_FREE = "step-free"

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class DraftNote:
    """What the board and the solver need of a note on the wall, or of a block of lightning talks.

    A block is wherever all its talks can be: it has the hosts, needs and absences of all, and as stars the number of
    people who starred any of them. `line_up` are its talks in the order in which they are given.
    """

    id: int
    title: str
    hosts: tuple[str, ...]  # names; the author first, unless erased
    people: tuple[str, ...]  # keys that are equal for the same person
    format: Format
    length: int
    needs: frozenset[str]
    wanted_slot_id: int | None
    wanted_room_id: int | None
    away: frozenset[int]  # slot ids
    tags: tuple[str, ...]
    stars: int
    late_factor: float  # what its stars count for beside those of notes that were up from the start
    talk_minutes: int | None = None  # of a block
    line_up: tuple[DraftNote, ...] = ()

    @property
    def is_block(self) -> bool:
        return self.talk_minutes is not None


@dataclass(frozen=True, slots=True)
class DraftNotes:
    """`notes` are what gets a place: single notes and blocks with at least one talk, by id. `blocks` are all blocks.
    `number` says for each note on the wall where in `notes` it is found, itself or its block.
    """

    notes: tuple[DraftNote, ...]
    blocks: tuple[DraftNote, ...]
    number: Mapping[int, int]


def read_notes(db: Session, conference: Conference, factors: Mapping[int, float]) -> DraftNotes:
    """Every note and block of a conference's draft, in a constant number of SELECTs."""
    on_the_wall = (Note.conference_id == conference.id) & ON_THE_WALL & ~Note.seeks_host
    rows = db.execute(
        select(
            Note.id, Note.title, Note.author_id, Person.name, Note.format, Note.length, Note.needs, Note.step_free,
            Note.wanted_slot_id, Note.wanted_room_id, Note.star_count, Note.block_id,
            Entry.block_id.label("published_in"), Entry.starts_at.label("published_at"),
        )
        .outerjoin(Person, Person.id == Note.author_id)
        .outerjoin(Entry, and_(Entry.note_id == Note.id, Entry.state == "on"))
        .where(on_the_wall)
        .order_by(Note.id)
    ).all()  # fmt: skip
    single = {note.id: note for note in _single_notes(db, rows, select(Note.id).where(on_the_wall), factors)}
    talks = _line_ups(rows, single)
    blocks = tuple(_block(row, talks[row.id]) for row in _block_rows(db, conference))
    block_of = {talk.id: block.id for block in blocks for talk in block.line_up}
    alone = [note for note in single.values() if note.id not in block_of]
    notes = sorted([*alone, *(block for block in blocks if block.line_up)], key=lambda note: note.id)
    number = {note.id: place for place, note in enumerate(notes)}
    return DraftNotes(tuple(notes), blocks, number | {talk: number[block] for talk, block in block_of.items()})


def read_stars(db: Session, conference: Conference, number: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    """For each person who starred anything that gets a place: the numbers of those, each once."""
    rows = db.execute(
        select(Star.person_id, Star.note_id)
        .join(Note, Note.id == Star.note_id)
        .where(Note.conference_id == conference.id)
        .order_by(Star.person_id, Star.note_id)
    )
    starred = _lists((person_id, number[note_id]) for person_id, note_id in rows if note_id in number)
    return tuple(tuple(sorted(set(mine))) for mine in starred.values())


def _line_ups(rows: Sequence[Any], notes: Mapping[int, DraftNote]) -> defaultdict[int, list[DraftNote]]:
    """The talks of each block: those that are published in it in the order they have there, since people rely on
    that; then the others, the most starred first.
    """
    talks = [row for row in rows if row.block_id is not None and row.format == "lightning"]
    settled = [row for row in talks if row.published_in == row.block_id]
    new = [row for row in talks if row.published_in != row.block_id]
    settled.sort(key=lambda row: (row.published_at, row.id))
    new.sort(key=lambda row: (-row.star_count, row.id))
    return _lists((row.block_id, notes[row.id]) for row in [*settled, *new])


def _block_rows(db: Session, conference: Conference) -> Sequence[Any]:
    """The blocks by id, each with the number of people who starred any of its talks."""
    block = aliased(Note)
    return db.execute(
        select(
            block.id, block.title, block.length, block.talk_minutes,
            func.count(func.distinct(Star.person_id)).label("fans"),
        )
        .select_from(block)
        .outerjoin(Note, and_(Note.block_id == block.id, IN_A_BLOCK))
        .outerjoin(Star, Star.note_id == Note.id)
        .where(
            block.conference_id == conference.id, block.talk_minutes.is_not(None), block.withdrawn_at.is_(None)
        )
        .group_by(block.id, block.title, block.length, block.talk_minutes)
        .order_by(block.id)
    ).all()  # fmt: skip


def _block(row: Any, talks: Sequence[DraftNote]) -> DraftNote:
    stars = sum(talk.stars for talk in talks)
    weighted = sum(talk.stars * talk.late_factor for talk in talks)
    return DraftNote(
        id=row.id,
        title=row.title,
        hosts=tuple(dict.fromkeys(name for talk in talks for name in talk.hosts)),
        people=tuple(dict.fromkeys(key for talk in talks for key in talk.people)),
        format="lightning",
        length=row.length,
        needs=frozenset().union(*(talk.needs for talk in talks)),
        wanted_slot_id=None,
        wanted_room_id=None,
        away=frozenset().union(*(talk.away for talk in talks)),
        tags=tuple(sorted({tag for talk in talks for tag in talk.tags})),
        stars=row.fans,
        late_factor=weighted / stars if stars else 1.0,
        talk_minutes=row.talk_minutes,
        line_up=tuple(talks),
    )


def _single_notes(db: Session, rows: Sequence[Any], ids: Select[int], factors: Mapping[int, float]) -> list[DraftNote]:
    copresenters = _lists(
        db.execute(
            select(CoPresenter.note_id, CoPresenter.name)
            .where(CoPresenter.note_id.in_(ids))
            .order_by(CoPresenter.note_id, CoPresenter.position)
        )
    )
    tags = _lists(
        db.execute(
            select(NoteTag.note_id, NoteTag.tag).where(NoteTag.note_id.in_(ids)).order_by(NoteTag.note_id, NoteTag.tag)
        )
    )
    away = _lists(db.execute(select(NoteAway.note_id, NoteAway.slot_id).where(NoteAway.note_id.in_(ids))))
    cohosts = _cohosts(db, ids)
    known = [(row.author_id, row.name) for row in rows if row.author_id is not None]
    known += [one for theirs in cohosts.values() for one in theirs]
    accounts = _lists((fold(name), f"person:{person_id}") for person_id, name in known)
    return [
        DraftNote(
            id=row.id,
            title=row.title,
            hosts=tuple(name for _id, name in _on_stage(row, cohosts)) + tuple(copresenters[row.id]),
            people=_people([person_id for person_id, _name in _on_stage(row, cohosts)], copresenters[row.id], accounts),
            format=row.format,
            length=row.length,
            needs=frozenset(row.needs) | ({STEP_FREE} if row.step_free else frozenset()),
            wanted_slot_id=row.wanted_slot_id,
            wanted_room_id=row.wanted_room_id,
            away=frozenset(away[row.id]),
            tags=tuple(tags[row.id]),
            stars=row.star_count,
            late_factor=factors.get(row.id, 1.0),
        )
        for row in rows
    ]


def _cohosts(db: Session, note_ids: Select[int]) -> defaultdict[int, list[tuple[int, str]]]:
    """(person id, name) of each note's co-hosts, in the order in which they joined."""
    rows = db.execute(
        select(CoHost.note_id, CoHost.person_id, Person.name)
        .join(Person, Person.id == CoHost.person_id)
        .where(CoHost.note_id.in_(note_ids))
        .order_by(CoHost.note_id, CoHost.joined_at, CoHost.person_id)
    )
    return _lists((note_id, (person_id, name)) for note_id, person_id, name in rows)


def _on_stage(row: Any, cohosts: Mapping[int, list[tuple[int, str]]]) -> list[tuple[int, str]]:
    """(person id, name) of those with an account who present a note: its author, unless erased, and its co-hosts."""
    author = [] if row.author_id is None else [(row.author_id, row.name)]
    return author + cohosts.get(row.id, [])


def _people(ids: list[int], names: list[str], accounts: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Keys of everybody on stage. A co-presenter named like somebody who has an account and presents here is taken to
    be that one: better a slot apart for nothing than one person in two rooms.
    """
    keys = [f"person:{person_id}" for person_id in ids]
    for name in names:
        keys += accounts.get(fold(name)) or [f"name:{fold(name)}"]
    return tuple(dict.fromkeys(keys))


def _lists(pairs: Iterable[tuple[K, V]]) -> defaultdict[K, list[V]]:
    found: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
