"""Copy a site's data from one database to another, of either kind, and account for every row.

One snapshot is read and one transaction written, so the other database has all of it or nothing. Rows go by in
batches; of what both sides hold, each table's count and a sum over its rows are compared before the commit.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    MetaData,
    NullPool,
    Select,
    Table,
    Text,
    cast,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError

from barcamp.backup import places
from barcamp.backup.errors import BackupError, disk_trouble_named
from barcamp.backup.telling import CARRYING, COMPARING, Tell, silent
from barcamp.migrate import is_current, migrate
from barcamp.tables import Base

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Sum:
    """What a table holds: how many rows, and the sum of their hashes, which is the same in whatever order they come."""

    rows: int = 0
    hashes: int = 0

    def and_(self, rows: Sequence[Sequence[Any]]) -> Sum:
        added = sum(
            int.from_bytes(hashlib.sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest()) for row in rows
        )
        return Sum(self.rows + len(rows), (self.hashes + added) % 2**256)


def copy(source: str, target: str, *, replace: bool = False, tell: Tell = silent) -> dict[str, Sum]:
    """Copy everything from one address to the other, which is migrated first and must hold nothing (`replace`: what it
    holds is deleted in the same transaction). Returns what each table holds now, on both sides. Raises BackupError.
    """
    if source == target:
        raise BackupError("That is the database this site is on.")
    try:
        _make_private(target)
        migrate(target)
        with _begun(source, writes=False) as read, _begun(target, writes=True) as write:
            return _Copying(read, write, tell).run(replace=replace)
    except (DatabaseError, psycopg.Error) as problem:
        said = getattr(problem, "orig", None) or problem
        raise BackupError(f"Nothing was copied: {str(said).strip().splitlines()[0]}") from problem


def _make_private(target: str) -> None:
    """A file that SQLite makes can be read by all who get into its folder; what we make holds people's addresses."""
    name = make_url(target).database
    if target.startswith("sqlite:") and name is not None and not Path(name).exists():
        with disk_trouble_named(Path(name)):
            os.close(places.private(Path(name)))


class _Copying:
    def __init__(self, read: Connection, write: Connection, tell: Tell) -> None:
        self.read, self.write, self.tell = read, write, tell
        self.tables = [_plain(table) for table in Base.metadata.sorted_tables]
        self.done = self.whole = 0

    def run(self, *, replace: bool) -> dict[str, Sum]:
        if not is_current(self.read):
            raise BackupError("The database to copy from is behind: `migrate` it first.")
        if replace:
            self._clear()
        else:
            self._refuse_rows()
        self.whole = sum(_count(self.read, table) for table in self.tables)
        sums = {table.name: self._carry(table) for table in self.tables}
        self._continue_ids()
        self._compare(sums)
        return sums

    def _clear(self) -> None:
        for table in reversed(self.tables):
            self.write.execute(table.delete())

    def _refuse_rows(self) -> None:
        full = [table.name for table in self.tables if _count(self.write, table)]
        if full:
            raise BackupError(f"There are rows already in {', '.join(sorted(full))}: copy into an empty database.")

    def _carry(self, table: Table) -> Sum:
        """Parents come before their children; those inside one table (a merged note, say) are PostgreSQL's to look at
        when the statement ends, and SQLite's before the commit.
        """
        found = Sum()
        with _putting(self.write, table) as put:
            for rows in _batches(self.read, table):
                put(rows)
                found = found.and_(rows)
                self._told(CARRYING, len(rows))
        return found

    def _told(self, step: Any, rows: int) -> None:
        self.done = min(self.done + rows, self.whole)
        self.tell(step, self.done, self.whole)

    def _compare(self, sums: dict[str, Sum]) -> None:
        self.done = 0
        for table in self.tables:
            found = Sum()
            for rows in _batches(self.write, table):
                found = found.and_(rows)
                self._told(COMPARING, len(rows))
            if found != sums[table.name]:
                raise BackupError(f"{table.name} came out different on the other side: nothing was copied.")
        if _on_sqlite(self.write) and self.write.execute(text("PRAGMA foreign_key_check")).first() is not None:
            raise BackupError("Rows point to rows that are not there: nothing was copied. `verify` says which.")

    def _continue_ids(self) -> None:
        """The next ids come after the largest that ever was, also of rows that are gone: old links mean those."""
        for table in self.tables:
            if "id" not in table.c:
                continue
            largest = self.write.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
            _set_last_id(self.write, table, max(largest, _last_id(self.read, table)))


# ---- the two kinds ---------------------------------------------------------------------------------------------------


@contextmanager
def _begun(url: str, *, writes: bool) -> Iterator[Connection]:
    """One transaction: a snapshot to read from, or one to write that nobody sees before its end."""
    engine = create_engine(url, poolclass=NullPool)
    if url.startswith("sqlite:"):
        event.listen(engine, "connect", _writing_sqlite if writes else _reading_sqlite)
        event.listen(
            engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        )
    elif not writes:
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def _reading_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")


def _writing_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = OFF")  # all of them are looked at before the commit


def _plain(table: Table) -> Table:
    """The same table with its JSON as the text that it is, so that not a digit of it goes through a float."""
    return Table(
        table.name,
        MetaData(),
        *(
            Column(column.name, Text(), info={"json": True})
            if isinstance(column.type, JSON)
            else Column(column.name, column.type, info={"json": False})
            for column in table.columns
        ),
    )


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    rows = connection.execution_options(yield_per=BATCH).execute(_everything(connection, table))
    yield from rows.partitions()


def _everything(connection: Connection, table: Table) -> Select[Any]:
    if _on_sqlite(connection):
        return select(table)
    return select(*(cast(column, Text) if column.info["json"] else column for column in table.columns))


@contextmanager
def _putting(connection: Connection, table: Table) -> Iterator[Callable[[Sequence[Sequence[Any]]], None]]:
    if _on_sqlite(connection):
        names = [column.name for column in table.columns]
        statement = insert(table)
        yield lambda rows: _ignored(connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows]))
        return
    raw: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as stream:

        def put(rows: Sequence[Sequence[Any]]) -> None:
            for row in rows:
                try:
                    stream.write_row(tuple(row))
                except psycopg.DataError as problem:
                    raise BackupError(f"{_named(table, row)} cannot be kept by PostgreSQL: {problem}.") from problem

        yield put


def _ignored(_result: object) -> None:
    return None


def _named(table: Table, row: Sequence[Any]) -> str:
    return f"The row of {table.name} that begins with {row[0]!r}"


def _last_id(connection: Connection, table: Table) -> int:
    if _on_sqlite(connection):
        found = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        return int(found.scalar() or 0)
    (sequence,) = connection.execute(
        text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{table.name}"'}
    ).one()
    last, is_called = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
    return int(last) if is_called else int(last) - 1


def _set_last_id(connection: Connection, table: Table, last: int) -> None:
    if not _on_sqlite(connection):
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), greatest(:last, 1), :last > 0)"),
            {"name": f'"{table.name}"', "last": last},
        )
        return
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
    if last:
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), {"name": table.name, "last": last}
        )


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _on_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
