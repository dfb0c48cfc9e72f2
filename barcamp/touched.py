"""Which tables the statements of a transaction change, and which those of an answer read: noticed, never declared.

`watch_changes` puts the tables of a connection's open transaction into its `info[CHANGED]`; `watch_reads` adds those of
every SELECT to the set in `reading`, where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Engine, MetaData, event
from sqlalchemy.engine import Connection

CHANGED = "changed_tables"
#: Noticed in place of tables that many change and no page shows (`Table.info["unshown"]`).
UNSHOWN = "unshown"

#: What the answer that is being made has read so far; None where nobody asks.
reading: ContextVar[set[str] | None] = ContextVar("reading", default=None)

_CHANGE = re.compile(r'\s*(INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
_CHANGES_WITHIN = re.compile(r"\b(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
#: Where a subquery has something like it too much is found, which is only slower.
_ASSIGNED = re.compile(r'(?:\bSET|,)\s*"?(\w+)"?\s*=', re.IGNORECASE)
_WORD = re.compile(r"\w+")


@contextmanager
def noticing() -> Iterator[set[str]]:
    """The tables that are read inside, in this context."""
    tables: set[str] = set()
    token = reading.set(tables)
    try:
        yield tables
    finally:
        reading.reset(token)


@contextmanager
def unnoticed() -> Iterator[None]:
    """What is read inside is not noticed."""
    token = reading.set(None)
    try:
        yield
    finally:
        reading.reset(token)


def watch_reads(engine: Engine, metadata: MetaData) -> None:
    """Notice what SELECTs read. Every word of a statement that is a table's name counts: too much is only slower."""

    @event.listens_for(engine, "before_cursor_execute")
    def notice(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        tables = reading.get()
        if tables is not None:
            tables |= _named(statement, _Known(metadata))


def watch_changes(engine: Engine, metadata: MetaData) -> None:
    """Notice what the open transaction of each connection changes; what is rolled back is forgotten."""

    @event.listens_for(engine, "before_cursor_execute")
    def notice(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if changed := _changed(statement, _Known(metadata)):
            connection.info.setdefault(CHANGED, set()).update(changed)

    @event.listens_for(engine, "rollback")
    def forget(connection: Connection) -> None:
        if not connection.invalidated:  # what was known of one that broke has gone with it
            connection.info.pop(CHANGED, None)


class _Known:
    """The names there are to notice, and a key for the memories below: tables as far as they have been declared, and
    counters, columns that many change and few answers show (`Column.info["counter"]`): "note.star_count". What is
    changed all the time and on no page is noticed as `UNSHOWN`.
    """

    __slots__ = ("count", "metadata")

    def __init__(self, metadata: MetaData) -> None:
        self.metadata, self.count = metadata, len(metadata.tables)

    def __hash__(self) -> int:
        return hash((id(self.metadata), self.count))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and (other.metadata, other.count) == (self.metadata, self.count)


def names(metadata: MetaData) -> frozenset[str]:
    """All that can be noticed."""
    return frozenset(_by_word(_Known(metadata)).values())


@lru_cache(maxsize=4)
def _by_word(known: _Known) -> dict[str, str]:
    """What a word in a statement stands for."""
    tables = known.metadata.tables.values()
    counters = {column.name: f"{table.name}.{column.name}" for table in tables for column in table.c if _counts(column)}
    return counters | {table.name: table.name for table in tables}


def _counts(column: Column[Any]) -> bool:
    return bool(column.info.get("counter"))


@lru_cache(maxsize=2048)
def _named(statement: str, known: _Known) -> frozenset[str]:
    by_word = _by_word(known)
    return frozenset(by_word[word] for word in _WORD.findall(statement) if word in by_word)


@lru_cache(maxsize=1024)
def _changed(statement: str, known: _Known) -> frozenset[str]:
    """What a statement changes: the table it names, or only counters of it; when rows go, those that point to them."""
    found = _CHANGE.match(statement)
    if found is None:
        if statement.lstrip()[:4].upper() == "WITH" and _CHANGES_WITHIN.search(statement):
            return _named(statement, known)
        return frozenset()
    verb, table = found[1][:6].upper(), found[2]
    if table in known.metadata.tables and known.metadata.tables[table].info.get("unshown"):
        return frozenset({UNSHOWN})
    if verb == "DELETE":
        return _with_children({table}, known.metadata)
    if verb == "UPDATE" and (columns := _ASSIGNED.findall(statement)):
        counters = [_by_word(known).get(column) for column in columns]
        if all(name is not None and name.startswith(f"{table}.") for name in counters):
            return frozenset(filter(None, counters))
    return frozenset({table, *(name for name in names(known.metadata) if name.startswith(f"{table}."))})


def _with_children(tables: Iterable[str], metadata: MetaData) -> frozenset[str]:
    """These and every table whose rows go, or are changed, with theirs (ON DELETE)."""
    found, new = set(tables), set(tables)
    while new:
        new = {
            table.name
            for table in metadata.tables.values()
            for key in table.foreign_keys
            if key.column.table.name in new and key.ondelete
        } - found
        found |= new
    return frozenset(found)
