"""Slots, one by one or a whole day in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.times import floor_minute, span_label
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.venue import day as days
from barcamp.venue import queries
from barcamp.venue.day import Plan, Wanted
from barcamp.venue.errors import SlotsOverlap, TooManySlots
from barcamp.venue.models import Slot
from barcamp.venue.service.log_lines import refuse_stale, slot_facts, subject_of, wanted_facts, write_difference

MOST_SLOTS = 1000

# Slots are moved out of each other's way before they take their new times: no two may start at once, not even for
# the moment between two UPDATEs. 400 years is the length after which the calendar repeats.
_OUT_OF_THE_WAY = timedelta(days=146_097)


def add_slot(db: Session, conference: Conference, actor: Person | None, wanted: Wanted, *, now: datetime) -> Slot:
    """Add one slot; it may not share time with another."""
    log.hold(db, conference)
    if queries.count_slots(db, conference) >= MOST_SLOTS:
        raise TooManySlots(MOST_SLOTS)
    refuse_overlap(db, conference, wanted)
    slot = new_slot(conference, wanted)
    db.add(slot)
    db.flush()
    log.write(db, conference, actor, "slot-added", subject_of(slot), after=slot_facts(slot), now=now)
    return slot


def change_slot(
    db: Session,
    conference: Conference,
    actor: Person | None,
    slot: Slot,
    wanted: Wanted,
    *,
    seen: int | None = None,
    now: datetime,
) -> None:
    """Change one slot; `seen` is the revision its form was made from."""
    log.hold(db, conference)
    refuse_stale(db, conference, slot, seen)
    refuse_overlap(db, conference, wanted, apart_from=slot)
    before = slot_facts(slot)
    _become(slot, wanted)
    write_difference(db, conference, actor, "slot-changed", subject_of(slot), before, slot_facts(slot), now=now)


def remove_slot(db: Session, conference: Conference, actor: Person | None, slot: Slot, *, now: datetime) -> None:
    """Remove one slot. What was placed in it goes back to the tray."""
    log.hold(db, conference)
    log.write(db, conference, actor, "slot-removed", subject_of(slot), before=slot_facts(slot), now=now)
    db.delete(slot)
    db.flush()


def plan_day(db: Session, conference: Conference, day: date, wanted: Iterable[Wanted]) -> Plan:
    """What these slots would make of a day. Holds the conference, so that the plan stays true until the commit."""
    log.hold(db, conference)
    return days.plan(queries.slots_of_day(db, conference, day), wanted)


def make_slots(
    db: Session, conference: Conference, actor: Person | None, day: date, plan: Plan, *, now: datetime
) -> None:
    """Make a day's grid as `plan_day` has just planned it."""
    if queries.count_slots(db, conference) + len(plan.added) - len(plan.removed) > MOST_SLOTS:
        raise TooManySlots(MOST_SLOTS)
    before = [slot_facts(slot) for slot, _wanted in plan.kept] + [slot_facts(slot) for slot in plan.removed]
    for slot in plan.removed:
        db.delete(slot)
    db.flush()
    retime(db, [(slot, wanted.starts_at, wanted.ends_at) for slot, wanted in plan.kept])
    for slot, wanted in plan.kept:
        refuse_overlap(db, conference, wanted, apart_from=slot)
        _become(slot, wanted)
    for wanted in plan.added:
        refuse_overlap(db, conference, wanted)
        db.add(new_slot(conference, wanted))
    db.flush()
    log.write(
        db,
        conference,
        actor,
        "slots-made",
        f"day:{day}",
        before={"slots": sorted(before, key=lambda facts: str(facts["starts_at"]))},
        after={"slots": [wanted_facts(wanted) for wanted in plan.wanted]},
        now=now,
    )


def new_slot(conference: Conference, wanted: Wanted) -> Slot:
    return Slot(
        conference_id=conference.id,
        starts_at=floor_minute(wanted.starts_at),
        ends_at=floor_minute(wanted.ends_at),
        kind=wanted.kind,
        name=wanted.name,
        sponsor=wanted.sponsor,
    )


def _become(slot: Slot, wanted: Wanted) -> None:
    slot.starts_at, slot.ends_at = floor_minute(wanted.starts_at), floor_minute(wanted.ends_at)
    slot.kind, slot.name, slot.sponsor = wanted.kind, wanted.name, wanted.sponsor


def retime(db: Session, times: Sequence[tuple[Slot, datetime, datetime]]) -> None:
    """Give slots their new times (start, end), also times that others of them have until now."""
    moving = [one for one in times if (one[0].starts_at, one[0].ends_at) != one[1:]]
    for slot, starts_at, ends_at in moving:
        slot.starts_at, slot.ends_at = starts_at + _OUT_OF_THE_WAY, ends_at + _OUT_OF_THE_WAY
    db.flush()
    for slot, starts_at, ends_at in moving:
        slot.starts_at, slot.ends_at = starts_at, ends_at
    db.flush()


def refuse_overlap(db: Session, conference: Conference, wanted: Wanted, *, apart_from: Slot | None = None) -> None:
    other = queries.find_overlap(db, conference, wanted.starts_at, wanted.ends_at, apart_from=apart_from)
    if other is not None:
        raise SlotsOverlap(span_label(other.starts_at, other.ends_at, conference.zone))
