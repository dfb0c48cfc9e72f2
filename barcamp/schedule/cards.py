"""Entries of the published schedule as parts/schedule.html shows them: values, so that what is made of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from flask import url_for
from markupsafe import Markup, escape

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.times import day_of, time_label
from barcamp.schedule import queries
from barcamp.schedule.crowd import Crowd, Fullness
from barcamp.schedule.day import Ghost, GridCell
from barcamp.schedule.entries import moved_from
from barcamp.schedule.public import AnyEntry
from barcamp.wall.cards import NoteAddresses
from barcamp.web.clock import utcnow
from barcamp.web.guard import me
from barcamp.web.pages import when
from barcamp.web.words import _

E = TypeVar("E", bound=AnyEntry)


@dataclass(frozen=True, slots=True)
class EntryCard:
    """An entry on a page. `url` is None for a block, which is no note to open; `hosts` is HTML, always: as a key, words
    and HTML of the same letters would be one. `line_up` are the talks in a block. `stars` stand on the wall alone.
    """

    id: int
    title: str
    url: str | None
    room: str
    time: str
    hosts: Markup
    line_up: tuple[EntryCard, ...]
    was: str | None
    cancelled: bool
    fullness: Fullness | None
    starred: bool
    mine: bool
    can_star: bool
    star_url: str
    unstar_url: str
    sign_in_url: str | None
    stars: None = None


@dataclass(frozen=True, slots=True)
class GhostCard:
    """What a moved session has left where it was: "moved to KEC 1003, 13:00"."""

    title: str
    place: str
    url: str


@dataclass(frozen=True, slots=True)
class CellCard:
    """A cell of the grid, over so many rows."""

    room: str
    rows: int
    entries: tuple[EntryCard, ...]
    ghosts: tuple[GhostCard, ...]


def without_talks(entries: Sequence[E]) -> tuple[list[E], dict[int, list[E]]]:
    """The entries but for lightning talks inside a block, and by block its talks, both in their order."""
    blocks = {entry.note_id for entry in entries} & {entry.block_id for entry in entries}
    line_ups: dict[int, list[E]] = {}
    for entry in entries:
        if entry.block_id is not None and entry.block_id in blocks:
            line_ups.setdefault(entry.block_id, []).append(entry)
    return [entry for entry in entries if entry.block_id not in blocks], line_ups


def entry_card(
    conference: Conference,
    line_ups: Mapping[int, Sequence[AnyEntry]] = MappingProxyType({}),
    linked: Callable[[int, str], str] = lambda _note_id, names: names,
    crowds: Mapping[int, Crowd] = MappingProxyType({}),
) -> Callable[[AnyEntry], EntryCard]:
    """Makes of an entry what parts/schedule.html needs, with the asking person's own star and no one else's.

    `line_ups` has by block the talks that its card lists; a block of which no talk may be seen has none, and is no note
    to open or to star for that. `linked` makes of a note's id and its hosts what stands there as their names, `crowds`
    say by note how full it will be.
    """
    person, now = me(), utcnow()
    starred = set() if person is None else queries.starred_entry_ids(db.session(), conference, person.id)
    own = set() if person is None else queries.own_note_ids(db.session(), conference, person.id)
    may_star, at = conference.stars_are_open(now), NoteAddresses.of(conference)
    someone, time = _("someone"), cache(lambda instant: time_label(instant, conference.zone))

    def card(entry: AnyEntry) -> EntryCard:
        note_id = entry.note_id
        is_block, crowd = note_id in line_ups, crowds.get(note_id)
        return EntryCard(
            id=note_id,
            title=entry.title,
            url=None if is_block else at.note.format(note_id),
            room=entry.room,
            time=time(entry.starts_at),
            hosts=escape(linked(note_id, entry.hosts) if entry.hosts else ("" if is_block else someone)),
            line_up=tuple(card(talk) for talk in line_ups[note_id]) if is_block else (),
            was=was(entry, conference.zone),
            cancelled=entry.state == "cancelled",
            fullness=None if crowd is None else crowd.fullness,
            starred=note_id in starred,
            mine=note_id in own,
            can_star=may_star and note_id not in own and entry.state == "on" and not is_block,
            star_url=at.star.format(note_id),
            unstar_url=at.unstar.format(note_id),
            # a form would set a cookie on every guest
            sign_in_url=at.way_in.format(note_id) if person is None and not is_block else None,
        )

    return card


def cell_card(cell: GridCell, card: Callable[[AnyEntry], EntryCard], traced: Callable[[Ghost], GhostCard]) -> CellCard:
    """A cell of the grid as parts/schedule.html needs it."""
    return CellCard(cell.room, cell.rows, tuple(map(card, cell.entries)), tuple(map(traced, cell.ghosts)))


def was(entry: AnyEntry, zone: str) -> str | None:
    """Where the session was before it moved: "KEC 1005" or "13:00, KEC 1005"."""
    if entry.moved_from is None:
        return None
    before = moved_from(entry)
    if before == entry.starts_at:
        return str(entry.moved_from["room"])
    return f"{time_label(before, zone)}, {entry.moved_from['room']}"


def trace(conference: Conference) -> Callable[[Ghost], GhostCard]:
    """Makes of what a moved session has left what parts/schedule.html needs: "moved to KEC 1003, 13:00"."""

    def shown(ghost: Ghost) -> GhostCard:
        entry = ghost.entry
        page = url_for("schedule.show", slug=conference.slug, _anchor=f"session-{entry.note_id}")
        return GhostCard(entry.title, _new_place(ghost, conference.zone), page)

    return shown


def _new_place(ghost: Ghost, zone: str) -> str:
    """Where it is now; the time where that is another one, the day too where it is another day."""
    entry = ghost.entry
    if ghost.stays_in_time:
        return entry.room
    same_day = day_of(ghost.starts_at, zone) == day_of(entry.starts_at, zone)
    return f"{entry.room}, {time_label(entry.starts_at, zone) if same_day else when(entry.starts_at, zone)}"
