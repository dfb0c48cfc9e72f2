"""The lines of the published schedule: each an Entry with its iCal fragment ready.

SEQUENCE rises when time, room, title or status change (RFC 5545, 3.8.7.4), the stamp when anything does that shows in
the fragment. Nothing here decides what is published; publishing.py does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from barcamp import db as database
from barcamp.conferences.models import Conference
from barcamp.core import ical
from barcamp.core.times import day_label, span_label, time_label
from barcamp.schedule import queries, untold
from barcamp.schedule.models import Entry, EntryState
from barcamp.schedule.public import AnyEntry
from barcamp.wall.models import CoHost, Note, without_counters

#: Earlier places that a session remembers.
MOST_EARLIER = 5


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as the public sees it."""

    starts_at: datetime
    ends_at: datetime
    room: str
    slot_id: int | None = None
    room_id: int | None = None
    block_id: int | None = None  # of a lightning talk

    def meets(self, other: Spot) -> bool:
        """Whether the two have a minute in common."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def has_the_room_of(self, other: Spot) -> bool:
        return self.room_id == other.room_id if self.room_id and other.room_id else self.room == other.room

    def is_at(self, other: Spot) -> bool:
        return (self.starts_at, self.ends_at, self.room) == (other.starts_at, other.ends_at, other.room)


def write_entries(
    db: Session,
    conference: Conference,
    spots: Mapping[int, Spot] | None,
    *,
    only: Collection[int] | None = None,
    now: datetime,
) -> bool:
    """Bring entries up to date, all or `only` those of these notes; with `spots` also to their new places. What people
    must hear of is kept for them.

    Returns whether any changed.
    """
    public = queries.entries(db, conference, hidden=True)
    if only is not None and spots is None:  # a block tells of its talks
        only = {*only, *(entry.block_id for entry in public if entry.block_id and entry.note_id in only)}
    there = {entry.note_id: entry for entry in public if only is None or entry.note_id in only}
    room_names = queries.room_names(db, conference)
    notes = notes_of(db, {*there, *(spots or {})})
    before = untold.places(public, there)
    changed = False
    for note_id, note in sorted(notes.items(), key=lambda pair: pair[1].is_block):
        entry = there.get(note_id)
        spot = _spot_of(entry, room_names) if spots is None else spots.get(note_id)
        state = _state(note, entry, spot, publishing=spots is not None)
        if entry is None and spot is None:
            continue
        changed |= _write_entry(db, conference, note, entry, spot, state, now=now)
    db.flush()
    new = [entry for note_id in sorted(notes.keys() - there) if (entry := db.get(Entry, note_id)) is not None]
    written = {note.id for note in notes.values() if not note.is_block}  # of a block, its talks tell: nobody starred it
    untold.gather(db, conference, before, [*public, *new], written, now=now)
    return changed


def _write_entry(
    db: Session,
    conference: Conference,
    note: Note,
    entry: Entry | None,
    spot: Spot | None,
    state: EntryState,
    *,
    now: datetime,
) -> bool:
    hosts = ", ".join(note.presenters)
    if entry is None:
        assert spot is not None
        entry = Entry(
            note_id=note.id, conference_id=conference.id, state=state, starts_at=spot.starts_at, ends_at=spot.ends_at,
            slot_id=spot.slot_id, room_id=spot.room_id, room=spot.room, title=note.title, hosts=hosts, sequence=0,
            block_id=spot.block_id, first_published_at=now, stamped_at=now, fragment=b"",
        )  # fmt: skip
        entry.fragment = _fragment(db, conference, note, entry)
        db.add(entry)
        return True
    spot = spot or Spot(entry.starts_at, entry.ends_at, entry.room, entry.slot_id, entry.room_id, entry.block_id)
    old = (entry.starts_at, entry.ends_at, entry.room, entry.title, entry.state)
    _remember_the_move(entry, spot, state)
    entry.starts_at, entry.ends_at, entry.room = spot.starts_at, spot.ends_at, spot.room
    entry.slot_id, entry.room_id, entry.block_id = spot.slot_id, spot.room_id, spot.block_id
    entry.title, entry.hosts, entry.state = note.title, hosts, state
    if (entry.starts_at, entry.ends_at, entry.room, entry.title, entry.state) != old:
        entry.sequence += 1
    elif _fragment(db, conference, note, entry) == entry.fragment:
        return False
    entry.stamped_at = max(now, entry.stamped_at)  # a clock may be set back; what calendars have been told may not
    entry.fragment = _fragment(db, conference, note, entry)
    return True


def _state(note: Note, entry: Entry | None, spot: Spot | None, *, publishing: bool) -> EntryState:
    """On, cancelled, or hidden. Only publishing brings back what was off, and takes off a block."""
    if note.is_block and not publishing and entry is not None:
        return entry.state
    if note.is_block and spot is not None:
        return "on"
    if note.hidden_at is not None:
        return "hidden"
    if spot is None or not note.is_on_the_wall or note.seeks_host:
        return "cancelled"
    if entry is not None and entry.state != "on" and not publishing:
        return entry.state
    return "on"


def _remember_the_move(entry: Entry, spot: Spot, state: EntryState) -> None:
    """Note where a session was before, unless only its room's name has changed. Back where it once was, it has
    forgotten what came after.
    """
    if spot.block_id is not None and (spot.slot_id, spot.room_id) == (entry.slot_id, entry.room_id):
        return  # some minutes earlier or later in the same block
    moved_in_time = spot.starts_at != entry.starts_at
    if state != "on" or not (moved_in_time or spot.room_id != entry.room_id):
        return
    if entry.block_id is not None and spot.block_id is not None:  # its block says where it was
        entry.moved_from = None
        return
    here = {
        "starts_at": entry.starts_at.isoformat(), "ends_at": entry.ends_at.isoformat(),
        "room": entry.room, "room_id": entry.room_id,
    }  # fmt: skip
    path = [here, *_path(entry.moved_from)]
    again = [(one["starts_at"], one["room_id"]) == (spot.starts_at.isoformat(), spot.room_id) for one in path]
    if True in again:
        path = path[again.index(True) + 1 :]
    earlier = path[1:MOST_EARLIER]
    entry.moved_from = path[0] | ({"earlier": earlier} if earlier else {}) if path else None


def earlier_spots(entry: AnyEntry) -> list[Spot]:
    """Every place that a session had in public before, the last one first; what it was moved to and fro is left out."""
    length = entry.ends_at - entry.starts_at
    return [
        Spot(
            starts_at := datetime.fromisoformat(one["starts_at"]),
            datetime.fromisoformat(one["ends_at"]) if "ends_at" in one else starts_at + length,
            one["room"],
            room_id=one["room_id"],
        )
        for one in _path(entry.moved_from)
    ]


def _path(moved_from: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The places in `Entry.moved_from` as a list, the last one first."""
    if moved_from is None:
        return []
    return [{name: value for name, value in moved_from.items() if name != "earlier"}, *moved_from.get("earlier", ())]


