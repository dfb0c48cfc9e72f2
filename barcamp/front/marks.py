"""Whether what was read from a table is still so: a number a table (and counter), which a commit to it makes another.

On SQLite the numbers are rows, written with each commit (db.py), and read anew only when SQLite's own counter
(`PRAGMA data_version`, some microseconds) says that somebody has committed. On PostgreSQL each process counts what it
hears of: its own commits at once, the others' by NOTIFY. As a process may die before it has told, the server's own
figures (pg_stat_user_tables) are looked at, too.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from barcamp import touched
from barcamp.db import Base, Store
from barcamp.notify import Told

#: Seconds between two looks at PostgreSQL's own figures.
POSTGRES_PAUSE = 1.5

Numbers = Mapping[str, int]


class Marks(Protocol):
    def look(self) -> Numbers | None:
        """How often each table has been changed, as of now; the same object while that is as it was. None where it
        cannot be known: then nothing that is kept may be given.
        """

    def close(self) -> None: ...


class SqliteMarks:
    """Reads them on a connection of its own that never writes."""

    def __init__(self, url: str) -> None:
        self._path = make_url(url).database or ""
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._version = -1
        self._written: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        #: Counted for all tables when somebody has written who leaves no marks: a person with SQLite's own program.
        self._strangers = 0

    def look(self) -> Numbers | None:
        with self._lock:
            try:
                return self._read()
            except sqlite3.Error:
                self._let_go()
                return None

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _read(self) -> Numbers:
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, timeout=1.0, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA query_only = ON")
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._read_anew(self._connection)
        return self._numbers

    def _read_anew(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")  # the marks and the counter of one moment
        try:
            written = dict(connection.execute("SELECT name, number FROM mark").fetchall())
            (self._version,) = connection.execute("PRAGMA data_version").fetchone()
        finally:
            connection.execute("ROLLBACK")
        if written == self._written:
            self._strangers += 1
        self._written = written
        numbers = {name: written.get(name, 0) + self._strangers for name in touched.names(Base.metadata)}
        if numbers != self._numbers:  # else somebody changed what no page shows
            self._numbers = numbers

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._version = None, -1


class PostgresMarks:
    """Counts what is told, from the first look on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = dict.fromkeys(touched.names(Base.metadata), 0)
        self._figures: dict[str, int] | None = None
        #: Tables whose figures may differ for a change that was told of, since this look and since the one before it.
        self._explained: tuple[set[str], set[str]] = (set(), set())
        self._looked_at = float("-inf")
        self._is_listening = False

    def look(self) -> Numbers | None:
        self._listen()
        if not self._store.listener.hears.is_set():
            return None
        if time.monotonic() > self._looked_at + POSTGRES_PAUSE:
            self._looked_at = time.monotonic()  # whoever comes meanwhile need not look, too
            self._compare()
        return self._numbers

    def close(self) -> None:
        if self._is_listening:
            self._store.listener.remove(self._told, wait=False)
            self._store.changed.remove(self._count)
            self._is_listening = False

    def _listen(self) -> None:
        with self._lock:
            if not self._is_listening:
                self._is_listening = True
                self._store.changed.append(self._count)
                self._store.listener.add(self._told)

    def _told(self, told: Told) -> None:
        self._count(self._numbers if told.tables is None else told.tables)

    def _count(self, tables: Collection[str]) -> None:
        with self._lock:
            self._numbers = self._numbers | {name: self._numbers.get(name, 0) + 1 for name in tables}
            self._explained[0].update(name.partition(".")[0] for name in tables)

    def _compare(self) -> None:
        """Count for the tables of which the server knows a change that nobody has told of: by a process that died, or a
        person with a program of their own. Its figures may be a second late.
        """
        try:
            with self._store.reading() as db:
                rows = db.execute(
                    text("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS changes FROM pg_stat_user_tables")
                )
                figures = {row.relname: row.changes for row in rows}
        except SQLAlchemyError:
            return
        with self._lock:
            before, self._figures = self._figures, figures
            lately, earlier = self._explained
            self._explained = (set(), lately)
        if before is None:
            return
        untold = {name for name in figures if figures[name] != before.get(name)} - lately - earlier
        if untold:
            self._count([name for name in self._numbers if name.partition(".")[0] in untold])


def marks(store: Store) -> Marks:
    return SqliteMarks(store.url) if store.on_sqlite else PostgresMarks(store)
