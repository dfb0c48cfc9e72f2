"""Streams of the site as it is served: processes that die, servers that start again, and changes made elsewhere."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from barcamp import create_app
from barcamp.db import Store
from barcamp.log import service as log
from barcamp.settings import from_environment
from tests import make
from tests.conftest import sqlalchemy_url
from tests.live.ears import Ear
from tests.servers import postgres as postgres_server
from tests.servers import site
from tests.servers.site import Site

LISTENERS = 8
PATH = "/camp/live"


@pytest.fixture
def data(tmp_path: Path, sqlite_template: Path) -> Path:
    """The site's folder, with an empty database."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "barcamp.sqlite3")
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """None for SQLite in the site's folder, else a PostgreSQL database of its own."""
    if request.param == "sqlite":
        yield None
        return
    server: postgres_server.Server = request.getfixturevalue("postgres")
    name = f"live_{time.monotonic_ns()}"
    yield server.create_database(name)
    server.drop_database(name)


class Elsewhere:
    """Another process on the site's database, as a command or the jobs worker: it has the app, and no server."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.writing() as db:
            self.camp = make.conference(db)

    def write(self, times: int = 1) -> int:
        """Commit so many lines, one by one; return the newest revision."""
        revision = 0
        for _ in range(times):
            with self.store.writing() as db:
                revision = log.write(db, self.camp, None, "note-edited", "note:1", now=datetime.now(UTC)).revision
        return revision


def start(data: Path, url: str | None, **settings: Any) -> Site:
    return site.start(data, url, demo="0", jobs="0", **settings)


@contextmanager
def elsewhere(served: Site, url: str | None) -> Iterator[Elsewhere]:
    address = f"sqlite:///{served.data / 'barcamp.sqlite3'}" if url is None else sqlalchemy_url(url)
    settings = from_environment({"BARCAMP_DATA": str(served.data / "elsewhere"), "BARCAMP_SECRET_KEY": "k" * 32})
    app = create_app(replace(settings, database_url=address))
    try:
        yield Elsewhere(app.extensions["store"])
    finally:
        app.extensions["hub"].close()
        app.extensions["store"].dispose()


def workers(served: Site) -> list[int]:
    """gunicorn's workers: children of its master that serve."""
    children = [number for number in served.processes() if number != served.process.pid]
    return [number for number in children if b"flask" not in Path(f"/proc/{number}/cmdline").read_bytes()]


def hear(ears: list[Ear], newest: int) -> None:
    for ear in ears:
        ear.wait(lambda one: one.ids[-1:] == [newest])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds the workers in /proc")
def test_a_killed_worker_and_a_new_server_lose_nothing(data: Path, url: str | None) -> None:
    """Streams drop, come again with the last they heard, and get what they missed: each line once."""
    with ExitStack() as stack:
        served = start(data, url)
        stack.callback(served.kill)
        away = stack.enter_context(elsewhere(served, url))
        ears = [stack.enter_context(closing(Ear(served.port, PATH).start())) for _ in range(LISTENERS)]
        hear(ears, away.write(3))

        for worker in workers(served):
            os.kill(worker, signal.SIGKILL)
            hear(ears, away.write(4))
        assert sum(ear.opened - 1 for ear in ears) >= LISTENERS

        served.stop(signal.SIGTERM)
        assert "graceful timeout" not in served.said()  # as gunicorn says when open streams hold up the end
        away.write(4)
        again = stack.enter_context(start(data, url))
        for ear in ears:
            ear.port = again.port
        hear(ears, newest := away.write())
        assert [ear.ids for ear in ears] == [list(range(1, newest + 1))] * LISTENERS


@pytest.mark.slow
def test_sites_on_one_database_hear_each_other(data: Path, url: str | None) -> None:
    """And what a command does: all of it at once, or nearly so."""
    with ExitStack() as stack:
        served = stack.enter_context(start(data, url, workers="1"))
        second = stack.enter_context(start(data, url, workers="1"))
        away = stack.enter_context(elsewhere(served, url))
        ears = [stack.enter_context(closing(Ear(one.port, PATH).start())) for one in (served, second)]
        tries = [lateness(away, ears)]
        while not is_at_once(tries[-1]) and len(tries) < 4:  # a busy machine may be late at times
            tries.append(lateness(away, ears))
        assert is_at_once(tries[-1]), tries


def lateness(away: Elsewhere, ears: list[Ear]) -> list[float]:
    """How many seconds after its commit each of six lines arrives at each ear, in order of size."""
    before, newest = [len(ear.heard) for ear in ears], 0
    for _ in range(6):
        newest = away.write()
        time.sleep(0.15)
    hear(ears, newest)
    late = [
        arrived - frame["ts"]
        for ear, known in zip(ears, before, strict=True)
        for _, frame, arrived in ear.heard[known:]
    ]
    assert len(late) == 12
    return sorted(late)


def is_at_once(late: list[float]) -> bool:
    """The look now and then, every 1.5 s, would be slower."""
    return late[6] < 0.3 and late[-1] < 1.0
