"""The published schedule for everybody, and publishing it for organizers."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import publishing, queries
from barcamp.schedule.cards import entry_card
from barcamp.schedule.day import days, grid, now_and_next, rooms_of
from barcamp.schedule.draft import read
from barcamp.schedule.forms import PublishForm
from barcamp.schedule.problems import breaches
from barcamp.venue import queries as venue
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told

blueprint = Blueprint("schedule", __name__)


@blueprint.get("/<slug:slug>/schedule")
@anyone
def show(slug: str) -> ResponseReturnValue:
    conference, now = conference_or_404(slug), utcnow()
    entries = queries.entries(db.session(), conference)
    pauses = [slot for slot in venue.slots(db.session(), conference) if not slot.is_for_talks]
    schedule = days(entries, pauses, conference.zone, now)
    order = [room.name for room in venue.rooms(db.session(), conference)]
    return render_template(
        "schedule/show.html",
        publication=queries.find_publication(db.session(), conference),
        days=schedule,
        grids=[(day, rooms_of(day, order), grid(day, rooms_of(day, order))) for day in schedule if day.has_entries],
        current=now_and_next(schedule),
        view="now" if request.args.get("view") == "now" else "",
        card=entry_card(conference),
        active="schedule",
    )


@blueprint.get("/<slug:slug>/organize/publish", endpoint="publishing")
@organizer
def preview(slug: str) -> ResponseReturnValue:
    return _preview(conference_or_404(slug))


@blueprint.post("/<slug:slug>/organize/publish")
@organizer
def publish(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), PublishForm(request.form)
    if not form.validate():
        abort(400)
    try:
        version = publishing.publish(
            db.session(), conference, signed_in_person(), seen=form.revision.data, now=utcnow()
        )  # fmt: skip
    except Refused as refusal:
        db.rollback()
        return _preview(conference, refusal)
    db.commit()
    flash(_("Version %(number)s is published.") % {"number": version.number})
    return see_other(url_for("schedule.show", slug=slug))


def _preview(conference: Conference, refusal: Refused | None = None) -> ResponseReturnValue:
    revision = queries.draft_revision(db.session(), conference)
    draft = read(db.session(), conference)
    broken = breaches(draft, draft.problem_pinning(()), draft.plan)
    page = render_template(
        "schedule/publish.html",
        revision=revision,
        differences=publishing.differences(db.session(), conference, draft),
        placed=len(draft.placed),
        loose=len(draft.notes) - len(draft.placed),
        broken=[_(breach.words).format(**breach.facts) for breach in broken],
        versions=queries.versions(db.session(), conference),
        refusal=None if refusal is None else told(refusal),
        here="publish",
        active="organize",
    )
    return page, 200 if refusal is None else refusal.status
