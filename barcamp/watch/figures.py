"""Everything that /metrics tells: what the processes have counted, and what is looked up at the moment of asking."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.errors import Refused
from barcamp.meters import Block
from barcamp.settings import PROJECT, Settings
from barcamp.watch import exposition, machine, queries
from barcamp.watch.exposition import gauge
from barcamp.watch.status import Backups, lately

Figure = tuple[str, tuple[float, ...]]


def told(store: Store, settings: Settings, backups: Backups | None, *, now: datetime) -> str:
    """The text of /metrics. Without a database it says so, and leaves out what is in it."""
    found = machine.look(machine.folder_in(settings.data))
    series = dict(found.total)
    series.update(_of_processes(found.alive))
    series.update(_of_disk(store, settings, now))
    series.update(_of_database(store, now))
    if backups is not None and backups.newest is not None:
        series.update([gauge("barcamp_last_backup_seconds", max(0.0, (now - backups.newest).total_seconds()))])
    series.update(
        [gauge("barcamp_info", 1, version=version(), python=platform.python_version(), database=_kind(store))]
    )
    return exposition.render(series)


@cache
def version() -> str:
    with suppress(OSError, KeyError, tomllib.TOMLDecodeError):
        return str(tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    return "unknown"


def _kind(store: Store) -> str:
    return "sqlite" if store.on_sqlite else "postgresql"


def _of_processes(alive: Iterable[Block]) -> Iterator[Figure]:
    blocks = list(alive)
    for kind, count in Counter(block.kind for block in blocks).items():
        yield gauge("barcamp_processes", count, kind=kind)
        memory = sum(_memory(block.process) for block in blocks if block.kind == kind)
        yield gauge("barcamp_memory_bytes", memory, kind=kind)
    yield gauge("barcamp_start_time_seconds", min(block.began for block in blocks))


def _memory(process: int) -> int:
    """Bytes of a process, of what it shares with others its share. Where the system does not tell that (it does on
    Linux), the most that our own process has had stands for each.
    """
    try:
        rows = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
        return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))
    except (OSError, ValueError, IndexError, StopIteration):
        if Path(f"/proc/{os.getpid()}").exists() and not Path(f"/proc/{process}").exists():
            return 0  # gone this moment
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _of_disk(store: Store, settings: Settings, now: datetime) -> Iterator[Figure]:
    with suppress(OSError):
        yield gauge("barcamp_disk_free_bytes", shutil.disk_usage(settings.data).free)
    path = sqlite_file(store)
    if path is not None:
        for name, file in (("database", path), ("wal", path.with_name(f"{path.name}-wal"))):
            yield gauge(f"barcamp_{name}_bytes", file.stat().st_size if file.exists() else 0)


def sqlite_file(store: Store) -> Path | None:
    name = make_url(store.url).database if store.on_sqlite else None
    return None if name is None else Path(name)


def _of_database(store: Store, now: datetime) -> list[Figure]:
    try:
        with store.reading() as db:
            return [gauge("barcamp_database_up", 1), *_read(db, store, now)]
    except (SQLAlchemyError, Refused):
        return [gauge("barcamp_database_up", 0)]


def _read(db: Session, store: Store, now: datetime) -> Iterator[Figure]:
    for name, queue in queries.queues(db, now=now).items():
        yield gauge("barcamp_queue_waiting", queue.waiting, queue=name)
        age = 0.0 if queue.since is None else max(0.0, (now - queue.since).total_seconds())
        yield gauge("barcamp_queue_oldest_seconds", age, queue=name)
    workers = queries.workers(db)
    yield gauge("barcamp_jobs_workers", len(lately(workers, now)))
    if workers:
        age = max(0.0, (now - workers[0].seen_at).total_seconds())
        yield gauge("barcamp_jobs_worker_seen_seconds", age)
    if not store.on_sqlite:
        yield gauge(
            "barcamp_database_bytes", db.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        )
