"""The rehearsal: a backup in the middle of a busy camp, restored on another machine, serves as if nothing had been."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.backup.places import flask, place
from tests.conftest import sqlalchemy_url
from tests.serve.writers import Writer, rows, sign_in
from tests.servers import postgres as postgres_server
from tests.servers import site

NOTES_BEFORE = 20
PATIENCE = 120.0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_under_load_brings_the_camp_back(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    urls: list[str | None] = [None, None]
    pg_bin = None
    if kind == "postgresql":
        server: postgres_server.Server = request.getfixturevalue("postgres")
        pg_bin = request.getfixturevalue("pg_bin")
        urls = [sqlalchemy_url(server.create_database(name)) for name in ("rehearsal_one", "rehearsal_two")]
    file = tmp_path / "camp.zip"

    with site.start(tmp_path / "one", urls[0]) as served:
        writers = sign_in(served, urls[0])
        notes = [int(str(id_)) for (id_,) in rows(served, libpq(urls[0]), "SELECT id FROM note ORDER BY id LIMIT 12")]
        stop = threading.Event()
        threads = [threading.Thread(target=writer.write, args=(notes, stop)) for writer in writers]
        for thread in threads:
            thread.start()
        try:
            wait_for_notes(writers, NOTES_BEFORE)
            acknowledged = [list(writer.titles) for writer in writers]
            backup = flask(place(tmp_path / "one", urls[0], pg_bin), "backup", str(file))
            assert (backup.returncode, backup.stderr) == (0, "")
            wait_for_notes(writers, sum(map(len, acknowledged)) + 1)  # the site went on meanwhile
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    other = place(tmp_path / "two", urls[1], pg_bin)
    restore = flask(other, "restore", str(file))
    assert (restore.returncode, restore.stderr) == (0, "")
    assert "checked, nothing wrong." in restore.stdout

    with site.start(tmp_path / "two", urls[1]) as again:
        found = {
            str(title) for (title,) in rows(again, libpq(urls[1]), "SELECT title FROM note WHERE title LIKE 'Note %'")
        }
        assert {title for titles in acknowledged for title in titles} <= found
        for writer in writers:  # of what came later, each has its first ones or none: it is one moment
            theirs = [title in found for title in writer.titles]
            assert theirs == sorted(theirs, reverse=True)
        writers[0].port = again.port  # who was signed in still is, and can go on
        writers[0].post("Note after all", writers[0].token())
        assert writers[0].titles[-1] == "Note after all"
        assert "nothing wrong." in flask(other, "verify").stdout
    assert [trouble for writer in writers for trouble in writer.trouble] == []


def wait_for_notes(writers: list[Writer], wanted: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while sum(len(writer.titles) for writer in writers) < wanted:
        assert time.monotonic() < deadline, "the writers are too slow"
        time.sleep(0.01)


def libpq(url: str | None) -> str | None:
    return None if url is None else url.replace("postgresql+psycopg:", "postgresql:", 1)
