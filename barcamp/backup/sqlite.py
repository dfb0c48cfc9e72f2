"""An SQLite site: its database copied while it serves, and another put into its place while it does not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from barcamp.backup import places
from barcamp.backup.errors import BackupError
from barcamp.backup.telling import COPYING, KEEPING, PUTTING_IN, Step, Tell, silent

PAGES_AT_ONCE = 512
SECONDS_FOR_THE_FILE = 30.0
MAGIC = b"SQLite format 3\0"


def copy(database: Path, file: Path, tell: Tell = silent, step: Step = COPYING) -> None:
    """Copy the database as of this moment, in steps between which writers go on, to a new file that stands alone.

    The copy is read inside one transaction. In WAL mode that is a snapshot: without it SQLite would begin anew after
    every write of somebody else, and on a busy site never come to an end.
    """
    if not database.exists():
        raise BackupError(f"There is no database at {database} yet.")
    with closing(_open(database, "rw")) as read, closing(_new(file)) as write:
        read.execute("BEGIN")
        read.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on
        write.execute("PRAGMA synchronous = OFF")  # whoever gives it a name has the disk keep it first
        _copy_pages(read, write, tell, step)
        read.execute("ROLLBACK")
        # a copy of a WAL database is one, too, and could not be read from a folder that nobody may write to
        write.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def alone(database: Path) -> Iterator[sqlite3.Connection]:
    """The database, for us alone: nobody has it open, and until the end nobody gets in. Made where there is none.

    What a process has in memory, or writes at this moment, would not go with what it finds after an exchange. Raises
    BackupError where somebody has it open, sqlite3.DatabaseError where it is no database at all.
    """
    with closing(_open(database, "rwc", timeout=0.5)) as present:
        _lock_out_others(present)
        yield present


def keep(present: sqlite3.Connection, file: Path, tell: Tell = silent) -> None:
    """Copy the database that is ours alone to a new file, as it is, be it sound or not."""
    with closing(_new(file)) as kept:
        _copy_pages(present, kept, tell, KEEPING)
        kept.execute("PRAGMA journal_mode = DELETE")


def exchange(present: sqlite3.Connection, new: Path, tell: Tell = silent) -> None:
    """Replace what is in the database that is ours alone by another one, all or nothing."""
    with closing(_open(new, "ro")) as read:
        _copy_pages(read, present, tell, PUTTING_IN)


def _lock_out_others(present: sqlite3.Connection) -> None:
    """Take the lock that anybody who has the database open has a share of, and keep it beyond the transaction."""
    try:
        present.execute("PRAGMA locking_mode = EXCLUSIVE")
        present.execute("BEGIN EXCLUSIVE")
        present.execute("COMMIT")
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        raise BackupError("The site is running, or another program has its database open. Stop it first.") from problem


def what_is_wrong(file: Path) -> str | None:
    """Why this file is no sound database of a BarCamp site; None when it is one."""
    try:
        with closing(_open(file, "ro")) as connection:
            lines = [line for (line,) in connection.execute("PRAGMA integrity_check")]
            if lines != ["ok"]:
                return f"it is damaged ({lines[0]})"
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            connection.execute("SELECT count(*) FROM conference").fetchone()
    except sqlite3.DatabaseError as problem:
        return f"it is no database of this site ({problem})"
    return None


def can_be_opened(file: Path) -> bool:
    """Whether SQLite sees a database in this file, be it sound or not, ours or not."""
    try:
        with closing(_open(file, "rw", timeout=0.5)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as problem:
        return problem.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
    return True


def migration(file: Path) -> str:
    """At which migration this database stands."""
    with closing(_open(file, "ro")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def count_rows(file: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(_open(file, "ro")) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - tables' own names
            for (name,) in sorted(names.fetchall())
        }


def is_database(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def _copy_pages(read: sqlite3.Connection, write: sqlite3.Connection, tell: Tell, step: Step) -> None:
    size: int = read.execute("PRAGMA page_size").fetchone()[0]

    def tell_pages(_status: int, left: int, whole: int) -> None:
        tell(step, (whole - left) * size, whole * size)

    read.backup(write, pages=PAGES_AT_ONCE, progress=tell_pages)


def _open(file: Path, mode: str, timeout: float = SECONDS_FOR_THE_FILE) -> sqlite3.Connection:
    uri = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=timeout, isolation_level=None)


def _new(file: Path) -> sqlite3.Connection:
    os.close(places.private(file))
    return _open(file, "rw")