def _fragment(db: Session, conference: Conference, note: Note, entry: Entry) -> bytes:
    """The calendar's words. A block's tell its line-up: the whole schedule has no events for the talks in it."""
    camp = f"{database.base_url(db)}/{conference.slug}"
    page = f"{camp}/schedule#session-{note.id}" if note.is_block else f"{camp}/notes/{note.id}"
    talks = [_turn(conference, talk) for talk in queries.line_up(db, note.id)] if note.is_block else []
    when = (
        f"{day_label(entry.starts_at, conference.zone)}, "
        f"{span_label(entry.starts_at, entry.ends_at, conference.zone)} {conference.zone}"
    )
    told = note.description if note.withdrawn_at is None else ""  # as on its own page
    lines = [told, "\n".join(talks), f"With {entry.hosts}" if entry.hosts else "", when, page]
    located = conference.latitude is not None and conference.longitude is not None
    return ical.fragment(
        ical.Occurrence(
            uid=note.uid,
            sequence=entry.sequence,
            stamped_at=entry.stamped_at,
            created_at=entry.first_published_at,
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
            title=entry.title,
            place=", ".join(part for part in (entry.room, conference.venue) if part),
            description="\n\n".join(line for line in lines if line),
            url=page,
            categories=(note.format, *(tag.tag for tag in note.tags)),
            geo=(conference.latitude, conference.longitude) if located else None,  # type: ignore[arg-type]
            status="CONFIRMED" if entry.state == "on" else "CANCELLED",
        ),
        busy=False,
    )


def _turn(conference: Conference, talk: Entry) -> str:
    """ "11:05 Haiku (Ada Oak)"."""
    words = f"{time_label(talk.starts_at, conference.zone)} {talk.title}"
    return f"{words} ({talk.hosts})" if talk.hosts else words


def notes_of(db: Session, ids: Collection[int]) -> dict[int, Note]:
    """The notes of entries, fresh, with all of them that a schedule shows; by id, in the order of the ids."""
    query = (
        select(Note)
        .where(Note.id.in_(ids))
        .options(
            joinedload(Note.author),
            selectinload(Note.cohosts).joinedload(CoHost.person),
            selectinload(Note.copresenters),
            selectinload(Note.tags),
            *without_counters(),
        )
        .order_by(Note.id)
        .execution_options(populate_existing=True)
    )
    return {note.id: note for note in db.scalars(query)}


def _spot_of(entry: Entry | None, room_names: Mapping[int, str]) -> Spot | None:
    """The entry's own place, with the name its room has today."""
    if entry is None:
        return None
    room = room_names.get(entry.room_id or 0, entry.room)
    return Spot(entry.starts_at, entry.ends_at, room, entry.slot_id, entry.room_id, entry.block_id)


def moved_from(entry: AnyEntry) -> datetime:
    """When the session was to start before it moved."""
    assert entry.moved_from is not None
    return datetime.fromisoformat(entry.moved_from["starts_at"])
