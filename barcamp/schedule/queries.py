"""What SELECTs find of the published schedule and of the draft's history.

The draft itself is read in draft.py, earlier versions in versions.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import queries as log
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule.models import Cell, Entry, Placement, Publication
from barcamp.venue.models import Room
from barcamp.wall.models import IN_A_BLOCK, ON_THE_WALL, Note

# what moves notes by hand or at once, and can be taken back; such lines say "places" before and after
UNDOABLE = ("arranged", "repaired", "restored", "imported", "placed", "taken-off", "pinned", "unpinned")
MOVES = (*UNDOABLE, "undone", "redone", "displaced")
GRID_KINDS = (
    "room-added", "room-changed", "room-removed", "room-closed", "room-opened", "slots-made", "slots-rezoned",
    "slot-added", "slot-changed", "slot-removed",
)  # fmt: skip
BLOCK_KINDS = ("block-made", "block-changed", "block-filled", "block-ended", "talk-in", "talk-out")
# what changes the draft, so that a page made before it is stale
DRAFT_KINDS = (*MOVES, *GRID_KINDS, *BLOCK_KINDS)

BATCH = 200


class Line(NamedTuple):
    """A line of the log, with the name of whoever did it, "" where nobody is known."""

    revision: int
    at: datetime
    kind: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    who: str


def draft_revision(db: Session, conference: Conference) -> int:
    """How far the log has come. Board pages are read after this and carry it: who acts on one says what was seen."""
    return log.revision(db, conference.id)


def find_who_changed_the_draft(
    db: Session, conference: Conference, seen: int, kinds: Collection[str] = DRAFT_KINDS
) -> str | None:
    """Who was the last to change the draft after revision `seen`: a name, "" where nobody is known; None: unchanged."""
    row = db.execute(
        select(Person.name)
        .select_from(Change)
        .outerjoin(Person, Person.id == Change.actor_id)
        .where(Change.conference_id == conference.id, Change.revision > seen, Change.kind.in_(kinds))
        .order_by(Change.revision.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else row[0] or ""


def lines_since(
    db: Session, conference: Conference, seen: int, *, kinds: Collection[str] = DRAFT_KINDS, notes: Collection[int] = ()
) -> list[Line]:
    """The lines of these kinds after revision `seen`, and all about these notes (ids); newest first."""
    about = [f"note:{note_id}" for note_id in notes]
    return _lines(
        db,
        Change.conference_id == conference.id,
        Change.revision > seen,
        Change.kind.in_(kinds) | Change.subject.in_(about),
    )


def history(db: Session, conference: Conference, *, limit: int, offset: int = 0) -> list[Line]:
    """The draft's moves, newest first."""
    return _lines(
        db, Change.conference_id == conference.id, Change.kind.in_(MOVES), limit=limit, offset=offset
    )  # fmt: skip


def count_moves(db: Session, conference: Conference) -> int:
    query = select(func.count()).where(Change.conference_id == conference.id, Change.kind.in_(MOVES))
    return db.execute(query).scalar_one()


