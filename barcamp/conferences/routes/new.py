"""Starting a conference: a new one, or a copy of last year's."""

from __future__ import annotations

from datetime import date, timedelta

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import queries, service
from barcamp.conferences.errors import SlugTaken
from barcamp.conferences.fields import attempt
from barcamp.conferences.forms import CopyForm, NewConferenceForm
from barcamp.conferences.models import Conference
from barcamp.conferences.routes import blueprint
from barcamp.people.queries import hold_person
from barcamp.venue import service as venue
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told

A_DOUBLE_CLICK = timedelta(minutes=1)


@blueprint.get("/conferences/new")
@signed_in
def new() -> ResponseReturnValue:
    zone = queries.latest_zone(db.session(), signed_in_person().id)
    return render_template("conferences/new.html", form=NewConferenceForm(zone=zone))


@blueprint.post("/conferences/new")
@signed_in
def create() -> ResponseReturnValue:
    form = NewConferenceForm.typed()
    if not form.validate():
        return form_again("conferences/new.html", form=form)
    hold_person(db.session(), signed_in_person().id)  # of a double click, the second half sees what the first has made
    made = _just_made(form.name.data, form.starts_on.data)
    if made is None:
        try:
            made = service.create_conference(
                db.session(), signed_in_person(), form.details(), slug=form.slug.data, now=utcnow()
            )
            db.commit()
            flash(_("{name} is started. Here is what comes next.").format(name=made.name))
        except SlugTaken as refusal:
            db.rollback()  # its other half may have been faster by a moment
            made = _just_made(form.name.data, form.starts_on.data)
            if made is None:
                form.refuse("slug", told(refusal))
                return form_again("conferences/new.html", form=form)
    return see_other(url_for("organize.overview", slug=made.slug))


@blueprint.get("/<slug:slug>/organize/copy")
@organizer
def copy(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    next_year = conference.starts_on + timedelta(weeks=52)
    form = CopyForm(name=conference.name, starts_on=next_year)
    return render_template("conferences/copy.html", form=form, here="settings")


@blueprint.post("/<slug:slug>/organize/copy")
@organizer
def make_copy(slug: str) -> ResponseReturnValue:
    source, form = conference_or_404(slug), CopyForm.typed()
    if not form.validate():
        return form_again("conferences/copy.html", form=form)
    made = _just_made(form.name.data, form.starts_on.data)
    if made is None:
        if queries.slug_is_taken(db.session(), form.slug.data):
            form.refuse("slug", told(SlugTaken(form.slug.data)))
        else:
            made = attempt(form, "starts_on", lambda: _copy(source, form))
        if made is None:
            return form_again("conferences/copy.html", form=form)
        db.commit()
        flash(_("{name} is started, as a copy. Please check its times.").format(name=made.name))
    return see_other(url_for("organize.overview", slug=made.slug))


def _copy(source: Conference, form: CopyForm) -> Conference:
    person, now = signed_in_person(), utcnow()
    copy = service.copy_conference(
        db.session(),
        source,
        person,
        name=form.name.data or "",
        slug=form.slug.data or "",
        starts_on=form.starts_on.data,
        now=now,
    )
    days = (copy.starts_on - source.starts_on).days
    venue.copy_venue(db.session(), source, copy, person, days=days, now=now)
    return copy


def _just_made(name: str, starts_on: date) -> Conference | None:
    """What the first half of a double click has made."""
    since = utcnow() - A_DOUBLE_CLICK
    return queries.find_twin(db.session(), signed_in_person().id, name, starts_on, since=since)
