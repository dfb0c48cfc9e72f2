"""My day: what somebody gives and starred, by time, every clash named, and what else there would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.agenda import queries, service
from barcamp.agenda.day import Choices
from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.front.shared import shared
from barcamp.people.models import Person
from barcamp.schedule import crowd
from barcamp.schedule.cards import Cards
from barcamp.schedule.crowd import Fullness
from barcamp.schedule.day import Stretch, days
from barcamp.schedule.public import shown_entries, shown_version
from barcamp.speakers.names import pages_of_presenters
from barcamp.venue import shown as venue
from barcamp.wall import shown as wall
from barcamp.wall.cards import NoteAddresses
from barcamp.wall.errors import StarrerIsGone
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.errors import NeedsSignIn
from barcamp.web.guard import anyone, me, named, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.pages import clock, large_page

blueprint = Blueprint("agenda", __name__)

#: Notes in one swap. At one time a person has starred a few.
MOST = 50


@blueprint.get("/<slug:slug>/me")
@anyone
@shared
def show(slug: str) -> ResponseReturnValue:
    conference, person, now = conference_or_404(slug), me(), utcnow()
    if person is None:
        return render_template("agenda/guest.html", active="agenda")
    choices = _choices(conference, person, now)
    return large_page(
        "agenda/show.html",
        version=shown_version(conference),
        days=days(choices.entries, venue.pauses(conference), conference.zone, now),
        choices=choices,
        others=_others(conference, choices),
        swapped=_swapped(choices),
        waiting=queries.not_scheduled(db.session(), conference, person.id),
        card=Cards.for_me(conference, pages_of_presenters(conference), crowds=choices.crowds).card,
        active="agenda",
    )


@blueprint.post("/<slug:slug>/me/swap")
@named
def swap(slug: str) -> ResponseReturnValue:
    """Fields `take` and `drop`: ids of notes with commas between them, either may be empty."""
    conference, take, drop = conference_or_404(slug), _ids("take", request.form), _ids("drop", request.form)
    try:
        service.swap(db.session(), conference, signed_in_person(), take=take, drop=drop, now=utcnow())
    except StarrerIsGone:
        raise NeedsSignIn from None
    db.commit()
    took, dropped = (",".join(map(str, ids)) for ids in (take, drop))
    return see_other(url_for("agenda.show", slug=slug, took=took or None, dropped=dropped or None))


def _choices(conference: Conference, person: Person, now: datetime) -> Choices:
    session, given = db.session(), wall.presented(conference, person.id)
    public = shown_entries(conference)
    return Choices(
        public=public,
        mine=wall.starred(conference, person.id) | given,
        given=given,
        tags=remembered(("tags", conference.id), lambda db: queries.tags(db, conference), rows=wall.tenth),
        crowds=crowd.crowds_now(session, conference, public, now),
        now=now,
    )


@dataclass(frozen=True, slots=True)
class OtherCard:
    """What else runs, as templates/agenda/_instead.html shows it. `take` and `drop` are fields of a swap."""

    title: str
    url: str
    time: str
    room: str
    hosts: str
    fullness: Fullness | None
    take: str
    drop: str
    swap_url: str


def _others(conference: Conference, choices: Choices) -> Callable[[Stretch], list[OtherCard]]:
    """Finds what else runs in a stretch of one's day, each with what one would give up for it."""
    at, swap_url = NoteAddresses.of(conference, for_guest=False), url_for("agenda.swap", slug=conference.slug)

    def others(stretch: Stretch) -> list[OtherCard]:
        return [
            OtherCard(
                title=other.title, url=at.note.format(other.note_id), time=clock(other.starts_at, conference.zone),
                room=other.room, hosts=other.hosts, fullness=choices.fullness(other), take=str(other.note_id),
                drop=",".join(map(str, choices.replaces(other))), swap_url=swap_url,
            )
            for other in choices.instead(stretch.entries)
        ]  # fmt: skip

    return others


def _swapped(choices: Choices) -> dict[str, list[Any]] | None:
    """What was swapped by the press that led here, as long as it is still so."""
    public = {entry.note_id: entry for entry in choices.public}
    took, dropped = _ids("took", request.args), _ids("dropped", request.args)
    if not dropped or not {*took, *dropped} <= public.keys():
        return None
    if not set(took) <= choices.mine or not choices.mine.isdisjoint(dropped):
        return None
    return {"took": [public[note_id] for note_id in took], "dropped": [public[note_id] for note_id in dropped]}


def _ids(name: str, given: Any) -> list[int]:
    """The ids in a field, each once; 400 for anything else."""
    words = [word for word in given.get(name, "").split(",") if word]
    if len(words) > MOST or not all(word.isascii() and word.isdigit() and len(word) < 16 for word in words):
        abort(400)
    return list(dict.fromkeys(map(int, words)))
