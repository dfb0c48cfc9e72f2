"""Entries of the published schedule as parts/schedule.html shows them: values, so that what is made of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from flask import url_for

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.times import day_of, time_label
from barcamp.schedule import queries
from barcamp.schedule.crowd import Crowd, Fullness
from barcamp.schedule.day import Ghost, GridCell
from barcamp.schedule.entries import moved_from
from barcamp.schedule.public import AnyEntry, PublicEntry
from barcamp.wall.cards import NoteAddresses
from barcamp.web.clock import utcnow
from barcamp.web.guard import me
from barcamp.web.pages import when
from barcamp.web.presenters import Pages, linked
from barcamp.web.words import _

E = TypeVar("E", bound=AnyEntry)


class EntryCard(NamedTuple):
    """An entry on a page: what tells it from another, by which its HTML is kept (web/fragments.py), and what there is
    to show of it. `pages` are those of its presenters, `line_up` the talks in a block, which is no note to open.
    """

    entry: PublicEntry
    pages: Pages
    line_up: tuple[EntryCard, ...]
    is_block: bool
    fullness: Fullness | None
    starred: bool
    mine: bool
    can_star: bool
    zone: str
    at: NoteAddresses

    @property
    def id(self) -> int:
        return self.entry.note_id

    @property
    def title(self) -> str:
        return self.entry.title

    @property
    def url(self) -> str | None:
        return None if self.is_block else self.at.note.format(self.id)

    @property
    def room(self) -> str:
        return self.entry.room

    @property
    def time(self) -> str:
        return time_label(self.entry.starts_at, self.zone)

    @property
    def hosts(self) -> str:
        names = self.entry.hosts or ("" if self.is_block else _("someone"))
        return linked(names, self.pages) if self.pages else names

    @property
    def was(self) -> str | None:
        return was(self.entry, self.zone)

    @property
    def cancelled(self) -> bool:
        return self.entry.state == "cancelled"

    @property
    def stars(self) -> None:
        """They stand on the wall alone."""
        return None

    @property
    def star_url(self) -> str:
        return self.at.star.format(self.id)

    @property
    def unstar_url(self) -> str:
        return self.at.unstar.format(self.id)

    @property
    def sign_in_url(self) -> str | None:
        """Where a guest's star leads: a form would set a cookie on every guest."""
        return None if self.at.way_in is None or self.is_block else self.at.way_in.format(self.id)


class GhostCard(NamedTuple):
    """What a moved session has left where it was: "moved to KEC 1003, 13:00"."""

    title: str
    place: str
    url: str


class CellCard(NamedTuple):
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
    pages: Mapping[int, Pages],
    line_ups: Mapping[int, Sequence[PublicEntry]] = MappingProxyType({}),
    crowds: Mapping[int, Crowd] = MappingProxyType({}),
) -> Callable[[PublicEntry], EntryCard]:
    """Makes of an entry what parts/schedule.html needs, with the asking person's own star and no one else's.

    `pages` has by note those of its presenters, `line_ups` by block the talks that its card lists; a block of which no
    talk may be seen has none, and is no note to open or to star for that. `crowds` say by note how full it will be.
    """
    person, now = me(), utcnow()
    starred = set() if person is None else queries.starred_entry_ids(db.session(), conference, person.id)
    own = set() if person is None else queries.own_note_ids(db.session(), conference, person.id)
    may_star, zone = conference.stars_are_open(now), conference.zone
    at = NoteAddresses.of(conference, for_guest=person is None)

    def card(entry: PublicEntry) -> EntryCard:
        note_id = entry.note_id
        is_block, is_own = note_id in line_ups, note_id in own
        return EntryCard(
            entry,
            pages.get(note_id, ()),
            tuple(map(card, line_ups[note_id])) if is_block else (),
            is_block,
            crowds[note_id].fullness if note_id in crowds else None,
            note_id in starred,
            is_own,
            may_star and not is_own and entry.state == "on" and not is_block,
            zone,
            at,
        )

    return card


def cell_card(cell: GridCell, card: Callable[[Any], EntryCard], traced: Callable[[Ghost], GhostCard]) -> CellCard:
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
