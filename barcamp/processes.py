"""The processes of one site on one machine, for gunicorn.conf.py: a master that has loaded everything, web workers, and
one worker for jobs, all forked from it so that they share its memory (docs/decisions/0032-processes.md).

What a fork must not carry along is a thread, an open connection, or a name that is one process's own: `share` looks
for the first two, and whoever keeps the third asks for the process id when it is used.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import logging
import os
import queue
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults

import gevent
import gevent.os
import gevent.queue
import gevent.signal
import gevent.time
from gevent import hub, monkey, socket
from gunicorn import systemd, util
from gunicorn.workers.ggevent import GeventWorker

from barcamp import memory, standby

if TYPE_CHECKING:
    from flask import Flask

    from barcamp.db import Store
    from barcamp.settings import Settings

log = logging.getLogger(__name__)

LINK_LIVES = timedelta(days=7)
#: Where gunicorn tells a master that it is to follow another one, and whom.
PREDECESSOR = "GUNICORN_PID"
_SET_NAME = 15  # PR_SET_NAME of <linux/prctl.h>


# ---- the master ------------------------------------------------------------------------------------------------------


def share(app: Flask) -> None:
    """Make ready in the master what each process would make for itself, and set it aside from the collector of garbage,
    which would touch, and so copy, all of it. Raises RuntimeError for what must not be forked.
    """
    from barcamp.web.words import load_languages

    store: Store = app.extensions["store"]
    load_languages(app)
    try:
        _visit(app, store)
    except Exception as problem:  # the site starts without its database, too, and says so on its pages
        log.warning("the first pages will take longer: %s", problem)
    # what was remembered is right only for who has heard since then of every change; each process begins anew
    app.extensions["front"].close()
    app.extensions.pop("memory", None)
    app.extensions.pop("pieces", None)
    store.listener.wait_for_end()
    store.dispose()
    _assert_forkable(store)
    gc.collect()
    memory.close_gaps()
    gc.freeze()


def _visit(app: Flask, store: Store) -> None:
    """Ask for the public pages of the site and of its newest conference, as a visitor would: so their templates, their
    statements and what they are written with are in memory once, and the first visitor need not wait for them.
    """
    from barcamp.conferences import queries
    from barcamp.web.clock import utcnow

    with store.reading() as db:
        newest = queries.listed(db, ending_from=utcnow().date())[:1] or queries.listed(db)[-1:]
        slugs = [conference.slug for conference in newest]
    for rule in app.url_map.iter_rules():
        if rule.arguments <= {"slug"} and getattr(app.view_functions[rule.endpoint], "shared", False):
            for slug in slugs if rule.arguments else [""]:
                _ask(app, rule.rule.replace("<slug:slug>", slug))


def _ask(app: Flask, path: str) -> None:
    """Past what the app is wrapped in, which counts, and keeps answers, for one process."""
    environ: dict[str, Any] = {"PATH_INFO": path}
    setup_testing_defaults(environ)
    for _part in type(app).wsgi_app(app, environ, lambda *_: None):  # type: ignore[arg-type]
        pass


def _assert_forkable(store: Store) -> None:
    threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    pools = {id(pool): pool for pool in (store.writer.pool, store.reader.pool)}.values()
    connections = sum(pool.checkedin() + pool.checkedout() for pool in pools)  # type: ignore[attr-defined]
    if threads or connections:
        raise RuntimeError(f"Not to be forked: threads {threads}, {connections} connections to the database.")


def hand_over_sockets(server: Any) -> None:
    """In the child that is about to become another master: where sockets come by systemd's protocol they are looked for
    from number 3 on (sd_listen_fds(3)), and gunicorn has moved them elsewhere.
    """
    if server.systemd:
        free = 3 + len(server.LISTENERS)
        away = [fcntl.fcntl(listener.fileno(), fcntl.F_DUPFD_CLOEXEC, free) for listener in server.LISTENERS]
        for number, found in enumerate(away, start=3):
            os.dup2(found, number, inheritable=True)


class Roles:
    """Who of gunicorn's workers works on jobs: one of each generation, a generation being what a reload starts."""

    def __init__(self) -> None:
        self.born_after = 0

    def begin_generation(self, server: Any) -> None:
        self.born_after = server.worker_age

    def give(self, server: Any, worker: Worker, settings: Settings) -> None:
        """In the master, before the fork. Pages first: letters can wait until they are served."""
        present = [other for other in server.WORKERS.values() if other.age > self.born_after]
        has_jobs = any(other.is_for_jobs for other in present)
        worker.is_for_jobs = settings.jobs and not has_jobs and len(present) >= settings.workers


roles = Roles()


# ---- each worker -----------------------------------------------------------------------------------------------------


