"""What a conference says of itself: all its details and phases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import queries, service
from barcamp.conferences.errors import ChangedMeanwhile
from barcamp.conferences.fields import attempt
from barcamp.conferences.forms import ConferenceForm
from barcamp.conferences.models import Conference
from barcamp.conferences.routes import blueprint
from barcamp.registration import service as registration
from barcamp.schedule import publishing
from barcamp.schedule.queries import find_publication
from barcamp.venue import queries as venue_queries
from barcamp.venue import service as venue
from barcamp.venue.day import by_day
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import me, organizer
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told


@blueprint.get("/<slug:slug>/organize/settings")
@organizer
def edit(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    return render_template("conferences/edit.html", form=_filled(conference), outside=outside(conference))


@blueprint.post("/<slug:slug>/organize/settings")
@organizer
def change(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), ConferenceForm.typed()
    newer, status = None, 422
    if form.validate():
        is_moving = form.zone.data != conference.zone
        try:
            if attempt(form, "zone", lambda: _keep_wall_times(conference, form.zone.data)):
                _save(conference, form)
                db.commit()
                flash(_("Saved."))
                if is_moving and find_publication(db.session(), conference) is not None:
                    flash(_("The published schedule keeps its old times until you publish again."), "error")
                return see_other(url_for("conferences.edit", slug=slug))
        except ChangedMeanwhile as refusal:
            newer, status = form.look_again(_filled(conference, as_stored=True), told(refusal)), refusal.status
    page, _status = form_again("conferences/edit.html", form=form, outside=outside(conference), newer=newer)
    return page, status


def outside(conference: Conference) -> list[date]:
    """The days that have slots and are not days of the conference."""
    return [day for day in _days(conference) if not conference.starts_on <= day <= conference.ends_on]


def _days(conference: Conference) -> Iterable[date]:
    return by_day(venue_queries.slots(db.session(), conference), conference.zone)


def _keep_wall_times(conference: Conference, zone: str) -> bool:
    if zone != conference.zone:
        venue.change_zone(db.session(), conference, me(), zone, now=utcnow())
    return True


def _save(conference: Conference, form: ConferenceForm) -> None:
    """The change, then what must follow it: the waiting list, the draft, what the public reads."""
    now = utcnow()
    details, seen = form.details(), form.seen_revision
    is_different = service.change_conference(db.session(), conference, me(), details, seen=seen, now=now)
    registration.promote(db.session(), conference, now=now)
    publishing.follow(db.session(), conference, me(), now=now)
    if is_different:
        publishing.mark_as_changed(db.session(), conference, now=now)


def _filled(conference: Conference, *, as_stored: bool = False) -> ConferenceForm:
    revision = queries.last_revision(db.session(), conference.id, service.subject_of(conference))
    return ConferenceForm.of(conference, revision, as_stored=as_stored)
