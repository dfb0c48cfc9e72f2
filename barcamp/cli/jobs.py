"""`flask --app app jobs`: the worker for letters and whatever else takes longer than a request may."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from barcamp import jobs


@click.command("jobs")
@with_appcontext
def command() -> None:
    """Send letters and do the daily clean-up, until Ctrl-C. gunicorn has one of its own, unless BARCAMP_JOBS=0."""
    jobs.run_worker(current_app._get_current_object())  # type: ignore[attr-defined]