class Worker(GeventWorker):  # type: ignore[misc]
    """A process that serves pages, or the one that works on jobs. gunicorn starts either anew when it ends."""

    is_for_jobs = False
    sockets: list[Any]

    def patch(self) -> None:
        """What the master left. Name by name: gevent's functions for whole modules look through all that is installed,
        for plug-ins of their own, which would copy 3 MiB into each worker.
        """
        for ours, theirs in ((time, gevent.time), (queue, gevent.queue), (os, gevent.os), (signal, gevent.signal)):
            for name in theirs.__implements__:
                monkey.patch_item(ours, name, getattr(theirs, name))
        own = [listener.sock.detach() for listener in self.sockets]
        kinds = [listener.FAMILY for listener in self.sockets]
        self.sockets = [
            socket.socket(kind, socket.SOCK_STREAM, fileno=number) for kind, number in zip(kinds, own, strict=True)
        ]

    def init_process(self) -> None:
        call_this_process("barcamp-jobs" if self.is_for_jobs else "barcamp-web")
        if self.is_for_jobs:
            self._see_to_jobs()
        else:
            super().init_process()

    def _see_to_jobs(self) -> None:
        """On SQLite by a process that is there only while there is work. On PostgreSQL, where a worker listens for its
        work and there is memory enough, by this one.
        """
        self._forget_the_masters_signals()  # first: they would be put into a queue that nobody reads here
        standby.go_when_told()
        for listener in self.sockets:
            listener.close()
        self.sockets = []
        util.set_owner_process(self.cfg.uid, self.cfg.gid, initgroups=self.cfg.initgroups)
        self.booted = True
        app, appetite = self.app.wsgi(), memory.Appetite()
        if app.extensions["settings"].on_sqlite:
            self._stand_by(app)
            return
        try:
            self._work_on_jobs(app, None, lambda _idle: appetite(), beat=self.notify)
        except Exception:
            log.exception("the jobs worker broke off")
            self._hold(standby.PAUSE)

    def _stand_by(self, app: Flask) -> None:
        from barcamp import queues
        from barcamp.watch.heart import new_name
        from barcamp.web.clock import utcnow

        name, queue = new_name(), app.extensions["queue"]

        def is_due() -> bool:
            try:
                return queues.is_due(queue, utcnow())
            except sqlite3.Error:  # whoever sweeps next says so, and mends what can be mended
                return False

        def work() -> None:
            call_this_process("barcamp-job")
            # not by `notify`, which ends whoever is no child of the master
            self._work_on_jobs(app, name, lambda idle: idle > standby.LINGER, beat=self.tmp.notify)

        standby.Standby(is_due, work, let_go=queue.storage.close, beat=self.notify, clock=utcnow).wait()

    def _work_on_jobs(
        self, app: Flask, name: str | None, may_end: Callable[[float], bool], *, beat: Callable[[], object]
    ) -> None:
        """As `flask --app app jobs` does, in greenlets, and with a beat that the master listens for."""
        from barcamp import jobs

        self.patch()
        hub.reinit()
        util.seed()
        memory.give_back_now_and_then()
        jobs.run_worker(app, name=name, beat=beat, may_end=may_end)

    def _forget_the_masters_signals(self) -> None:
        for number in {*self.SIGNALS} - {signal.SIGTERM, signal.SIGQUIT}:
            signal.signal(number, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGUSR1):  # Ctrl-C reaches all of us, and the master tells us
            signal.signal(number, signal.SIG_IGN)

    def _hold(self, seconds: float) -> None:
        """Else the master would fork as fast as it can for as long as the database is away."""
        standby.go_when_told()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.notify()
            time.sleep(0.2)


def call_this_process(name: str) -> None:
    """What `ps -o comm`, `top` and the system's log call it, where that can be said (Linux); 15 letters at most."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_NAME, name.encode("ascii"))


# ---- when the first one serves ---------------------------------------------------------------------------------------


def follow(predecessor: int, server: Any) -> None:
    """We were started by `kill -USR2` to take over from another master, and do serve: tell the service manager whom to
    look after from now on, and the other one that it may finish what it has under way and go.
    """
    systemd.sd_notify(f"MAINPID={server}\nREADY=1", log)
    with contextlib.suppress(ProcessLookupError):  # it may have ended by itself meanwhile
        os.kill(predecessor, signal.SIGTERM)


def say_ready(settings: Settings, app: Flask, *, with_link: bool) -> None:
    """Tell the person at the terminal where the site is, now that it answers, and how to get into the demo."""
    lines = [f"BarCamp is at {settings.base_url}/"]
    if with_link and (token := _demo_link(app)) is not None:
        lines.append(f"Sign in as the demo's organizer: {settings.base_url}/sign-in/link/{token}")
    print(*lines, sep="\n", flush=True)


def _demo_link(app: Flask) -> str | None:
    """The token of a new link for the demo's organizer, if there is one. The site is up, so no failure ends it here."""
    from barcamp.cli import demo_organizer as demo
    from barcamp.errors import Refused
    from barcamp.people import service as people
    from barcamp.web.clock import utcnow

    store: Store = app.extensions["store"]
    try:
        with store.writing() as db:
            if demo.find_organizer(db) is None:
                return None
            next_path = f"/{demo.CAMP}/organize/"
            return people.make_link(db, demo.ORGANIZER, next_path=next_path, lives=LINK_LIVES, now=utcnow())
    except Refused:
        return None
