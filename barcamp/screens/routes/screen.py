"""The screen: one address for the projector, which decides by itself what to show, and for the sign at a door.

It shows what everybody may see, even if an organizer is signed in on that browser: a hall is looking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import queries as conferences
from barcamp.conferences.models import Conference
from barcamp.core.times import opens_in_words, zone_label
from barcamp.schedule import queries as schedule
from barcamp.schedule.cards import was, without_talks
from barcamp.schedule.models import Entry
from barcamp.screens import queries
from barcamp.screens.day import LightningTalks, door, lightning_talks, program
from barcamp.screens.mode import MODES, Mode, mode_at
from barcamp.screens.routes.door import blueprint, public_url, spoken
from barcamp.venue import queries as venue
from barcamp.venue.day import camp_day
from barcamp.venue.models import Slot
from barcamp.wall import queries as wall
from barcamp.wall.cards import NEW_FOR, excerpt, presenters
from barcamp.web import qr
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404
from barcamp.web.words import locale

THEMES = ("dark", "light")
SECONDS = 30  # between two reloads where no script runs
NOTES_A_PAGE, ROOMS_A_PAGE = 6, 4  # as many as fit any screen whatever they say, for where no script can measure


@blueprint.get("/<slug:slug>/screen")
@anyone
def show(slug: str) -> ResponseReturnValue:
    conference, session, now = conference_or_404(slug), db.session(), utcnow()
    if "room" in request.args:
        template, needs = "screens/door.html", _door(conference, request.args["room"][:200], now)
    else:
        mode = _asked_mode() or mode_at(
            conference,
            pitching=wall.find_pitch_round(session, conference) is not None,
            published=schedule.find_publication(session, conference) is not None,
            now=now,
        )
        template, needs = f"screens/{mode}.html", SHOWN[mode](conference, now)
    return render_template(
        template,
        **needs,
        conference=conference,
        theme=request.args.get("theme") if request.args.get("theme") in THEMES else "",
        seconds=SECONDS,
        now=now,
        zone_name=zone_label(now, conference.zone),
        code=qr.svg(public_url("wall.show", slug=slug)),
        join_words=spoken(public_url("conferences.show", slug=slug)),
    )


def _asked_mode() -> Mode | None:
    asked = request.args.get("show")
    return next((mode for mode in MODES if mode == asked), None)


def _wall(conference: Conference, now: datetime) -> dict[str, Any]:
    session = db.session()
    notes = wall.notes_on_the_wall(session, conference)[::-1]
    return {
        "notes": [_note(note) for note in notes],
        "new": {note.note_id for note in notes if now - note.posted_at < NEW_FOR},
        "figures": wall.figures(session, conference),
        "sees_counts": conference.counts_are_shown(now),
        "opening": opens_in_words(
            conference.wall_opens_at, conference.wall_closes_at, now, conference.zone, str(locale())
        ),
        "page": _page(len(notes), NOTES_A_PAGE, now),
    }


def _pitch(conference: Conference, now: datetime) -> dict[str, Any]:
    queue = wall.pitch_queue(db.session(), conference)
    on = queue.round
    ends_at = on.turn_at + timedelta(seconds=on.seconds) if on and on.seconds and on.turn_at and queue.now else None
    return {
        "queue": queue,
        "note": queue.now and _note(queue.now),
        "place": len(queue.done) + 1,
        "ends_at": ends_at,
        "seconds_each": on.seconds if on else 0,
        "left": max(0, round((ends_at - now).total_seconds())) if ends_at else 0,
        "sees_counts": conference.counts_are_shown(now),
    }


def _now(conference: Conference, now: datetime) -> dict[str, Any]:
    session = db.session()
    order = [room.name for room in venue.rooms(session, conference)]
    entries, line_ups = without_talks(schedule.entries(session, conference))
    shown = program(entries, _pauses(conference), order, conference.zone, now)
    published = schedule.find_publication(session, conference) is not None
    return {
        "published": published,
        "is_over": camp_day(now, conference.zone) > conference.ends_on or (published and shown.day is None),
        "program": shown,
        "sponsors": conferences.sponsors(session, conference),
        "was": _was(conference),
        "talks": _talks(line_ups, now),
        "page": _page(len(shown.rooms), ROOMS_A_PAGE, now),
    }


def _door(conference: Conference, key: str, now: datetime) -> dict[str, Any]:
    session = db.session()
    room = next((room for room in venue.rooms(session, conference) if room.key == key), None)
    if room is None:
        abort(404)
    here = [entry for entry in schedule.entries(session, conference) if entry.room_id == room.id]
    entries, line_ups = without_talks(here)
    left = queries.departures(session, conference, room)
    sign = door(entries, left, _pauses(conference), room.closures, conference.zone, now)
    return {
        "room": room,
        "sign": sign,
        "was": _was(conference),
        "talks": _talks(line_ups, now),
        "page": _page(len(sign.later), ROOMS_A_PAGE, now),
    }


SHOWN: dict[Mode, Callable[[Conference, datetime], dict[str, Any]]] = {"wall": _wall, "now": _now, "pitch": _pitch}


def _pauses(conference: Conference) -> list[Slot]:
    return [slot for slot in venue.slots(db.session(), conference) if not slot.is_for_talks]


def _was(conference: Conference) -> Callable[[Entry], str | None]:
    return lambda entry: was(entry, conference.zone)


def _talks(line_ups: Mapping[int, Sequence[Entry]], now: datetime) -> Callable[[Entry], LightningTalks | None]:
    """Of a block of lightning talks: how many it has, and which is on now."""
    return lambda entry: lightning_talks(line_ups[entry.note_id], now) if entry.note_id in line_ups else None


def _note(note: wall.Pitched) -> dict[str, Any]:
    """A note as the templates of screens show it."""
    return {
        "id": note.note_id, "title": note.title, "excerpt": excerpt(note.text), "hosts": presenters(note),
        "stars": note.stars,
    }  # fmt: skip


def _page(count: int, most: int, now: datetime) -> dict[str, int]:
    """Which of how many pages is shown where no script can measure: the one asked for, else each for one reload."""
    pages = max(1, -(-count // most))
    asked = request.args.get("page", "")
    by_time = int(now.timestamp() // SECONDS)
    here = (int(asked) - 1 if asked.isascii() and asked.isdigit() and len(asked) <= 4 else by_time) % pages
    return {"here": here + 1, "pages": pages, "first": here * most, "end": (here + 1) * most}
