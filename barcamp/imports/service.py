"""Asking for an import, taking what was read, or leaving it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.slugs import clean_line, fold
from barcamp.db import wake
from barcamp.imports import queries
from barcamp.imports.errors import NotReady, PlanChanged, TooManyWaiting
from barcamp.imports.found import from_json
from barcamp.imports.models import Import
from barcamp.imports.plan import make_plan
from barcamp.imports.values import NotePlan, Plan
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import draft as drafts
from barcamp.schedule.draft import Placed
from barcamp.schedule.service.writing import apply
from barcamp.venue import queries as venue
from barcamp.venue import service as venue_service
from barcamp.venue.day import Plan as DayPlan
from barcamp.venue.day import Wanted, camp_day
from barcamp.wall.models import CoPresenter, Note, NoteTag

MOST_WAITING = 3


def ask(
    db: Session, conference: Conference, actor: Person, name: str, source: bytes | None, *, now: datetime
) -> Import:
    """Have a file (`source`, its name) or an address (`name`, no source) read. The conference does not change yet."""
    log.hold(db, conference)
    if queries.count_under_way(db, conference) >= MOST_WAITING:
        raise TooManyWaiting(MOST_WAITING)
    row = Import(
        conference_id=conference.id, asked_by_id=actor.id, name=clean_line(name)[:2000] or "?", state="waiting",
        source=source, asked_at=now,
    )  # fmt: skip
    db.add(row)
    db.flush()
    wake(db, "imports")
    return row


def claim(db: Session, import_id: int, *, now: datetime) -> bool:
    """Make it this reader's. False when somebody has been quicker."""
    taken = db.execute(
        update(Import)
        .where(Import.id == import_id, queries.is_free(now))
        .values(state="running", beat_at=now)
        .returning(Import.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return taken is not None


def preview(db: Session, conference: Conference, row: Import, *, now: datetime) -> Plan:
    """What taking it would do now. Raises NotReady where there is nothing to take."""
    if row.state != "ready" or row.found is None:
        raise NotReady
    found = from_json(row.found)
    return make_plan(found, queries.read_here(db, conference, found, now=now))


def take(
    db: Session, conference: Conference, actor: Person, import_id: int, *, digest: str, now: datetime
) -> tuple[Plan, list[int]]:
    """Do what the preview with this digest has shown, all of it. Returns the plan and the ids of the notes it touched.

    Raises:
        NotReady: somebody has decided already.
        PlanChanged: it would do something else today than what was shown.
    """
    log.hold(db, conference)
    row = queries.find_import(db, conference, import_id, whole=True)
    if row is None:
        raise NotReady
    plan = preview(db, conference, row, now=now)
    if plan.digest != digest:
        raise PlanChanged
    for room in plan.rooms:
        venue_service.add_room(db, conference, actor, room.name, room.seats, now=now)
    _make_slots(db, conference, actor, plan.slots, now)
    ids = _write_notes(db, conference, plan, now)
    log.write(
        db, conference, actor, "import-taken", f"import:{row.id}",
        after={
            "name": row.name, "rooms": len(plan.rooms), "slots": len(plan.slots),
            "new": len(plan.of_kind("new")), "changed": len(plan.of_kind("changed")), "placed": plan.placed,
        },
        now=now,
    )  # fmt: skip
    _place(db, conference, actor, row, plan, ids, now)
    row.state, row.ended_at = "taken", now
    db.flush()
    return plan, sorted(ids[note.uid] for note in plan.notes if note.kind != "same")


def discard(db: Session, conference: Conference, row: Import, *, now: datetime) -> None:
    """Leave it. Also what is still being read; twice is once."""
    log.hold(db, conference)
    db.refresh(row)
    if row.state == "taken":
        raise NotReady
    row.state, row.source, row.found = "discarded", None, None
    row.ended_at = row.ended_at or now
    db.flush()


def _make_slots(db: Session, conference: Conference, actor: Person, wanted: tuple[Wanted, ...], now: datetime) -> None:
    """Add them day by day, as if each day's grid had been made by hand with them in it."""
    for day in sorted({camp_day(one.starts_at, conference.zone) for one in wanted}):
        there = venue.slots_of_day(db, conference, day)
        kept = tuple((slot, Wanted(slot.starts_at, slot.ends_at, slot.kind, slot.name, slot.sponsor)) for slot in there)
        added = tuple(one for one in wanted if camp_day(one.starts_at, conference.zone) == day)
        venue_service.make_slots(db, conference, actor, day, DayPlan(kept, added, ()), now=now)


def _write_notes(db: Session, conference: Conference, plan: Plan, now: datetime) -> dict[str, int]:
    """Make and change notes; returns the ids of all notes of the plan by uid."""
    there = queries.notes_by_id(
        db, conference, [note.note_id for note in plan.notes if note.note_id is not None and note.kind != "same"]
    )  # fmt: skip
    made: dict[str, Note] = {}
    for planned in plan.notes:
        if planned.kind == "new":
            made[planned.uid] = note = Note(uid=planned.uid, conference_id=conference.id, posted_at=now)
            _write_on(note, planned)
            db.add(note)
        elif planned.kind == "changed" and planned.note_id in there:
            note = there[planned.note_id]
            if planned.turn:
                note.withdrawn_at = now if planned.turn == "withdraw" else None
            if set(planned.fields) - {"place"}:
                note.edited_at = max(now, note.written_at)
            _write_on(note, planned)
    db.flush()
    known = {planned.uid: planned.note_id for planned in plan.notes if planned.note_id is not None}
    return known | {uid: note.id for uid, note in made.items()}


def _write_on(note: Note, planned: NotePlan) -> None:
    content = planned.content
    note.title, note.description, note.format, note.length = (
        content.title, content.description, content.format, content.length
    )  # fmt: skip
    note.slides_url, note.recording_url, note.search = planned.slides_url, planned.recording_url, content.search
    if planned.kind == "new" or "tags" in planned.fields:
        note.tags = [NoteTag(tag=tag) for tag in content.tags]
    if planned.kind == "new" or "copresenters" in planned.fields:
        note.copresenters = [CoPresenter(position=place, name=name) for place, name in enumerate(content.copresenters)]


def _place(
    db: Session, conference: Conference, actor: Person, row: Import, plan: Plan, ids: Mapping[str, int], now: datetime
) -> None:
    """Put the notes where the plan has them, with one line that can be taken back like any move."""
    draft = drafts.read(db, conference, stars=False, now=now)
    rooms = {fold(room.name): room.id for room in draft.rooms}
    slots = {slot.starts_at: slot.id for slot in draft.slots}
    wanted = {
        ids[note.uid]: Placed(slots[note.spot.starts_at], rooms[fold(note.spot.room)])
        for note in plan.notes
        if note.spot is not None and ids[note.uid] in draft.note_number
    }
    apply(db, conference, actor, "imported", f"import:{row.id}", draft, wanted, now=now)
