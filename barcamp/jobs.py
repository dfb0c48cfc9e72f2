"""Work outside of requests: a queue (huey) in a file beside the SQLite database or in PostgreSQL, and its worker.

What must not be lost is a row of its own (a Letter); the queue only says "look now". A lost nudge costs until the next
sweep, a minute at the most.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import psycopg
from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from barcamp.db import Store
from barcamp.mail import service as mail
from barcamp.mail.delivery import deliver
from barcamp.people import service as people
from barcamp.settings import Settings
from barcamp.web.clock import utcnow

log = logging.getLogger(__name__)

PARENT = "BARCAMP_PARENT"
THREADS = 2
#: Seconds between two looks into an SQLite queue; on PostgreSQL the worker is told.
POLL = 0.1
#: Seconds that what is under way gets to end when the worker is stopped.
GRACE = 8.0
#: Seconds between two looks whether all threads are alive.
HEALTH = 10.0
TABLES_LOCK = 7_226_228  # any number but the migrations' own
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def install(app: Flask, settings: Settings) -> None:
    """Give the app its queue and tasks, and have letters nudge the worker as soon as they are committed."""
    store: Store = app.extensions["store"]
    queue = _queue(settings)
    app.extensions["queue"] = queue

    @queue.task(name="send_letters")  # type: ignore[untyped-decorator]
    def send_letters() -> None:
        deliver(store, settings, clock=utcnow)

    @queue.periodic_task(crontab(minute="*"), name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        deliver(store, settings, clock=utcnow)

    # hourly, for what is due daily: a laptop at a venue is not on at any given hour
    @queue.periodic_task(crontab(minute="17"), name="clean_up")  # type: ignore[untyped-decorator]
    def clean_up() -> None:
        forget_what_is_old(store)

    store.wakers["letters"] = lambda: _nudge(queue, send_letters)


def prepare(settings: Settings) -> None:
    """Make the queue's tables where they are missing. For migrations and workers; several at once stand in a line."""
    if settings.on_sqlite:
        _sqlite_queue(settings, timeout=5.0).storage.initialize_schema()
        return
    queue = _queue(settings)
    with psycopg.connect(_libpq(settings), connect_timeout=5) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [TABLES_LOCK])
        queue.storage.initialize_schema()


def forget_what_is_old(store: Store) -> None:
    """Drop ended codes, browsers long unseen, and the words of old letters."""
    with store.writing() as db:
        people.forget_old(db, now=utcnow())
        mail.forget_old_texts(db, now=utcnow())


def run_worker(app: Flask) -> None:
    """Work until SIGINT, SIGTERM or SIGHUP, or until the parent is gone (`BARCAMP_PARENT` = its process id).

    To be called in the main thread. What is under way gets a few seconds to end; a letter that is cut off is sent
    again later.
    """
    settings: Settings = app.extensions["settings"]
    prepare(settings)
    queue: Huey = app.extensions["queue"]
    if settings.on_sqlite:
        queue.storage._timeout = 5.0  # nobody waits for us: we may wait for the file
    worker = Consumer(queue, workers=THREADS, initial_delay=POLL, backoff=1.0, max_delay=POLL, shutdown_timeout=GRACE)
    stopping: list[int] = []
    # huey sets handlers of its own, of which the one for SIGHUP starts anew: a closed terminal is no reason to
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        worker.start()
        for number in STOPPING:
            signal.signal(number, lambda number, _frame: stopping.append(number))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    parent_is_gone = _watch_parent()
    looked_at = time.monotonic()
    while not stopping and not parent_is_gone():
        time.sleep(0.2)
        if time.monotonic() > looked_at + HEALTH:
            looked_at = time.monotonic()
            worker.check_worker_health()
    worker.stop(graceful=True)
    queue.storage.close()


def _nudge(queue: Huey, task: Callable[[], Any]) -> None:
    """Tell the worker that there is something to do. A failure is written down and nothing else: the sweep finds it."""
    try:
        task()
    except Exception as problem:
        log.warning("the jobs worker was not nudged: %s", problem)
    finally:
        if not isinstance(queue, SqliteHuey):
            # letters are rare: no connection is kept for them in every web worker; two closing at once may collide
            with contextlib.suppress(Exception):
                queue.storage.close()


def _watch_parent() -> Callable[[], bool]:
    given = os.environ.get(PARENT, "")
    if not given:
        return lambda: False
    parent = int(given) if given.isascii() and given.isdigit() and int(given) > 1 else os.getppid()
    return lambda: os.getppid() != parent


def _queue(settings: Settings) -> Huey:
    if settings.on_sqlite:
        # waiting for the file stops every request of this process, so not for long; a lost nudge costs little
        return _sqlite_queue(settings, timeout=0.1)
    return PostgresHuey("barcamp", results=False, dsn=_libpq(settings), connect_timeout=3, create_tables=False)


def _sqlite_queue(settings: Settings, *, timeout: float) -> Huey:
    return SqliteHuey(
        "barcamp",
        results=False,
        filename=str(settings.data / "jobs.sqlite3"),
        timeout=timeout,
        fsync=False,
        create_tables=False,
    )


def _libpq(settings: Settings) -> str:
    return "postgresql:" + settings.database_url.partition(":")[2]
