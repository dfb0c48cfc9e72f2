"""The published schedule, for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.feeds import linked
from barcamp.front.shared import shared
from barcamp.schedule import crowd
from barcamp.schedule.cards import Cards, without_talks
from barcamp.schedule.day import days, ghosts, grid, now_and_next, rooms_of
from barcamp.schedule.public import PublicEntry, shown_entries, shown_version
from barcamp.schedule.routes.door import blueprint
from barcamp.speakers.names import pages_of_presenters
from barcamp.venue import shown as venue
from barcamp.venue.models import Slot
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404
from barcamp.web.pages import large_page


@blueprint.get("/<slug:slug>/schedule")
@anyone
@shared
def show(slug: str) -> ResponseReturnValue:
    conference, now = conference_or_404(slug), utcnow()
    public, pauses, rooms, version = _of_everybody(conference)
    entries, talks = without_talks(public)
    crowds = crowd.crowds_now(db.session(), conference, public, now)
    line_ups = {entry.note_id: talks.get(entry.note_id, []) for entry in entries if entry.is_block}
    schedule = days(entries, pauses, conference.zone, now, ghosts(entries, rooms))
    order = list(rooms.values())
    cards = Cards.for_me(conference, pages_of_presenters(conference), line_ups, crowds)
    return large_page(
        "schedule/show.html",
        version=version,
        days=schedule,
        grids=[(day, used, grid(day, used)) for day in schedule if day.has_entries for used in [rooms_of(day, order)]],
        current=now_and_next(schedule),
        view="now" if request.args.get("view") == "now" else "",
        cards=cards,
        linked_data=linked.of_conference(conference, entries, db.base_url(db.session())),
        active="schedule",
    )


class _Public(NamedTuple):
    """What is public of a schedule. `pauses` are its breaks and meals, `rooms` the names by id in the venue's order;
    `version` is the number of the published one, None before the first.
    """

    entries: list[PublicEntry]
    pauses: list[Slot]
    rooms: Mapping[int, str]
    version: int | None


def _of_everybody(conference: Conference) -> _Public:
    """Read once for all who look; each part until something in it changes."""
    return _Public(
        shown_entries(conference),
        venue.pauses(conference),
        venue.room_names(conference),
        shown_version(conference),
    )
