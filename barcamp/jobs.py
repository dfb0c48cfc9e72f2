"""Work outside of requests: a queue (huey) in a file beside the SQLite database or in PostgreSQL, and its worker.

What must not be lost is a row of its own (a Letter); the queue only says "look now". A lost nudge costs until the next
sweep, a minute at the most.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from barcamp import outage
from barcamp.backup import scheduled
from barcamp.db import Store
from barcamp.feeds.moved import follow_base_url
from barcamp.imports import reading
from barcamp.lanes import Lane
from barcamp.mail import service as mail
from barcamp.mail.delivery import deliver
from barcamp.news import push, telling
from barcamp.people import service as people
from barcamp.queues import QUEUE_FILE, Consumer, Huey, SqliteHuey, address, crontab, in_file, of_site
from barcamp.schedule import arranging, publishing
from barcamp.schedule.quiet import QUIET
from barcamp.settings import Settings
from barcamp.speakers import sources
from barcamp.watch import install as watching
from barcamp.watch.heart import Heart
from barcamp.web import limits
from barcamp.web.clock import utcnow

log = logging.getLogger(__name__)

#: Searches for a better arrangement at once, each a process of its own; one core is left for pages.
SEARCHES = max(1, min(4, (os.cpu_count() or 1) - 1))
#: However many search, and however slow the servers of strangers and the disk are (a Lane each for pushes, for what is
#: read and for backups), letters go out in theirs.
THREADS = 4 + SEARCHES
#: Seconds between two looks into an SQLite queue; on PostgreSQL the worker is told.
POLL = 0.1
#: Seconds that what is under way gets to end when the worker is stopped.
GRACE = 8.0
#: Seconds between two looks whether all threads are alive.
HEALTH = 10.0
TABLES_LOCK = 7_226_228  # any number but the migrations' own
CLEANING_LOCK = 7_226_230
#: Seconds between a nudge and the work, where what is due has to be quiet first.
WAITS = {"publish": QUIET.total_seconds() + 0.5}
#: Seconds from one sweep to the next, and a little more.
SWEPT_EVERY = 65.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def install(app: Flask, settings: Settings) -> None:
    """Give the app its queue and tasks, and have letters nudge the worker as soon as they are committed."""
    store: Store = app.extensions["store"]
    queue, desks = of_site(settings), Desks(store)
    letters = Lane(lambda: deliver(store, settings, clock=utcnow))
    pushes = Lane(lambda: push.deliver(store, settings, clock=utcnow))
    reads = Lane(lambda: (reading.read_waiting(store, clock=utcnow), sources.read_due(store, clock=utcnow)))
    app.extensions["queue"], app.extensions["desks"] = queue, desks

    works: dict[str, Callable[[], Any]] = {  # by the word that wakes them
        "letters": letters.work,
        "publish": lambda: publishing.publish_due(store, now=utcnow()),
        "news": lambda: _tell(store, lambda wait: _nudge(queue, lambda: tasks["news"].schedule(delay=wait))),
        "pushes": pushes.work,
        "imports": reads.work,
        "sources": reads.work,
        "arrangements": desks.work,
    }
    tasks = {word: queue.task(name=word)(_nothing_returned(work)) for word, work in works.items()}
    for word, task in tasks.items():
        store.wakers[word] = _waker(queue, task, WAITS.get(word, 0.0))

    # what keeps others waiting is swept by a task of its own
    for name, words in (("sweep", ("letters", "publish", "news")), ("push_on", ("pushes",)),
                        ("read_on", ("imports",)), ("search_on", ("arrangements",))):  # fmt: skip
        queue.periodic_task(crontab(minute="*"), name=name)(_nothing_returned(*(works[word] for word in words)))

    backups = Lane(lambda: scheduled.back_up_due(settings, clock=utcnow))
    queue.periodic_task(crontab(minute="*/10"), name="back_up")(_nothing_returned(backups.work))

    # hourly, for what is due daily: a laptop at a venue is not on at any given hour
    @queue.periodic_task(crontab(minute="17"), name="clean_up")  # type: ignore[untyped-decorator]
    def clean_up() -> None:
        forget_what_is_old(store)


class Desks:
    """Where searches are worked on: as many at once as there are desks, the others wait for one."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.free = threading.Semaphore(SEARCHES)
        self.closing = threading.Event()
        self.taken = 0

    def work(self) -> None:
        """Work on whatever waits, one search after the other. Where all desks are taken, theirs look again after."""
        while self._some_wait() and self.free.acquire(blocking=False):
            self.taken += 1
            try:
                from barcamp.schedule import search  # only now: it is large, and most camps search a few times

                search.search_one(self.store, clock=utcnow, is_ending=self.closing.is_set)
            finally:
                self.taken -= 1
                self.free.release()

    def close(self) -> None:
        """Hand back what is under way, for the next worker to begin anew."""
        self.closing.set()

    def _some_wait(self) -> bool:
        if self.closing.is_set():
            return False
        with self.store.reading() as db:
            return arranging.some_wait(db, now=utcnow())


