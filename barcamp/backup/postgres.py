"""A PostgreSQL site: dumped by its own programs while it serves, and put back in one transaction."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from barcamp.backup import tools
from barcamp.backup.archive import CHUNK
from barcamp.backup.errors import BackupError
from barcamp.backup.telling import COPYING, PUTTING_IN, Tell, silent, told
from barcamp.tables import Base

#: Seconds that a lock of somebody else (a migration, say) is waited for.
LOCK_SECONDS = 30
#: Any number but those of the migrations and the queue: one backup at a time, on whichever machine.
BACKUP_LOCK = 7_226_229


@dataclass(frozen=True, slots=True)
class Dump:
    """The database as of one moment: its bytes, which can be read once, and what stands in them."""

    chunks: Iterable[bytes]
    rows: dict[str, int]
    migration: str
    server: str


@contextmanager
def dumped(url: str, given: Path | None, tell: Tell = silent) -> Iterator[Dump]:
    """The site's tables in the form of `pg_restore`. Rows are counted in the very snapshot that is dumped."""
    with _connected(url) as connection:
        server = connection.info.server_version // 10000
        programs = tools.find(server, given)
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        names = present_tables(connection)
        if "alembic_version" not in names:
            raise BackupError("There are no tables in this database yet.")
        schema = _one(connection, "SELECT current_schema()")
        rows = {name: int(_one(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))))
                for name in names}  # fmt: skip
        migration = _one(connection, "SELECT version_num FROM alembic_version")
        guess = int(_one(connection, _SIZE, [names]))
        address = tools.address(url)
        command = programs.command(
            "pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-password",
            f"--lock-wait-timeout={LOCK_SECONDS}s", f"--snapshot={snapshot}",
            *(f'--table="{schema}"."{name}"' for name in names), f"--dbname={address.shown}",
        )  # fmt: skip
        with _running(command, address, stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            chunks = told(_until_it_ends(program, program.stdout), tell, COPYING, guess)
            yield Dump(chunks, rows, str(migration), f"{server}")


_SIZE = "SELECT coalesce(sum(pg_relation_size(name::regclass)), 0) FROM unnest(%s::text[]) AS name"


def put_in(dump: Path, url: str, gone: Iterable[str], given: Path | None, tell: Tell = silent) -> None:
    """Replace the site's tables, and those called `gone`, by what is in the dump: all in one transaction, which a cut
    at any moment takes back. Raises BackupError where the programs refuse.
    """
    with _connected(url) as connection:
        programs = tools.find(connection.info.server_version // 10000, given)
        names = {*present_tables(connection), *(name for name in gone if _is_there(connection, name))}
        drop = sql.SQL("DROP TABLE IF EXISTS {};").format(sql.SQL(", ").join(map(sql.Identifier, sorted(names))))
        first = "BEGIN; " + f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; "
        if names:
            first += drop.as_string(connection) + " "
    address = tools.address(url)
    read = programs.command("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump))
    write = programs.command(
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--no-password",
        "--set=ON_ERROR_STOP=1",
        "--file=-",
        f"--dbname={address.shown}",
    )
    with (
        _running(write, address, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as writer,
        _running(read, address, stdout=subprocess.PIPE) as reader,
    ):
        assert reader.stdout is not None
        assert writer.stdin is not None
        statements = told(_until_it_ends(reader, reader.stdout), tell, PUTTING_IN, dump.stat().st_size)
        with suppress(BrokenPipeError):  # it has said why on its way out
            writer.stdin.write(first.encode() + b"\n")
            for chunk in statements:
                writer.stdin.write(chunk)
            # only now: where this process ends before, the writer's input ends without it, and all is taken back
            writer.stdin.write(b"\nCOMMIT;\n")
            writer.stdin.close()
        _ended_well(writer)


def others_connected(url: str) -> int:
    """How many others are connected to this database, as far as this account may see."""
    with _connected(url) as connection:
        return int(_one(connection, _OTHERS))


_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)


@contextmanager
def alone(url: str) -> Iterator[bool]:
    """Whether no other machine makes a backup of this database; none begins one until the end."""
    with _connected(url) as connection:
        connection.autocommit = True  # no snapshot is held while it lasts
        yield bool(_one(connection, "SELECT pg_try_advisory_lock(%s)", [BACKUP_LOCK]))


def present_tables(connection: psycopg.Connection) -> list[str]:
    """Those of the site's tables that are there; the queue's are not among them, it fills by itself."""
    ours = [*(table.name for table in Base.metadata.sorted_tables), "alembic_version"]
    return sorted(name for name in ours if _is_there(connection, name))


def size(url: str) -> int:
    """Bytes of the database on disk."""
    with _connected(url) as connection:
        return int(_one(connection, "SELECT pg_database_size(current_database())"))


def _is_there(connection: psycopg.Connection, name: str) -> bool:
    return bool(_one(connection, _THERE, [name]))


_THERE = "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = %s)"


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(tools.libpq(url), connect_timeout=10)
    except psycopg.OperationalError as problem:
        raise BackupError(f"The database cannot be reached: {_first_line(str(problem))}") from problem
    with connection:
        yield connection


def _one(connection: psycopg.Connection, query: str | sql.Composed, values: list[object] | None = None) -> str:
    row = connection.execute(query.encode() if isinstance(query, str) else query, values).fetchone()
    assert row is not None
    return row[0]  # type: ignore[no-any-return]


@contextmanager
def _running(
    command: list[str], address: tools.Address, *, stdin: int = subprocess.DEVNULL, stdout: int
) -> Iterator[_Program]:
    """A program of PostgreSQL's, ended with us. What it says is kept for the one line that names its trouble."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - programs of the folder that was found or set
            command, stdin=stdin, stdout=stdout, stderr=said, env=address.environment
        ) as process,
    ):
        try:
            yield _Program(process, said, Path(command[0]).name)
        finally:
            if process.poll() is None:
                process.kill()


class _Program:
    def __init__(self, process: subprocess.Popen[bytes], said: IO[bytes], name: str) -> None:
        self.process, self.said, self.name = process, said, name
        self.stdin, self.stdout = process.stdin, process.stdout


def _until_it_ends(program: _Program, output: IO[bytes]) -> Iterator[bytes]:
    read: Callable[[int], bytes] = output.read
    while chunk := read(CHUNK):
        yield chunk
    _ended_well(program)


def _ended_well(program: _Program) -> None:
    if program.process.wait() != 0:
        program.said.seek(0)
        raise BackupError(f"{program.name}: {_first_line(program.said.read().decode(errors='replace'))}")


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "rror" in line), lines[0] if lines else "it gave no reason")
