"""`flask --app app backup` and `restore`: an SQLite site in one file, also while it serves."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import make_url

from barcamp.settings import Settings

PAGES_AT_ONCE = 1000


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Copy the database into FILE, whole and as of one moment, and check the copy."""
    database = _database("backup")
    if file.exists():
        raise click.ClickException(f"{file} is there already; it was left alone.")
    copy_to(database, file)
    _sync(file)
    size = file.stat().st_size
    click.echo(
        f"{file} holds the database ({size / 1_000_000:.1f} MB), checked. "
        f"Keep {_settings().data}/secret_key and vapid_key, too."
    )


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.confirmation_option(prompt="Everything in the database is replaced by what FILE holds. Go on?")
@with_appcontext
def restore(file: Path) -> None:
    """Replace the database by what `backup` wrote into FILE. The present one is kept beside it."""
    from barcamp.migrate import migrate  # loads Alembic

    database = _database("restore")
    problem = what_is_wrong(file)
    if problem is not None:
        raise click.ClickException(f"{file} cannot be restored: {problem}")
    kept = database.with_name(f"{database.name}.before-restore")
    if database.exists():
        kept.unlink(missing_ok=True)
        copy_to(database, kept)
        click.echo(f"The present database is kept as {kept}")
    _copy(file, database)
    migrate(_settings().database_url)
    click.echo(f"Restored from {file}. Start the site again, if it is running.")


def copy_to(database: Path, file: Path) -> None:
    """Make a checked copy under its final name, which appears only when it is whole."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        _copy(database, unfinished)
        problem = what_is_wrong(unfinished)
        if problem is not None:
            raise click.ClickException(f"The copy is not sound: {problem}")
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)


def what_is_wrong(file: Path) -> str | None:
    """Why this file is no sound database of a BarCamp site; None when it is one."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            lines = [line for (line,) in connection.execute("PRAGMA integrity_check")]
            if lines != ["ok"]:
                return f"it is damaged ({lines[0]})"
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            connection.execute("SELECT count(*) FROM conference").fetchone()
    except sqlite3.DatabaseError as problem:
        return f"it is no database of this site ({problem})"
    return None


def _copy(source: Path, target: Path) -> None:
    """By SQLite's backup interface, which gives writers their turn and starts over when they change what was copied."""
    with closing(sqlite3.connect(source, timeout=30)) as read, closing(sqlite3.connect(target, timeout=30)) as write:
        read.backup(write, pages=-1)
        # a copy of a WAL database is one, too, and could not be read from a folder that nobody may write to
        if target.suffix != ".sqlite3":
            write.execute("PRAGMA journal_mode = DELETE")


def _sync(file: Path) -> None:
    for path in (file, file.absolute().parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _database(verb: str) -> Path:
    settings = _settings()
    if not settings.on_sqlite:
        tool = "pg_dump" if verb == "backup" else "pg_restore"
        click.echo(f"This site is on PostgreSQL: use {tool} for a {verb}.", err=True)
        sys.exit(2)
    name = make_url(settings.database_url).database
    assert name is not None
    return Path(name)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
