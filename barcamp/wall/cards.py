"""Notes as the templates show them: a `Card` is what templates/parts/note.html asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from flask import url_for

from barcamp.conferences.models import Conference
from barcamp.errors import N_
from barcamp.wall.models import FORMATS, Note
from barcamp.wall.queries import START_OF_TEXT, Pitched, WallNote
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


@dataclass(frozen=True, slots=True)
class Card:
    """A note on a page. `stars` is None while counts are hidden; `sign_in_url` is where a guest's star leads."""

    id: int
    title: str
    excerpt: str
    format: str
    tags: tuple[str, ...]
    hosts: str
    stars: int | None
    starred: bool
    mine: bool
    can_star: bool
    url: str
    star_url: str
    unstar_url: str
    sign_in_url: str | None
    new: bool
    hidden: bool
    withdrawn: bool
    held: bool
    seeks_host: bool
    questions: int


@dataclass(frozen=True, slots=True)
class NoteAddresses:
    """The addresses of a conference's notes, with `{}` for the note's id. Made once a page and filled in: 1,800 times
    `url_for` would be the slowest part of it. `way_in` is where a guest becomes somebody, and then goes on to the note.
    """

    note: str
    star: str
    unstar: str
    way_in: str

    @classmethod
    def of(cls, conference: Conference) -> NoteAddresses:
        note, star, unstar = (
            url_for(endpoint, slug=conference.slug, note_id=_STAND_IN)
            for endpoint in ("wall.note", "wall.star", "wall.unstar")
        )
        made = (note, star, unstar, way_in(conference, note))
        return cls(*(address.replace(str(_STAND_IN), "{}") for address in made))


_STAND_IN = 987654321


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
        at = NoteAddresses.of(self.conference)
        stars_open, sees_counts = self.conference.stars_are_open(self.now), self.sees_counts
        words = {name: _(FORMAT_WORDS[name]) for name in FORMATS}
        return [
            Card(
                id=note.id, title=note.title, excerpt=excerpt(note.text), format=words[note.format], tags=note.tags,
                hosts=presenters(note), stars=note.stars if sees_counts else None,
                starred=note.starred, mine=note.mine,
                can_star=stars_open and not (note.mine or note.withdrawn or note.hidden or note.held),
                url=at.note.format(note.id), star_url=at.star.format(note.id), unstar_url=at.unstar.format(note.id),
                sign_in_url=at.way_in.format(note.id) if self.person_id is None else None,
                new=self.now - note.posted_at < NEW_FOR, hidden=note.hidden, withdrawn=note.withdrawn,
                held=note.held, seeks_host=note.seeks_host, questions=note.questions,
            )
            for note in notes
        ]  # fmt: skip

    def card(self, note: Note, *, starred: bool) -> Card:
        """A whole note as a card, for its own page."""
        flat = WallNote(
            id=note.id, title=note.title, text=note.description[:START_OF_TEXT], format=note.format,
            tags=tuple(tag.tag for tag in note.tags), presenters=tuple(note.presenters),
            mine=note.is_presented_by(self.person_id), seeks_host=note.seeks_host,
            asked_by="" if note.asked_by is None else note.asked_by.name, stars=note.star_count, starred=starred,
            posted_at=note.posted_at, withdrawn=note.withdrawn_at is not None, hidden=note.hidden_at is not None,
            held=note.held_at is not None,
        )  # fmt: skip
        return self.cards([flat])[0]


def way_in(conference: Conference, wanted: str) -> str:
    """Where a guest becomes somebody, and then goes on to `wanted`: by a name where that is enough, else by mail."""
    if conference.walk_ins:
        return url_for("people.walk_in", slug=conference.slug, next=wanted)
    return url_for("people.sign_in", next=wanted)


def presenters(note: WallNote | Pitched) -> str:
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
