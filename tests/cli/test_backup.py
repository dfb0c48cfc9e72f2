"""`backup`, `restore` and `copy-to` as people run them: what they say, what they ask, what they refuse."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select as choose
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp.backup.telling import CARRYING, COPYING
from barcamp.cli import progress
from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.settings import Settings, from_environment
from tests import make
from tests.backup.places import environment, flask, place
from tests.cli.conftest import Run

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_a_backup_brings_back_what_was_there(db: Session, run: Run, camp: Conference, tmp_path: Path) -> None:
    file = tmp_path / "kept.zip"
    backup = run("backup", str(file))
    assert backup.status == 0
    assert [re.sub(r"\d[\d,.]*", "#", line.replace(str(file), "FILE")) for line in backup.lines] == [
        "Copying the database (# MB) ...",
        "Packing it into one file (# MB) ...",
        "Reading the file back (# MB) ...",
        "FILE holds the site (# rows, # MB), checked.",
        "It is as secret as the site itself: its keys are in it.",
        "BARCAMP_SECRET_KEY was given to the site and is not in it: keep that one, too.",
    ]
    before = db.scalar(choose(func.count()).select_from(Person))
    make.person(db, "Late Comer")
    db.close()
    kept = tmp_path / "barcamp.sqlite3.before-restore"

    restored = run("restore", str(file), "--yes")

    assert restored.status == 0
    assert restored.lines[-4:] == [
        f"What was here is kept as {kept}", f"Restored from {file}.",
        "1 conferences, 0 notes, 4 people and 0 stars checked, nothing wrong.", "Now start the site: python3 app.py",
    ]  # fmt: skip
    assert db.scalar(choose(func.count()).select_from(Person)) == before
    assert run("verify").status == 0


@on_sqlite
def test_who_has_a_site_is_asked(db: Session, app: Flask, run: Run, camp: Conference, tmp_path: Path) -> None:
    file = tmp_path / "kept.zip"
    run("backup", str(file))
    late = make.person(db, "Late Comer")
    db.close()
    question = "There is a site here, with 1 conferences and 5 people. FILE replaces all of it. Go on? [y/N]: "
    for answer in ("n\n", ""):
        said = app.test_cli_runner().invoke(args=["restore", str(file)], input=answer)
        assert (said.exit_code, question in said.output, "Aborted!" in said.output) == (1, True, True)
    assert db.get(Person, late.id) is not None
    db.close()
    said = app.test_cli_runner().invoke(args=["restore", str(file)], input="y\n")
    assert (said.exit_code, question in said.output) == (0, True)
    db.expire_all()
    assert db.get(Person, late.id) is None


@on_sqlite
def test_what_cannot_be_is_one_line(run: Run, camp: Conference, tmp_path: Path) -> None:
    file, wreck = tmp_path / "kept.zip", tmp_path / "wreck.zip"
    file.write_text("precious")
    wreck.write_text("no backup at all, but long enough to be looked at")

    assert run("backup", str(file)).lines == [f"Error: {file} is there already; it was left alone."]
    assert run("restore", str(wreck), "--replace").lines == [
        f"Error: {wreck} cannot be restored: it is no backup, or not a whole one."
    ]
    assert run("copy-to", "mysql://x/y").lines[-1].startswith("Error: Invalid value for URL: ")
    assert (file.read_text(), run("verify").status) == ("precious", 0)


@on_sqlite
def test_a_copy_is_told_in_rows(run: Run, camp: Conference, settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "other.sqlite3"
    copied = run("copy-to", f"sqlite:///{target}")
    assert copied.status == 0
    assert re.fullmatch(r"\d+ rows of \d+ tables are the same on both sides\.", copied.lines[-2])
    assert run("copy-to", f"sqlite:///{target}").lines[0].startswith("Error: There are rows already in ")
    assert run("copy-to", settings.database_url).lines == ["Error: That is the database this site is on."]


def test_in_a_log_there_are_lines_and_on_a_terminal_a_bar(furnished_site: Settings, tmp_path: Path) -> None:
    plain = flask(furnished_site, "backup", str(tmp_path / "plain.zip"))
    assert (plain.returncode, plain.stderr, "\r" in plain.stdout) == (0, "", False)
    assert plain.stdout.splitlines()[0].startswith("Copying the database (")

    seen = on_a_terminal(furnished_site, "backup", str(tmp_path / "bar.zip"))
    assert re.search(r"Reading the file back +\[#+\] +100%", seen)
    assert re.search(r"\d MB/s", seen)
    assert "..." not in seen


@pytest.fixture
def furnished_site(sqlite_template: Path, tmp_path: Path) -> Settings:
    settings = place(tmp_path / "site")
    shutil.copy(sqlite_template, settings.data / "barcamp.sqlite3")
    return settings


def on_a_terminal(settings: Settings, *words: str) -> str:
    """What a command shows somebody who looks at it."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        env=environment(settings), stdin=theirs, stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], 120)[0]:
            try:
                seen += os.read(ours, 65536)
            except OSError:  # the terminal is closed: it has ended
                break
        assert process.wait(timeout=60) == 0, seen.decode()
    os.close(ours)
    return seen.decode()


def test_lines_tell_rate_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter([0.0, 4.0, 6.0, 20.0, 30.0, 40.0])
    with progress.shown(lambda: next(moments)) as tell:
        for done in (0, 10_000_000, 30_000_000, 100_000_000):
            tell(COPYING, done, 100_000_000)
        tell(CARRYING, 0, 4000)
        tell(CARRYING, 1000, 4000)
    assert capsys.readouterr().out.splitlines() == [
        "Copying the database (100.0 MB) ...",
        "  30 %, 5.0 MB/s, 14 s left",
        "Carrying the rows over (4,000 rows) ...",
        "  25 %, 100 rows/s, 30 s left",
    ]


def test_migrate_makes_a_database_that_serves(tmp_path: Path) -> None:
    settings: Settings = from_environment({"BARCAMP_DATA": str(tmp_path / "new"), "BARCAMP_SECRET_KEY": "k" * 32})
    app: Flask = create_app(settings)
    for _ in range(2):
        result = app.test_cli_runner().invoke(args=["migrate"])
        assert (result.exit_code, result.output) == (0, "The database is up to date.\n")
    assert app.test_cli_runner().invoke(args=["verify"]).exit_code == 0
    app.extensions["store"].dispose()
