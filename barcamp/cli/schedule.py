"""`flask --app app arrange` and `publish`: the organizer's two big buttons, for the shell."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import find_conference
from barcamp.core.timetable.problem import Problem
from barcamp.core.timetable.progress import Step
from barcamp.core.timetable.solve import Solution, solve, usual_moves
from barcamp.errors import Refused
from barcamp.schedule import draft, publishing, queries, service
from barcamp.web.clock import utcnow


@click.command("arrange")
@click.argument("slug")
@click.option("--seed", type=int, default=1, show_default=True, help="another number breaks ties another way")
@click.option(
    "--moves",
    type=click.IntRange(0, 100_000_000),
    default=None,
    help="moves to try after the first plan  [default: about a second's worth for 300 notes]",
)
@with_appcontext
def arrange(slug: str, seed: int, moves: int | None) -> None:
    """Give the notes rooms and times by popularity; pinned notes stay where they are, and so does what has begun."""
    now = utcnow()
    with db.store().reading() as reading:
        conference = _conference(reading, slug)
        seen = queries.draft_revision(reading, conference)
        read = draft.read(reading, conference, now=now)
    click.echo(f"Arranging {len(read.notes)} notes in {len(read.rooms)} rooms and {len(read.slots)} slots ...")
    solution = _solve(read.problem_to_arrange, seed, moves)
    try:
        with db.store().writing() as writing:
            conference = _conference(writing, slug)
            placed = service.arrange(writing, conference, None, read, solution, seen=seen, now=now)
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    figures = solution.figures
    click.echo(
        f"{placed} of {len(read.notes)} notes have a place, {len(read.notes) - placed} wait in the tray;"
        f" {figures.seated_pct:.1f} % of the stars find a seat, cost {figures.cost:.3f}"
    )


def _solve(problem: Problem, seed: int, moves: int | None) -> Solution:
    """Search, with a progress bar on a terminal."""
    moves = usual_moves(problem) if moves is None else moves
    if not sys.stderr.isatty():
        return solve(problem, seed=seed, moves=moves)
    with click.progressbar(length=moves, label="Searching", file=sys.stderr, show_eta=False) as bar:

        def show(step: Step) -> bool:
            bar.label = f"Searching, cost {step.cost:.1f}"
            bar.update(step.done - bar.pos)
            return True

        return solve(problem, seed=seed, moves=moves, on_progress=show)


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
