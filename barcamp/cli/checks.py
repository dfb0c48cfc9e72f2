"""What must always hold in the database, each thing as a small function: for `verify`, and for tests after a crash.

Wrong is what no use of the site can bring about. What organizers may do on purpose (seat somebody in a closed room) or
the world may do to us (a mail server that is away) is worth a note only. That nobody stars a note twice and no cell is
taken twice are primary keys, which SQLite's own check looks after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from barcamp.cli import merges
from barcamp.conferences.models import Conference
from barcamp.core.times import Span, blocks
from barcamp.log.models import Change, Head
from barcamp.mail.models import Letter
from barcamp.people.models import Person
from barcamp.registration.models import Registration
from barcamp.schedule import draft, problems
from barcamp.schedule.models import Cell, Entry, Placement, Publication, Version
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import IN_A_BLOCK, ON_THE_WALL, CoHost, Look, Note, Star

LETTERS_LATE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `is_wrong` makes the whole check fail."""

    text: str
    is_wrong: bool = True


def run(db: Session, *, now: datetime) -> list[Finding]:
    """Everything that is off; in a damaged database only that, since the other questions rely on its keys."""
    damage = list(database_is_sound(db))
    if damage:
        return damage
    return [
        *logs_are_whole(db),
        *stars_are_counted(db),
        *nobody_stars_their_own(db),
        *looks_are_counted(db),
        *(Finding(fault) for fault in merges.faults(db)),
        *nothing_reaches_across(db),
        *blocks_hold_talks(db),
        *cells_are_the_placements(db),
        *rules_are_kept(db),
        *places_are_given_out(db),
        *publications_are_whole(db),
        *letters_leave(db, now=now),
    ]


def count(db: Session) -> str:
    """ "1 conferences, 31 notes, 119 people and 640 stars"."""
    counted = [
        db.execute(select(func.count()).select_from(table)).scalar_one() for table in (Conference, Note, Person, Star)
    ]
    return "{:,} conferences, {:,} notes, {:,} people and {:,} stars".format(*counted)


def database_is_sound(db: Session) -> Iterator[Finding]:
    """SQLite can look through all its pages and keys. PostgreSQL keeps its keys itself."""
    if db.get_bind().dialect.name != "sqlite":
        return
    for line in db.execute(text("PRAGMA integrity_check")).scalars():
        if line != "ok":
            yield Finding(f"The database file is damaged: {line}")
    for table, row, parent, _ in db.execute(text("PRAGMA foreign_key_check")):
        yield Finding(f"Row {row} of {table} points to a row of {parent} that is not there.")


def logs_are_whole(db: Session) -> Iterator[Finding]:
    """Every conference has a head, and its changes are 1, 2, 3 … up to the head's revision."""
    found = select(
        Change.conference_id, func.count().label("lines"), func.min(Change.revision).label("first"),
        func.max(Change.revision).label("last"),
    ).group_by(Change.conference_id).subquery()  # fmt: skip
    rows = db.execute(
        select(Conference.slug, Head.revision, found.c.lines, found.c.first, found.c.last)
        .outerjoin(Head, Head.conference_id == Conference.id)
        .outerjoin(found, found.c.conference_id == Conference.id)
        .order_by(Conference.id)
    )
    for slug, head, lines, first, last in rows:
        if head is None:
            yield Finding(f"/{slug}/ has no log.")
        elif (lines or 0, first or 1, last or 0) != (head, 1, head):
            yield Finding(
                f"The log of /{slug}/ has {lines or 0} lines from {first} to {last}, and should end at {head}."
            )


def stars_are_counted(db: Session) -> Iterator[Finding]:
    for note, shown, there in _miscounted(db, Note.star_count, Star):
        yield Finding(f"Note {note} shows {shown} stars and has {there}.")


def looks_are_counted(db: Session) -> Iterator[Finding]:
    for note, said, there in _miscounted(db, Note.look_count, Look):
        yield Finding(f"Note {note} says that {said} looked at it, and {there} did.")


def _miscounted(
    db: Session, counter: InstrumentedAttribute[int], rows: type[Star | Look]
) -> Iterator[tuple[int, int, int]]:
    """(note, what its counter says, how many rows there are), where the two differ."""
    counted = select(rows.note_id, func.count().label("there")).group_by(rows.note_id).subquery()
    there = func.coalesce(counted.c.there, 0)
    differing = db.execute(
        select(Note.id, counter, there)
        .outerjoin(counted, counted.c.note_id == Note.id)
        .where(counter != there)
        .order_by(Note.id)
    )
    yield from (tuple(row) for row in differing)


