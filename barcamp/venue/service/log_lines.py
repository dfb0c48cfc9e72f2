"""What the log says of a room, a closure or a slot, and the refusal of a form that is older than the last line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from barcamp.conferences.errors import ChangedMeanwhile
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import last_revision
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.venue.day import Wanted
from barcamp.venue.models import Closure, Room, Slot


def subject_of(row: Room | Slot) -> str:
    """How the log names a room or a slot: "room:3"."""
    return f"{row.__tablename__}:{row.id}"


def room_facts(room: Room) -> dict[str, Any]:
    return {
        "name": room.name,
        "seats": room.seats,
        "equipment": list(room.equipment),
        "step_free": room.step_free,
        "where": room.where,
    }


def slot_facts(slot: Slot) -> dict[str, Any]:
    return wanted_facts(Wanted(slot.starts_at, slot.ends_at, slot.kind, slot.name, slot.sponsor))


def wanted_facts(wanted: Wanted) -> dict[str, Any]:
    return {
        "starts_at": wanted.starts_at.isoformat(),
        "ends_at": wanted.ends_at.isoformat(),
        "kind": wanted.kind,
        "name": wanted.name,
        "sponsor": wanted.sponsor,
    }


def closure_facts(room: Room, closure: Closure) -> dict[str, Any]:
    return {
        "name": room.name,
        "starts_at": closure.starts_at.isoformat(),
        "ends_at": closure.ends_at.isoformat(),
    }


def refuse_stale(db: Session, conference: Conference, row: Room | Slot, seen: int | None) -> None:
    if seen is not None and last_revision(db, conference.id, subject_of(row)) != seen:
        raise ChangedMeanwhile
    try:
        db.refresh(row, [column.key for column in type(row).__table__.columns])
    except InvalidRequestError as gone:  # removed between finding it and standing first in the line
        raise ChangedMeanwhile from gone


def write_difference(
    db: Session,
    conference: Conference,
    actor: Person | None,
    kind: str,
    subject: str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    now: datetime,
) -> None:
    """Write what is different, with the name beside it so that a line can be read by itself."""
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        named = ["name", *(name for name in changed if name != "name")]
        log.write(
            db, conference, actor, kind, subject,
            before={name: before[name] for name in named}, after={name: after[name] for name in named}, now=now,
        )  # fmt: skip
    db.flush()
