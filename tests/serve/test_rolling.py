"""The site is replaced by a new one while people read, write and listen (`kill -USR2`): nobody is turned away, nothing
that was said yes to is lost, and who listens misses no line. docs/deploy/server.md says how to do it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, RemoteDisconnected
from pathlib import Path

import pytest

from tests.live.ears import Ear
from tests.serve.test_start_and_stop import name, until, whole
from tests.serve.writers import Writer, assert_all_is_there, rows, sign_in
from tests.servers import postgres as postgres_server
from tests.servers import site
from tests.servers.site import Site

LISTENERS = 6
READERS = 3
NOTES_BEFORE_AND_AFTER = 8
NEWEST = "SELECT max(revision) FROM change JOIN conference c ON c.id = conference_id WHERE slug = 'beaver'"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds the processes in /proc"),
]


@dataclass
class Reader:
    """A browser or a proxy that keeps its connection. What a server closes before it took a request is asked again, on
    a new connection, once.
    """

    port: int
    answered: int = 0
    trouble: list[str] = field(default_factory=list)

    def read(self, stop: threading.Event) -> None:
        kept: HTTPConnection | None = None
        while not stop.is_set():
            is_used, connection = kept is not None, kept or HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("GET", "/beaver/wall")
                answer = connection.getresponse()
                answer.read()
            except (RemoteDisconnected, ConnectionResetError, BrokenPipeError) as problem:
                connection.close()
                kept = None
                if not is_used:
                    self.trouble.append(repr(problem))
                continue
            except (OSError, HTTPException) as problem:
                self.trouble.append(repr(problem))
                return
            if answer.status != 200:
                self.trouble.append(f"{answer.status} for the wall")
            self.answered += 1
            kept = None if answer.will_close else connection
            if kept is None:
                connection.close()
        if kept is not None:
            kept.close()


@dataclass
class Persistent(Writer):
    """A Writer with a new connection for each request, whom no server may turn away."""

    def ask(self, method: str, path: str, data: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        try:
            return super().ask(method, path, data, **headers)
        except (OSError, HTTPException) as problem:
            self.trouble.append(f"{method} {path}: {problem!r}")
            raise


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    server: postgres_server.Server = request.getfixturevalue("postgres")
    database = f"rolling_{time.monotonic_ns()}"
    yield server.create_database(database)
    server.drop_database(database)


def masters(served: Site) -> list[int]:
    """Those whose parent is none of the site's processes, or that follow one: all that are no workers."""
    return [number for number in served.processes() if not name(number).startswith("barcamp-")]


def count(writers: list[Persistent]) -> int:
    return sum(len(writer.titles) for writer in writers)


def test_a_site_is_replaced_under_load(tmp_path: Path, url: str | None) -> None:
    with ExitStack() as stack:
        served = site.start(tmp_path / "data", url)
        stack.callback(served.kill)
        writers = [Persistent(served.port, one.number, one.cookies) for one in sign_in(served, url)]
        readers = [Reader(served.port) for _ in range(READERS)]
        notes = [int(str(id_)) for (id_,) in rows(served, url, "SELECT id FROM note ORDER BY id LIMIT 12")]
        ears = [stack.enter_context(closing(Ear(served.port, "/beaver/live").start())) for _ in range(LISTENERS)]
        stop = threading.Event()
        threads = [threading.Thread(target=writer.write, args=(notes, stop)) for writer in writers]
        threads += [threading.Thread(target=reader.read, args=(stop,)) for reader in readers]
        for thread in threads:
            thread.start()
        try:
            assert until(lambda: count(writers) >= NOTES_BEFORE_AND_AFTER and all(ear.ids for ear in ears), 60)
            os.kill(served.process.pid, signal.SIGUSR2)
            assert until(lambda: served.process.poll() == 0, 90), served.said()
            before, answered = count(writers), sum(reader.answered for reader in readers)
            assert until(lambda: count(writers) >= before + NOTES_BEFORE_AND_AFTER, 60)
            assert until(lambda: sum(reader.answered for reader in readers) > answered, 60)
        finally:
            stop.set()
            for thread in threads:
                thread.join()

        (master,) = masters(served)
        assert master != served.process.pid
        assert until(lambda: whole(served))
        assert [trouble for reader in readers for trouble in reader.trouble] == []
        assert_all_is_there(writers, lambda query: rows(served, url, query), at_least=2 * NOTES_BEFORE_AND_AFTER)
        ((newest,),) = rows(served, url, NEWEST)
        for ear in ears:
            ear.wait(lambda one: one.ids[-1] == newest, 60)
            assert ear.ids == list(range(ear.ids[0], int(str(newest)) + 1))
        assert sum(ear.opened for ear in ears) >= 2 * LISTENERS  # each of them was moved to the new site
        assert "Traceback" not in served.said()

        os.kill(master, signal.SIGTERM)
        assert until(lambda: not served.processes(), 60)


def test_a_new_site_that_does_not_start_leaves_the_old_one(tmp_path: Path) -> None:
    """As with code that is broken: here a setting that is wrong, read from a file of settings."""
    with ExitStack() as stack:
        served = site.start(tmp_path / "data", demo="0", jobs="0")
        stack.callback(served.kill)
        (tmp_path / "data" / "secret_key").write_text("short")
        os.kill(served.process.pid, signal.SIGUSR2)
        assert until(lambda: "The secret key in" in served.said(), 60)
        assert until(lambda: masters(served) == [served.process.pid], 60)
        connection = HTTPConnection("127.0.0.1", served.port, timeout=30)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
