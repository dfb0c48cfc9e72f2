"""PostgreSQL goes away and comes back, as in a restart or a failover: every machine is back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest

from tests.machines import fleet
from tests.machines.fleet import Browser, Machines, until
from tests.servers import smtp
from tests.servers.postgres import Server

pytestmark = pytest.mark.slow
A, B = range(2)


class Database:
    """What stands between the machines and their database; seen from another database of the same server."""

    def __init__(self, server: Server, name: str) -> None:
        self._server, self._name = server, name

    def hang_up(self) -> int:
        """End every connection, as a restart does, and return, once they have, how many there were."""
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [self._name]
            ).fetchall()
        return len(ended)

    def allow(self, there: bool) -> None:
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS {str(there).lower()}'.encode())


@pytest.fixture(scope="module")
def post_office() -> Iterator[smtp.Smtp]:
    with smtp.start() as started:
        yield started


@pytest.fixture(scope="module")
def name() -> str:
    return f"outage_{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def machines(
    postgres: Server, name: str, post_office: smtp.Smtp, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machines]:
    folder, url = tmp_path_factory.mktemp("outage"), postgres.create_database(name)
    with fleet.start(folder, url, webs=2, smtp_url=post_office.url) as started:
        started.start_worker()
        yield started
    postgres.drop_database(name)


@pytest.fixture(scope="module")
def ada(machines: Machines) -> Browser:
    (browser,) = machines.browsers("ada@example.org")
    return browser


@pytest.fixture
def database(postgres: Server, name: str) -> Iterator[Database]:
    found = Database(postgres, postgres.prefix + name)
    yield found
    found.allow(True)


def ask_for_a_code(machines: Machines, email: str) -> int:
    guest = machines.guest()
    return guest.post("/sign-in", {"email": email}, on=A, token=guest.token(on=A, page="/sign-in")).status


def test_nobody_gets_a_connection_that_has_died(
    machines: Machines, ada: Browser, database: Database, post_office: smtp.Smtp
) -> None:
    """Not even the first one who asks; what listens, listens again; the jobs worker goes on."""
    with closing(machines.guest().listen(on=A)) as at_a, closing(machines.guest().listen(on=B)) as at_b:
        assert ask_for_a_code(machines, "before@example.org") == 303
        post_office.wait_for(1, seconds=60)  # so the worker is up
        token = ada.token(on=A)
        for turn in range(3):
            for on in (A, B):
                assert ada.get("/account", on=on).status == 200
            assert database.hang_up() >= 3
            assert [ada.get("/account", on=on).status for on in (A, B)] == [200, 200]
            assert database.hang_up() >= 1
            title = f"After the restart {turn}"
            assert ada.post("/beaver/wall/notes", {"title": title}, on=turn % 2, token=token).status == 303
        until(lambda: len(at_a.ids) == 3)
        until(lambda: len(at_b.ids) == 3)
        assert at_a.ids == at_b.ids
        assert [at_a.is_over, at_b.is_over] == [False, False]
    assert ask_for_a_code(machines, "after@example.org") == 303
    post_office.wait_for(2, seconds=120)  # where the nudge was lost, the sweep finds it within a minute


def test_it_is_away_for_a_while_and_everything_is_back_by_itself(
    machines: Machines, ada: Browser, database: Database, post_office: smtp.Smtp
) -> None:
    before = len(post_office.letters)
    token = ada.token(on=A)
    with closing(machines.guest().listen(on=A)) as at_a, closing(machines.guest().listen(on=B)) as at_b:
        database.allow(False)
        database.hang_up()
        until(lambda: ada.get("/account", on=A).status == 503)
        said = ada.post("/beaver/wall/notes", {"title": "Nobody is there"}, on=B, token=token)
        assert (said.status, "Retry-After" in said.headers) == (503, True), said.text
        assert [machines.guest().get("/readyz", on=on).status for on in (A, B)] == [503, 503]
        database.allow(True)

        until(lambda: [machines.guest().get("/readyz", on=on).status for on in (A, B)] == [200, 200])
        assert ada.post("/beaver/wall/notes", {"title": "It is back"}, on=B, token=token).status == 303
        until(lambda: at_a.ids)
        until(lambda: at_b.ids)
        assert (at_a.ids, len(at_a.ids), at_a.is_over, at_b.is_over) == (at_b.ids, 1, False, False)
        guest = machines.guest()
        until(lambda: "It is back" in guest.get("/beaver/wall", on=A).text)
        assert "Nobody is there" not in guest.get("/beaver/wall", on=A).text
    assert ask_for_a_code(machines, "back@example.org") == 303
    post_office.wait_for(before + 1, seconds=150)
    assert machines.workers[0].poll() is None
