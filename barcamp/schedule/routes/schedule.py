"""The published schedule, for everybody."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.feeds import linked
from barcamp.schedule import crowd, queries
from barcamp.schedule.cards import entry_card, trace, without_talks
from barcamp.schedule.day import days, ghosts, grid, now_and_next, rooms_of
from barcamp.schedule.routes.door import blueprint
from barcamp.speakers.names import linker
from barcamp.venue import queries as venue
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404


@blueprint.get("/<slug:slug>/schedule")
@anyone
def show(slug: str) -> ResponseReturnValue:
    conference, now = conference_or_404(slug), utcnow()
    public = queries.entries(db.session(), conference)
    entries, talks = without_talks(public)
    crowds = crowd.crowds_now(db.session(), conference, public, now)
    line_ups = {block_id: talks.get(block_id, []) for block_id in queries.block_ids(db.session(), conference)}
    slots, rooms = venue.slots(db.session(), conference), venue.rooms(db.session(), conference)
    pauses = [slot for slot in slots if not slot.is_for_talks]
    left = ghosts(entries, {room.id: room.name for room in rooms})
    schedule = days(entries, pauses, conference.zone, now, left)
    order = [room.name for room in rooms]
    return render_template(
        "schedule/show.html",
        publication=queries.find_publication(db.session(), conference),
        days=schedule,
        grids=[(day, rooms_of(day, order), grid(day, rooms_of(day, order))) for day in schedule if day.has_entries],
        current=now_and_next(schedule),
        view="now" if request.args.get("view") == "now" else "",
        card=entry_card(conference, line_ups, linker(conference), crowds),
        trace=trace(conference),
        linked_data=linked.of_conference(conference, entries, db.base_url(db.session()), blocks=line_ups),
        active="schedule",
    )
