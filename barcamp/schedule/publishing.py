"""Publishing: the draft becomes Version n, and everybody sees it.

`refresh` keeps the published words true when a note, a room or the conference is renamed; places and times in
public change only by `publish`. The lines themselves are written in entries.py.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.errors import N_
from barcamp.log import queries as log_queries
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import queries, service
from barcamp.schedule.draft import Draft, read
from barcamp.schedule.entries import Spot, write_entries
from barcamp.schedule.errors import CannotPublish
from barcamp.schedule.models import Entry, Publication, Version
from barcamp.schedule.problems import breaches

DifferenceKind = Literal["added", "moved", "cancelled", "restored"]


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


def publish(
    db: Session, conference: Conference, actor: Person | None, *, seen: int | None = None, now: datetime
) -> Version:
    """Make the draft the next Version. `seen` is the draft's revision whose preview the actor has looked at.

    Refused when the draft has changed since then, when it breaks a hard rule, or when nothing has changed in public.
    """
    if seen is None:
        log.hold(db, conference)
    else:
        service.hold_unchanged(db, conference, seen)
    draft = read(db, conference, stars=False)
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
    write_entries(db, conference, _spots(draft), now=now)
    if publication is None:
        db.add(
            Publication(conference_id=conference.id, number=number, revision=change.revision, changed_at=now)
        )  # fmt: skip
    else:
        publication.number, publication.revision, publication.changed_at = number, change.revision, now
    db.flush()
    return version


def refresh(db: Session, conference: Conference, *, notes: Collection[int] | None = None, now: datetime) -> None:
    """Make the published words true again after a note, a room or the conference has changed. Times stay.

    Only the given notes (ids) are looked at, or all.

    A withdrawn note shows as cancelled at once. A hidden one leaves the schedule and the feeds; its entry stays,
    unseen, so that its sequence goes on rising should it come back.
    """
    publication = queries.find_publication(db, conference)
    if publication is None:
        return
    if write_entries(db, conference, None, only=notes, now=now):
        _mark_as_changed(db, conference, publication, now)


def mark_as_changed(db: Session, conference: Conference, *, now: datetime) -> None:
    """Say that what the public reads has changed, where no entry has: the conference's own name, for a feed's head."""
    publication = queries.find_publication(db, conference)
    if publication is not None:
        _mark_as_changed(db, conference, publication, now)


def _mark_as_changed(db: Session, conference: Conference, publication: Publication, now: datetime) -> None:
    publication.revision = log_queries.revision(db, conference.id)
    publication.changed_at = now
    db.flush()


def follow(
    db: Session,
    conference: Conference,
    actor: Person | None,
    *,
    notes: Collection[int] | None = None,
    now: datetime,
) -> None:
    """What must follow a change of notes, rooms, slots or the conference, before it is committed: what lost its place
    goes to the tray, and the published words become true again. `notes` (ids) says that only these have changed.
    """
    service.settle(db, conference, actor, now=now)
    refresh(db, conference, notes=notes, now=now)


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
