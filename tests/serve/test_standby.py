"""Jobs are done by a process that is there only while there is work."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from barcamp import queues
from barcamp.settings import from_environment
from tests.faults.writers import Writer
from tests.serve.test_start_and_stop import jobs_of, name, until, whole, workers_of
from tests.servers import site
from tests.servers.site import ROOT, Site

STANDBY = """
import os, sys, time
from pathlib import Path
from barcamp import standby
from barcamp.web.clock import utcnow
standby.SWEEP = float(sys.argv[2])
standby.PAUSE = 0.3
folder = Path(sys.argv[1])
def note(word):
    with (folder / "said").open("a") as said:
        said.write(f"{word} {os.getpid()}\\n")
def work():
    note("work")
    (folder / "due").unlink(missing_ok=True)
    while (folder / "busy").exists():
        time.sleep(0.01)
    if (folder / "breaks").exists():
        (folder / "breaks").unlink()
        raise OSError("as without a database")
    note("done")
fork = os.fork
def full():
    if (folder / "full").exists():
        raise BlockingIOError("as where there are too many processes")
    return fork()
os.fork = full
note("waits")
standby.Standby((folder / "due").exists, work, let_go=lambda: note("lets go"), beat=lambda: None, clock=utcnow).wait()
note("gone")
"""


class Place:
    """A folder in which files say what is due, and a process that stands by."""

    def __init__(self, folder: Path, sweep: float) -> None:
        self.folder = folder
        words = [sys.executable, "-c", STANDBY, str(folder), str(sweep)]
        with (folder / "errors").open("w") as errors:
            self.process = subprocess.Popen(words, cwd=ROOT, stderr=errors)

    def put(self, word: str) -> None:
        (self.folder / word).touch()

    def said(self) -> list[str]:
        """What was said so far, without who said it."""
        return [line.split(" ")[0] if line.count(" ") == 1 else "lets go" for line in self._lines()]

    def who_said(self, word: str) -> list[int]:
        return [int(line.rsplit(" ", 1)[1]) for line in self._lines() if line.startswith(word)]

    def _lines(self) -> list[str]:
        path = self.folder / "said"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    found = Place(tmp_path, getattr(request, "param", 1e12))
    assert until(lambda: "done" in found.said())  # the sweep of the beginning
    yield found
    found.process.kill()
    found.process.wait()


ROUND = ["lets go", "work", "done"]


def test_it_has_work_done_by_another_process_when_there_is_some_and_only_then(place: Place) -> None:
    time.sleep(0.5)
    assert place.said() == ["waits", *ROUND]
    place.put("due")
    assert until(lambda: place.said() == ["waits", *ROUND, *ROUND])
    first, second = place.who_said("done")
    assert len({place.process.pid, first, second}) == 3


@pytest.mark.parametrize("place", [0.5], indirect=True)
def test_it_sweeps_though_nobody_says_that_there_is_work(place: Place) -> None:
    assert until(lambda: len(place.who_said("done")) >= 3)


def test_one_that_is_killed_or_breaks_off_is_followed_by_another(place: Place) -> None:
    place.put("busy")
    place.put("due")
    assert until(lambda: len(place.who_said("work")) == 2)
    place.put("due")
    os.kill(place.who_said("work")[-1], signal.SIGKILL)
    assert until(lambda: len(place.who_said("work")) == 3)
    place.put("breaks")
    place.put("due")
    (place.folder / "busy").unlink()
    assert until(lambda: place.said()[-3:] == ROUND)
    assert len(place.who_said("done")) == 2
    assert "as without a database" in (place.folder / "errors").read_text()


def test_where_none_can_be_started_it_tries_again(place: Place) -> None:
    place.put("full")
    place.put("due")
    assert until(lambda: "no jobs worker could be started: as where" in (place.folder / "errors").read_text())
    assert len(place.who_said("work")) == 1
    (place.folder / "full").unlink()
    assert until(lambda: len(place.who_said("done")) == 2)


def test_told_to_go_it_tells_the_one_at_work_and_ends_after_it(place: Place) -> None:
    place.put("busy")
    place.put("due")
    assert until(lambda: len(place.who_said("work")) == 2)
    os.kill(place.process.pid, signal.SIGTERM)
    # a jobs worker ends in its own time; this work has no handler, and goes at once
    assert until(lambda: place.process.poll() == 0)
    assert place.said() == ["waits", *ROUND, "lets go", "work", "gone"]


def test_nobody_outlives_it(place: Place) -> None:
    place.put("busy")
    place.put("due")
    assert until(lambda: len(place.who_said("work")) == 2)
    place.process.kill()
    worker = place.who_said("work")[-1]
    assert until(lambda: not name(worker))


# ---- in the site -----------------------------------------------------------------------------------------------------


def workers(served: Site) -> list[int]:
    """Those that are at work on jobs now."""
    return [process for process in served.processes() if name(process) == "barcamp-job"]


def test_a_letter_is_sent_at_once_and_nobody_stays_who_has_nothing_to_do(tmp_path: Path) -> None:
    outbox = tmp_path / "data" / "outbox"
    with site.start(tmp_path / "data") as served:
        assert until(lambda: whole(served))
        for number in (1, 2):
            assert until(lambda: not workers(served))
            guest = Writer(served.port, "beaver")
            page = guest.ask("GET", "/sign-in").text
            guest.token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
            assert guest.ask("POST", "/sign-in", {"email": f"robin{number}@example.org"}).status == 303
            guest.close()
            assert until(partial(_has_letters, outbox, number))
        assert until(lambda: not workers(served))
        assert "broke off" not in served.said()  # each has ended because there was nothing to do any more
        assert (len(jobs_of(served)), len(workers_of(served))) == (1, 2)
        # two or more have worked, under one name: the status page shows one
        with closing(sqlite3.connect(tmp_path / "data" / "barcamp.sqlite3")) as database:
            assert database.execute("SELECT count(*), count(ended_at) FROM worker").fetchall() == [(1, 0)]


def _has_letters(outbox: Path, count: int) -> bool:
    return len(list(outbox.glob("*.eml"))) == count


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/Los_Angeles"])
def test_what_is_put_off_is_due_when_its_time_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """huey writes UTC as if it were the machine's own time. Before it does, a worker has to look at it, at once."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        queue = queues.in_file(from_environment({"BARCAMP_DATA": str(tmp_path)}), timeout=1.0)
        queue.storage.initialize_schema()
        look = queue.task(name="look")(lambda: None)
        now = datetime.now(UTC)
        assert not queues.is_due(queue, now)
        task = look.s()
        task.eta = now.replace(tzinfo=None) + timedelta(seconds=30)  # as a worker puts it off that took it too early
        queue.add_schedule(task)
        assert not queues.is_due(queue, now + timedelta(seconds=25))
        assert queues.is_due(queue, now + timedelta(seconds=35))
        assert [found.id for found in queue.read_schedule(task.eta)] == [task.id]
        assert not queues.is_due(queue, now + timedelta(seconds=35))
        look.schedule(delay=30)
        assert queues.is_due(queue, now)
        queue.storage.close()
    finally:
        monkeypatch.undo()
        time.tzset()
