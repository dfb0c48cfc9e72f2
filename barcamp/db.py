"""The database: one `Base`, one `Store` with its write gate, one session and one commit per request.

The same code runs on SQLite and on PostgreSQL. On SQLite every writing transaction passes the gate: one
lock inside the process, then BEGIN IMMEDIATE, retried in short sleeps while another process writes
(docs/decisions/0002-write-gate.md). Nothing slow may happen while a writing session is open.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from flask import current_app, g, has_app_context, has_request_context, request
from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, MetaData, Table, Text, event, inspect
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from barcamp import meters, outage, sqlite, touched
from barcamp.errors import Busy
from barcamp.instants import UtcDateTime
from barcamp.notify import Listener, Teller

#: For the gate, and again for the lock between processes: whoever waits for both is told within ten seconds.
GATE_SECONDS = 4.0
#: Connections that are kept for whoever reads next on SQLite: a request may read beside its own session.
SPARE = 2
_WAITED_HERE = meters.histogram("barcamp_write_wait_seconds", at="process")
_BUSY_HERE = meters.counter("barcamp_busy_total", at="process")

log = logging.getLogger(__name__)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger().with_variant(Integer(), "sqlite"),
        datetime: UtcDateTime(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }

    def __init_subclass__(cls, **given: Any) -> None:
        """On SQLite, too, the id of a deleted row is never given again: an old form must not mean a new row."""
        super().__init_subclass__(**given)
        table = cls.__table__
        if isinstance(table, Table) and "id" in table.c:
            table.dialect_options["sqlite"]["autoincrement"] = True


def insert_into(table: type[Base], dialect: str) -> Any:
    """An INSERT that knows ON CONFLICT, in the words of the database that is meant."""
    if dialect == "sqlite":
        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert  # 2 MiB in memory, for nothing on SQLite

    return insert(table)


class Store:
    """The engines of one database: `writer` behind the gate, `reader` that cannot change anything.

    Made after gevent's patch. Where it crosses a fork nobody holds its locks, and its pools are empty (processes.py).
    """

    def __init__(self, url: str, base_url: str) -> None:
        self.url = url
        self.base_url = base_url
        self.on_sqlite = url.startswith("sqlite:")
        self.gate = threading.Lock()
        self.wakers: dict[str, Callable[[], None]] = {}
        #: On PostgreSQL, where no mark is written: called with the tables of each commit of this process.
        self.changed: list[Callable[[set[str]], None]] = []
        self._untold: set[str] = set()
        self._untold_lock = threading.Lock()
        if self.on_sqlite:
            self.writer = sqlite.engine(url, writes=True, patience=lambda: GATE_SECONDS)
            self.reader = sqlite.engine(url, writes=False)
        else:
            from barcamp import postgres  # with its driver 6 MiB in memory, for nothing on SQLite

            self.writer = postgres.engine(url)
            self.reader = self.writer.execution_options(postgresql_readonly=True)
        self.teller = Teller(lambda: self.writer)
        self.listener = Listener(url, lambda: self.teller.name)
        touched.watch_changes(self.writer, Base.metadata)
        touched.watch_reads(self.reader, Base.metadata)
        if not self.on_sqlite:
            event.listen(self.writer, "checkin", self._changed_are_known)

    def read_session(self) -> Session:
        return Session(self.reader, expire_on_commit=False, autoflush=False, info={"base_url": self.base_url})

    def write_session(self) -> Session:
        """A session that holds the gate until `end` is called on it."""
        if self.on_sqlite:
            began = time.monotonic()
            if not self.gate.acquire(timeout=GATE_SECONDS):
                meters.add(_BUSY_HERE)
                raise Busy
            meters.observe(_WAITED_HERE, time.monotonic() - began)
        return Session(self.writer, expire_on_commit=False, info={"base_url": self.base_url})

    def end(self, session: Session) -> None:
        """Close a writing session (rolling back what was not committed) and open the gate."""
        try:
            session.close()
        finally:
            if self.on_sqlite:
                self.gate.release()
        woken = session.info.pop("committed", set())
        with self._untold_lock:
            untold, self._untold = self._untold, set()
        if untold:
            self.teller.tell(untold, live="live" in woken)
        for name in woken:
            waker = self.wakers.get(name)
            if waker is not None:
                waker()

    def commit(self, session: Session) -> None:
        session.flush()
        with outage.at_commit():
            session.commit()
        session.info["committed"] = session.info.pop("woken", set())

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.read_session() as session:
            yield session

    def _changed_are_known(self, _connection: Any, record: ConnectionPoolEntry) -> None:
        """A connection comes back after its commit: what it changed counts from now on, before anybody is answered."""
        changed = record.info.pop(touched.CHANGED, set()) - {touched.UNSHOWN}
        if changed:
            for listener in self.changed:
                listener(changed)
            with self._untold_lock:
                self._untold |= changed

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One writing transaction for commands and jobs: committed at the end, rolled back on an exception."""
        session = self.write_session()
        try:
            yield session
            self.commit(session)
        finally:
            self.end(session)

    def let_go(self) -> None:
        """Close the connections that nobody uses, where a crowd left more than SPARE. On SQLite alone: there each holds
        half a megabyte, and another is there in two milliseconds, its statements prepared.
        """
        pool = self.reader.pool
        if self.on_sqlite and isinstance(pool, QueuePool) and pool.checkedin() > SPARE:
            self.reader.dispose()

    def dispose(self) -> None:
        self.teller.close()
        self.writer.dispose()
        self.reader.dispose()


