"""`flask --app app sign-in-link`, a way in without mail for one person or a thousand; `sign-out`, the way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp import db
from barcamp.conferences import queries as conferences
from barcamp.conferences import service as conferences_service
from barcamp.conferences.models import Conference
from barcamp.core.slugs import clean_line
from barcamp.people import addresses, service
from barcamp.people.models import Person
from barcamp.settings import Settings
from barcamp.web.clock import utcnow

LIVES = timedelta(days=7)


@click.command("sign-in-link")
@click.argument("emails", nargs=-1, required=True, metavar="EMAIL...")
@click.option("--organizer", metavar="SLUG", help="make them organizers of this conference, too")
@with_appcontext
def command(emails: tuple[str, ...], organizer: str | None) -> None:
    """Print a one-time sign-in link a line, in the order of the addresses. It works once, within a week."""
    _refuse_what_is_no_address(emails)
    settings: Settings = current_app.extensions["settings"]
    with db.store().writing() as writing:
        conference = None if organizer is None else _conference(writing, organizer)
        people = _people(writing, emails)
        if conference is not None:
            _make_organizers(writing, conference, people)
        next_path = "/" if conference is None else f"/{conference.slug}/organize/"
        tokens = [service.make_link(writing, email, next_path=next_path, lives=LIVES, now=utcnow()) for email in emails]
    click.echo("\n".join(f"{settings.base_url}/sign-in/link/{token}" for token in tokens))


@click.command("sign-out")
@click.argument("emails", nargs=-1, metavar="EMAIL...")
@click.option("--everybody", is_flag=True, help="all people, walk-ins among them, who then have no way back")
@with_appcontext
def sign_out(emails: tuple[str, ...], everybody: bool) -> None:
    """Sign people out in every browser, by the next thing they do there. Their passwords and links stay."""
    if bool(emails) == everybody:
        raise click.UsageError("Say either whom to sign out, by their addresses, or --everybody.")
    _refuse_what_is_no_address(emails)
    keys = None if everybody else [addresses.key(email) for email in emails]
    with db.store().writing() as writing:
        ended = service.end_sign_ins(writing, keys)
    click.echo("1 browser is signed out." if ended == 1 else f"{ended} browsers are signed out.")


def _refuse_what_is_no_address(emails: Sequence[str]) -> None:
    for email in emails:
        if not addresses.is_address(email):
            raise click.BadParameter(f"{email!r} is no e-mail address.")


def _conference(writing: Session, slug: str) -> Conference:
    found = conferences.find_conference(writing, slug)
    if found is None:
        raise click.ClickException(f"There is no conference at /{slug}/.")
    return found


def _people(writing: Session, emails: Sequence[str]) -> list[Person]:
    """The people with these addresses, made where there is none: in few statements, for others wait meanwhile."""
    keys = [addresses.key(email) for email in emails]
    known: dict[str | None, Person] = {}
    for start in range(0, len(keys), 500):
        found = writing.scalars(select(Person).where(Person.email_key.in_(keys[start : start + 500])))
        known |= {person.email_key: person for person in found}
    for key, email in zip(keys, emails, strict=True):
        if key not in known:
            known[key] = Person(name=name_of(email), email=email, email_key=key, created_at=utcnow())
            writing.add(known[key])
    writing.flush()
    return [known[key] for key in keys]


def _make_organizers(writing: Session, conference: Conference, people: Sequence[Person]) -> None:
    for person in dict.fromkeys(people):
        if conferences.find_role(writing, conference.id, person.id) != "organizer":
            conferences_service.give_role(writing, conference, None, person, "organizer", now=utcnow())


def name_of(email: str) -> str:
    """What to call somebody of whom only the address is known, until they say: bo.finch@… is "Bo Finch"."""
    local = email.partition("@")[0].partition("+")[0]
    return clean_line(" ".join(word.capitalize() for word in local.replace("_", ".").split("."))) or "Newcomer"
