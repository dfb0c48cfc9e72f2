"""The migrations make the tables that the models say, on both databases, and can be gone down and up with data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from flask import Flask
from sqlalchemy import Connection, Engine, NullPool, create_engine, func, inspect, select
from sqlalchemy.orm import Session

from barcamp.migrate import is_current, migrate, must_be_filled, newest
from barcamp.settings import PROJECT
from barcamp.tables import Base
from tests.conftest import sqlalchemy_url
from tests.house.furnished import furnish
from tests.servers.postgres import Server

#: The first release's last migration: from here on, old code may serve beside them.
OLDEST_ADDED_TO = "0004"
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


def test_a_migration_only_adds(database_url: str, engine: Engine) -> None:
    """Machines of the release before go on serving while the database is migrated, and beside those of the new one
    until the last has been replaced. What takes something away comes a release later, when nobody asks for it any more,
    and its docstring says so: CONTRACT, and why.
    """
    migrate(database_url, OLDEST_ADDED_TO)
    with engine.connect() as connection:
        before = tables(connection)
    for revision in revisions_after(OLDEST_ADDED_TO):
        migrate(database_url, revision.revision)
        with engine.connect() as connection:
            after = tables(connection)
        if "CONTRACT" not in (revision.doc or "") + (revision.longdoc or ""):
            assert narrowed(before, after) == [], revision.revision
        before = after


def revisions_after(revision: str) -> list[Script]:
    script = ScriptDirectory(str(PROJECT / "migrations"))
    return [one for one in reversed(list(script.walk_revisions())) if one.revision > revision]


def narrowed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What code that was written for `before` cannot do any more after it."""
    found = [f"{name} is gone" for name in before if name not in after]
    for name in before.keys() & after.keys():
        old, new = before[name], after[name]
        for column, (kind, nullable, _default) in old["columns"].items():
            if column not in new["columns"]:
                found.append(f"{name}.{column} is gone")
            elif new["columns"][column][0] != kind:
                found.append(f"{name}.{column} is another type")
            elif nullable and not new["columns"][column][1]:
                found.append(f"{name}.{column} must be filled now")
        for column, (_kind, nullable, default) in new["columns"].items():
            if column not in old["columns"] and must_be_filled({"nullable": nullable, "default": default}):
                found.append(f"{name}.{column} is new and must be filled")
        for rule in ("primary key", "foreign keys", "unique", "checks"):
            kept = old[rule] if isinstance(old[rule], list) else [old[rule]]
            made = new[rule] if isinstance(new[rule], list) else [new[rule]]
            found += [f"{name} has a new rule: {one['name']}" for one in made if one not in kept]
    return sorted(found)


NARROWING = {
    "DROP TABLE star": ["star is gone"],
    "ALTER TABLE note DROP COLUMN hidden_reason": ["note.hidden_reason is gone"],
    "ALTER TABLE note ADD COLUMN mood TEXT NOT NULL": ["note.mood is new and must be filled"],
    "ALTER TABLE letter ALTER COLUMN attempts TYPE text": ["letter.attempts is another type"],
    "ALTER TABLE note ALTER COLUMN author_id SET NOT NULL": ["note.author_id must be filled now"],
    "ALTER TABLE note ADD CONSTRAINT short CHECK (length < 3)": ["note has a new rule: short"],
    "ALTER TABLE note ADD CONSTRAINT one_title UNIQUE (title)": ["note has a new rule: one_title"],
    "ALTER TABLE note ADD COLUMN mood TEXT NOT NULL DEFAULT ''": [],
    "ALTER TABLE note ADD COLUMN mood TEXT": [],
    "CREATE INDEX ix_mood ON note (title)": [],
    "CREATE TABLE mood (id INTEGER)": [],
}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_counts_as_taking_away(engine: Engine, migrated: None) -> None:
    with engine.connect() as connection:
        before = tables(connection)
        for statement, found in NARROWING.items():
            connection.exec_driver_sql(statement)
            assert narrowed(before, tables(connection)) == found, statement
            connection.rollback()


def test_code_works_beside_a_database_that_newer_code_has_added_to(
    database_url: str, engine: Engine, migrated: None, app: Flask, db: Session
) -> None:
    """And starts on it: a machine that is restarted in the middle of a release must come up again."""
    with engine.begin() as connection:
        for statement in (
            "ALTER TABLE note ADD COLUMN mood TEXT",
            "ALTER TABLE person ADD COLUMN height INTEGER NOT NULL DEFAULT 0",
            "CREATE TABLE mood (id INTEGER PRIMARY KEY, note_id INTEGER REFERENCES note (id) ON DELETE CASCADE)",
            "UPDATE alembic_version SET version_num = '9999'",
        ):
            connection.exec_driver_sql(statement)
    migrate(database_url)
    house = furnish(app, db)
    assert empty_tables(db) == []
    client = app.test_client()
    pages = (f"/{house.camp.slug}/wall", f"/{house.camp.slug}/schedule", "/readyz")
    assert [client.get(page).status_code for page in pages] == [200] * 3
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "9999"
    db.close()


def test_code_refuses_a_database_that_newer_code_has_taken_from(
    database_url: str, engine: Engine, migrated: None
) -> None:
    with engine.begin() as connection:
        for statement in (
            "DROP TABLE star",
            "ALTER TABLE letter DROP COLUMN last_error",
            "ALTER TABLE mark ADD COLUMN mood TEXT",
            "CREATE TABLE mood (id INTEGER PRIMARY KEY)",
            "UPDATE alembic_version SET version_num = '9999'",
        ):
            connection.exec_driver_sql(statement)
    with pytest.raises(CommandError) as refusal:
        migrate(database_url)
    assert str(refusal.value) == (
        f"The database stands at 9999, this code at {newest()}, and it cannot work with it:"
        " letter has no last_error; there is no table star"
    )


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
