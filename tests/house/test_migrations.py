"""The migrations make the tables that the models say, on both databases, and can be gone down and up with data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, Engine, NullPool, create_engine, func, inspect, select
from sqlalchemy.orm import Session

from barcamp.migrate import is_current, migrate
from barcamp.tables import Base
from tests.conftest import sqlalchemy_url
from tests.house.furnished import furnish
from tests.servers.postgres import Server

TABLES = sorted(table.name for table in Base.metadata.sorted_tables)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: the migrations have yet to come."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'house.sqlite3'}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"house_{uuid4().hex[:12]}"
    yield sqlalchemy_url(server.create_database(name))
    server.drop_database(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine(database_url, poolclass=NullPool)
    yield made
    made.dispose()


@pytest.fixture
def migrated(database_url: str) -> None:
    """Asked for before `app`, so that it finds its tables."""
    migrate(database_url)


def test_the_migrations_leave_nothing_to_do(engine: Engine, migrated: None) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        assert is_current(connection)


def test_the_tables_are_those_that_the_models_would_make(database_url: str, engine: Engine, migrated: None) -> None:
    """Also what Alembic does not compare: checks, names, what becomes of rows whose parent goes."""
    with engine.begin() as connection:
        by_migrations = tables(connection)
    migrate(database_url, "base")
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        by_models = tables(connection)
    assert sorted(by_migrations) == TABLES
    assert by_migrations == by_models


def test_down_and_up_again_with_data_in_every_table(
    database_url: str, engine: Engine, migrated: None, app: Flask, db: Session
) -> None:
    furnish(app, db)
    assert empty_tables(db) == []
    with engine.connect() as connection:
        before = tables(connection)
    db.close()
    app.extensions["store"].dispose()

    migrate(database_url, "base")
    with engine.connect() as connection:
        assert tables(connection) == {}
    migrate(database_url)
    with engine.connect() as connection:
        assert (tables(connection), is_current(connection)) == (before, True)
    assert empty_tables(db) == TABLES
    db.close()


def empty_tables(db: Session) -> list[str]:
    counts = {
        table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }
    return sorted(name for name, count in counts.items() if count == 0)


def tables(connection: Connection) -> dict[str, Any]:
    """All that the database says of each table of ours, by name."""
    looking = inspect(connection)
    return {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in looking.get_columns(name)
            },
            "primary key": looking.get_pk_constraint(name),
            "foreign keys": by_name(looking.get_foreign_keys(name)),
            "unique": by_name(looking.get_unique_constraints(name)),
            "checks": by_name(looking.get_check_constraints(name)),
            "indexes": by_name(looking.get_indexes(name)),
        }
        for name in looking.get_table_names()
        if name != "alembic_version" and not name.startswith("huey_")
    }


def by_name(found: list[Any]) -> list[Any]:
    return sorted(found, key=lambda one: str(one["name"]))


def test_notes_and_stars_of_the_first_release_are_as_they_were(database_url: str, engine: Engine) -> None:
    migrate(database_url, "0001")
    with engine.begin() as connection:
        for statement in FIRST_RELEASE:
            connection.exec_driver_sql(statement)
    migrate(database_url)
    with engine.begin() as connection:
        notes = connection.exec_driver_sql(
            "SELECT id, title, star_count, held_at, seeks_host, merged_into_id, look_count FROM note"
        ).all()
        stars = connection.exec_driver_sql("SELECT note_id, person_id, from_note_id FROM star").all()
        camps = connection.exec_driver_sql("SELECT slug, walk_ins, hold_first_notes FROM conference").all()
        connection.exec_driver_sql("INSERT INTO note " + NOTE.format(uid="second"))
        (second,) = connection.exec_driver_sql("SELECT id FROM note WHERE uid = 'second'").one()
    assert notes == [(1, "Kayak", 1, None, False, None, 0)]
    assert stars == [(1, 1, None)]
    assert camps == [("camp", True, False)]
    assert second == 3  # the second one's id, which a note had that is gone, is not given again


NOTE = (
    "(uid, conference_id, title, description, format, length, needs, step_free, star_count, search, posted_at,"
    " hidden_reason) VALUES ('{uid}', 1, 'Kayak', '', 'talk', 1, '[]', false, 1, '', '2026-11-21 18:00:00', '')"
)
FIRST_RELEASE = (
    "INSERT INTO person (name, created_at) VALUES ('Ada', '2026-11-21 18:00:00')",
    (
        "INSERT INTO conference (slug, name, tagline, about, conduct, starts_on, ends_on, zone, venue, address,"
        " listed, stars_shown, shirt_sizes, created_at) VALUES ('camp', 'Camp', '', '', '', '2026-11-21', '2026-11-21',"
        " 'UTC', '', '', true, 'always', '[]', '2026-11-21 18:00:00')"
    ),
    "INSERT INTO note " + NOTE.format(uid="first"),
    "INSERT INTO star (note_id, person_id, at) VALUES (1, 1, '2026-11-21 18:01:00')",
    "INSERT INTO note " + NOTE.format(uid="gone"),
    "DELETE FROM note WHERE uid = 'gone'",
)
