"""`backup` and `restore`, also beside a writer; and `migrate`."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp.cli.backup import what_is_wrong
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.settings import Settings, from_environment
from tests import make
from tests.cli.conftest import Run

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_a_backup_brings_back_what_was_there(db: Session, run: Run, camp: Conference, tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    backup = run("backup", str(file))
    assert (backup.status, backup.lines[0].startswith(f"{file} holds the database (")) == (0, True)
    before = db.scalar(select(func.count()).select_from(Person))
    make.person(db, "Late Comer")

    restored = run("restore", str(file), "--yes")

    assert (restored.status, restored.lines[-1]) == (
        0,
        f"Restored from {file}. Start the site again, if it is running.",
    )
    assert db.scalar(select(func.count()).select_from(Person)) == before
    assert run("verify").status == 0
    assert what_is_wrong(tmp_path / "barcamp.sqlite3.before-restore") is None


@on_sqlite
def test_a_backup_beside_a_writer_is_whole(db: Session, run: Run, store: Store, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with store.writing() as writing:
                for _ in range(2):  # always in pairs
                    number += 1
                    make.person(writing, f"Person {number}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        files = [tmp_path / f"{number}.db" for number in range(5)]
        assert [run("backup", str(file)).status for file in files] == [0] * 5
    finally:
        stop.set()
        writer.join()

    for file in files:
        with sqlite3.connect(file) as connection:
            assert connection.execute("SELECT count(*) % 2 FROM person").fetchone() == (0,)


@on_sqlite
def test_no_file_is_ever_replaced_and_no_wreck_is_restored(run: Run, camp: Conference, tmp_path: Path) -> None:
    file, wreck, stranger = tmp_path / "kept.db", tmp_path / "wreck.db", tmp_path / "stranger.db"
    file.write_text("precious")
    wreck.write_text("no database at all, but long enough to be looked at")
    with sqlite3.connect(stranger) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")

    assert run("backup", str(file)).lines == [f"Error: {file} is there already; it was left alone."]
    assert file.read_text() == "precious"
    for bad in (wreck, stranger):
        said = run("restore", str(bad), "--yes")
        assert said.status == 1
        assert said.lines[0].startswith(f"Error: {bad} cannot be restored: it is no database of this site")
    assert run("verify").status == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_its_own_tools_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kept.db").touch()
    assert run("backup", str(tmp_path / "new.db")).lines == ["This site is on PostgreSQL: use pg_dump for a backup."]
    restore = run("restore", str(tmp_path / "kept.db"), "--yes")
    assert (restore.status, restore.lines) == (2, ["This site is on PostgreSQL: use pg_restore for a restore."])


def test_migrate_makes_a_database_that_serves(tmp_path: Path) -> None:
    settings: Settings = from_environment({"BARCAMP_DATA": str(tmp_path / "new"), "BARCAMP_SECRET_KEY": "k" * 32})
    app: Flask = create_app(settings)
    for _ in range(2):
        result = app.test_cli_runner().invoke(args=["migrate"])
        assert (result.exit_code, result.output) == (0, "The database is up to date.\n")
    assert app.test_cli_runner().invoke(args=["verify"]).exit_code == 0
    app.extensions["store"].dispose()
