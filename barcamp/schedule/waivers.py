"""Setting warnings of the board aside, with a reason that the other organizers read, and taking that back.

A waiver is for one trouble with the same notes in the same place: when one of them moves, it is a new warning.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule.draft import read
from barcamp.schedule.errors import AlreadyWaived, WarningIsGone
from barcamp.schedule.models import Waiver
from barcamp.schedule.problems import find_waived, warnings


def find_waiver(db: Session, conference: Conference, waiver_id: int) -> Waiver | None:
    return db.scalars(select(Waiver).where(Waiver.id == waiver_id, Waiver.conference_id == conference.id)).one_or_none()


def waive(db: Session, conference: Conference, actor: Person, warning: str, reason: str, *, now: datetime) -> Waiver:
    """Set a warning aside. Refused when it is not there (any more), or when somebody has done so already."""
    log.hold(db, conference)
    standing = {trouble.key: trouble for trouble in warnings(read(db, conference, stars=warning.startswith("small:")))}
    if warning not in standing:
        raise WarningIsGone
    if (waived := find_waived(db, conference).get(warning)) is not None:
        raise AlreadyWaived(waived.who)
    waiver = Waiver(
        conference_id=conference.id, warning=warning, reason=reason, waived_by_id=actor.id, waived_at=now
    )  # fmt: skip
    db.add(waiver)
    db.flush()
    subject = f"note:{standing[warning].note_ids[0]}"
    log.write(db, conference, actor, "waived", subject, after={"warning": warning, "reason": reason}, now=now)
    return waiver


def take_back(db: Session, conference: Conference, actor: Person, waiver: Waiver, *, now: datetime) -> None:
    """Let a warning count again. Left alone when somebody else has just done so."""
    log.hold(db, conference)
    standing = find_waiver(db, conference, waiver.id)
    if standing is None:
        return
    note_id = waiver.warning.partition(":")[2].partition("@")[0].partition("+")[0]
    log.write(
        db, conference, actor, "unwaived", f"note:{note_id}",
        before={"warning": waiver.warning, "reason": waiver.reason}, now=now,
    )  # fmt: skip
    db.delete(standing)
    db.flush()
