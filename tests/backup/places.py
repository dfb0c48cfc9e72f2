"""Sites without a server: a data folder and a database each, and all that is in one, to compare it by `==`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, select

from barcamp.settings import Settings, from_environment
from barcamp.tables import Base
from tests.servers import postgres as postgres_server

ROOT = Path(__file__).resolve().parents[2]


def place(data: Path, database_url: str | None = None, pg_bin: Path | None = None) -> Settings:
    """The settings of a site in this folder, which has its own keys; on SQLite in it where no address is given."""
    given = {"BARCAMP_DATA": str(data)}
    if database_url is not None:
        given["BARCAMP_DATABASE_URL"] = database_url
    return replace(from_environment(given), pg_bin=pg_bin)


def every_row(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, in the order of their keys."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return {
            table.name: sorted(
                (tuple(row) for row in connection.execute(select(table))),
                key=lambda row: repr([row[i] for i, c in enumerate(table.columns) if c.primary_key]),
            )
            for table in Base.metadata.sorted_tables
        }


def find_programs(version: str) -> Path:
    """The folder of a pg_dump that can speak with a server of this version. The tests' own server brings one along."""
    wanted = int(version.partition(".")[0])
    for folder in postgres_server._places():
        if all((folder / name).exists() for name in ("pg_dump", "pg_restore", "psql")):
            said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True).stdout
            if (found := re.search(r"\) (\d+)", said)) and int(found[1]) >= wanted:
                return folder
    raise AssertionError(f"No pg_dump of PostgreSQL {wanted} or newer: set PG_BIN to a folder that has one.")


def environment(settings: Settings) -> dict[str, str]:
    """What tells a process of its own about this site."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
    given = {
        "BARCAMP_DATA": str(settings.data),
        "BARCAMP_DATABASE_URL": settings.database_url,
        "BARCAMP_DEMO": "0",
    }
    if settings.pg_bin is not None:
        given["BARCAMP_PG_BIN"] = str(settings.pg_bin)
    return kept | given


def in_a_process(settings: Settings, code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines of Python as a process of its own, which can be killed. `settings` and `words` are there."""
    first = (
        "import sys\nfrom barcamp.settings import from_environment as read; words, settings = sys.argv[1:], read()\n"
    )
    return subprocess.run(
        [sys.executable, "-c", first + code, *words],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
    )


def flask(settings: Settings, *words: str, **given: Any) -> subprocess.CompletedProcess[str]:
    """Run a command as people do."""
    command = [sys.executable, "-m", "flask", "--app", "app", *words]
    return subprocess.run(command, cwd=ROOT, env=environment(settings), capture_output=True, text=True, **given)
