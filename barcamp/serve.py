"""`python3 app.py` from here on: prepare the database, then become gunicorn (processes.py has what is inside of it).

All preparation happens before the `exec`, so that no connection, lock or thread of it lives on in the server.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import NoReturn

from barcamp.settings import PROJECT, Settings, SettingsError, from_environment

BACKLOG = 4096
PORT_SECONDS = 5.0
#: The first of the sockets that a service manager hands over, by sd_listen_fds(3).
FIRST_SOCKET = 3
#: Set on the way from `python3 app.py` to gunicorn.conf.py: somebody looks at the terminal.
SHOW_LINK = "BARCAMP_SHOW_LINK"


class CannotServe(Exception):
    """The site cannot start; the text is one line for the person at the terminal."""


def main() -> int:
    """Prepare and serve. Returns an exit status only where that fails: 2 for a wrong setting, 1 for the rest."""
    try:
        settings = from_environment()
        listener = listen(settings)
        if not is_prepared(settings):
            prepare(settings)
    except SettingsError as problem:
        print(problem, file=sys.stderr)
        return 2
    except CannotServe as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return become_gunicorn(listener)


def listen(settings: Settings) -> socket.socket:
    """Take the port at once, so that nobody comes between; a site that was just killed has a moment to let go of it."""
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            return _listener(settings)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise CannotServe(_why_not(settings, problem)) from problem
        time.sleep(0.1)


def _listener(settings: Settings) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)  # whoever comes while we prepare waits in this line
    except BaseException:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def _why_not(settings: Settings, problem: OSError) -> str:
    if isinstance(problem, socket.gaierror):
        return f"BARCAMP_HOST: there is no address called {settings.host!r} here."
    if problem.errno == errno.EADDRINUSE:
        return (
            f"Port {settings.port} of {settings.host} is taken by another program."
            " Stop that one, or set BARCAMP_PORT to a free port."
        )
    if problem.errno == errno.EACCES:
        return f"BARCAMP_PORT: this account may not use port {settings.port}. Choose one above 1023."
    return f"BARCAMP_HOST, BARCAMP_PORT: cannot serve at {settings.host}:{settings.port} ({problem.strerror})."


def is_prepared(settings: Settings) -> bool:
    """Whether an SQLite site stands as the last start left it. Asked without loading SQLAlchemy and Alembic: this is
    every start but the first, and people wait for it.
    """
    if not settings.on_sqlite:
        return False
    newest = max(file.name for file in (PROJECT / "migrations" / "versions").glob("[0-9]*.py")).partition("_")[0]
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            (used,) = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM conference UNION SELECT 1 FROM person)"
            ).fetchone()
    except (sqlite3.Error, TypeError):
        return False
    return revision == newest and (bool(used) or not settings.demo)


def prepare(settings: Settings) -> None:
    """Migrate, make the queue's tables, and fill an empty database with the demo."""
    from alembic.util import CommandError
    from psycopg import Error as PostgresError
    from sqlalchemy import text
    from sqlalchemy.exc import DatabaseError

    from barcamp import jobs
    from barcamp.cli import demo
    from barcamp.db import Store
    from barcamp.errors import Refused
    from barcamp.migrate import MIGRATION_LOCK, migrate
    from barcamp.web.clock import utcnow

    try:
        migrate(settings.database_url)
        jobs.prepare(settings)
        if not settings.demo:
            return
        store = Store(settings.database_url, settings.base_url)
        try:
            with store.writing() as db:
                if not settings.on_sqlite:  # there a writer is alone anyway
                    db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
                if demo.is_empty(db):
                    print("Loading the demo, Beaver BarCamp ...", flush=True)
                    demo.load_camp(db, now=utcnow())
        finally:
            store.dispose()
    except (DatabaseError, PostgresError, sqlite3.Error, CommandError, Refused) as problem:
        said = getattr(problem, "orig", None) or problem
        raise CannotServe(f"The database cannot be used: {_first_line(said)}") from problem


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or ["unknown reason"])[0]


def become_gunicorn(listener: socket.socket) -> NoReturn:
    """Replace this process by gunicorn, which gets the listening socket as from systemd. Does not return."""
    if listener.fileno() != FIRST_SOCKET:
        os.dup2(listener.fileno(), FIRST_SOCKET, inheritable=True)
        listener.close()
    os.environ |= {SHOW_LINK: "1", "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    sys.stdout.flush()
    sys.stderr.flush()
    words = ["-m", "gunicorn", "app:app", "-c", str(PROJECT / "gunicorn.conf.py"), "--chdir", str(PROJECT)]
    os.execv(sys.executable, [sys.executable, *words])  # noqa: S606 - our own


# ---- inside gunicorn -------------------------------------------------------------------------------------------------


def address(settings: Settings) -> str:
    """Where gunicorn listens when it is started by itself."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def die_with_parent(parent: int) -> None:
    """End this process at once when its parent is gone, however that died; where the system can do that (Linux)."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)