def nobody_stars_their_own(db: Session) -> Iterator[Finding]:
    """Except that a star waits on a merged note, for its person to leave the one which that lives on in."""
    waits = (Star.from_note_id == Note.merged_into_id) & Note.merged_at.is_not(None)
    rows = db.scalars(
        select(Note.id)
        .join(Star, Star.note_id == Note.id)
        .outerjoin(CoHost, (CoHost.note_id == Note.id) & (CoHost.person_id == Star.person_id))
        .where((Star.person_id == Note.author_id) | CoHost.person_id.is_not(None))
        .where(Star.from_note_id.is_(None) | ~waits)
        .order_by(Note.id)
    )
    for note in rows:
        yield Finding(f"Note {note} has a star from somebody who presents it.")


def nothing_reaches_across(db: Session) -> Iterator[Finding]:
    """Rows of one conference point to rows of the same one."""
    strays: dict[str, Select[Any]] = {
        "Note {} wants a room of another conference.":
            select(Note.id).join(Room, Room.id == Note.wanted_room_id).where(Room.conference_id != Note.conference_id),
        "Note {} wants a slot of another conference.":
            select(Note.id).join(Slot, Slot.id == Note.wanted_slot_id).where(Slot.conference_id != Note.conference_id),
        "The place of note {} is in another conference.":
            select(Placement.note_id)
            .join(Note, Note.id == Placement.note_id)
            .join(Room, Room.id == Placement.room_id)
            .join(Slot, Slot.id == Placement.slot_id)
            .where(
                (Note.conference_id != Placement.conference_id)
                | (Room.conference_id != Placement.conference_id)
                | (Slot.conference_id != Placement.conference_id)
            ),
        "The published line of note {} is in another conference.":
            select(Entry.note_id).join(Note, Note.id == Entry.note_id).where(Note.conference_id != Entry.conference_id),
    }  # fmt: skip
    for words, query in strays.items():
        for id_ in db.scalars(query):
            yield Finding(words.format(id_))


def blocks_hold_talks(db: Session) -> Iterator[Finding]:
    """A lightning talk is in a living block of its own conference and has no place beside it; a block is nothing that
    people write or star.
    """
    block = aliased(Note)
    faults: dict[str, Select[Any]] = {
        "Note {} is in a block of another conference.":
            select(Note.id).join(block, block.id == Note.block_id).where(block.conference_id != Note.conference_id),
        "Note {} is in a block that is none, or that has ended.":
            select(Note.id)
            .join(block, block.id == Note.block_id)
            .where(block.talk_minutes.is_(None) | block.withdrawn_at.is_not(None)),
        "Note {} has a place of its own beside its block.":
            select(Note.id).join(Placement, Placement.note_id == Note.id).where(IN_A_BLOCK),
        "Block {} is in a block itself, or somebody presents it or starred it.":
            select(Note.id)
            .outerjoin(CoHost, CoHost.note_id == Note.id)
            .outerjoin(Star, Star.note_id == Note.id)
            .where(Note.talk_minutes.is_not(None))
            .where(
                Note.block_id.is_not(None)
                | Note.author_id.is_not(None)
                | CoHost.person_id.is_not(None)
                | Star.person_id.is_not(None)
            )
            .distinct(),
        "The published talk {} is in something that is no block.":
            select(Entry.note_id).join(block, block.id == Entry.block_id).where(block.talk_minutes.is_(None)),
    }  # fmt: skip
    for words, query in faults.items():
        for id_ in db.scalars(query):
            yield Finding(words.format(id_))


def cells_are_the_placements(db: Session) -> Iterator[Finding]:
    """Each placement covers, in its room, as many slots that follow on as its note is long, and no others."""
    runs = _runs(db)
    taken: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for note, slot, room in db.execute(select(Cell.note_id, Cell.slot_id, Cell.room_id)):
        taken[note].add((slot, room))
    rows = db.execute(
        select(Placement.note_id, Placement.slot_id, Placement.room_id, Note.length)
        .join(Note, Note.id == Placement.note_id)
        .order_by(Placement.note_id)
    )
    for note, slot, room, length in rows:
        run = runs.get(slot, [])[:length]
        if len(run) < length:
            yield Finding(f"Note {note} is {length} slots long and stands where only {len(run)} follow on.")
        elif taken[note] != {(one, room) for one in run}:
            yield Finding(f"Note {note} takes other cells than its place says.")


def _runs(db: Session) -> dict[int, list[int]]:
    """For each talk slot: itself and the slots that follow on in its block, by id."""
    slots: dict[int, list[Slot]] = defaultdict(list)
    for slot in db.scalars(select(Slot).order_by(Slot.starts_at)):
        slots[slot.conference_id].append(slot)
    runs: dict[int, list[int]] = {}
    for day in slots.values():
        talks = [slot for slot in day if slot.is_for_talks]
        pauses = [Span(slot.starts_at, slot.ends_at) for slot in day if not slot.is_for_talks]
        numbers = blocks([Span(slot.starts_at, slot.ends_at) for slot in talks], pauses)
        for place, slot in enumerate(talks):
            runs[slot.id] = [
                other.id
                for other, number in zip(talks[place:], numbers[place:], strict=True)
                if number == numbers[place]
            ]
    return runs


