"""Entries of the published schedule as parts/schedule.html shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask import url_for

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.times import day_of, time_label
from barcamp.schedule import queries
from barcamp.schedule.crowd import Crowd
from barcamp.schedule.day import Ghost
from barcamp.schedule.entries import moved_from
from barcamp.schedule.models import Entry
from barcamp.wall.cards import way_in
from barcamp.web.clock import utcnow
from barcamp.web.guard import me
from barcamp.web.pages import when
from barcamp.web.words import _


def without_talks(entries: Sequence[Entry]) -> tuple[list[Entry], dict[int, list[Entry]]]:
    """The entries but for lightning talks inside a block, and by block its talks, both in their order."""
    blocks = {entry.note_id for entry in entries} & {entry.block_id for entry in entries}
    line_ups: dict[int, list[Entry]] = {}
    for entry in entries:
        if entry.block_id is not None and entry.block_id in blocks:
            line_ups.setdefault(entry.block_id, []).append(entry)
    return [entry for entry in entries if entry.block_id not in blocks], line_ups


def entry_card(
    conference: Conference,
    line_ups: Mapping[int, Sequence[Entry]] = MappingProxyType({}),
    linked: Callable[[int, str], str] = lambda _note_id, names: names,
    crowds: Mapping[int, Crowd] = MappingProxyType({}),
) -> Callable[[Entry], dict[str, Any]]:
    """Makes of an entry what parts/schedule.html needs, with the asking person's own star and no one else's.

    `line_ups` has by block the talks that its card lists; a block of which no talk may be seen has none, and is no note
    to open or to star for that. `linked` makes of a note's id and its hosts what stands there as their names, `crowds`
    say by note how full it will be.
    """
    person, now = me(), utcnow()
    starred = set() if person is None else queries.starred_entry_ids(db.session(), conference, person.id)
    own = set() if person is None else queries.own_note_ids(db.session(), conference, person.id)
    may_star = conference.stars_are_open(now)

    def card(entry: Entry) -> dict[str, Any]:
        is_block, line_up = entry.note_id in line_ups, [card(talk) for talk in line_ups.get(entry.note_id, ())]
        slug, note_id = conference.slug, entry.note_id
        return {
            "id": entry.note_id,
            "title": entry.title,
            "url": None if is_block else url_for("wall.note", slug=slug, note_id=note_id),
            "room": entry.room,
            "time": time_label(entry.starts_at, conference.zone),
            "hosts": linked(note_id, entry.hosts) if entry.hosts else ("" if is_block else _("someone")),
            "line_up": line_up,
            "was": was(entry, conference.zone),
            "cancelled": entry.state == "cancelled",
            "fullness": crowds[entry.note_id].fullness if entry.note_id in crowds else None,
            "starred": entry.note_id in starred,
            "mine": entry.note_id in own,
            "can_star": may_star and entry.note_id not in own and entry.state == "on" and not is_block,
            "stars": None,
            "star_url": url_for("wall.star", slug=slug, note_id=note_id),
            "unstar_url": url_for("wall.unstar", slug=slug, note_id=note_id),
            "sign_in_url": _way_in(conference, note_id) if person is None and not is_block else None,
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


def trace(conference: Conference) -> Callable[[Ghost], dict[str, Any]]:
    """Makes of what a moved session has left what parts/schedule.html needs: "moved to KEC 1003, 13:00"."""

    def shown(ghost: Ghost) -> dict[str, Any]:
        entry = ghost.entry
        page = url_for("schedule.show", slug=conference.slug, _anchor=f"session-{entry.note_id}")
        return {"title": entry.title, "place": _new_place(ghost, conference.zone), "url": page}

    return shown


def _new_place(ghost: Ghost, zone: str) -> str:
    """Where it is now; the time where that is another one, the day too where it is another day."""
    entry = ghost.entry
    if ghost.stays_in_time:
        return entry.room
    same_day = day_of(ghost.starts_at, zone) == day_of(entry.starts_at, zone)
    return f"{entry.room}, {time_label(entry.starts_at, zone) if same_day else when(entry.starts_at, zone)}"
