"""How open pages hear that the database has changed, whoever changed it.

SQLite has a counter that moves with every commit of somebody else (`PRAGMA data_version`), which costs microseconds to
look at. On PostgreSQL the processes tell each other (barcamp/notify.py).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import make_url

from barcamp.db import Store
from barcamp.notify import Listener, Told

#: Seconds between two looks at SQLite's counter.
SQLITE_PAUSE = 0.025
#: Seconds between two looks without having heard anything: a process may die between its commit and its NOTIFY.
POSTGRES_PAUSE = 1.5


class Ear(Protocol):
    """Hears of commits, from the first `start` to `stop`. All but `stop` by the thread that watches."""

    #: How long to wait for a wake before asking again, in seconds.
    pause: float

    def start(self) -> None: ...

    def heard(self) -> bool:
        """Whether there may have been a commit since this was asked last."""

    def stop(self) -> None: ...


class SqliteEar:
    """Looks at the counter of a connection that never writes."""

    pause = SQLITE_PAUSE

    def __init__(self, url: str) -> None:
        self._path = make_url(url).database or ""
        self._connection: sqlite3.Connection | None = None
        self._version = 0

    def start(self) -> None:
        self._connection = sqlite3.connect(self._path, timeout=1.0, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")
        self._version = -1

    def heard(self) -> bool:
        assert self._connection is not None
        seen, (self._version,) = self._version, self._connection.execute("PRAGMA data_version").fetchone()
        return seen != self._version

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()


class PostgresEar:
    """Hears what the other processes tell, and looks now and then even so."""

    pause = 0.1

    def __init__(self, listener: Listener, poke: Callable[[], None]) -> None:
        self._listener = listener
        self._poke = poke
        self._looked_at = 0.0

    def start(self) -> None:
        self._listener.add(self._told)

    def heard(self) -> bool:
        """Notifications poke by themselves; this is the look without one."""
        if time.monotonic() < self._looked_at + POSTGRES_PAUSE:
            return False
        self._looked_at = time.monotonic()
        return True

    def stop(self) -> None:
        self._listener.remove(self._told)

    def _told(self, told: Told) -> None:
        if told.live:
            self._poke()


def ear(store: Store, poke: Callable[[], None]) -> Ear:
    return SqliteEar(store.url) if store.on_sqlite else PostgresEar(store.listener, poke)
