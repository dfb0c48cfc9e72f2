"""How the processes on one PostgreSQL database tell each other of commits: NOTIFY and LISTEN, on one channel.

A notification goes out after the commit and outside of it: inside, each star would take a lock that the whole server
shares. Between the two a process may die; whoever relies on hearing looks by itself now and then, too.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

NAME = "barcamp_live"
#: Seconds between two notifications of one process.
TELL_PAUSE = 0.05
LISTEN_AGAIN = 1.0
#: Seconds after which the listening thread looks whether it should stop.
LISTEN_TURN = 0.2
#: Letters of a payload; PostgreSQL takes 8,000 bytes.
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Told:
    """What was committed elsewhere: the tables it changed (None: any may have been), and whether open pages should
    look.
    """

    tables: frozenset[str] | None
    live: bool


class Teller:
    """Tells the other processes of commits, at most some twenty times a second.

    The first one goes out at once, in the thread that has committed; those that come too soon after it are told as one
    by a thread that lives as long as there are any.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._name = uuid4().hex
        self._engine = engine
        self._lock = threading.Lock()
        self._tables: set[str] = set()
        self._live = self._is_busy = False
        self._later: threading.Thread | None = None
        self._told_at = float("-inf")

    @property
    def name(self) -> str:
        """Of this process alone: all those of a site are forked from one that has a Teller already."""
        return f"{self._name}.{os.getpid()}"

    def tell(self, tables: Iterable[str] = (), *, live: bool = False) -> None:
        with self._lock:
            self._tables.update(tables)
            self._live = self._live or live
            if self._is_busy:
                return
            self._is_busy = True
            is_soon = time.monotonic() < self._told_at + TELL_PAUSE
        if is_soon:
            self._tell_later()
            return
        try:
            self._notify()
        finally:
            if self._is_more():
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
            self._notify()
            if not self._is_more():
                return

    def _is_more(self) -> bool:
        """Whether somebody came while we were telling; if not, the next one tells by itself."""
        with self._lock:
            self._is_busy = bool(self._tables) or self._live
            return self._is_busy

    def _notify(self) -> None:
        """A failure is written down and nothing else: the others look by themselves before long."""
        with self._lock:
            payload = _written(self.name, self._tables, live=self._live)
            self._tables, self._live = set(), False
        self._told_at = time.monotonic()
        try:
            engine = self._engine().execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("SELECT pg_notify(:name, :said)"), {"name": NAME, "said": payload})
        except SQLAlchemyError as problem:
            log.warning("other processes hear late of a change: %s", problem)


class Listener:
    """Listens for those who want to hear, on a connection and in a thread of its own; none without anybody."""

    def __init__(self, url: str, own: Callable[[], str]) -> None:
        self._address = "postgresql:" + url.partition(":")[2]
        self._own = own
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Told], None]] = []
        self._thread: threading.Thread | None = None
        self._leaving: threading.Thread | None = None
        self._stopped = threading.Event()
        #: Set while the connection stands: what is committed elsewhere will be heard.
        self.hears = threading.Event()

    def add(self, listener: Callable[[Told], None]) -> None:
        """Have it called for each thing told, in the listening thread; so it should be quick."""
        with self._lock:
            self._listeners.append(listener)
            if self._thread is None:
                self._stopped = threading.Event()
                self._thread = threading.Thread(
                    target=self._listen, args=(self._stopped,), name="live-ear", daemon=True
                )
                self._thread.start()

    def remove(self, listener: Callable[[Told], None], *, wait: bool = True) -> None:
        """Have it not called any more; `wait` until the connection is closed, where it was the last one."""
        with self._lock:
            self._listeners = [there for there in self._listeners if there != listener]
            thread = None
            if not self._listeners and self._thread is not None:
                self._stopped.set()
                self._leaving = thread = self._thread
                self._thread = None
        if thread is not None and wait:
            thread.join()

    def wait_for_end(self) -> None:
        """Return when the connection that was listened on is closed, where nobody listens any more."""
        if self._thread is None and self._leaving is not None:
            self._leaving.join()
            self._leaving = None

    def _listen(self, stopped: threading.Event) -> None:
        import psycopg  # loaded where a site is on PostgreSQL only

        from barcamp.postgres import QUICK_TO_NOTICE

        has_complained = False
        while not stopped.is_set():
            try:
                with psycopg.connect(
                    self._address, autocommit=True, connect_timeout=5, **QUICK_TO_NOTICE
                ) as connection:
                    connection.execute(f"LISTEN {NAME}")
                    has_complained = False
                    self._pass_on(Told(None, live=True))  # for what was said while nobody listened
                    self.hears.set()  # only now: what is kept from before the gap is not right any more
                    while not stopped.is_set():
                        for said in connection.notifies(timeout=LISTEN_TURN):
                            if (told := _read(said.payload, self._own())) is not None:
                                self._pass_on(told)
            except psycopg.Error as problem:
                self.hears.clear()
                if not stopped.wait(LISTEN_AGAIN) and not has_complained:
                    has_complained = True
                    log.warning("changes are heard of late, for PostgreSQL cannot be listened to: %s", problem)
            finally:
                self.hears.clear()

    def _pass_on(self, told: Told) -> None:
        for listener in list(self._listeners):
            listener(told)


def _written(own: str, tables: Iterable[str], *, live: bool) -> str:
    said = ",".join(sorted(tables))
    return f"{own}:{'live' if live else ''}:{said if len(said) <= LONGEST else '*'}"


def _read(payload: str, own: str) -> Told | None:
    """None for what this process has said itself. A payload of another form may have been about anything."""
    parts = payload.split(":")
    if parts[0] == own:
        return None
    if len(parts) != 3 or parts[2] == "*":
        return Told(None, live=True)
    return Told(frozenset(filter(None, parts[2].split(","))), live=parts[1] == "live")
