"""Working on searches that were asked for: the jobs worker's part. Each search is computed by a process of its own.

    while search_one(store, clock=utcnow, is_ending=lambda: False): ...

What the searcher tells is written to the search's row twice a second at most, each time in a short transaction. It is
ended as soon as nobody wants it any more: stopped, used, left, taken over, or this worker has to go.
"""

from __future__ import annotations

import json
import logging
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import IO, Any

from barcamp.conferences.models import Conference
from barcamp.core.timetable.problem import Place, Plan
from barcamp.db import Store
from barcamp.errors import Busy
from barcamp.schedule import arranging, queries
from barcamp.schedule.draft import Draft, read
from barcamp.schedule.found import BEAT, as_row, conflict_row
from barcamp.schedule.models import Arrangement
from barcamp.schedule.searcher import Task
from barcamp.settings import PROJECT

log = logging.getLogger(__name__)

#: Seconds between two writes, and between two looks whether the search is still wanted.
PAUSE = 0.5
#: Seconds after which a searcher is ended whatever it has found: no budget that pages offer takes half as long.
LONGEST = 300.0

Clock = Callable[[], datetime]
Line = dict[str, Any]


def search_one(store: Store, *, clock: Clock, is_ending: Callable[[], bool]) -> bool:
    """Take up the next search and work on it to its end. False when none waits."""
    with store.reading() as db:
        if not arranging.some_wait(db, now=clock()):
            return False
    with store.writing() as db:
        row = arranging.take_up(db, now=clock())
    if row is None:
        return False
    Watch(store, row, clock, is_ending).work()
    return True


class Watch:
    """One search from when it was taken up to its end."""

    def __init__(self, store: Store, row: Arrangement, clock: Clock, is_ending: Callable[[], bool]) -> None:
        self.store, self.row, self.clock, self.is_ending = store, row, clock, is_ending
        self.draft: Draft | None = None
        self.found: dict[str, Any] = dict(row.found or {})
        self.done = 0
        self.has_news = self.has_found = False
        self.written_at = self.looked_at = float("-inf")

    def work(self) -> None:
        try:
            is_over = self._search()
        except Exception:
            log.exception("the search %s broke off", self.row.id)
            is_over = False
        with self.store.writing() as db:
            if is_over is None:
                arranging.hand_back(db, self.row)
            else:
                arranging.finish(db, self.row, failed=not is_over, now=self.clock())

    def _search(self) -> bool | None:
        """True: it has ended well, or was stopped. False: its process broke off. None: this worker has to go."""
        task = self._read()
        deadline = time.monotonic() + LONGEST
        with _searcher(task) as lines:
            while True:
                line = _next(lines)
                if line is None:
                    self._write()
                    log.warning("the searcher of search %s is gone", self.row.id)
                    return False
                self._take(line)
                if "end" in line:
                    self._write()
                    self._hear_limits(lines, deadline)
                    return True
                if time.monotonic() < self.looked_at + PAUSE:
                    continue
                if not self._look() or time.monotonic() > deadline:
                    return True
                if self.is_ending():
                    return None

    def _hear_limits(self, lines: queue.SimpleQueue[Line | None], deadline: float) -> None:
        """The search is over, whoever asked can decide; what is proven from now on is kept beside it.

        Another search that waits, or the end of this worker, is more urgent than a proof.
        """
        with self.store.writing() as db:
            arranging.finish(db, self.row, now=self.clock())
        while (line := _next(lines)) is not None and not self.is_ending() and time.monotonic() < deadline:
            if "limit" in line:
                with self.store.writing() as db:
                    arranging.keep_limit(db, self.row, line["limit"])
            with self.store.reading() as db:
                if arranging.some_wait(db, now=self.clock()):
                    return

    def _read(self) -> Task:
        """The draft as it is now; from here on the search is one from this revision."""
        with self.store.reading() as db:
            conference = db.get_one(Conference, self.row.conference_id)
            seen = queries.draft_revision(db, conference)  # first: what changes while we read makes the search stale
            draft = read(db, conference, now=self.clock())
        with self.store.writing() as db:
            arranging.report(db, self.row, seen=seen, done=0, now=self.clock())
        self.draft = draft
        return Task(self.row.kind, draft.problem_to_arrange, draft.plan, self.row.seed, self.row.moves)

    def _take(self, line: Line) -> None:
        """Keep what the searcher tells."""
        assert self.draft is not None
        if "done" in line:
            self.done, self.has_news = line["done"], True
        if "before" in line:
            conflicts = [conflict_row(self.draft, told) for told in line["impossible"]]
            self.found = {"before": line["before"], "impossible": conflicts, "plans": []}
            self.has_found = True
        if "loose" in line:
            self.found["loose"] = line["loose"]
        if "plans" in line:
            self.found["plans"] = [
                as_row(self.draft, _plan(one["plan"]), one["figures"], allowed=one["allowed"]) for one in line["plans"]
            ]
            self.has_news = self.has_found = True

    def _look(self) -> bool:
        """Write what is new, if anything is; False when the search is not wanted any more."""
        self.looked_at = time.monotonic()
        if self.has_news or self.looked_at > self.written_at + BEAT.total_seconds():
            with suppress(Busy):  # many write just now: it comes with the next look
                self._write()
        with self.store.reading() as db:
            return arranging.is_wanted(db, self.row)

    def _write(self) -> None:
        found = self.found if self.has_found else None
        with self.store.writing() as db:
            arranging.report(db, self.row, done=self.done, found=found, now=self.clock())
        self.has_news, self.has_found, self.written_at = False, False, time.monotonic()


def _plan(told: list[list[int] | None]) -> Plan:
    return tuple(None if place is None else Place(*place) for place in told)


@contextmanager
def _searcher(task: Task) -> Iterator[queue.SimpleQueue[Line | None]]:
    """Start the process that searches, and end it. Its lines come through the queue; None when it has ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "barcamp.schedule.searcher"],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        process_group=0,  # Ctrl-C is for the worker, which then ends this one in its own time
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    lines: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read_lines, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        with suppress(BrokenPipeError):  # it has ended already: the queue says so
            process.stdin.write(pickle.dumps(task))
            process.stdin.flush()
        yield lines
    finally:
        process.kill()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait()
        reader.join()
        process.stdout.close()


def _read_lines(out: IO[bytes], lines: queue.SimpleQueue[Line | None]) -> None:
    for line in out:
        with suppress(ValueError):  # the last one may be cut off
            lines.put(json.loads(line))
    lines.put(None)


def _next(lines: queue.SimpleQueue[Line | None]) -> Line | None:
    """The next line; an empty one when nothing has come for a while."""
    try:
        return lines.get(timeout=PAUSE)
    except queue.Empty:
        return {}
