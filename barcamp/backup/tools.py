"""PostgreSQL's own programs: found, and started so that nobody can read the password in the list of processes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from barcamp.backup.errors import BackupError

NEEDED = ("pg_dump", "pg_restore", "psql")
#: Where packages of Debian, Red Hat, Homebrew and Postgres.app put them; the newest counts.
FOLDERS = (
    "usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin", "Applications/Postgres.app/Contents/Versions/*/bin",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs of one installation."""

    folder: Path
    version: int

    def command(self, name: str, *words: str) -> list[str]:
        return [str(self.folder / name), *words]


def find(server: int, given: Path | None = None) -> Tools:
    """Programs that can speak with a server of this major version: those of `given` (BARCAMP_PG_BIN), else the first
    found. Raises BackupError where there are none, or only older ones.
    """
    found = [Tools(folder, version) for folder in _folders(given) if (version := _version(folder)) is not None]
    for tools in found:
        if tools.version >= server:
            return tools
    newest = max((tools.version for tools in found), default=None)
    have = "are not to be found" if newest is None else f"are those of PostgreSQL {newest}"
    raise BackupError(
        f"The server is PostgreSQL {server}, and pg_dump, pg_restore and psql {have}{_where(given)}."
        f" Install its client programs (postgresql-client-{server}), or set BARCAMP_PG_BIN to their folder;"
        " or use `copy-to`, which needs none."
    )


def _where(given: Path | None) -> str:
    return "" if given is None else f" in BARCAMP_PG_BIN ({given})"


def _folders(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    on_path = shutil.which("pg_dump")
    if on_path is not None:
        yield Path(on_path).parent
    config = shutil.which("pg_config")
    if config is not None:
        yield Path(subprocess.run([config, "--bindir"], capture_output=True, text=True).stdout.strip())  # noqa: S603
    installed = [folder for pattern in FOLDERS for folder in Path("/").glob(pattern)]
    yield from sorted(installed, key=lambda path: _numbers(str(path)), reverse=True)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def _version(folder: Path) -> int | None:
    """The major version of the programs in a folder; None where one of them is missing or does not run."""
    if not all(os.access(folder / name, os.X_OK) for name in NEEDED):
        return None
    try:
        said = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True, timeout=30)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return None if number is None else int(number[1])


@dataclass(frozen=True, slots=True)
class Address:
    """A database's address for its programs: what may be seen on the command line, and the environment for the rest."""

    shown: str
    environment: dict[str, str]


def address(url: str) -> Address:
    """`url` as in the settings."""
    words = conninfo_to_dict(libpq(url))
    password = words.pop("password", None)
    environment = dict(os.environ)
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return Address(make_conninfo("", **words), environment)


def libpq(url: str) -> str:
    """The address as PostgreSQL's own library reads it."""
    return "postgresql:" + url.partition(":")[2]
