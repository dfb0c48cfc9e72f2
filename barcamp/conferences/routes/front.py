"""What everybody sees of a conference."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import queries, words
from barcamp.conferences.models import Conference
from barcamp.conferences.routes import blueprint
from barcamp.feeds import linked
from barcamp.front.shared import shared
from barcamp.registration.queries import find_registration
from barcamp.schedule.public import first_entries
from barcamp.schedule.queries import block_ids, find_publication
from barcamp.venue import queries as venue
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
    published = find_publication(db.session(), conference) is not None
    pauses = [slot for slot in venue.slots(db.session(), conference) if not slot.is_for_talks]
    return render_template(
        "conferences/show.html",
        dates=words.dates(conference),
        phases=words.phases(conference, now, published=published),
        published=published,
        sponsors=queries.sponsors(db.session(), conference),
        meals=by_day(pauses, conference.zone),
        slot_name=slot_name,
        is_registered=_is_registered(conference),
        linked_data=linked.of_conference(
            conference,
            first_entries(db.session(), conference, linked.MOST_TALKS),
            db.base_url(db.session()),
            blocks=block_ids(db.session(), conference),
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
