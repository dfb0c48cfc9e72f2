"""Bring the database to the newest migration, one process at a time."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text

from barcamp.settings import PROJECT

MIGRATION_LOCK = 7_226_227  # any number, the same for all: "barcamp" on a telephone's keys


def migrate(url: str, target: str = "head") -> None:
    """Migrate up (or down) to `target`; two at once stand in a line."""
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


def _run(connection: Connection, target: str) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    if target == "head" and current == newest():
        return
    config = _config()
    config.attributes["connection"] = connection
    down = target == "base" or (target != "head" and current is not None and target < current)
    (command.downgrade if down else command.upgrade)(config, target)


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
