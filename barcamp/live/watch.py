"""How a process hears that the database has changed, whoever changed it, and tells the others.

SQLite has a counter that moves with every commit of somebody else (`PRAGMA data_version`), which costs microseconds to
look at. PostgreSQL has NOTIFY, which is sent after the commit and outside of it: inside, each star would take a lock
that the whole server shares.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Protocol
from uuid import uuid4

import psycopg
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from barcamp.db import Store

log = logging.getLogger(__name__)

NAME = "barcamp_live"
#: Seconds between two notifications of one process.
TELL_PAUSE = 0.05
#: Seconds between two looks at SQLite's counter.
SQLITE_PAUSE = 0.025
#: Seconds between two looks without having heard anything: a process may die between its commit and its NOTIFY.
POSTGRES_PAUSE = 1.5
LISTEN_AGAIN = 1.0
#: Seconds after which the listening thread looks whether it should stop.
LISTEN_TURN = 0.2


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
    """Listens on a connection of its own, in a thread of its own, and looks now and then even so."""

    pause = 0.1

    def __init__(self, url: str, own: str, poke: Callable[[], None]) -> None:
        self._address = "postgresql:" + url.partition(":")[2]
        self._own = own
        self._poke = poke
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="live-ear", daemon=True)
        self._looked_at = 0.0

    def start(self) -> None:
        self._thread.start()

    def heard(self) -> bool:
        """Notifications poke by themselves; this is the look without one."""
        if time.monotonic() < self._looked_at + POSTGRES_PAUSE:
            return False
        self._looked_at = time.monotonic()
        return True

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                with psycopg.connect(self._address, autocommit=True, connect_timeout=5) as connection:
                    connection.execute(f"LISTEN {NAME}")
                    self._poke()  # for what was said while nobody listened
                    self._pass_on(connection)
            except psycopg.Error as problem:
                if not self._stopped.wait(LISTEN_AGAIN):
                    log.warning("live pages hear of changes late, for PostgreSQL cannot be listened to: %s", problem)

    def _pass_on(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stopped.is_set():
            for told in connection.notifies(timeout=LISTEN_TURN):
                if told.payload != self._own:
                    self._poke()


class Teller:
    """Tells the other processes on the same PostgreSQL database of commits, at most some twenty times a second.

    The first one goes out at once, in the thread that has committed; those that come too soon after it are told as one
    by a thread that lives as long as there are any.
    """

    def __init__(self, store: Store) -> None:
        self.name = uuid4().hex
        self._store = store
        self._lock = threading.Lock()
        self._again = self._is_busy = False
        self._later: threading.Thread | None = None
        self._told_at = float("-inf")

    def tell(self) -> None:
        with self._lock:
            if self._is_busy:
                self._again = True
                return
            self._is_busy = True
            is_soon = time.monotonic() < self._told_at + TELL_PAUSE
        if is_soon:
            self._tell_later()
            return
        try:
            self._notify()
        finally:
            with self._lock:
                again = self._is_busy = self._again
            if again:
                self._tell_later()

    def close(self) -> None:
        """Return when what was to be told has been told."""
        if self._later is not None:
            self._later.join()

    def _tell_later(self) -> None:
        """Not a daemon: a command that has just committed tells it before it ends."""
        self._later = threading.Thread(target=self._tell_on, name="live-teller")
        self._later.start()

    def _tell_on(self) -> None:
        while True:
            time.sleep(max(0.0, self._told_at + TELL_PAUSE - time.monotonic()))
            with self._lock:
                self._again = False
            self._notify()
            with self._lock:
                self._is_busy = self._again
                if not self._again:
                    return

    def _notify(self) -> None:
        """A failure is written down and nothing else: the others look by themselves before long."""
        self._told_at = time.monotonic()
        try:
            engine = self._store.writer.execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("SELECT pg_notify(:name, :own)"), {"name": NAME, "own": self.name})
        except SQLAlchemyError as problem:
            log.warning("live pages elsewhere hear late of a change: %s", problem)


def ear(store: Store, teller: Teller, poke: Callable[[], None]) -> Ear:
    return SqliteEar(store.url) if store.on_sqlite else PostgresEar(store.url, teller.name, poke)
