"""Every SELECT about versions, the published schedule and the draft's history. The draft itself is read in draft.py."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule.models import Cell, Entry, Placement, Publication, Version
from barcamp.venue.models import Room
from barcamp.wall.models import ON_THE_WALL, Note, Star, presented_by

# what changes the draft, so that a page made before it is stale
UNDOABLE = ("arranged", "placed", "taken-off", "pinned", "unpinned")
DRAFT_KINDS = (
    *UNDOABLE, "undone", "displaced", "room-added", "room-changed", "room-removed", "room-closed", "room-opened",
    "slots-made", "slots-rezoned", "slot-added", "slot-changed", "slot-removed",
)  # fmt: skip


def draft_revision(db: Session, conference: Conference) -> int:
    """The log's revision of the newest change of the draft; 0 before the first. Board pages carry it."""
    found = db.execute(
        select(Change.revision)
        .where(Change.conference_id == conference.id, Change.kind.in_(DRAFT_KINDS))
        .order_by(Change.revision.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found or 0


def find_who_changed_the_draft(db: Session, conference: Conference, seen: int) -> str | None:
    """Who was the last to change the draft after revision `seen`: a name, "" where nobody is known; None: unchanged."""
    row = db.execute(
        select(Person.name)
        .select_from(Change)
        .outerjoin(Person, Person.id == Change.actor_id)
        .where(Change.conference_id == conference.id, Change.revision > seen, Change.kind.in_(DRAFT_KINDS))
        .order_by(Change.revision.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else row[0] or ""


def find_undoable(db: Session, conference: Conference) -> Change | None:
    """The newest change of the draft that has not been taken back."""
    undone = select(Change.subject).where(Change.conference_id == conference.id, Change.kind == "undone")
    taken_back = {int(subject.partition(":")[2]) for subject in db.scalars(undone)}
    query = (
        select(Change)
        .where(Change.conference_id == conference.id, Change.kind.in_(UNDOABLE))
        .order_by(Change.revision.desc())
        .limit(len(taken_back) + 1)
    )
    return next((change for change in db.scalars(query) if change.revision not in taken_back), None)


def lengths_on_the_wall(db: Session, conference: Conference) -> dict[int, int]:
    """How many slots each note on the wall wants, by its id."""
    rows = db.execute(
        select(Note.id, Note.length).where(Note.conference_id == conference.id, ON_THE_WALL, ~Note.seeks_host)
    )
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


def find_entry(db: Session, note_id: int) -> Entry | None:
    """A note's line in the published schedule."""
    return db.scalars(select(Entry).where(Entry.note_id == note_id, Entry.state != "hidden")).one_or_none()


def fragments(db: Session, conference: Conference) -> Sequence[bytes]:
    """The stored iCal fragments of the published schedule, in the order of the day."""
    return db.scalars(
        select(Entry.fragment)
        .where(Entry.conference_id == conference.id, Entry.state != "hidden")
        .order_by(Entry.starts_at, Entry.note_id)
    ).all()


def versions(db: Session, conference: Conference) -> Sequence[Version]:
    """Every version, newest first."""
    return db.scalars(
        select(Version).where(Version.conference_id == conference.id).order_by(Version.number.desc())
    ).all()


def starred_entry_ids(db: Session, conference: Conference, person_id: int) -> set[int]:
    """The ids of the scheduled notes that somebody starred."""
    return set(
        db.scalars(
            select(Star.note_id)
            .join(Entry, Entry.note_id == Star.note_id)
            .where(Entry.conference_id == conference.id, Star.person_id == person_id)
        )
    )


def room_names(db: Session, conference: Conference) -> dict[int, str]:
    return dict(db.execute(select(Room.id, Room.name).where(Room.conference_id == conference.id)).all())


def own_note_ids(db: Session, conference: Conference, person_id: int) -> set[int]:
    """The notes somebody presents."""
    return set(db.scalars(select(Note.id).where(Note.conference_id == conference.id, presented_by(person_id))))
