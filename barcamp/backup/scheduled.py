"""A backup each hour by itself, into the folder of BARCAMP_BACKUPS, and the old ones away again.

The folder is all there is to know: the names tell the times, and a name is given to a whole file only. So several
machines can share it, and what went wrong last stands in it in words.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from barcamp.backup import making, places, rotation
from barcamp.backup.errors import BackupError, disk_trouble_named
from barcamp.settings import Settings

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
#: The worker looks each ten minutes (jobs.py), so this is hourly, and a failure is tried again soon.
DUE_AFTER = EVERY - timedelta(minutes=5)
#: A backup is late when two were missed.
LATE_AFTER = 2 * EVERY + timedelta(minutes=15)
NAME = "barcamp-%Y-%m-%dT%H-%M-%SZ.zip"
PROBLEM = "last-problem.txt"
LOCK = ".lock"
#: Bytes that stay free on the disk whatever happens: a backup must not be what stops the site.
SPARE = 64 * 1024 * 1024
NICENESS = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """How the scheduled backups stand, for whoever looks after the site."""

    folder: Path
    newest: datetime | None
    size: int
    problem: str | None

    def is_late(self, now: datetime, *, since: datetime) -> bool:
        """Whether backups were missed; `since` is when the site began to run."""
        last = since if self.newest is None else max(self.newest, since)
        return now - last > LATE_AFTER


def last_backup(settings: Settings, *, now: datetime) -> Standing | None:
    """The newest good backup in the folder, its size in bytes, and what went wrong since. None: none are scheduled.

    Reads names only: cheap enough for a page.
    """
    folder = settings.backups
    if folder is None:
        return None
    found = {made_at: path for made_at, path in _found(folder).items() if made_at <= now}  # no clock was ahead then
    newest = max(found, default=None)
    with suppress(OSError):
        return Standing(folder, newest, 0 if newest is None else found[newest].stat().st_size, _problem(folder))
    return Standing(folder, newest, 0, "the folder cannot be read")


def back_up_due(settings: Settings, *, clock: Callable[[], datetime]) -> Path | None:
    """Make a backup if one is due and nobody else makes one, then remove those that are not kept. Returns the new one.

    What goes wrong is logged and left in the folder; the next look tries again.
    """
    folder = settings.backups
    if folder is None:
        return None
    try:
        with disk_trouble_named(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(settings, folder) as alone:
                if not alone or not _is_due(folder, clock()):
                    return None
                _leave_room(settings, folder)
                made = _gently(lambda: making.make(settings, _name(folder, clock()), now=clock()))
                _thin_out(folder)
    except BackupError as problem:
        log.warning("no backup was made: %s", problem)
        with suppress(OSError):
            places.write_private(folder / PROBLEM, f"{problem}\n")
        return None
    with suppress(OSError):
        (folder / PROBLEM).unlink(missing_ok=True)
    return made.file


def _is_due(folder: Path, now: datetime) -> bool:
    """A time that is yet to come is no reason to wait: the clock was ahead then."""
    return not any(now - DUE_AFTER < made_at <= now for made_at in _found(folder))


def _name(folder: Path, now: datetime) -> Path:
    return folder / now.astimezone(UTC).strftime(NAME)


def _found(folder: Path) -> dict[datetime, Path]:
    """The backups of this folder by the times in their names; whatever else lies there is none of ours."""
    found: dict[datetime, Path] = {}
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(ValueError):
                found[datetime.strptime(path.name, NAME).replace(tzinfo=UTC)] = path
    return found


def _thin_out(folder: Path) -> None:
    found = _found(folder)
    for made_at in found.keys() - rotation.kept(found):
        found[made_at].unlink(missing_ok=True)


def _leave_room(settings: Settings, folder: Path) -> None:
    """The copy and the packed file are there at once for a moment."""
    if settings.on_sqlite:
        database = making.database_file(settings)
        needed = 2 * database.stat().st_size if database.exists() else 0
    else:
        from barcamp.backup import postgres  # and with it the driver, which a site on SQLite does without

        needed = postgres.size(settings.database_url)
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        raise BackupError(
            f"{folder} has {free // 1_000_000:,} MB free, and a backup needs {(needed + SPARE) // 1_000_000:,} MB."
        )


@contextmanager
def _alone(settings: Settings, folder: Path) -> Iterator[bool]:
    """Whether nobody else makes a backup into this folder, or of this database; nobody begins one until the end."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        if settings.on_sqlite:
            yield True
            return
        from barcamp.backup import postgres

        with postgres.alone(settings.database_url) as alone:
            yield alone
    finally:
        os.close(descriptor)


def _problem(folder: Path) -> str | None:
    try:
        return (folder / PROBLEM).read_text(encoding="utf-8", errors="replace").strip() or None
    except FileNotFoundError:
        return None


def _gently(work: Callable[[], making.Made]) -> making.Made:
    """Do it in a thread of its own that lets all others go first (on Linux): a thread never gets back from that."""
    results: list[making.Made] = []
    problems: list[BaseException] = []

    def gently() -> None:
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        try:
            results.append(work())
        except BaseException as problem:  # raised again where it was asked for
            problems.append(problem)

    thread = threading.Thread(target=gently, name="backup", daemon=True)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]
    return results[0]
