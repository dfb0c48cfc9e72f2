"""The whole venue at once: into another zone, or into another conference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import overlaps, span_label, to_utc, to_wall
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.venue import queries
from barcamp.venue.day import Wanted
from barcamp.venue.errors import SlotsDoNotFit
from barcamp.venue.models import Closure, Room, Slot
from barcamp.venue.service.slots import new_slot, retime


def change_zone(db: Session, conference: Conference, actor: Person | None, zone: str, *, now: datetime) -> None:
    """Keep what the clocks on the wall say: slots and closures at 10:00 stay at 10:00, in another zone.

    Called before the conference itself changes its zone. Decides all before it changes anything.

    Raises: NoSuchTime where the new zone's clocks skip a time, SlotsDoNotFit where slots would come to overlap.
    """
    log.hold(db, conference)
    slots, rooms = queries.slots(db, conference), queries.rooms(db, conference)
    closures = [closure for room in rooms for closure in room.closures]
    slot_times = [(slot, *_in_zone(slot, conference.zone, zone)) for slot in slots]
    closure_times = [(closure, *_in_zone(closure, conference.zone, zone)) for closure in closures]
    _refuse_disorder(slot_times, zone)
    if not slot_times and not closure_times:
        return
    retime(db, slot_times)
    for closure, starts_at, ends_at in closure_times:
        closure.starts_at, closure.ends_at = starts_at, ends_at
    db.flush()
    log.write(
        db, conference, actor, "slots-rezoned", "slots", before={"zone": conference.zone}, after={"zone": zone}, now=now
    )


def copy_venue(
    db: Session, source: Conference, copy: Conference, actor: Person | None, *, days: int, now: datetime
) -> None:
    """Give a new conference the rooms and slots of another, whole days later by the clocks of the new one's zone.

    Closures are not copied: why a room was closed last year is last year's. Raises NoSuchTime and SlotsDoNotFit.
    """
    slot_times = [(slot, *_in_zone(slot, source.zone, copy.zone, days)) for slot in queries.slots(db, source)]
    _refuse_disorder(slot_times, copy.zone)
    rooms = queries.rooms(db, source)
    db.add_all(
        Room(
            conference_id=copy.id, key=room.key, name=room.name, seats=room.seats, equipment=list(room.equipment),
            step_free=room.step_free, where=room.where, position=room.position, closures=[],
        )
        for room in rooms
    )  # fmt: skip
    db.add_all(
        new_slot(copy, Wanted(starts_at, ends_at, slot.kind, slot.name, slot.sponsor))
        for slot, starts_at, ends_at in slot_times
    )
    db.flush()
    after = {"from": source.slug, "rooms": len(rooms), "slots": len(slot_times)}
    log.write(db, copy, actor, "venue-copied", "slots", after=after, now=now)


def _refuse_disorder(times: Sequence[tuple[Slot, datetime, datetime]], zone: str) -> None:
    """Slots that shared no time must share none afterwards, and none may end before it starts."""
    row = sorted(times, key=lambda one: (one[1], one[2]))
    for index, (_slot, starts_at, ends_at) in enumerate(row):
        after = row[index + 1] if index + 1 < len(row) else None
        if ends_at <= starts_at or (after is not None and overlaps(starts_at, ends_at, after[1], after[2])):
            raise SlotsDoNotFit(span_label(starts_at, ends_at, zone), zone)


def _in_zone(row: Slot | Closure, old: str, new: str, days: int = 0) -> tuple[datetime, datetime]:
    later = timedelta(days=days)
    return to_utc(to_wall(row.starts_at, old) + later, new), to_utc(to_wall(row.ends_at, old) + later, new)
