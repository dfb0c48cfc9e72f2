"""The machine's faults are told apart from ours: by real errors of real databases, as a page and as JSON."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty
from sqlalchemy.orm import Session

from barcamp import db as database
from barcamp import outage
from barcamp.conferences.models import Conference
from barcamp.errors import Busy, Refused
from barcamp.web.guard import anyone
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.servers.ports import free_port

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def raised(act: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one it is, is what is asked
        act()
    return caught.value


def full(path: Path) -> None:
    """Write into a database that may not grow."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS idea (words TEXT)")
        connection.execute("PRAGMA max_page_count = 4")
        for _ in range(100):
            connection.execute("INSERT INTO idea VALUES (?)", ("x" * 1000,))


def read_only(path: Path) -> None:
    sqlite3.connect(path).execute("CREATE TABLE idea (words TEXT)").connection.close()
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        connection.execute("INSERT INTO idea VALUES ('x')")


def locked(path: Path) -> None:
    with sqlite3.connect(path) as one, sqlite3.connect(path, timeout=0) as other:
        one.execute("BEGIN EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")


def in_no_folder(path: Path) -> None:
    sqlite3.connect(path / "there" / "is" / "none").execute("SELECT 1")


def no_table(path: Path) -> None:
    sqlite3.connect(path).execute("SELECT * FROM idea")


def damaged(path: Path) -> None:
    path.write_bytes(b"This is no database. " * 500)
    sqlite3.connect(path).execute("SELECT * FROM idea")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (full, outage.DiskFull), (read_only, outage.ReadOnly), (locked, Busy), (in_no_folder, outage.Away),
        (no_table, None), (damaged, None),
    ],
)  # fmt: skip
def test_what_sqlite_says(tmp_path: Path, fault: Callable[[Path], None], kind: type[Refused] | None) -> None:
    found = outage.found_in(raised(lambda: fault(tmp_path / "some.sqlite3")))
    assert (None if found is None else type(found)) == kind


def test_a_write_where_only_reading_is_meant_is_our_mistake(tmp_path: Path) -> None:
    problem = raised(lambda: read_only(tmp_path / "some.sqlite3"))
    assert outage.found_in(problem, writes=False) is None


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", outage.DiskFull), ("25006", outage.ReadOnly), ("57P01", outage.Away), ("57P03", outage.Away),
        ("58030", outage.Away), ("08006", outage.Away), ("53300", Busy), ("40P01", Busy), ("40001", Busy),
        ("55P03", Busy), ("57014", Busy), ("23505", None), ("42P01", None),
    ],
)  # fmt: skip
def test_what_postgresql_says(postgres_database: str, state: str, kind: type[Refused] | None) -> None:
    """Each raised by the server itself, with the code that it would give the fault."""
    engine = create_engine(postgres_database)
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'fault' USING ERRCODE = '{state}'; END $$")
    with engine.connect() as connection:
        problem = raised(lambda: connection.execute(raising))
    engine.dispose()
    found = outage.found_in(problem)
    assert isinstance(problem, DBAPIError)
    assert (None if found is None else type(found)) == kind


def test_a_server_that_is_not_there_is_away() -> None:
    url = f"postgresql://postgres@127.0.0.1:{free_port()}/nowhere"
    assert type(outage.found_in(raised(lambda: psycopg.connect(url, connect_timeout=3)))) is outage.Away


def test_the_rest() -> None:
    assert type(outage.found_in(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))) is outage.DiskFull
    assert type(outage.found_in(OSError(errno.EROFS, os.strerror(errno.EROFS)))) is outage.ReadOnly
    assert type(outage.found_in(PoolIsEmpty("all in use"))) is Busy
    assert outage.found_in(OSError(errno.ENOENT, os.strerror(errno.ENOENT))) is None
    assert outage.found_in(ValueError("ours")) is None


def test_at_a_commit_nobody_knows_and_nobody_says_otherwise(tmp_path: Path) -> None:
    lost = OperationalError("COMMIT", {}, psycopg.OperationalError("server closed the connection"))
    with pytest.raises(outage.Unsure, match="please look before you send it again"), outage.at_commit():
        raise lost
    with pytest.raises(sqlite3.OperationalError), outage.at_commit():  # which SQLite rolls back, and says so
        locked(tmp_path / "some.sqlite3")


