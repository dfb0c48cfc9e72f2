"""Where a file is made before it has its name: in a folder beside it, on the same disk.

Whoever is cut off (`kill -9`, a power cut) leaves that folder; the next one clears it away. A lock on the folder tells
what is under way from what was left, and the system lets go of it however its owner ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from barcamp.backup.errors import BackupError

PREFIX, SUFFIX = ".barcamp-", ".unfinished"


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` that its owner alone can read, gone at the end; what the killed left is gone, too."""
    clear(folder)
    made, lock = _claimed(folder)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def clear(folder: Path) -> None:
    """Remove what those left who did not come to an end."""
    for left in folder.glob(f"{PREFIX}*{SUFFIX}"):
        lock = _lock(left)
        if lock is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


def _claimed(folder: Path) -> tuple[Path, int]:
    while True:
        made = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=folder))
        lock = _lock(made)
        if lock is not None:
            return made, lock
        # another one cleared it away before we had its lock


def _lock(folder: Path) -> int | None:
    """A file descriptor that holds the lock, or None where somebody else has it or the folder is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if folder.exists():
            return descriptor
    except BlockingIOError:
        pass
    os.close(descriptor)
    return None


def publish(made: Path, name: Path) -> None:
    """Give a finished file its name, for good. What has the name already is left alone: BackupError."""
    sync(made)
    try:
        os.link(made, name)  # unlike a rename, never takes the place of another file
    except FileExistsError:
        raise taken(name) from None
    except OSError:  # the file systems of memory sticks have no links
        if name.exists():
            raise taken(name) from None
        made.rename(name)
    sync(name.absolute().parent)


def taken(name: Path) -> BackupError:
    return BackupError(f"{name} is there already; it was left alone.")


def replace(made: Path, name: Path) -> None:
    """Give a finished file its name, for good, in the place of what has it now."""
    sync(made)
    made.replace(name)
    sync(name.absolute().parent)


def sync(path: Path) -> None:
    """Have the disk keep this file, or the names in this folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno != errno.EINVAL:  # some file systems keep the names of a folder by themselves
            raise
    finally:
        os.close(descriptor)


def private(path: Path) -> int:
    """A descriptor of a new, empty file that its owner alone can read."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)


def write_private(path: Path, text: str) -> None:
    """Write a small file that its owner alone can read, whole or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        half.unlink()
    try:
        with os.fdopen(private(half), "w", encoding="utf-8") as file:
            file.write(text)
        replace(half, path)
    finally:
        half.unlink(missing_ok=True)
