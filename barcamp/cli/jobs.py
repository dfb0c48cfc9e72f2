"""`flask --app app jobs`: the worker for letters and whatever else takes longer than a request may."""

from __future__ import annotations

import os

import click
from flask import current_app
from flask.cli import with_appcontext

from barcamp import jobs, serve


@click.command("jobs")
@with_appcontext
def command() -> None:
    """Send letters and do the daily clean-up, until Ctrl-C. `python3 app.py` runs one by itself."""
    parent = os.environ.get(jobs.PARENT, "")
    if parent.isdigit():
        serve.die_with_parent(int(parent))
    jobs.run_worker(current_app._get_current_object())  # type: ignore[attr-defined]