def _lines(db: Session, *where: ColumnElement[bool], limit: int | None = None, offset: int = 0) -> list[Line]:
    rows = db.execute(
        select(
            Change.revision, Change.at, Change.kind, Change.subject, Change.before, Change.after,
            func.coalesce(Person.name, ""),
        )
        .outerjoin(Person, Person.id == Change.actor_id)
        .where(*where)
        .order_by(Change.revision.desc())
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [Line(*row) for row in rows]


def find_move(db: Session, conference: Conference, revision: int) -> Change | None:
    """A change of the draft that can be taken back, by its revision."""
    return db.scalars(
        select(Change).where(
            Change.conference_id == conference.id,
            Change.revision == revision,
            Change.kind.in_((*UNDOABLE, "displaced")),
        )
    ).one_or_none()


def find_undoable(db: Session, conference: Conference) -> Change | None:
    """The newest change of the draft that has not been taken back, whoever made it; one that was brought back counts
    as new.
    """
    seen: set[int] = set()
    for revision, kind, subject in _steps(db, conference):
        number = _about(revision, kind, subject)
        if kind != "undone" and number not in seen:
            return find_move(db, conference, number)
        seen.add(number)
    return None


def find_redoable(db: Session, conference: Conference) -> Change | None:
    """The change that was taken back last and can be brought back, unless something new was done to the draft since."""
    seen: set[int] = set()
    for revision, kind, subject in _steps(db, conference):
        number = _about(revision, kind, subject)
        if kind == "undone" and number not in seen:
            return find_move(db, conference, number)
        if kind in UNDOABLE:
            return None
        seen.add(number)
    return None


def last_turns(db: Session, conference: Conference, revisions: Collection[int]) -> dict[int, Change]:
    """The newest line that took back, or brought back, each of these changes (by revision)."""
    lines = db.scalars(
        select(Change)
        .where(
            Change.conference_id == conference.id,
            Change.kind.in_(("undone", "redone")),
            Change.subject.in_([f"change:{revision}" for revision in revisions]),
        )
        .order_by(Change.revision)
    )
    return {about(line): line for line in lines}


def _steps(db: Session, conference: Conference) -> Iterator[tuple[int, str, str]]:
    """(revision, kind, subject) of what was done, taken back and brought back, newest first."""
    below = None
    while True:
        query = select(Change.revision, Change.kind, Change.subject).where(
            Change.conference_id == conference.id, Change.kind.in_((*UNDOABLE, "undone", "redone"))
        )
        if below is not None:
            query = query.where(Change.revision < below)
        rows = db.execute(query.order_by(Change.revision.desc()).limit(BATCH)).all()
        yield from ((revision, kind, subject) for revision, kind, subject in rows)
        if len(rows) < BATCH:
            return
        below = rows[-1].revision


def about(line: Line | Change) -> int:
    """The revision of the change that a line did, took back or brought back."""
    return _about(line.revision, line.kind, line.subject)


def _about(revision: int, kind: str, subject: str) -> int:
    return int(subject.partition(":")[2]) if kind in ("undone", "redone") else revision


def note_titles(db: Session, conference: Conference, note_ids: Collection[int]) -> dict[int, str]:
    """The titles of these notes, also of those off the wall."""
    query = select(Note.id, Note.title).where(Note.conference_id == conference.id, Note.id.in_(note_ids))
    return dict(db.execute(query).all())


def removed(db: Session, conference: Conference, subjects: Collection[str]) -> dict[str, dict[str, Any]]:
    """What rooms and slots were ("room:3") before they were removed one by one, as far as the log says."""
    if not subjects:
        return {}
    rows = db.execute(
        select(Change.subject, Change.before).where(
            Change.conference_id == conference.id,
            Change.kind.in_(("room-removed", "slot-removed")),
            Change.subject.in_(subjects),
        )
    )
    return {subject: before or {} for subject, before in rows}


def lengths_on_the_wall(db: Session, conference: Conference) -> dict[int, int]:
    """How many slots each note on the wall and each block wants, by its id; without the talks in blocks."""
    alone = and_(ON_THE_WALL, ~Note.seeks_host, ~IN_A_BLOCK)
    block = and_(Note.talk_minutes.is_not(None), Note.withdrawn_at.is_(None))
    rows = db.execute(select(Note.id, Note.length).where(Note.conference_id == conference.id, or_(alone, block)))
    return dict(rows.all())


def cells(db: Session, conference: Conference) -> set[tuple[int, int, int]]:
    """(slot id, room id, note id) of every cell that is taken in the draft."""
    rows = db.execute(
        select(Cell.slot_id, Cell.room_id, Cell.note_id)
        .join(Placement, Placement.note_id == Cell.note_id)
        .where(Placement.conference_id == conference.id)
    )
    return {(slot_id, room_id, note_id) for slot_id, room_id, note_id in rows}


def find_publication(db: Session, conference: Conference) -> Publication | None:
    """What is published now, or None before the first version."""
    return db.get(Publication, conference.id)


def entries(db: Session, conference: Conference, *, hidden: bool = False) -> Sequence[Entry]:
    """The published schedule, in the order of the day: by start, room and note. Hidden ones are only for publishing."""
    query = select(Entry).where(Entry.conference_id == conference.id)
    if not hidden:
        query = query.where(Entry.state != "hidden")
    return db.scalars(query.order_by(Entry.starts_at, Entry.room, Entry.note_id)).all()


def line_up(db: Session, block_id: int) -> Sequence[Entry]:
    """The talks that are public in a block, in the order in which they are given."""
    return db.scalars(
        select(Entry).where(Entry.block_id == block_id, Entry.state == "on").order_by(Entry.starts_at, Entry.note_id)
    ).all()


def find_entry(db: Session, note_id: int) -> Entry | None:
    """A note's line in the published schedule."""
    return db.scalars(select(Entry).where(Entry.note_id == note_id, Entry.state != "hidden")).one_or_none()


def fragments(db: Session, conference: Conference) -> Sequence[bytes]:
    """The stored iCal fragments of the published schedule, in the order of the day: a block for all its talks."""
    return db.scalars(
        select(Entry.fragment)
        .where(Entry.conference_id == conference.id, Entry.state != "hidden", Entry.block_id.is_(None))
        .order_by(Entry.starts_at, Entry.note_id)
    ).all()


def room_names(db: Session, conference: Conference) -> dict[int, str]:
    return dict(db.execute(select(Room.id, Room.name).where(Room.conference_id == conference.id)).all())
