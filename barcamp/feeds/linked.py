"""What pages say of a conference and its sessions to search engines: JSON-LD, as the last thing in their <head>."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from barcamp.conferences.models import Conference
from barcamp.core.jsonld import (
    ConferenceFacts,
    TalkFacts,
    Venue,
    conference_in_html,
    in_html,
    part_in_html,
    talk_event,
)
from barcamp.schedule.entries import moved_from
from barcamp.schedule.public import AnyEntry, PublicEntry
from barcamp.wall.models import Note
from barcamp.web import markdown

#: Sessions that a page lists: a page is read far more often by people than by search engines.
MOST_TALKS = 100
LONGEST_WORDS = 300


def of_conference(conference: Conference, entries: Iterable[PublicEntry], base: str) -> Markup:
    """A conference with the sessions of its published schedule."""
    facts = _conference(conference, base)
    part = _part_of(facts)
    shown = [entry for entry in entries if entry.block_id is None][:MOST_TALKS]
    return _in_script(conference_in_html(facts, [part(entry) for entry in shown]))


@lru_cache(maxsize=8)
def _part_of(conference: ConferenceFacts) -> Callable[[PublicEntry], str]:
    """Kept for the last few conferences, and of each for as many entries as its pages list, and as many that were."""

    @lru_cache(maxsize=2 * MOST_TALKS)
    def part(entry: PublicEntry) -> str:  # a block of lightning talks has no page of its own
        return part_in_html(_talk(conference, entry, _names(entry), in_the_schedule=entry.is_block), conference)

    return part


def of_note(conference: Conference, note: Note, entry: AnyEntry | None, base: str) -> Markup:
    """A session, once it is public where and when it is. `note` has its people loaded."""
    if entry is None or entry.state == "hidden":
        return Markup()
    words = "" if note.withdrawn_at is not None else markdown.plain(note.description, LONGEST_WORDS)
    facts = _conference(conference, base)
    return script(talk_event(_talk(facts, entry, tuple(note.presenters), words), facts))


def script(data: dict[str, Any]) -> Markup:
    """A block of data: a browser runs nothing of it, and `in_html` lets nothing out of it."""
    return _in_script(in_html(data))


def _in_script(text: str) -> Markup:
    """Takes what `in_html` gives."""
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704


def _conference(conference: Conference, base: str) -> ConferenceFacts:
    located = conference.latitude is not None and conference.longitude is not None
    position = (conference.latitude, conference.longitude) if located else None
    return ConferenceFacts(
        name=conference.name,
        url=f"{base}/{conference.slug}/",
        starts_on=conference.starts_on,
        ends_on=conference.ends_on,
        zone=conference.zone,
        venue=Venue(conference.venue, conference.address, position),  # type: ignore[arg-type]
        description=conference.tagline,
    )


def _names(entry: AnyEntry) -> tuple[str, ...]:
    """An entry keeps its hosts as one line; somebody "Oak, Jr." is two people to a search engine alone."""
    return tuple(entry.hosts.split(", ")) if entry.hosts else ()


def _talk(
    conference: ConferenceFacts,
    entry: AnyEntry,
    performers: tuple[str, ...],
    description: str = "",
    *,
    in_the_schedule: bool = False,
) -> TalkFacts:
    was = moved_from(entry) if entry.moved_from is not None else None
    return TalkFacts(
        name=entry.title,
        url=f"{conference.url}{f'schedule#session-{entry.note_id}' if in_the_schedule else f'notes/{entry.note_id}'}",
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        room=entry.room,
        performers=performers,
        description=description,
        cancelled=entry.state == "cancelled",
        moved_from=None if was == entry.starts_at else was,
    )
