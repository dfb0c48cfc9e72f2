"""No page reads a large table from one end to the other: what SQLite would do for each statement of every page."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, make_url
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.tables import Base
from tests.conftest import Client, empty_database
from tests.house.furnished import House, furnish
from tests.house.rules import routes

#: Tables that stay small, however large a camp is or however many: a handful of rows a conference, or of processes.
SMALL = {
    "alembic_version", "arrangement", "conference", "bulletin", "closure", "former_slug", "import",
    "mark", "pitch_round", "publication", "role", "room", "slot", "sponsor", "version", "waiver", "worker",
}  # fmt: skip
#: Statements that may read a large table whole, by a piece of theirs, each with its reason.
ALLOWED = {
    "FROM speaker JOIN person": "the page lists every public speaker, and is kept until one of them changes",
    "FROM news_choice WHERE news_choice.by_mail = 0": "those who want no letters, asked before publishing to everybody",
}

SCAN = re.compile(r"SCAN (?:TABLE )?(\w+)(?: AS \w+)?(.*)")
NUMBERED = re.compile(r"_\d+$")


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Only SQLite tells its plan without knowing how many rows there are."""
    return empty_database(request, tmp_path)


@pytest.fixture
def house(app: Flask, db: Session) -> House:
    return furnish(app, db)


def test_no_page_reads_a_large_table_whole(app: Flask, client: Client, house: House) -> None:
    store: Store = app.extensions["store"]
    found: dict[str, set[str]] = {}
    visited = 0
    with closing(sqlite3.connect(str(make_url(store.url).database))) as connection, told(store) as statements:
        for viewer in ("guest", "attendee", "organizer"):
            client.be(house.viewer(viewer))
            for route in routes(app):
                if route.method == "GET" and route.endpoint != "people.sign_out":
                    statements.clear()
                    client.get(route.address(app, house.names))
                    visited += len(statements)
                    for statement, values in statements.items():
                        if scans := whole_tables(connection, statement, values):
                            found.setdefault(statement, set()).update({*scans, str(route)})
    assert visited > 500, "statements were seen"
    wrong = [f"{sorted(where)}: {' '.join(one.split())}" for one, where in found.items() if not is_allowed(one)]
    assert wrong == [], "\n".join(wrong)
    assert {piece for piece in ALLOWED for one in found if piece in " ".join(one.split())} == set(ALLOWED), "allow less"


def test_the_small_tables_are_tables() -> None:
    assert SMALL - {"alembic_version"} <= set(Base.metadata.tables)


def test_a_plan_that_reads_a_table_whole_is_seen(app: Flask) -> None:
    store: Store = app.extensions["store"]
    with closing(sqlite3.connect(str(make_url(store.url).database))) as connection:
        assert whole_tables(connection, "SELECT * FROM note WHERE title = ?", ("x",)) == {"note"}
        assert whole_tables(connection, "SELECT note_1.id FROM note AS note_1 WHERE note_1.title = ?", ("x",)) == {
            "note"
        }
        assert whole_tables(connection, "SELECT * FROM note WHERE id = ?", (1,)) == set()
        assert whole_tables(connection, "SELECT * FROM room WHERE seats = ?", (1,)) == set()


def whole_tables(connection: sqlite3.Connection, statement: str, values: Any) -> set[str]:
    """The large tables of which every row, or every entry of an index, would be looked at."""
    names = set(Base.metadata.tables)
    found = set()
    for _id, _parent, _unused, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values):
        match = SCAN.match(detail)
        if match is not None:
            name = match[1] if match[1] in names else NUMBERED.sub("", match[1])
            if name in names - SMALL:
                found.add(name)
    return found


def is_allowed(statement: str) -> bool:
    said = " ".join(statement.split())
    return any(piece in said for piece in ALLOWED)


@contextmanager
def told(store: Store) -> Iterator[dict[str, Any]]:
    """The SELECTs that are sent, each with the values of one time."""
    found: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not many and statement.lstrip("( ").upper().startswith(("SELECT", "WITH")):
            found[statement] = values

    for engine in (store.reader, store.writer):
        event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in (store.reader, store.writer):
        event.remove(engine, "before_cursor_execute", note)
