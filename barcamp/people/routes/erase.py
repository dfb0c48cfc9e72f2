"""Leaving for good: all that is known about a person goes, in one transaction, from every package at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, flash, render_template, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select, union, update
from sqlalchemy.orm import Session

from barcamp import db
from barcamp.conferences.models import Conference, Role
from barcamp.feeds.models import FeedToken
from barcamp.log import service as log
from barcamp.log.models import Change
from barcamp.mail import service as mail
from barcamp.news.models import Bulletin, News, NewsChoice, PushSubscription
from barcamp.people import queries, service
from barcamp.people.errors import LastOrganizer
from barcamp.people.forms import EraseForm
from barcamp.people.models import Person
from barcamp.people.routes import again, counted, presenting
from barcamp.people.routes.blueprint import blueprint
from barcamp.registration import service as registration
from barcamp.registration.models import Registration
from barcamp.speakers import service as speakers
from barcamp.wall.models import CoHost, Comment, Invitation, Look, MergeOffer, Note, Report, Star
from barcamp.web import guard
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.words import _

#: What stays, as by "someone".
SIGNED: tuple[Any, ...] = (Note.author_id, Note.asked_by_id, Comment.author_id, Change.actor_id, Bulletin.author_id)
#: What goes with its owner.
OWNED: tuple[Any, ...] = (
    CoHost.person_id, Report.reporter_id, Invitation.made_by_id, MergeOffer.offered_by_id, FeedToken.person_id,
    News.person_id, NewsChoice.person_id, PushSubscription.person_id,
)  # fmt: skip


@blueprint.get("/account/erase")
@named
def erase() -> ResponseReturnValue:
    return render_template("people/erase.html", form=EraseForm())


@blueprint.post("/account/erase")
@named
def erase_account() -> ResponseReturnValue:
    form, person_id = EraseForm.typed(), signed_in_person().id
    if elsewhere := again.first(url_for("people.erase")):
        return elsewhere
    if not form.validate():
        return form_again("people/erase.html", form=form)
    db.rollback()  # erasing waits for what else the person is doing, so it must not be one of those things itself
    with db.store().writing() as writing:
        person = queries.hold_for_erasing(writing, person_id)
        if person is not None:
            erase_everywhere(writing, person, now=utcnow())
    session.clear()
    flash(_("Your account is erased. Thank you for having been here."))
    response = see_other(url_for("home.index"))
    assert isinstance(response, Response)
    guard.forget(response)
    return response


def erase_everywhere(db: Session, person: Person, *, now: datetime) -> None:
    """Forget a person in every package; their notes stay without an author.

    Raises:
        LastOrganizer: a conference that is not over yet would have nobody to run it.
    """
    _hold_conferences(db, person)
    _take_roles(db, person, now=now)
    registration.forget(db, person, now=now)
    presenting.hold_notes(db, person.id)
    walls = presenting.conferences_of(db, person.id)
    counted.take(db, Star, Star.person_id == person.id)
    counted.take(db, Look, Look.person_id == person.id)
    for column in SIGNED:
        db.execute(update(column.class_).where(column == person.id).values({column: None}))
    for column in OWNED:
        db.execute(delete(column.class_).where(column == person.id))
    speakers.forget(db, person.id)
    mail.forget_reader(db, person.id, [one for one in (person.email, person.email_key) if one], now=now)
    service.erase(db, person, now=now)
    presenting.tell(db, walls, None, "presenter-erased", f"person:{person.id}", now=now)


def _hold_conferences(db: Session, person: Person) -> None:
    """Hold every conference that will hear of it, in order: so two who leave at the same moment stand in a line, and
    the last two organizers cannot both go.
    """
    theirs = union(
        select(Role.conference_id).where(Role.person_id == person.id),
        select(Registration.conference_id).where(Registration.person_id == person.id),
        select(Note.conference_id).where(presenting.used_by(person.id)),
    )
    for conference in db.scalars(select(Conference).where(Conference.id.in_(theirs)).order_by(Conference.id)):
        log.hold(db, conference)


def _take_roles(db: Session, person: Person, *, now: datetime) -> None:
    held: Sequence[Conference] = db.scalars(
        select(Conference)
        .join(Role, Role.conference_id == Conference.id)
        .where(Role.person_id == person.id)
        .order_by(Conference.id)
    ).all()
    for conference in held:
        if _would_be_without_organizer(db, conference, person, now):
            raise LastOrganizer(conference.name)
        db.execute(delete(Role).where(Role.conference_id == conference.id, Role.person_id == person.id))
        log.write(db, conference, None, "role-taken", f"person:{person.id}", now=now)


def _would_be_without_organizer(db: Session, conference: Conference, person: Person, now: datetime) -> bool:
    # a day later it is over in every zone
    if conference.ends_on < now.date() - timedelta(days=1):
        return False
    organizers = db.scalars(
        select(Role.person_id).where(Role.conference_id == conference.id, Role.kind == "organizer")
    ).all()
    return list(organizers) == [person.id]
