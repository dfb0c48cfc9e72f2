"""Registering, changing one's registration, and cancelling it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.times import opens_in_words
from barcamp.errors import Refused
from barcamp.front.remembered import remembered
from barcamp.people.models import Person
from barcamp.registration import queries, service
from barcamp.registration.forms import RegistrationForm
from barcamp.registration.models import Registration
from barcamp.registration.queries import Totals
from barcamp.registration.routes.door import blueprint
from barcamp.registration.words import DIET_WORDS, meal_choice
from barcamp.venue.models import Slot
from barcamp.web.answers import see_other, wants_json
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me, refuse_walk_in, signed_in, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, locale, told


@blueprint.get("/<slug:slug>/register")
@anyone
def show(slug: str) -> ResponseReturnValue:
    conference, person = conference_or_404(slug), me()
    refuse_walk_in(person is not None and person.is_walk_in)  # before the form is filled in, not after
    if person is None:
        return render_template(
            "registration/guest.html",
            conference=conference,
            totals=_totals(conference),
            meals=_meal_lines(conference, _meals(conference)),
            shirts_open=conference.shirts_can_be_chosen(utcnow()),
            **_phase(conference),
        )
    return _page(conference, person, _form(conference, _registration(conference, person)))


@blueprint.post("/<slug:slug>/register")
@signed_in
def save(slug: str) -> ResponseReturnValue:
    conference, person = conference_or_404(slug), signed_in_person()
    before = _registration(conference, person)
    form = _form(conference, before)
    if not form.validate():
        return _page(conference, person, form), 422

    try:
        registration = service.register(db.session(), conference, person, form.wishes(), now=utcnow())
    except Refused as refusal:
        if wants_json():
            raise
        form.refuse("", told(refusal))
        return _page(conference, person, form), refusal.status
    db.commit()
    flash(_saved(conference, registration, is_new="conduct" in form))
    return see_other(url_for("registration.show", slug=slug))


@blueprint.post("/<slug:slug>/register/hide-name")
@signed_in
def hide_name(slug: str) -> ResponseReturnValue:
    service.hide_name(db.session(), conference_or_404(slug), signed_in_person(), now=utcnow())
    db.commit()
    flash(_("Your name is off the list."))
    return see_other(url_for("registration.show", slug=slug))


@blueprint.get("/<slug:slug>/register/cancel")
@signed_in
def ask_to_cancel(slug: str) -> ResponseReturnValue:
    conference, person = conference_or_404(slug), signed_in_person()
    registration = _registration(conference, person)
    if registration is None or registration.state == "cancelled" or service.is_over(conference, utcnow()):
        return see_other(url_for("registration.show", slug=slug))
    totals = _totals(conference)
    return render_template(
        "registration/cancel.html", conference=conference, registration=registration, totals=totals
    )  # fmt: skip


@blueprint.post("/<slug:slug>/register/cancel")
@signed_in
def cancel(slug: str) -> ResponseReturnValue:
    conference, person = conference_or_404(slug), signed_in_person()
    registration = _registration(conference, person)
    if registration is not None:
        service.cancel(db.session(), conference, registration, person, now=utcnow())
    db.commit()
    flash(_("Your registration is cancelled."))
    return see_other(url_for("registration.show", slug=slug))


def _registration(conference: Conference, person: Person) -> Registration | None:
    return queries.find_registration(db.session(), conference, person.id)


def _meals(conference: Conference) -> list[Slot]:
    return list(queries.meal_slots(db.session(), conference))


def _meal_lines(conference: Conference, meals: Iterable[Slot]) -> list[str]:
    several_days = conference.ends_on > conference.starts_on
    return [meal_choice(meal, conference.zone, with_day=several_days) for meal in meals]


def _form(conference: Conference, there: Registration | None) -> RegistrationForm:
    return RegistrationForm.over(conference, _meals(conference), there)


def _page(conference: Conference, person: Person, form: RegistrationForm) -> str:
    """The person's page; with a form's messages on it, after letting the write gate go."""
    if form.errors:
        db.rollback()
    session, now = db.session(), utcnow()
    registration = queries.find_registration(session, conference, person.id)
    waits = registration is not None and registration.is_waiting
    return render_template(
        "registration/show.html",
        conference=conference,
        person=person,
        registration=registration,
        place=queries.place_in_line(session, registration) if registration is not None and waits else None,
        totals=_totals(conference),
        meals=[] if registration is None else _meal_lines(conference, registration.meals),
        diets=[] if registration is None else [DIET_WORDS[diet] for diet in registration.diets if diet in DIET_WORDS],
        shirts_open=conference.shirts_can_be_chosen(now),
        form=form,
        **_phase(conference),
    )


def _phase(conference: Conference) -> dict[str, object]:
    """Whether people can register now, and the words for it: `opening` as of core.times."""
    now = utcnow()
    is_over = service.is_over(conference, now)
    return {
        "is_over": is_over,
        "is_open": conference.registration_is_open(now) and not is_over,
        "opening": opens_in_words(
            conference.registration_opens_at, conference.registration_closes_at, now, conference.zone, str(locale())
        ),
    }


def _saved(conference: Conference, registration: Registration, *, is_new: bool) -> str:
    if not is_new:
        return _("Your changes are saved.")
    if registration.is_coming:
        return _("You are registered for {camp}. See you there!").format(camp=conference.name)
    return _("You are on the waiting list. We write to you as soon as a place is free.")


def _totals(conference: Conference) -> Totals:
    """Counted once for all who look: of 30,000 registrations it takes longer than the rest of the page."""
    key = "totals", conference.id, conference.capacity
    return remembered(key, lambda session: queries.totals(session, conference))
