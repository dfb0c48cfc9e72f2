"""`flask --app app migrate` and `verify`: the database as a whole."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from barcamp import db, jobs
from barcamp.cli import checks
from barcamp.settings import Settings
from barcamp.web.clock import utcnow


@click.command("migrate")
@with_appcontext
def migrate() -> None:
    """Bring the database to what this version of the site needs. Harmless when it is there already."""
    from barcamp.migrate import migrate as run  # loads Alembic, which only this command needs

    settings: Settings = current_app.extensions["settings"]
    run(settings.database_url)
    jobs.prepare(settings)
    click.echo("The database is up to date.")


@click.command("verify")
@click.pass_context
@with_appcontext
def verify(context: click.Context) -> None:
    """Check that the data agrees with itself. Ends with status 1 and a list where something is off."""
    with db.store().reading() as reading:
        findings = checks.run(reading, now=utcnow())
        counts = checks.count(reading)
    for finding in findings:
        click.echo(f"{'WRONG' if finding.is_wrong else 'note'}: {finding.text}")
    wrong = sum(finding.is_wrong for finding in findings)
    click.echo(f"{counts} checked, {'nothing' if wrong == 0 else wrong} wrong.")
    context.exit(1 if wrong else 0)
