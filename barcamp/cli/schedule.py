"""`flask --app app arrange` and `publish`: the organizer's two big buttons, for the shell."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import find_conference
from barcamp.errors import Refused
from barcamp.schedule import draft, publishing, queries, service
from barcamp.web.clock import utcnow


@click.command("arrange")
@click.argument("slug")
@click.option("--seed", type=int, default=1, show_default=True, help="another number breaks ties another way")
@click.option(
    "--moves",
    type=click.IntRange(0, 10_000_000),
    default=0,
    show_default=True,
    help="moves to try after the first plan",
)
@with_appcontext
def arrange(slug: str, seed: int, moves: int) -> None:
    """Give the notes rooms and times by popularity; pinned notes stay where they are."""
    with db.store().reading() as reading:
        conference = _conference(reading, slug)
        seen = queries.draft_revision(reading, conference)
        read = draft.read(reading, conference)
    click.echo(f"Arranging {len(read.notes)} notes in {len(read.rooms)} rooms and {len(read.slots)} slots ...")
    solution = service.solve_draft(read, seed=seed, moves=moves)
    try:
        with db.store().writing() as writing:
            conference = _conference(writing, slug)
            placed = service.arrange(writing, conference, None, read, solution, seen=seen, now=utcnow())
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    figures = solution.figures
    click.echo(
        f"{placed} of {len(read.notes)} notes have a place, {len(read.notes) - placed} wait in the tray;"
        f" {figures.seated_pct:.1f} % of the stars find a seat, cost {figures.cost:.3f}"
    )


@click.command("publish")
@click.argument("slug")
@with_appcontext
def publish(slug: str) -> None:
    """Publish the draft: from now on everybody sees it, on the page and in the calendars."""
    try:
        with db.store().writing() as writing:
            version = publishing.publish(writing, _conference(writing, slug), None, now=utcnow())
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Version {version.number} of /{slug}/schedule is out, with {len(version.places)} sessions")


def _conference(session: Session, slug: str) -> Conference:
    found = find_conference(session, slug)
    if found is None:
        raise click.ClickException(f"There is no conference at /{slug}/.")
    return found
