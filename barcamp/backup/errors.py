"""What keeps a backup, a restore or a copy from being made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BackupError(Exception):
    """Nothing was changed; the text is one line for the person at the terminal."""


@contextmanager
def disk_trouble_named(place: Path) -> Iterator[None]:
    """Whatever the disk refuses becomes one line that names the place."""
    try:
        yield
    except OSError as problem:
        raise BackupError(f"{place} could not be written ({problem.strerror or problem}).") from problem