def prepare(settings: Settings) -> None:
    """Make the queue's tables where they are missing. For migrations and workers; several at once stand in a line."""
    if settings.on_sqlite:
        _prepare_file(settings)
        return
    import psycopg

    queue = of_site(settings)
    with psycopg.connect(address(settings), connect_timeout=5) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [TABLES_LOCK])
        queue.storage.initialize_schema()


def _prepare_file(settings: Settings) -> None:
    """The queue in a file, which is never synced: damaged by a power cut it is set aside, for nothing is lost with it.
    But for nudges, which the next sweep makes up for.
    """
    path = settings.data / QUEUE_FILE
    try:
        in_file(settings, timeout=5.0).storage.initialize_schema()
        with closing(sqlite3.connect(path, timeout=5.0)) as connection:
            sound = connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
    except sqlite3.DatabaseError as problem:
        if outage.found_in(problem) is not None:  # the disk is full, say: a new file would fare no better
            raise
        sound = False
    if not sound:
        log.warning("the queue of jobs was damaged; it begins anew, and the old one is %s.damaged", path)
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + end).replace(path.with_name(f"{path.name}.damaged{end}"))
        in_file(settings, timeout=5.0).storage.initialize_schema()


def forget_what_is_old(store: Store) -> None:
    """Drop ended codes, browsers long unseen, the words of old letters, old notifications, full buckets. Where another
    worker is at it there is nothing left to do, and two that delete the same rows could stop each other.
    """
    with store.writing() as db:
        if not store.on_sqlite and not db.scalar(select(func.pg_try_advisory_xact_lock(CLEANING_LOCK))):
            return
        people.forget_old(db, now=utcnow())
        mail.forget_old_texts(db, now=utcnow())
        push.forget_old(db, now=utcnow())
        limits.forget_full(db)


class UnderWay:
    """How many jobs are under way in this process, and since when none is."""

    def __init__(self, queue: Huey) -> None:
        self.lock, self.count, self.since = threading.Lock(), 0, time.monotonic()
        queue.pre_execute(name="under way")(lambda _task: self._add(1))
        queue.post_execute(name="under way")(lambda *_: self._add(-1))

    def _add(self, number: int) -> None:
        with self.lock:
            self.count, self.since = self.count + number, time.monotonic()

    def idle(self) -> float:
        """Seconds without any."""
        with self.lock:
            return 0.0 if self.count else time.monotonic() - self.since


def run_worker(
    app: Flask,
    *,
    name: str | None = None,
    beat: Callable[[], object] = lambda: None,
    may_end: Callable[[float], bool] = lambda _idle: False,
) -> None:
    """Work until SIGINT, SIGTERM, SIGHUP or SIGQUIT, or until it `may_end`, which is asked some times a second while
    nothing is under way, with for how many seconds that has been so; another worker then goes on under this `name`.
    `beat` is called as often, for whoever looks after us.

    To be called in the main thread. What is under way gets a few seconds to end; a letter that is cut off is sent
    again later, a search that is cut off begins anew with the next worker.
    """
    settings: Settings = app.extensions["settings"]
    prepare(settings)
    queue: Huey = app.extensions["queue"]
    if settings.on_sqlite:
        queue.storage._timeout = 5.0  # nobody waits for us: we may wait for the file
    watching.share(settings, "jobs")
    heart = Heart(app.extensions["store"], clock=utcnow, name=name)
    heart.start()
    under_way = UnderWay(queue)
    _follow_base_url(app.extensions["store"])
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
    looked_at = time.monotonic()
    while not stopping:
        time.sleep(0.2)
        beat()
        if time.monotonic() > looked_at + HEALTH:
            looked_at = time.monotonic()
            worker.check_worker_health()
        if (idle := under_way.idle()) > 0 and may_end(idle):
            break
    app.extensions["desks"].close()
    worker.stop(graceful=True)
    if stopping:
        heart.stop()
    else:
        heart.rest()
    queue.storage.close()


def _follow_base_url(store: Store) -> None:
    """The site may have been given another address while nobody worked. Nothing else waits for that."""
    try:
        follow_base_url(store, now=utcnow())
    except Exception:
        log.warning("calendars could not be given the site's new address", exc_info=True)


def _nothing_returned(*works: Callable[[], Any]) -> Callable[[], None]:
    """One task of several works; the queue keeps no results."""

    def task() -> None:
        for work in works:
            work()

    return task


def _tell(store: Store, again_in: Callable[[float], None]) -> None:
    """Tell what is due. What is due before the next sweep is told on time, too: a quiet time ends on the second."""
    now = utcnow()
    telling.tell_due(store, now=now)
    due_at = telling.find_next_due(store)
    if due_at is not None and 0 < (wait := (due_at - now).total_seconds()) <= SWEPT_EVERY:
        again_in(wait)


def _waker(queue: Huey, task: Any, wait: float) -> Callable[[], None]:
    """Nudge the worker to do this task, at once or after a wait in seconds."""
    return lambda: _nudge(queue, task if wait == 0 else lambda: task.schedule(delay=wait))


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