def rules_are_kept(db: Session) -> Iterator[Finding]:
    """Hard rules that the draft breaks: an organizer may be in the middle of mending that, so a note only."""
    placed = select(Placement.conference_id).distinct()
    for conference in db.scalars(select(Conference).where(Conference.id.in_(placed)).order_by(Conference.id)):
        read = draft.read(db, conference)
        for breach in problems.breaches(read, read.problem_without_pins, read.plan):
            said = breach.words.format(**breach.facts)
            yield Finding(f"The draft of /{conference.slug}/ breaks a rule: {said}", is_wrong=False)


def places_are_given_out(db: Session) -> Iterator[Finding]:
    """Nobody waits while there is a place, and everybody's place in the line is a line of the log."""
    rows = db.execute(
        select(
            Conference.slug, Conference.capacity, Head.revision, func.max(Registration.queued_revision),
            func.count().filter(Registration.state == "coming"), func.count().filter(Registration.state == "waiting"),
        )
        .join(Registration, Registration.conference_id == Conference.id)
        .join(Head, Head.conference_id == Conference.id)
        .group_by(Conference.id, Conference.slug, Conference.capacity, Head.revision)
        .order_by(Conference.id)
    )  # fmt: skip
    for slug, capacity, head, last, coming, waiting in rows:
        if last > head:
            yield Finding(f"Somebody is in the line of /{slug}/ since revision {last}, and its log ends at {head}.")
        if waiting and (capacity is None or coming < capacity):
            yield Finding(f"{waiting} wait for a place at /{slug}/, where only {coming} of {capacity} are taken.")
        if capacity is not None and coming > capacity:
            yield Finding(f"{coming} are coming to /{slug}/, which has {capacity} places.", is_wrong=False)


def publications_are_whole(db: Session) -> Iterator[Finding]:
    """Versions are 1, 2, 3 …, the public sees the last one, and it is not newer than the log."""
    found = select(
        Version.conference_id, func.count().label("versions"), func.max(Version.number).label("last")
    ).group_by(Version.conference_id).subquery()  # fmt: skip
    rows = db.execute(
        select(
            Conference.id, Conference.slug, Publication.number, Publication.revision, Head.revision,
            found.c.versions, found.c.last,
        )
        .join(Head, Head.conference_id == Conference.id)
        .outerjoin(Publication, Publication.conference_id == Conference.id)
        .outerjoin(found, found.c.conference_id == Conference.id)
        .order_by(Conference.id)
    ).all()  # fmt: skip
    for id_, slug, number, revision, head, versions, last in rows:
        if (number or 0, number or 0) != (versions or 0, last or 0):
            yield Finding(f"/{slug}/ shows version {number}, and has {versions or 0} versions up to {last}.")
        elif number is not None and revision > head:
            yield Finding(f"/{slug}/ was published at revision {revision}, and its log ends at {head}.")
        elif number is not None:
            yield from _entries_are_the_version(db, id_, slug, number)


def _entries_are_the_version(db: Session, conference_id: int, slug: str, number: int) -> Iterator[Finding]:
    """What is on in the published schedule is what its version says, without notes that left the wall since: also
    where they are back by now, since only the next version brings back what was off.
    """
    places: dict[str, dict[str, Any]]
    places, published = db.execute(
        select(Version.places, Version.revision).where(Version.conference_id == conference_id, Version.number == number)
    ).one()
    left = set(
        db.scalars(
            select(Change.subject).where(
                Change.conference_id == conference_id,
                Change.revision > published,
                Change.kind.in_(("note-withdrawn", "note-hidden", "note-merged", "note-seeks-host")),
            )
        )
    )
    said = {int(note): datetime.fromisoformat(place["starts_at"]) for note, place in places.items()}
    rows = db.execute(
        select(Note.id, Entry.starts_at, Entry.state)
        .outerjoin(Entry, Entry.note_id == Note.id)
        .where(Note.conference_id == conference_id, or_(ON_THE_WALL, Note.talk_minutes.is_not(None)))
        .order_by(Note.id)
    )
    for note, starts_at, state in rows:
        shown = starts_at if state == "on" else None
        if said.get(note) != shown and not (shown is None and f"note:{note}" in left):
            yield Finding(f"Version {number} of /{slug}/ has note {note} at {said.get(note)}, and shows it at {shown}.")


def letters_leave(db: Session, *, now: datetime) -> Iterator[Finding]:
    late = db.execute(
        select(func.count())
        .select_from(Letter)
        .where(Letter.sent_at.is_(None), Letter.given_up_at.is_(None), Letter.written_at < now - LETTERS_LATE)
    ).scalar_one()
    if late:
        yield Finding(f"{late} letters are older than a day and not sent. Is the jobs worker running?", is_wrong=False)
