"""Writing the log, and holding a conference still while something is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from barcamp.db import wake
from barcamp.log.models import Change, Head


class Identified(Protocol):
    """Anything with an id: a conference, a person."""

    @property
    def id(self) -> Any: ...


def begin(db: Session, conference: Identified) -> None:
    """Open the log of a new conference."""
    db.add(Head(conference_id=conference.id, revision=0))
    db.flush()


def hold(db: Session, conference: Identified) -> int:
    """Lock the conference's head row until the commit and return its revision.

    Whoever decides by what is there (is a place free? is this cell empty?) holds first, so that two
    deciders stand in a line. On SQLite the writing transaction itself is the line.
    """
    return db.execute(select(Head.revision).where(Head.conference_id == conference.id).with_for_update()).scalar_one()


def write(
    db: Session,
    conference: Identified,
    actor: Identified | None,
    kind: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime,
) -> Change:
    """Add the next line to the conference's log: raise its revision by one and write what happened.

    `kind` is a word like "note-posted", `subject` names the row like "note:12". Open pages hear of it after the commit.
    """
    revision = db.execute(
        update(Head)
        .where(Head.conference_id == conference.id)
        .values(revision=Head.revision + 1)
        .returning(Head.revision)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    change = Change(
        conference_id=conference.id,
        revision=revision,
        at=now,
        actor_id=None if actor is None else actor.id,
        kind=kind,
        subject=subject,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
    )
    db.add(change)
    wake(db, "live")
    return change
