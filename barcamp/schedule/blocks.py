"""Blocks of lightning talks: one place on the schedule for many talks of a few minutes, given one after the other.

A block is a row of Note that is never on the wall; the talks in it are notes with its id as `block_id` and have no
place of their own. It begins and ends in the draft alone: the public sees nothing of it before the next version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from barcamp.conferences.errors import ChangedMeanwhile
from barcamp.conferences.models import Conference
from barcamp.core.timetable.lightning import Talk, line_up
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule import publishing, quiet
from barcamp.schedule.draft import Draft, DraftNote, read
from barcamp.schedule.errors import BlockRefused
from barcamp.schedule.line_up import capacity, find_shortest_span, find_span, places_between, running_order
from barcamp.wall.models import Note

USUAL_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """A talk of a block. `starts_at` is None while the block has no place, and for talks that it has no time for."""

    talk: DraftNote
    starts_at: datetime | None
    fits: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A block as the board shows it. `places` is how many talks it has room for, `span` when it begins and ends."""

    id: int
    title: str
    talk_minutes: int
    length: int
    stars: int
    turns: tuple[Turn, ...]
    places: int
    span: tuple[datetime, datetime] | None

    @property
    def free(self) -> int:
        return max(0, self.places - len(self.turns))

    @property
    def left_over(self) -> int:
        """How many talks it has no time for: it was moved to a shorter slot, or its talks got longer."""
        return sum(not turn.fits for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Blocks:
    """All blocks by id, and the lightning talks that are in none, the most starred first."""

    blocks: tuple[Block, ...]
    waiting: tuple[DraftNote, ...]

    def find(self, block_id: int | None) -> Block | None:
        return next((block for block in self.blocks if block.id == block_id), None)


def of(draft: Draft) -> Blocks:
    """The blocks of a draft that has been read."""
    return Blocks(tuple(_block(draft, note) for note in draft.blocks), tuple(_waiting(draft)))


def gather(
    db: Session, conference: Conference, actor: Person, title: str, talk_minutes: int, length: int, *, now: datetime
) -> list[Note]:
    """Put all lightning talks that are in no block into new ones: as few as it takes, about equally popular.

    Where it takes several, their titles are numbered. Talks that are pinned, or begin any moment, stay where they are.
    """
    draft = _hold(db, conference, now)
    waiting = {talk.id: talk for talk in _waiting(draft)}
    if not waiting:
        raise BlockRefused(N_("No lightning talk is without a block."))
    talks = [Talk(talk.id, talk.stars, talk.people) for talk in waiting.values()]
    groups = line_up(talks, _places(draft, talk_minutes, length))
    titles = [title] if len(groups) == 1 else [f"{title} {number}" for number in range(1, len(groups) + 1)]
    made = []
    for name, group in zip(titles, groups, strict=True):
        block = _add(db, conference, name, talk_minutes, length, now=now)
        _move_in(db, block, group)
        after = {"title": name, "talks": list(group)}
        log.write(db, conference, actor, "block-made", f"note:{block.id}", after=after, now=now)
        made.append(block)
    _follow(db, conference, actor, made, waiting, now=now)
    return made


def make(
    db: Session, conference: Conference, actor: Person, title: str, talk_minutes: int, length: int, *, now: datetime
) -> Note:
    """An empty block, to be filled later. It gets no place before it has a talk."""
    draft = _hold(db, conference, now)
    _places(draft, talk_minutes, length)
    block = _add(db, conference, title, talk_minutes, length, now=now)
    log.write(db, conference, actor, "block-made", f"note:{block.id}", after={"title": title, "talks": []}, now=now)
    return block


def change(
    db: Session, conference: Conference, actor: Person, block: Note, title: str, talk_minutes: int, length: int,
    *, seen: int | None, now: datetime,
) -> None:  # fmt: skip
    """Another title, longer or shorter talks, more or fewer slots. The title is true in public at once, as any note's.

    Refused when somebody has changed the block since the log's revision `seen`.
    """
    draft = _hold(db, conference, now)
    _refuse_when_changed(db, block, seen)
    _places(draft, talk_minutes, length)
    before, after = _facts(block), {"title": title, "talk_minutes": talk_minutes, "length": length}
    if before == after:
        return
    block.title, block.talk_minutes, block.length = title, talk_minutes, length
    log.write(db, conference, actor, "block-changed", f"note:{block.id}", before=before, after=after, now=now)
    _follow(db, conference, actor, [block], now=now)


def fill(db: Session, conference: Conference, actor: Person, block: Note, *, now: datetime) -> int:
    """Put lightning talks that are in no block into this one, the most starred first, until it is full.

    Returns how many came in.
    """
    draft = _hold(db, conference, now)
    here = _find(draft, block)
    talks = [talk.id for talk in _waiting(draft)][: here.free]
    if not talks:
        raise BlockRefused(
            N_("This block is full.") if _waiting(draft) else N_("No lightning talk is without a block.")
        )
    _move_in(db, block, talks)
    log.write(db, conference, actor, "block-filled", f"note:{block.id}", after={"talks": talks}, now=now)
    _follow(db, conference, actor, [block], talks, now=now)
    return len(talks)


def put_in(db: Session, conference: Conference, actor: Person, block: Note, note_id: int, *, now: datetime) -> None:
    """Put one lightning talk into a block. One that is there already is left alone."""
    draft = _hold(db, conference, now)
    here = _find(draft, block)
    if note_id in [turn.talk.id for turn in here.turns]:
        return
    if note_id not in [talk.id for talk in _waiting(draft)]:
        raise BlockRefused(N_("This is no lightning talk that waits for a block: it may be in one, or off the wall."))
    if not here.free:
        raise BlockRefused(N_("This block is full."))
    _move_in(db, block, [note_id])
    log.write(db, conference, actor, "talk-in", f"note:{note_id}", after={"block": block.id}, now=now)
    _follow(db, conference, actor, [block], [note_id], now=now)


def take_out(db: Session, conference: Conference, actor: Person, block: Note, note_id: int, *, now: datetime) -> None:
    """Take a talk out of its block: from now on it gets a place like any note. One that is out is left alone."""
    log.hold(db, conference)
    gone = db.execute(
        update(Note).where(Note.id == note_id, Note.block_id == block.id).values(block_id=None).returning(Note.id)
    ).scalar_one_or_none()
    if gone is None:
        return
    log.write(db, conference, actor, "talk-out", f"note:{note_id}", before={"block": block.id}, now=now)
    _follow(db, conference, actor, [block], [note_id], now=now)


def end(db: Session, conference: Conference, actor: Person, block: Note, *, now: datetime) -> None:
    """End a block: its talks are single notes again. One that has ended is left alone."""
    log.hold(db, conference)
    db.refresh(block)
    if block.withdrawn_at is not None:
        return
    talks = sorted(
        db.scalars(update(Note).where(Note.block_id == block.id).values(block_id=None).returning(Note.id)).all()
    )
    block.withdrawn_at = now
    before = _facts(block) | {"talks": talks}
    log.write(db, conference, actor, "block-ended", f"note:{block.id}", before=before, now=now)
    _follow(db, conference, actor, [block], talks, now=now)


def find_block(db: Session, conference: Conference, block_id: int) -> Note | None:
    """The row of a block that has not ended."""
    return db.scalars(
        select(Note).where(
            Note.id == block_id,
            Note.conference_id == conference.id,
            Note.talk_minutes.is_not(None),
            Note.withdrawn_at.is_(None),
        )
    ).one_or_none()


def last_revision(db: Session, block: Note) -> int:
    """The log's revision since which a block has its title and its size. Forms carry it."""
    found = db.execute(
        select(func.max(Change.revision)).where(
            Change.conference_id == block.conference_id,
            Change.subject == f"note:{block.id}",
            Change.kind.in_(("block-made", "block-changed", "block-ended")),
        )
    ).scalar_one()
    return found or 0


def _block(draft: Draft, note: DraftNote) -> Block:
    span, places = find_span(draft, note), capacity(draft, note)
    starts = {} if span is None else {talk.id: starts_at for talk, starts_at in running_order(note, *span)}
    turns = [Turn(talk, starts.get(talk.id), number < places) for number, talk in enumerate(note.line_up)]
    minutes = note.talk_minutes or USUAL_MINUTES
    return Block(note.id, note.title, minutes, note.length, note.stars, tuple(turns), places, span)


def _waiting(draft: Draft) -> list[DraftNote]:
    """Lightning talks in no block that may move: not those that are pinned, have begun or are about to."""
    loose = [note for note in draft.notes if note.format == "lightning" and not note.is_block]
    free = [note for note in loose if not _is_kept(draft, note.id)]
    return sorted(free, key=lambda note: (-note.stars, note.id))


def _is_kept(draft: Draft, note_id: int) -> bool:
    placed = draft.placed.get(note_id)
    return placed is not None and (placed.pinned or placed.slot in draft.frozen_slots)


def _hold(db: Session, conference: Conference, now: datetime) -> Draft:
    """Stand in the conference's line and read its draft."""
    log.hold(db, conference)
    return read(db, conference, stars=False, now=now)


def _find(draft: Draft, block: Note) -> Block:
    found = of(draft).find(block.id)
    if found is None:
        raise BlockRefused(N_("This block has just been ended."))
    return found


def _places(draft: Draft, talk_minutes: int, length: int) -> int:
    """How many such talks fit into a block, wherever it may come to stand; refused where that is none."""
    span = find_shortest_span(draft, length)
    if span is None:
        raise BlockRefused(N_("No stretch of the day is that many slots long."))
    places = places_between(*span, talk_minutes)
    if not places:
        raise BlockRefused(N_("Not one such talk fits: the shortest slot is shorter than that."))
    return places


def _add(db: Session, conference: Conference, title: str, talk_minutes: int, length: int, *, now: datetime) -> Note:
    block = Note(
        uid=str(uuid4()), conference_id=conference.id, title=title, format="lightning", length=length,
        talk_minutes=talk_minutes, posted_at=now,
    )  # fmt: skip
    db.add(block)
    db.flush()
    return block


def _move_in(db: Session, block: Note, note_ids: Iterable[int]) -> None:
    db.execute(update(Note).where(Note.id.in_(list(note_ids))).values(block_id=block.id))


def _follow(
    db: Session,
    conference: Conference,
    actor: Person,
    blocks: Iterable[Note],
    note_ids: Iterable[int] = (),
    *,
    now: datetime,
) -> None:
    """A talk in a block gives up its own place, an empty block its; a line-up goes public with the next version."""
    db.flush()
    publishing.follow(db, conference, actor, notes=[*(block.id for block in blocks), *note_ids], now=now)
    quiet.note_change(db, conference, now=now)


def _refuse_when_changed(db: Session, block: Note, seen: int | None) -> None:
    if seen is not None and last_revision(db, block) != seen:
        raise ChangedMeanwhile
    db.refresh(block)
    if block.withdrawn_at is not None:
        raise BlockRefused(N_("This block has just been ended."))


def _facts(block: Note) -> dict[str, Any]:
    return {"title": block.title, "talk_minutes": block.talk_minutes, "length": block.length}
