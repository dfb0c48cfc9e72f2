"""Publishing: the draft becomes Version n, and each line of it an Entry with its iCal fragment ready.

`refresh` keeps the published words true when a note, a room or the conference is renamed; places and times in
public change only by `publish`. SEQUENCE rises when time, room, title or status change (RFC 5545, 3.8.7.4), the
stamp when anything does that shows in the fragment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from barcamp import db as database
from barcamp.conferences.models import Conference
from barcamp.core import ical
from barcamp.core.times import day_label, span_label
from barcamp.errors import N_
from barcamp.log import queries as log_queries
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import queries, service
from barcamp.schedule.draft import Draft, read
from barcamp.schedule.errors import CannotPublish
from barcamp.schedule.models import Entry, EntryState, Publication, Version
from barcamp.schedule.problems import breaches
from barcamp.wall.models import Note

DifferenceKind = Literal["added", "moved", "cancelled", "restored"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as the public sees it."""

    starts_at: datetime
    ends_at: datetime
    room: str
    slot_id: int | None = None
    room_id: int | None = None

    def is_at(self, other: Spot) -> bool:
        return (self.starts_at, self.ends_at, self.room) == (other.starts_at, other.ends_at, other.room)


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the preview: what publishing would change for one note."""

    kind: DifferenceKind
    note_id: int
    title: str
    before: Spot | None
    after: Spot | None


def differences(db: Session, conference: Conference, draft: Draft) -> list[Difference]:
    """What the public would see change if the draft were published now, in the order of the day."""
    wanted = _spots(draft)
    titles = {note.id: note.title for note in draft.notes}
    found = []
    for entry in queries.entries(db, conference, hidden=True):
        difference = _difference(entry, wanted.get(entry.note_id), titles.get(entry.note_id, entry.title))
        if difference is not None:
            found.append(difference)
    published = set(db.scalars(select(Entry.note_id).where(Entry.conference_id == conference.id)))
    found += [
        Difference("added", note_id, titles[note_id], None, spot)
        for note_id, spot in wanted.items()
        if note_id not in published
    ]
    return sorted(found, key=_in_the_order_of_the_day)


def publish(db: Session, conference: Conference, actor: Person | None, *, now: datetime) -> Version:
    """Make the draft the next Version. Refused when it breaks a hard rule, or when nothing has changed."""
    log.hold(db, conference)
    draft = read(db, conference)
    broken = breaches(draft, draft.problem_pinning(()), draft.plan)
    if broken:
        raise CannotPublish(broken[0].words, **broken[0].facts)
    changes = differences(db, conference, draft)
    publication = queries.find_publication(db, conference)
    if not changes and publication is not None:
        raise CannotPublish(N_("Nothing has changed since version {number}."), number=publication.number)

    number = 1 if publication is None else publication.number + 1
    change = log.write(
        db, conference, actor, "published", f"version:{number}",
        after={"number": number, "changes": len(changes)}, now=now,
    )  # fmt: skip
    version = Version(
        conference_id=conference.id, number=number, revision=change.revision, published_at=now,
        publisher_id=None if actor is None else actor.id, places=_places(draft),
    )  # fmt: skip
    db.add(version)
    _write_entries(db, conference, _spots(draft), now=now)
    if publication is None:
        db.add(
            Publication(conference_id=conference.id, number=number, revision=change.revision, changed_at=now)
        )  # fmt: skip
    else:
        publication.number, publication.revision, publication.changed_at = number, change.revision, now
    db.flush()
    return version


def refresh(db: Session, conference: Conference, *, now: datetime) -> None:
    """Make the published words true again after a note, a room or the conference has changed. Times stay.

    A withdrawn note shows as cancelled at once. A hidden one leaves the schedule and the feeds; its entry stays,
    unseen, so that its sequence goes on rising should it come back.
    """
    publication = queries.find_publication(db, conference)
    if publication is None:
        return
    if _write_entries(db, conference, None, now=now):
        publication.revision = log_queries.revision(db, conference.id)
        publication.changed_at = now
        db.flush()


def follow(db: Session, conference: Conference, actor: Person | None, *, now: datetime) -> None:
    """What must follow a change of notes, rooms, slots or the conference, before it is committed: what lost its place
    goes to the tray, and the published words become true again.
    """
    service.settle(db, conference, actor, now=now)
    refresh(db, conference, now=now)


def moved_from(entry: Entry) -> datetime:
    """When the session was to start before it moved."""
    assert entry.moved_from is not None
    return datetime.fromisoformat(entry.moved_from["starts_at"])


def _write_entries(db: Session, conference: Conference, spots: Mapping[int, Spot] | None, *, now: datetime) -> bool:
    """Bring every entry up to date; with `spots` also to its new place. Returns whether any changed."""
    there = {entry.note_id: entry for entry in queries.entries(db, conference, hidden=True)}
    room_names = queries.room_names(db, conference)
    notes = _notes(db, {*there, *(spots or {})})
    changed = False
    for note_id, note in notes.items():
        entry = there.get(note_id)
        spot = _spot_of(entry, room_names) if spots is None else spots.get(note_id)
        state = _state(note, entry, spot, publishing=spots is not None)
        if entry is None and spot is None:
            continue
        changed |= _write_entry(db, conference, note, entry, spot, state, now=now)
    db.flush()
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
    hosts = ", ".join(_hosts(note))
    if entry is None:
        assert spot is not None
        entry = Entry(
            note_id=note.id, conference_id=conference.id, state=state, starts_at=spot.starts_at, ends_at=spot.ends_at,
            slot_id=spot.slot_id, room_id=spot.room_id, room=spot.room, title=note.title, hosts=hosts, sequence=0,
            first_published_at=now, stamped_at=now, fragment=b"",
        )  # fmt: skip
        entry.fragment = _fragment(db, conference, note, entry)
        db.add(entry)
        return True
    spot = spot or Spot(entry.starts_at, entry.ends_at, entry.room, entry.slot_id, entry.room_id)
    old = (entry.starts_at, entry.ends_at, entry.room, entry.title, entry.state)
    _remember_the_move(entry, spot, state)
    entry.starts_at, entry.ends_at, entry.room = spot.starts_at, spot.ends_at, spot.room
    entry.slot_id, entry.room_id = spot.slot_id, spot.room_id
    entry.title, entry.hosts, entry.state = note.title, hosts, state
    if (entry.starts_at, entry.ends_at, entry.room, entry.title, entry.state) != old:
        entry.sequence += 1
    elif _fragment(db, conference, note, entry) == entry.fragment:
        return False
    entry.stamped_at = now
    entry.fragment = _fragment(db, conference, note, entry)
    return True


def _state(note: Note, entry: Entry | None, spot: Spot | None, *, publishing: bool) -> EntryState:
    """On, cancelled, or hidden. Only publishing brings back what was off."""
    if note.hidden_at is not None:
        return "hidden"
    if spot is None or note.withdrawn_at is not None:
        return "cancelled"
    if entry is not None and entry.state != "on" and not publishing:
        return entry.state
    return "on"


def _remember_the_move(entry: Entry, spot: Spot, state: EntryState) -> None:
    """Note where a session was before, unless only its room's name has changed or it is back where it came from."""
    moved_in_time = spot.starts_at != entry.starts_at
    if state != "on" or not (moved_in_time or spot.room_id != entry.room_id):
        return
    origin = entry.moved_from
    if origin is not None and (origin["starts_at"], origin["room_id"]) == (spot.starts_at.isoformat(), spot.room_id):
        entry.moved_from = None
    else:
        entry.moved_from = {
            "starts_at": entry.starts_at.isoformat(), "room": entry.room, "room_id": entry.room_id,
        }  # fmt: skip


