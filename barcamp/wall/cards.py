"""Notes as the templates show them: a `Card` is what templates/parts/note.html asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from flask import request, url_for

from barcamp.conferences.models import Conference
from barcamp.errors import N_
from barcamp.wall.models import Note
from barcamp.wall.queries import START_OF_TEXT, Pitched, WallNote, WrittenNote
from barcamp.web import markdown
from barcamp.web.words import _

NEW_FOR = timedelta(minutes=5)
EXCERPT = 140  # characters

FORMAT_WORDS = {
    "talk": N_("Talk"),
    "discussion": N_("Discussion"),
    "workshop": N_("Workshop"),
    "lightning": N_("Lightning talk"),
}


class Card(NamedTuple):
    """A note on a page. `stars` is None while counts are hidden.

    Hundreds of them are asked for only to find the HTML that is kept of them (web/fragments.py): so this is what tells
    one from another, and what there is to show of it is worked out for those that are made.
    """

    written: WrittenNote
    stars: int | None
    starred: bool
    mine: bool
    can_star: bool
    new: bool
    at: NoteAddresses

    @property
    def id(self) -> int:
        return self.written.id

    @property
    def title(self) -> str:
        return self.written.title

    @property
    def excerpt(self) -> str:
        return excerpt(self.written.text)

    @property
    def format(self) -> str:
        return _(FORMAT_WORDS[self.written.format])

    @property
    def tags(self) -> tuple[str, ...]:
        return self.written.tags

    @property
    def hosts(self) -> str:
        return presenters(self.written)

    @property
    def url(self) -> str:
        return self.at.note.format(self.id)

    @property
    def star_url(self) -> str:
        return self.at.star.format(self.id)

    @property
    def unstar_url(self) -> str:
        return self.at.unstar.format(self.id)

    @property
    def sign_in_url(self) -> str | None:
        """Where a guest's star leads."""
        return None if self.at.way_in is None else self.at.way_in.format(self.id)

    @property
    def hidden(self) -> bool:
        return self.written.hidden

    @property
    def withdrawn(self) -> bool:
        return self.written.withdrawn

    @property
    def held(self) -> bool:
        return self.written.held

    @property
    def seeks_host(self) -> bool:
        return self.written.seeks_host

    @property
    def questions(self) -> int:
        return self.written.questions


class NoteAddresses(NamedTuple):
    """The addresses of a conference's notes, with `{}` for the note's id. Made once and filled in: 1,800 times
    `url_for` would be the slowest part of a page. `way_in` is where a guest becomes somebody, and then goes on to the
    note; None for whoever is somebody.
    """

    note: str
    star: str
    unstar: str
    way_in: str | None

    @classmethod
    def of(cls, conference: Conference, *, for_guest: bool) -> NoteAddresses:
        return _addresses(conference.slug, conference.walk_ins if for_guest else None, request.script_root)


_STAND_IN = 987654321


@lru_cache(maxsize=64)
def _addresses(slug: str, walk_ins: bool | None, _script_root: str) -> NoteAddresses:
    """As url_for gives them in this request; `walk_ins` is None where no way in is needed."""
    note, star, unstar = (
        url_for(endpoint, slug=slug, note_id=_STAND_IN) for endpoint in ("wall.note", "wall.star", "wall.unstar")
    )
    way_in = None if walk_ins is None else _way_in(slug, note, walk_ins=walk_ins)
    return NoteAddresses(_with_a_gap(note), _with_a_gap(star), _with_a_gap(unstar), way_in and _with_a_gap(way_in))


def _with_a_gap(address: str) -> str:
    return address.replace(str(_STAND_IN), "{}")


@dataclass(frozen=True)
class Viewer:
    """Who looks at a conference's notes, and what they may see and do there now."""

    conference: Conference
    person_id: int | None
    is_organizer: bool
    now: datetime

    @property
    def sees_counts(self) -> bool:
        return self.is_organizer or self.conference.counts_are_shown(self.now)

    def cards(self, notes: Iterable[WallNote]) -> list[Card]:
        """The notes as cards."""
        at = NoteAddresses.of(self.conference, for_guest=self.person_id is None)
        stars_open, sees_counts = self.conference.stars_are_open(self.now), self.sees_counts
        newer_than = self.now - NEW_FOR
        return [
            Card(
                note,
                stars if sees_counts else None,
                starred,
                mine,
                stars_open and not (mine or note.withdrawn or note.hidden or note.held),
                note.posted_at > newer_than,
                at,
            )
            for note, mine, stars, starred in notes
        ]

    def card(self, note: Note, *, starred: bool) -> Card:
        """A whole note as a card, for its own page."""
        written = WrittenNote(
            id=note.id, title=note.title, text=note.description[:START_OF_TEXT], format=note.format,
            tags=tuple(tag.tag for tag in note.tags), presenters=tuple(note.presenters), presenter_ids=frozenset(),
            seeks_host=note.seeks_host, asked_by="" if note.asked_by is None else note.asked_by.name,
            posted_at=note.posted_at, withdrawn=note.withdrawn_at is not None, hidden=note.hidden_at is not None,
            held=note.held_at is not None, questions=0,
        )  # fmt: skip
        return self.cards([WallNote(written, note.is_presented_by(self.person_id), note.star_count, starred)])[0]


def _way_in(slug: str, wanted: str, *, walk_ins: bool) -> str:
    """Where a guest becomes somebody, and then goes on to `wanted`: by a name where that is enough, else by mail."""
    if walk_ins:
        return url_for("people.walk_in", slug=slug, next=wanted)
    return url_for("people.sign_in", next=wanted)


def presenters(note: WrittenNote | Pitched) -> str:
    """Who presents, as one line: "Bo Finch, Cy Reed"; "someone" for an author who has left; who asked for it where
    nobody presents it yet.
    """
    if note.seeks_host:
        return _("asked for by {name}").format(name=note.asked_by) if note.asked_by else _("asked for")
    return ", ".join(note.presenters) or _("someone")


@lru_cache(maxsize=4096)
def excerpt(text: str) -> str:
    """The plain start of a description. Kept, since a wall shows hundreds and Markdown takes its time."""
    return markdown.plain(text, EXCERPT)
