"""Live publishing: on the day each move of the draft goes public by itself, after a quiet time to take it back.

Below service.py, which says here that the draft has changed. What is due is published by publishing.py.
`Conference.publish_due_at` is the end of the quiet time while one runs; a draft that differs from what is public while
none does is held, by somebody or by a broken rule.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import wake
from barcamp.errors import N_
from barcamp.log import service as log
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule import queries
from barcamp.schedule.differences import differences
from barcamp.schedule.draft import read
from barcamp.schedule.errors import CannotPublish

#: Time to take a move back before anybody sees it. Each further move begins it anew.
QUIET = timedelta(seconds=20)


def note_change(db: Session, conference: Conference, *, now: datetime) -> None:
    """The draft has changed: where it is published live, the quiet time begins (anew).

    The row decides, not `conference`, which may be from before the conference was held, or from another session.
    """
    is_live = (Conference.id == conference.id, Conference.publishes_live)
    started = db.scalar(update(Conference).where(*is_live).values(publish_due_at=now + QUIET).returning(Conference.id))
    if started is not None:
        wake(db, "publish")


def switch(
    db: Session, conference: Conference, actor: Person, *, live: bool, freeze_minutes: int, now: datetime
) -> None:
    """Publish live from now on, or no longer. What starts within `freeze_minutes` does not move by itself meanwhile.

    Changes that wait go public as if they had just been made. Refused before the first version: nobody shall wake up
    to a schedule that was never looked at as a whole; and while one that waits is of a session that has begun.
    """
    log.hold(db, conference)
    db.refresh(conference)
    if live and queries.find_publication(db, conference) is None:
        raise CannotPublish(N_("Publish the schedule once by hand; from then on it can follow the board by itself."))
    before, after = _said(conference), {"live": live, "freeze_minutes": freeze_minutes}
    if before == after:
        return
    turned_on = live and not conference.publishes_live
    if turned_on:
        _refuse_begun(db, conference, now)
    conference.publishes_live, conference.freeze_minutes = live, freeze_minutes
    log.write(db, conference, actor, "live-on" if live else "live-off", "draft", before=before, after=after, now=now)
    if turned_on:
        note_change(db, conference, now=now)
    elif not live:
        conference.publish_due_at = None
    db.flush()


def hold(db: Session, conference: Conference, actor: Person, *, now: datetime) -> bool:
    """Stop the quiet time, so that nothing goes public until the next move. False where none was running."""
    log.hold(db, conference)
    db.refresh(conference)
    if conference.publish_due_at is None:
        return False
    conference.publish_due_at = None
    log.write(db, conference, actor, "live-held", "draft", now=now)
    db.flush()
    return True


def give_up(db: Session, conference: Conference, why: str, *, now: datetime) -> None:
    """What was due cannot go public, as a rule is broken. Open pages hear of it; the log has the words in English."""
    conference.publish_due_at = None
    log.write(db, conference, None, "live-stuck", "draft", after={"why": why}, now=now)
    db.flush()


def is_due(conference: Conference, now: datetime) -> bool:
    """As `find_due`, of one conference that is held."""
    due_at = conference.publish_due_at
    return conference.publishes_live and due_at is not None and not now < due_at <= now + QUIET


def find_due(db: Session, now: datetime) -> list[int]:
    """The ids of the conferences whose quiet time is over, who has waited longest first.

    What lies further ahead than a quiet time is long was written by a clock that was set back since.
    """
    return list(
        db.scalars(
            select(Conference.id)
            .where(
                Conference.publishes_live,
                or_(Conference.publish_due_at <= now, Conference.publish_due_at > now + QUIET),
            )
            .order_by(Conference.publish_due_at, Conference.id)
        )
    )


def find_last_mover(db: Session, conference: Conference) -> Person | None:
    """Whose move of the draft was the last one: what goes public by itself is theirs."""
    actor_id = db.scalar(
        select(Change.actor_id)
        .where(Change.conference_id == conference.id, Change.kind.in_(queries.DRAFT_KINDS))
        .order_by(Change.revision.desc())
        .limit(1)
    )
    return None if actor_id is None else db.get(Person, actor_id)


def _refuse_begun(db: Session, conference: Conference, now: datetime) -> None:
    for one in differences(db, conference, read(db, conference, stars=False)):
        if one.has_begun(now):
            raise CannotPublish(
                N_("{title} has begun, and its change is not public yet. Publish it or take it back first."),
                title=f"“{one.title}”",
            )  # fmt: skip


def _said(conference: Conference) -> dict[str, object]:
    return {"live": conference.publishes_live, "freeze_minutes": conference.freeze_minutes}
