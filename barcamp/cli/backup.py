"""`flask --app app backup`, `restore` and `copy-to`: the site in one file, back again, into another database."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from barcamp import db, jobs
from barcamp.backup import making
from barcamp.backup.errors import BackupError
from barcamp.cli import checks, progress
from barcamp.db import Store
from barcamp.settings import Settings, SettingsError, database_address
from barcamp.web.clock import utcnow


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write the site into FILE, as of one moment and while it runs, and check what was written."""
    try:
        with progress.shown() as tell:
            made = making.make(_settings(), file, now=utcnow(), tell=tell)
    except BackupError as problem:
        raise click.ClickException(str(problem)) from problem
    rows = sum(made.manifest.rows.values())
    click.echo(f"{file} holds the site ({rows:,} rows, {made.size / 1_000_000:.1f} MB), checked.")
    kept = [name for name in made.manifest.keys if name in made.manifest.parts]
    click.echo(f"It is as secret as the site itself{': its keys are in it' if kept else ''}.")
    for name in sorted(made.manifest.keys.keys() - set(kept)):
        click.echo(f"BARCAMP_{name.upper()} was given to the site and is not in it: keep that one, too.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", "--yes", is_flag=True, help="do not ask before a site that is in use is replaced")
@click.pass_context
@with_appcontext
def restore(context: click.Context, file: Path, replace: bool) -> None:
    """Bring back what `backup` wrote into FILE, into an empty place or that of a stopped site, which is kept."""
    from barcamp.backup import restoring  # these two load Alembic
    from barcamp.migrate import migrate

    settings = _settings()
    try:
        source = restoring.look(settings, file)
        present = restoring.in_use(settings)
        if present is not None and not replace:
            click.confirm(f"There is a site here, with {present}. FILE replaces all of it. Go on?", abort=True)
        db.store().dispose()
        with progress.shown() as tell:
            restored = restoring.restore(settings, source, now=utcnow(), tell=tell)
    except BackupError as problem:
        raise click.ClickException(str(problem)) from problem
    migrate(settings.database_url)
    jobs.prepare(settings)
    if restored.kept is not None:
        click.echo(f"What was here is kept as {restored.kept}")
    for remark in restored.remarks:
        click.echo(remark)
    click.echo(f"Restored from {file}.")
    wrong = _verified()
    click.echo("Now start the site: python3 app.py" if not wrong else "`verify` says what is off in it.")
    context.exit(1 if wrong else 0)


def _verified() -> int:
    """Look at the restored data as `verify` does, with settings read anew: its keys may be others now."""
    settings = _settings()
    store = Store(settings.database_url, settings.base_url)
    try:
        with store.reading() as reading:
            wrong = sum(finding.is_wrong for finding in checks.run(reading, now=utcnow()))
            click.echo(f"{checks.count(reading)} checked, {wrong or 'nothing'} wrong.")
    finally:
        store.dispose()
    return wrong


@click.command("copy-to")
@click.argument("url")
@with_appcontext
def copy_to(url: str) -> None:
    """Copy the site's data into the empty database at URL, from SQLite to PostgreSQL or back, and compare every row."""
    from barcamp.backup import copying  # loads Alembic

    settings = _settings()
    try:
        target = database_address(url)
        with progress.shown() as tell:
            sums = copying.copy(settings.database_url, target, tell=tell)
    except SettingsError as problem:
        raise click.BadParameter(str(problem), param_hint="URL") from problem
    except BackupError as problem:
        raise click.ClickException(str(problem)) from problem
    rows = sum(found.rows for found in sums.values())
    click.echo(f"{rows:,} rows of {len(sums)} tables are the same on both sides.")
    click.echo("What was written here since is not there. Set BARCAMP_DATABASE_URL to move; the data folder stays.")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
