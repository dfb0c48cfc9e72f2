"""Entries of the published schedule as parts/schedule.html shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.times import time_label
from barcamp.schedule import queries
from barcamp.schedule.entries import moved_from
from barcamp.schedule.models import Entry
from barcamp.wall.cards import way_in
from barcamp.web.clock import utcnow
from barcamp.web.guard import me
from barcamp.web.words import _


def entry_card(conference: Conference) -> Callable[[Entry], dict[str, Any]]:
    """Makes of an entry what parts/schedule.html needs, with the asking person's own star and no one else's."""
    person, now = me(), utcnow()
    starred = set() if person is None else queries.starred_entry_ids(db.session(), conference, person.id)
    own = set() if person is None else queries.own_note_ids(db.session(), conference, person.id)
    may_star = conference.stars_are_open(now)

    def card(entry: Entry) -> dict[str, Any]:
        slug, note_id = conference.slug, entry.note_id
        return {
            "id": entry.note_id,
            "title": entry.title,
            "url": url_for("wall.note", slug=slug, note_id=note_id),
            "room": entry.room,
            "hosts": entry.hosts or _("someone"),
            "was": was(entry, conference.zone),
            "cancelled": entry.state == "cancelled",
            "starred": entry.note_id in starred,
            "mine": entry.note_id in own,
            "can_star": may_star and entry.note_id not in own and entry.state == "on",
            "stars": None,
            "star_url": url_for("wall.star", slug=slug, note_id=note_id),
            "unstar_url": url_for("wall.unstar", slug=slug, note_id=note_id),
            "sign_in_url": _way_in(conference, note_id) if person is None else None,
        }

    return card


def _way_in(conference: Conference, note_id: int) -> str:
    """Where a guest who wants to star goes first, and then to the note. A form would set a cookie on every guest."""
    return way_in(conference, url_for("wall.note", slug=conference.slug, note_id=note_id))


def was(entry: Entry, zone: str) -> str | None:
    """Where the session was before it moved: "KEC 1005" or "13:00, KEC 1005"."""
    if entry.moved_from is None:
        return None
    before = moved_from(entry)
    if before == entry.starts_at:
        return str(entry.moved_from["room"])
    return f"{time_label(before, zone)}, {entry.moved_from['room']}"
