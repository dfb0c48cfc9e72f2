"""What is written down about workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from barcamp.watch.models import Worker

#: A worker that was seen no more since is forgotten.
KEPT = timedelta(days=7)


def see_worker(db: Session, name: str, machine: str, *, began_at: datetime, now: datetime) -> None:
    """This worker lives. Those long gone are forgotten at that."""
    changed = db.execute(update(Worker).where(Worker.name == name).values(seen_at=now, ended_at=None))
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        db.execute(delete(Worker).where(Worker.seen_at < now - KEPT))
        db.add(Worker(name=name, machine=machine, began_at=began_at, seen_at=now))


def worker_ended(db: Session, name: str, *, now: datetime) -> None:
    """It was stopped, and did not just vanish."""
    db.execute(update(Worker).where(Worker.name == name).values(seen_at=now, ended_at=now))
