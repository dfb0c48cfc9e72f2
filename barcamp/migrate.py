"""Bring the database to the newest migration, one process at a time."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, create_engine, event, inspect, text

from barcamp.settings import PROJECT

MIGRATION_LOCK = 7_226_227  # any number, the same for all: "barcamp" on a telephone's keys


def migrate(url: str, target: str = "head") -> None:
    """Migrate up (or down) to `target`; two at once stand in a line. A database that newer code has brought further
    stays as it is, where this code can work with it: machines are replaced one by one.

    Raises:
        CommandError: it lacks what this code needs, or needs what this code does not know.
    """
    engine = create_engine(url)
    if url.startswith("sqlite:"):
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            if not url.startswith("sqlite:"):
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            _run(connection, target)
    finally:
        engine.dispose()


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the newest migration."""
    return MigrationContext.configure(connection).get_current_revision() == newest()


def newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def known() -> set[str]:
    """Every migration that this version of the site has."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _run(connection: Connection, target: str) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    if target == "head" and current is not None and current >= (newest() or ""):
        if current != newest():
            _refuse_what_does_not_fit(connection, current)
        return
    config = _config()
    config.attributes["connection"] = connection
    down = target == "base" or (target != "head" and current is not None and target < current)
    (command.downgrade if down else command.upgrade)(config, target)


def _refuse_what_does_not_fit(connection: Connection, current: str) -> None:
    from barcamp.tables import Base  # every model; asked for when a database is ahead, and never else

    found = misfits(connection, Base.metadata)
    if found:
        raise CommandError(
            f"The database stands at {current}, this code at {newest()}, and it cannot work with it: {'; '.join(found)}"
        )


def misfits(connection: Connection, known: MetaData) -> list[str]:
    """Why code that knows these tables cannot work with this database, in words: what it would read is not there, or
    what it would write is refused for a column that it does not fill.
    """
    looking, found = inspect(connection), []
    there = set(looking.get_table_names())
    for table in known.sorted_tables:
        if table.name not in there:
            found.append(f"there is no table {table.name}")
            continue
        columns = {column["name"]: column for column in looking.get_columns(table.name)}
        found += [f"{table.name} has no {column.name}" for column in table.columns if column.name not in columns]
        found += [
            f"{table.name} wants a {name}"
            for name, column in columns.items()
            if name not in table.columns and must_be_filled(column)
        ]
    return found


def must_be_filled(column: Any) -> bool:
    """Whether a row cannot be written by whoever does not know this column (of SQLAlchemy's inspector)."""
    return not column["nullable"] and column["default"] is None


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    return config


def _prepare_sqlite(connection, _record) -> None:  # type: ignore[no-untyped-def]
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    # batch mode rebuilds tables: with foreign keys on, dropping the old one would delete what points to it
    connection.execute("PRAGMA foreign_keys = OFF")
