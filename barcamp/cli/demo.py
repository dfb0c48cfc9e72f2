"""`flask --app app demo`: the demo camp, and synthetic crowds of four sizes."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp import db
from barcamp.cli import demo_camp, demo_crowd
from barcamp.cli.demo_organizer import CAMP, ORGANIZER
from barcamp.cli.loading import load
from barcamp.cli.scene import Page, Scene
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import find_conference
from barcamp.core.slugs import RESERVED, is_slug
from barcamp.people import addresses
from barcamp.people.queries import count_people, find_person
from barcamp.speakers import queries as speakers
from barcamp.web.clock import utcnow

SEED = 1


@click.command("demo")
@click.option("--size", type=click.Choice(["camp", *demo_crowd.SIZES]), required=True, help="camp, or a crowd's size")
@click.option("--seed", type=int, default=SEED, show_default=True, help="another number, another crowd")
@click.option("--slug", help=f"its address; {CAMP} for the camp, else the size's name")
@with_appcontext
def command(size: str, seed: int, slug: str | None) -> None:
    """Load a made-up conference: the demo camp, or a synthetic crowd."""
    slug = slug or (CAMP if size == "camp" else size)
    if not is_slug(slug) or slug in RESERVED:
        raise click.BadParameter(f"{slug!r} cannot stand in an address.", param_hint="--slug")
    with db.store().reading() as reading:
        if find_conference(reading, slug) is not None:
            raise click.ClickException(f"There is a conference at /{slug}/ already. Choose another --slug.")

    click.echo(f"Making up {size} ...")
    made = scene(size, slug=slug, seed=seed, now=utcnow())
    with click.progressbar(length=made.count_rows(), label=f"Loading {slug}") as bar, db.store().writing() as writing:
        load(writing, made, on_rows=bar.update)
    with db.store().reading() as reading:
        for page in made.pages:
            click.echo(f"{made.people[page.speaker].name} has a speaker's page: {_address(reading, made, page)}")
    click.echo(f"{len(made.ideas)} notes, {len(made.people)} people and {len(made.stars)} stars are at /{slug}/wall")


def _address(reading: Session, made: Scene, page: Page) -> str:
    person = find_person(reading, addresses.key(made.people[page.speaker].email))
    speaker = None if person is None else speakers.find_own(reading, person.id)
    return "none" if speaker is None else f"/speakers/{speaker.slug}"


def scene(size: str, *, slug: str, seed: int, now: datetime) -> Scene:
    """What `--size` names, as values."""
    if size == "camp":
        return demo_camp.scene(slug=slug, seed=seed, organizer=ORGANIZER, now=now)
    return demo_crowd.scene(demo_crowd.SIZES[size], slug=slug, seed=seed, organizer=ORGANIZER, now=now)


def load_camp(writing: Session, *, now: datetime) -> None:
    """The demo camp, for a site that has nothing yet."""
    load(writing, scene("camp", slug=CAMP, seed=SEED, now=now))


def is_empty(reading: Session) -> bool:
    """Whether nobody has used this site: no conference and no person."""
    return reading.execute(select(Conference.id).limit(1)).first() is None and count_people(reading) == 0
