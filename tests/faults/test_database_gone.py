"""The database is away, hangs, or is locked by somebody else: people hear so within seconds, and it ends by itself."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest

from barcamp import db, postgres
from tests.faults import snapshots
from tests.faults.conftest import Camp
from tests.faults.keeper import SLUG, until
from tests.faults.writers import Answer, Crowd, NoAnswer, Organizer, Writer

pytestmark = pytest.mark.slow

#: The longest that a person waits, by the site's own times, and as much again for a busy machine.
LONGEST = 2 * (postgres.POOL_SECONDS + postgres.PATIENCE + postgres.CONNECT_SECONDS)
NOTHING_CHANGED = "Nothing was changed"


@pytest.fixture
def organizer(postgres_camp: Camp) -> Iterator[Writer]:
    found = next(one for one in postgres_camp.writers if isinstance(one, Organizer))
    yield found
    found.close()


def asked(writer: Writer, method: str, path: str, data: dict[str, object] | None = None, **how: bool) -> Answer:
    """The answer to a request, which has to come in time."""
    writer.close()  # one that was open for long without a request may be closed by the server at any moment
    began = time.monotonic()
    answer = writer.ask(method, path, data, **how)
    assert time.monotonic() - began < LONGEST, f"{method} {path} took {time.monotonic() - began:.0f} s"
    return answer


def assert_it_is_said(writer: Writer) -> None:
    """What people and programs are told while nobody answers for the database."""
    page = asked(writer, "GET", f"/{SLUG}/board")
    post = asked(writer, "POST", f"/{SLUG}/wall/notes", {"title": "Nobody hears this"})
    program = asked(writer, "PUT", f"/{SLUG}/notes/1/star", as_json=True)
    for answer in (page, post, program):
        assert (answer.status, "Retry-After" in answer.headers) == (503, True), answer.text[-600:]
    assert NOTHING_CHANGED in post.text or "Too much is happening" in post.text
    assert "error" in program.text and program.headers["Content-Type"] == "application/json"
    assert asked(writer, "GET", "/readyz").status == 503
    assert asked(writer, "GET", "/healthz").status == 200


def is_back(writer: Writer) -> bool:
    writer.close()
    try:
        ready, page = writer.ask("GET", "/readyz"), writer.ask("GET", f"/{SLUG}/board")
    except NoAnswer:
        return False
    return (ready.status, page.status) == (200, 200)


@pytest.mark.parametrize("fault", ["stopped", "hangs"])
def test_postgresql_is_away_for_a_while(postgres_camp: Camp, organizer: Writer, fault: str) -> None:
    camp, database = postgres_camp, postgres_camp.database
    assert database is not None
    assert until(lambda: is_back(organizer), 30)
    stream = HTTPConnection("127.0.0.1", camp.kept.port, timeout=60)
    stream.request("GET", f"/{SLUG}/live", headers={"Accept": "text/event-stream"})
    heard = stream.getresponse()
    assert heard.status == 200

    with Crowd(camp.writers[:-1]) as crowd:
        assert until(lambda: crowd.yes > 10, 60)
        if fault == "stopped":
            database.stop()
        else:
            database.hang()
        try:
            assert_it_is_said(organizer)
        finally:
            if fault == "stopped":
                database.start()
            else:
                database.go_on()
        said = crowd.yes
        assert until(lambda: crowd.yes > said + 10, 60), "nobody can write any more"
        assert until(lambda: is_back(organizer), 30)
        while line := heard.readline():  # what is told now is heard on the stream of before
            if b"note" in line or b"star" in line or b"count" in line:
                break
        assert line, "the stream has ended"
    stream.close()
    letters_go_out(camp)
    camp.assert_nothing_is_lost()
    said_by_the_site = camp.kept.site.said()
    assert "Traceback" not in said_by_the_site, said_by_the_site[said_by_the_site.find("Traceback") - 2000 :][:6000]


def letters_go_out(camp: Camp) -> None:
    """The jobs worker has come back, too: by itself, and not only at the next sweep."""
    outbox = camp.kept.data / "outbox"
    before = len(list(outbox.glob("*.eml")))
    guest = Writer(camp.kept.port, SLUG)
    page = guest.ask("GET", "/sign-in").text
    guest.token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert guest.ask("POST", "/sign-in", {"email": f"later{before}@example.com"}).status == 303
    guest.close()
    assert until(lambda: len(list(outbox.glob("*.eml"))) > before, 90), camp.kept.site.said()[-3000:]


def test_sqlite_is_locked_by_somebody_else(sqlite_camp: Camp) -> None:
    """As by a backup program that takes its time."""
    camp, writer = sqlite_camp, sqlite_camp.writers[-1]
    with closing(sqlite3.connect(camp.kept.data / snapshots.NAME, isolation_level=None)) as outside:
        outside.execute("BEGIN IMMEDIATE")
        writer.close()
        began = time.monotonic()
        post = writer.ask("POST", f"/{SLUG}/wall/notes", {"title": "Nobody hears this"})
        took = time.monotonic() - began
        read = writer.ask("GET", f"/{SLUG}/board")
        outside.execute("ROLLBACK")
    assert (post.status, NOTHING_CHANGED in post.text, post.headers["Retry-After"]) == (503, True, "2")
    assert db.GATE_SECONDS <= took < 2 * 2 * db.GATE_SECONDS
    assert read.status == 200
    with Crowd(camp.writers) as crowd:
        said = crowd.yes
        assert until(lambda: crowd.yes > said + 5, 60)
    camp.assert_nothing_is_lost()
    writer.close()