def _fragment(db: Session, conference: Conference, note: Note, entry: Entry) -> bytes:
    page = f"{database.base_url(db)}/{conference.slug}/notes/{note.id}"
    when = (
        f"{day_label(entry.starts_at, conference.zone)}, "
        f"{span_label(entry.starts_at, entry.ends_at, conference.zone)} {conference.zone}"
    )
    lines = [note.description, f"With {entry.hosts}" if entry.hosts else "", when, page]
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


def _notes(db: Session, ids: set[int]) -> dict[int, Note]:
    query = (
        select(Note)
        .where(Note.id.in_(ids))
        .options(joinedload(Note.author), selectinload(Note.copresenters), selectinload(Note.tags))
        .order_by(Note.id)
        .execution_options(populate_existing=True)
    )
    return {note.id: note for note in db.scalars(query)}


def _hosts(note: Note) -> list[str]:
    author = [note.author.name] if note.author is not None and note.author.name else []
    return author + [copresenter.name for copresenter in note.copresenters]


def _spots(draft: Draft) -> dict[int, Spot]:
    """Where each placed note would be, as the public would see it."""
    spots = {}
    for note, place in zip(draft.notes, draft.plan, strict=True):
        if place is None:
            continue
        first, last = draft.slots[place.slot], draft.slots[place.slot + note.length - 1]
        room = draft.rooms[place.room]
        spots[note.id] = Spot(first.starts_at, last.ends_at, room.name, first.id, room.id)
    return spots


def _spot_of(entry: Entry | None, room_names: Mapping[int, str]) -> Spot | None:
    """The entry's own place, with the name its room has today."""
    if entry is None:
        return None
    room = room_names.get(entry.room_id or 0, entry.room)
    return Spot(entry.starts_at, entry.ends_at, room, entry.slot_id, entry.room_id)


def _places(draft: Draft) -> dict[str, Any]:
    titles = {note.id: note.title for note in draft.notes}
    return {
        str(note_id): {
            "slot_id": spot.slot_id,
            "room_id": spot.room_id,
            "starts_at": spot.starts_at.isoformat(),
            "ends_at": spot.ends_at.isoformat(),
            "room": spot.room,
            "title": titles[note_id],
        }
        for note_id, spot in _spots(draft).items()
    }


def _difference(entry: Entry, after: Spot | None, title: str) -> Difference | None:
    before = Spot(entry.starts_at, entry.ends_at, entry.room)
    if entry.state != "on":
        return None if after is None else Difference("restored", entry.note_id, title, before, after)
    if after is None:
        return Difference("cancelled", entry.note_id, title, before, None)
    return None if before.is_at(after) else Difference("moved", entry.note_id, title, before, after)


def _in_the_order_of_the_day(difference: Difference) -> tuple[datetime, str, int]:
    spot = difference.after or difference.before
    assert spot is not None
    return spot.starts_at, spot.room, difference.note_id
