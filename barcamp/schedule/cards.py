"""Entries of the published schedule as parts/schedule.html shows them: values, so that what is made of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from flask import url_for

from barcamp.conferences.models import Conference
from barcamp.core.times import day_of, time_label
from barcamp.schedule.crowd import Crowd, Fullness
from barcamp.schedule.day import Ghost, GridCell, GridRow
from barcamp.schedule.entries import moved_from
from barcamp.schedule.public import AnyEntry, PublicEntry
from barcamp.wall import shown as wall
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


class PlainRow(NamedTuple):
    """A row of the grid as all see it who have starred nothing in it and give nothing in it: what it is made from,
    which is looked at for every page, and the cards, which are made when its HTML is.

    `said` has the pages of presenters and the fullness by note, where there are any.
    """

    starts_at: datetime
    is_now: bool
    places: tuple[GridCell, ...]
    said: tuple[tuple[int, Pages, Fullness | None], ...]
    can_star: bool
    slug: str
    zone: str
    at: NoteAddresses

    @property
    def cells(self) -> list[CellCard]:
        said = {note_id: (pages, fullness) for note_id, pages, fullness in self.said}

        def card(entry: PublicEntry) -> EntryCard:
            pages, fullness = said.get(entry.note_id, ((), None))
            can_star = self.can_star and entry.state == "on"
            return EntryCard(entry, pages, (), False, fullness, False, False, can_star, self.zone, self.at)

        return [cell_card(cell, card, self.slug, self.zone) for cell in self.places]


@dataclass(frozen=True, slots=True)
class Cards:
    """Makes of entries what parts/schedule.html needs, with the asking person's own stars and no one else's.

    `pages` has by note those of its presenters, `line_ups` by block the talks that its card lists; a block of which no
    talk may be seen has none, and is no note to open or to star for that. `crowds` say by note how full it will be.
    """

    conference: Conference
    pages: Mapping[int, Pages]
    line_ups: Mapping[int, Sequence[PublicEntry]]
    crowds: Mapping[int, Crowd]
    starred: Set[int]
    own: Set[int]
    can_star: bool
    at: NoteAddresses

    @classmethod
    def for_me(
        cls,
        conference: Conference,
        pages: Mapping[int, Pages],
        line_ups: Mapping[int, Sequence[PublicEntry]] = MappingProxyType({}),
        crowds: Mapping[int, Crowd] = MappingProxyType({}),
    ) -> Cards:
        person_id = None if (person := me()) is None else person.id
        starred, own = wall.starred(conference, person_id), wall.presented(conference, person_id)
        at = NoteAddresses.of(conference, for_guest=person_id is None)
        return cls(conference, pages, line_ups, crowds, starred, own, conference.stars_are_open(utcnow()), at)

    def card(self, entry: PublicEntry) -> EntryCard:
        note_id = entry.note_id
        is_block, is_own = note_id in self.line_ups, note_id in self.own
        return EntryCard(
            entry,
            self.pages.get(note_id, ()),
            tuple(map(self.card, self.line_ups[note_id])) if is_block else (),
            is_block,
            self._fullness(note_id),
            note_id in self.starred,
            is_own,
            self.can_star and not is_own and entry.state == "on" and not is_block,
            self.conference.zone,
            self.at,
        )

    def ghost(self, ghost: Ghost) -> GhostCard:
        return ghost_card(ghost, self.conference.slug, self.conference.zone)

    def cells(self, row: GridRow) -> list[CellCard]:
        return [cell_card(cell, self.card, self.conference.slug, self.conference.zone) for cell in row.cells]

    def plain_row(self, row: GridRow) -> PlainRow | None:
        """None where something in it is the asking person's own, or where it has a block of lightning talks."""
        ids = [entry.note_id for cell in row.cells for entry in cell.entries]
        if not all(mine.isdisjoint(ids) for mine in (self.starred, self.own, self.line_ups.keys())):
            return None
        said = tuple(
            (note_id, self.pages.get(note_id, ()), self._fullness(note_id))
            for note_id in ids
            if note_id in self.pages or note_id in self.crowds
        )
        starts_at, is_now, here = row.stretch.starts_at, row.stretch.state == "now", self.conference
        return PlainRow(starts_at, is_now, row.cells, said, self.can_star, here.slug, here.zone, self.at)

    def _fullness(self, note_id: int) -> Fullness | None:
        return self.crowds[note_id].fullness if note_id in self.crowds else None


def cell_card(cell: GridCell, card: Callable[[Any], EntryCard], slug: str, zone: str) -> CellCard:
    """A cell of the grid as parts/schedule.html needs it."""
    traces = tuple(ghost_card(ghost, slug, zone) for ghost in cell.ghosts)
    return CellCard(cell.room, cell.rows, tuple(map(card, cell.entries)), traces)


def ghost_card(ghost: Ghost, slug: str, zone: str) -> GhostCard:
    """What a moved session has left, as parts/schedule.html needs it: "moved to KEC 1003, 13:00"."""
    page = url_for("schedule.show", slug=slug, _anchor=f"session-{ghost.entry.note_id}")
    return GhostCard(ghost.entry.title, _new_place(ghost, zone), page)


def was(entry: AnyEntry, zone: str) -> str | None:
    """Where the session was before it moved: "KEC 1005" or "13:00, KEC 1005"."""
    if entry.moved_from is None:
        return None
    before = moved_from(entry)
    if before == entry.starts_at:
        return str(entry.moved_from["room"])
    return f"{time_label(before, zone)}, {entry.moved_from['room']}"


def _new_place(ghost: Ghost, zone: str) -> str:
    """Where it is now; the time where that is another one, the day too where it is another day."""
    entry = ghost.entry
    if ghost.stays_in_time:
        return entry.room
    same_day = day_of(ghost.starts_at, zone) == day_of(entry.starts_at, zone)
    return f"{entry.room}, {time_label(entry.starts_at, zone) if same_day else when(entry.starts_at, zone)}"