# ---- on pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def failing(app: Flask, tmp_path: Path) -> Flask:
    """An app with an address at which each fault happens, and where nothing can be read while it does."""
    problems = {"full": full, "locked": locked, "away": in_no_folder, "broken": no_table}

    @app.route("/test/<which>", methods=["GET", "POST", "PUT"])
    @anyone
    def fail(which: str) -> str:
        if which == "after":
            database.session()
            database.commit()
            which = "away"
        problems[which](tmp_path / f"{which}.sqlite3")
        return ""

    @app.context_processor
    def nothing_can_be_read() -> dict[str, object]:
        in_no_folder(tmp_path)
        return {}

    return app


@ON_SQLITE
@pytest.mark.parametrize(
    ("which", "words", "retry"),
    [
        ("full", "The disk of the site is full. Nothing was changed", "30"),
        ("away", "The database is away for a moment. Nothing was changed", "5"),
        ("locked", "Too much is happening at once. Nothing was changed", "2"),
        ("after", "What you sent is kept.", "5"),
    ],
)
def test_an_outage_is_a_page_that_reads_nothing(
    failing: Flask, client: Client, caplog: pytest.LogCaptureFixture, which: str, words: str, retry: str
) -> None:
    page = client.submit(f"/test/{which}")
    typed = client.submit(f"/test/{which}", {"title": "Kites & bread"}, headers={"Origin": "http://localhost"})
    program = client.put(f"/test/{which}", headers={"Accept": "application/json", "X-CSRFToken": client.token()})
    assert (page.status_code, page.headers["Retry-After"], words in page.text) == (503, retry, True)
    assert ("Kites &amp; bread" in typed.text) == (which != "after")
    assert ("brings back what you have typed" in page.text) == (which != "after")  # what is kept is not sent again
    assert (program.status_code, list(program.get_json()), words in program.get_json()["error"]) == (
        503, ["error"], True,
    )  # fmt: skip
    said = [record.exc_info for record in caplog.records if record.name == "barcamp.web.errors"]
    assert said == [None] * 3  # one line each, and no traceback


@ON_SQLITE
def test_a_site_that_can_only_be_read_says_so_to_whoever_writes(
    app: Flask, client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    """Also where what is written has a transaction beside the request's own: a star, a password that is tried."""
    note, store = make.note(db, camp, people.bo), app.extensions["store"]
    store.writer.dispose()
    event.listen(store.writer, "connect", lambda connection, _record: connection.execute("PRAGMA query_only = ON"))
    client.be(people.cy)
    asked = {
        f"/camp/notes/{note.id}/star": {},
        "/account/name": {"name": "Cy the second"},
        "/sign-in/password": {"email": "cy@example.org", "password": "not to be kept"},
    }
    answers = {address: client.submit(address, data) for address, data in asked.items()}
    found = {address: (answer.status_code, "only be read" in answer.text) for address, answer in answers.items()}
    assert found == dict.fromkeys(asked, (503, True))


def test_a_site_that_can_only_be_read_is_read_where_reading_counts_beside(
    app: Flask, client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    """What is alike is found although nobody can count how often it was asked for. Once that can be, it is again."""
    make.note(db, camp, people.bo, "Kites and bread")
    store = app.extensions["store"]
    words = "PRAGMA query_only = ON" if store.on_sqlite else "SET TRANSACTION READ ONLY"

    def forbid(connection: Connection) -> None:
        connection.exec_driver_sql(words)

    event.listen(store.writer, "begin", forbid)
    client.be(people.cy)
    answers = [client.get("/camp/wall/similar?title=Kites+and+bread") for _ in range(80)]
    assert {answer.status_code for answer in answers} == {200} and "Kites" in answers[-1].get_json()["html"]
    event.remove(store.writer, "begin", forbid)
    store.writer.dispose()
    answers = [client.get("/camp/wall/similar?title=Kites+and+bread") for _ in range(80)]
    assert (answers[0].status_code, answers[-1].status_code) == (200, 429)


@ON_SQLITE
def test_what_was_asked_for_can_be_asked_for_again_and_leads_nowhere_else(failing: Flask, client: Client) -> None:
    assert 'href="/test/away?a=1"' in client.get("/test/away?a=1").text
    assert 'href="//' not in client.get("//test/away").text


@ON_SQLITE
def test_what_is_no_outage_is_our_mistake(failing: Flask, client: Client) -> None:
    answer = client.get("/test/broken", headers={"Accept": "application/json"})
    assert (answer.status_code, "our side" in answer.get_json()["error"]) == (500, True)
