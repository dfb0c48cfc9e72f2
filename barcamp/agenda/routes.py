"""My day: what somebody gives and starred, by time, with clashes named."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.agenda import queries
from barcamp.core.times import overlaps
from barcamp.schedule import queries as schedule
from barcamp.schedule.cards import entry_card
from barcamp.schedule.day import days
from barcamp.schedule.models import Entry
from barcamp.venue import queries as venue
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me
from barcamp.web.load import conference_or_404

blueprint = Blueprint("agenda", __name__)


@blueprint.get("/<slug:slug>/me")
@anyone
def show(slug: str) -> ResponseReturnValue:
    conference, person, now = conference_or_404(slug), me(), utcnow()
    if person is None:
        return render_template("agenda/guest.html", active="agenda")
    mine = queries.entries(db.session(), conference, person.id)
    pauses = [slot for slot in venue.slots(db.session(), conference) if not slot.is_for_talks]
    return render_template(
        "agenda/show.html",
        publication=schedule.find_publication(db.session(), conference),
        days=days(mine, pauses, conference.zone, now),
        mine=mine,
        clashing={entry.note_id for entry in mine if any(_clash(entry, other) for other in mine)},
        waiting=queries.not_scheduled(db.session(), conference, person.id),
        card=entry_card(conference),
        active="agenda",
    )


def _clash(entry: Entry, other: Entry) -> bool:
    """Whether one person cannot be in both."""
    return (
        entry.note_id != other.note_id
        and entry.state == other.state == "on"
        and overlaps(entry.starts_at, entry.ends_at, other.starts_at, other.ends_at)
    )
