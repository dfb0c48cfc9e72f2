"""The facts that the status page is made of, as they are at this moment."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from barcamp import meters
from barcamp.db import Store
from barcamp.settings import Settings
from barcamp.watch import machine, queries, status
from barcamp.watch.figures import sqlite_file
from barcamp.watch.status import Backups, Facts, Line
from barcamp.watch.wsgi import RECENT

_SLOW_FROM = 1 + meters.BOUNDS.index(1.0) + 1  # the window's number, and the buckets up to a second


def facts(db: Session, store: Store, settings: Settings, backups: Backups | None, *, now: datetime) -> Facts:
    """Asks the database four times, whatever there is, and looks at this machine's processes and disk."""
    found = machine.look(machine.folder_in(settings.data))
    total = found.total
    free, size = _disk(settings)
    return Facts(
        now=now,
        queues=queries.queues(db, now=now),
        mail=queries.mail(db, now=now),
        workers=queries.workers(db),
        streams=int(total.get("g:barcamp_streams_open", (0.0,))[0]),
        answers=answers_of(total, now.timestamp()),
        disk_free=free,
        disk_size=size,
        database_size=_database_size(db, store),
        backups=backups,
        running_since=datetime.fromtimestamp(min(block.began for block in found.alive), UTC),
    )


def answers_of(total: Mapping[str, tuple[float, ...]], now: float) -> tuple[int, int]:
    """Of this minute and the one before: all answers, and those that took longer than a second."""
    numbers = total.get(f"r:{RECENT}", ())
    half, this = len(numbers) // 2, now // meters.WINDOW
    windows = [numbers[at : at + half] for at in (0, half) if numbers and this - 1 <= numbers[at] <= this]
    every = sum(sum(window[1:]) for window in windows)
    slow = sum(sum(window[_SLOW_FROM:]) for window in windows)
    return int(every), int(slow)


def troubles(db: Session, store: Store, settings: Settings, backups: Backups | None, *, now: datetime) -> list[Line]:
    """What the overview says of how the site is: nothing while all is well."""
    return status.troubles(facts(db, store, settings, backups, now=now))


def _disk(settings: Settings) -> tuple[int, int] | tuple[None, None]:
    """Bytes that are free, and all."""
    try:
        disk = shutil.disk_usage(settings.data)
    except OSError:
        return None, None
    return disk.free, disk.total


def _database_size(db: Session, store: Store) -> int | None:
    path = sqlite_file(store)
    if path is None:
        found: int = db.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        return found
    try:
        return path.stat().st_size
    except OSError:
        return None
