"""What the writers were told, held against what is in the database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.writers import VERSION, Key, Told

Rows = Callable[[str], list[tuple[Any, ...]]]
#: Seconds that a PostgreSQL which was killed may take until it answers.
RECOVERY = 60.0


def in_sqlite(path: Path) -> Rows:
    def rows(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(query).fetchall()

    return rows


def in_postgres(url: str) -> Rows:
    def rows(query: str) -> list[tuple[Any, ...]]:
        with _connected(url) as connection:
            return connection.execute(query.encode()).fetchall()

    return rows


def _connected(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A server that has been killed reads its log first."""
    deadline = time.monotonic() + RECOVERY
    while True:
        try:
            return psycopg.connect(url)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def losses(told: Iterable[Told], rows: Rows, *, slug: str) -> list[str]:
    """One line for each thing that is not as somebody was told, or that nobody has asked for."""
    there = _there(rows, slug)
    found: list[str] = []
    for one in told:
        found += one.odd
        for key, may_be in one.may_be.items():
            nothing = "" if key[0] == "words" else None
            if key != VERSION and (value := there.get(key, nothing)) not in may_be:
                found.append(f"{key} is {value!r} and should be one of {set(may_be)!r}")
        if one.versions is not None and not one.versions[0] <= there[VERSION] <= one.versions[1]:  # type: ignore[operator]
            found.append(f"{there[VERSION]} versions are published, and there should be {one.versions}")
    return found


def _there(rows: Rows, slug: str) -> dict[Key, object]:
    ours = f"conference_id = (SELECT id FROM conference WHERE slug = '{slug}')"
    [(versions,)] = rows(f"SELECT count(*) FROM version WHERE {ours}")
    found: dict[Key, object] = {VERSION: versions}
    for email, note in rows("SELECT email, note_id FROM star JOIN person ON person.id = person_id"):
        found["star", email, note] = True
    for id_, title, words in rows(f"SELECT id, title, description FROM note WHERE {ours}"):
        found["note", title] = found.get(("note", title), 0) + 1  # type: ignore[operator]  # twice would be a loss, too
        found["words", id_] = words
    for note, slot, room in rows("SELECT note_id, slot_id, room_id FROM placement"):
        found["place", note] = (slot, room)
    for email, state in rows(
        f"SELECT email, state FROM registration JOIN person ON person.id = person_id WHERE registration.{ours}"
    ):
        # where all places are taken, who registers waits for one; who has never come may cancel, too
        if state != "cancelled":
            found["registration", email] = "coming"
    return found
