"""The connections to SQLite: WAL with every commit on the disk, one writer at a time, and marks of what it changed.

docs/decisions/0002-write-gate.md.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from functools import lru_cache

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection

from barcamp import meters, touched
from barcamp.errors import Busy

#: KiB of pages that a connection keeps, of which a process may have forty. The system keeps the rest for all processes,
#: and a page from there costs microseconds.
PAGES_KEPT = 256
_WAITED = meters.histogram("barcamp_write_wait_seconds", at="file")
_BUSY = meters.counter("barcamp_busy_total", at="file")


def engine(url: str, *, writes: bool, patience: Callable[[], float] = lambda: 0.0) -> Engine:
    """Connections that read, or those that write, one at a time; a writer waits `patience()` seconds for its turn."""
    made = create_engine(url, pool_size=20, max_overflow=20, connect_args={"timeout": 5.0})
    made.hide_parameters = True  # they are people's, and what breaks goes into the log

    @event.listens_for(made, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, else reads stand outside of them
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = {-PAGES_KEPT}")
        # the writer waits in Python, where gevent can run others; SQLite's own wait would stop them all
        cursor.execute(f"PRAGMA busy_timeout = {0 if writes else 1000}")
        if not writes:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    event.listen(made, "begin", _begin_immediate(patience) if writes else _begin_deferred)
    if writes:
        event.listen(made, "commit", _write_marks)
    return made


def _write_marks(connection: Connection) -> None:
    """With each commit, count for the tables it changes that they have been changed (front/marks.py). Where it changes
    only what no page shows that is counted, too: a commit without any mark would be taken for a stranger's.
    """
    found = connection.info.pop(touched.CHANGED, None)
    if found:
        changed = found - {touched.UNSHOWN} or found
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute(_marking(len(changed)), sorted(changed))


@lru_cache(maxsize=64)
def _marking(count: int) -> str:
    rows = ", ".join(["(?, 1)"] * count)
    return f"INSERT INTO mark (name, number) VALUES {rows} ON CONFLICT (name) DO UPDATE SET number = number + 1"  # noqa: S608


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(patience: Callable[[], float]) -> Callable[[Connection], None]:
    """Take SQLite's write lock; the queue between processes is SQLite's own lock, tried in growing steps."""

    def begin(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        began, pause = time.monotonic(), 0.0005
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
                meters.observe(_WAITED, time.monotonic() - began)
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
            if time.monotonic() > began + patience():
                meters.add(_BUSY)
                raise Busy
            time.sleep(pause)
            pause = min(pause * 1.5, 0.002)

    return begin
