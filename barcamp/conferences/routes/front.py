"""What everybody sees of a conference."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import queries, words
from barcamp.conferences.models import Conference
from barcamp.conferences.routes import blueprint
from barcamp.feeds import linked
from barcamp.front.remembered import remembered
from barcamp.front.shared import shared
from barcamp.registration.queries import find_registration
from barcamp.schedule.public import first_entries, shown_version
from barcamp.venue import shown as venue
from barcamp.venue.day import by_day
from barcamp.venue.words import slot_name
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me
from barcamp.web.load import conference_or_404


@blueprint.get("/<slug:slug>/")
@anyone
@shared
def show(slug: str) -> ResponseReturnValue:
    conference, now = conference_or_404(slug), utcnow()
    published = shown_version(conference) is not None
    return render_template(
        "conferences/show.html",
        dates=words.dates(conference),
        phases=words.phases(conference, now, published=published),
        published=published,
        sponsors=remembered(("sponsors", conference.id), lambda session: queries.sponsors(session, conference)),
        meals=by_day(venue.pauses(conference), conference.zone),
        slot_name=slot_name,
        is_registered=_is_registered(conference),
        linked_data=linked.of_conference(
            conference, first_entries(conference, linked.MOST_TALKS), db.base_url(db.session())
        ),
    )


@blueprint.get("/<slug:slug>/conduct")
@anyone
@shared
def conduct(slug: str) -> ResponseReturnValue:
    conference_or_404(slug)
    return render_template("conferences/conduct.html")


def _is_registered(conference: Conference) -> bool:
    person = me()
    found = None if person is None else find_registration(db.session(), conference, person.id)
    return found is not None and found.state != "cancelled"