def base_url(session: Session) -> str:
    """The site's public address, for what is stored with absolute links in it: letters, calendar fragments."""
    return str(session.info["base_url"])


def wake(session: Session, name: str) -> None:
    """Wake whoever waits under this name in `Store.wakers` (a job, open pages) once this session has been committed."""
    session.info.setdefault("woken", set()).add(name)


# ---- one session a request -------------------------------------------------------------------------------------------


def store() -> Store:
    found: Store = current_app.extensions["store"]
    return found


def session() -> Session:
    """The session of this request: read-only for GET and HEAD, a writing one for everything else.

    After `commit()` a writing request reads on with a fresh read-only session.
    """
    if "session" not in g:
        g.writes = has_request_context() and not only_reads()
        g.session = store().write_session() if g.writes else store().read_session()
    found: Session = g.session
    return found


def only_reads() -> bool:
    """Whether this is a request whose method changes nothing (RFC 9110, 9.2.1)."""
    return has_request_context() and request.method in ("GET", "HEAD", "OPTIONS")


def writing_session() -> Session | None:
    """This request's writing session where one is open: on SQLite nobody else of this thread could write beside it."""
    found: Session | None = g.get("session") if has_app_context() and g.get("writes") else None
    return found


def snapshot() -> Session:
    """The session of this request, whose SELECTs all see the same moment, for answers that are made of several. To be
    asked for before the first of them; on SQLite they always do.
    """
    found = session()
    if not store().on_sqlite and not found.in_transaction():
        found.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found.info["is_snapshot"] = True
    return found


def commit() -> None:
    """Commit this request's one transaction, open the gate and wake whoever was asked for."""
    store().commit(session())
    g.committed = True
    _read_on()


def rollback() -> None:
    """Let go of what was not committed and of the gate; what is still to be read comes from a read-only session."""
    _read_on()


def lend() -> None:
    """Give this request's connection back until it is needed again, where nothing hangs on it. To be called before
    another one is asked for: if all who have one waited for a second, none of them would ever get it.
    """
    found: Session | None = g.get("session")
    if found is not None and not g.writes and not store().on_sqlite and not found.info.get("is_snapshot"):
        found.commit()  # unlike a rollback, leaves what was read as it is


@contextmanager
def reading() -> Iterator[Session]:
    """A read-only session of its own, for a look before the gate (checking a password, say)."""
    with store().reading() as found:
        yield found


def is_readable(row: Base) -> bool:
    """Whether a row kept from earlier in the request can still be read: after a failed flush it has been expired."""
    return not inspect(row).expired


def _read_on() -> None:
    _close()
    g.session, g.writes = store().read_session(), False


def _close() -> None:
    ended: Session | None = g.pop("session", None)
    if ended is None:
        return
    if g.pop("writes"):
        store().end(ended)
    else:
        ended.close()


def teardown(_problem: BaseException | None = None) -> None:
    """At the end of a request: what was not committed is rolled back; by the server itself, where it is gone."""
    try:
        _close()
    except SQLAlchemyError as problem:
        log.warning("a connection was lost at the end of a request: %s", problem)
