"""A speaker's page for programs: JSON, Atom (RFC 4287) and schema.org's JSON-LD, from the lines of page.py.

The same lines give the same bytes; no clock is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from barcamp.core import atom
from barcamp.core.addresses import plain_address
from barcamp.core.ical import CANCELLED
from barcamp.core.jsonld import CONTEXT, Venue, in_html, place, status
from barcamp.core.spans import span_words
from barcamp.speakers.page import Line


@dataclass(frozen=True, slots=True)
class Card:
    """Who speaks. Addresses are absolute; `picture` is "" where there is none, `bio` is Markdown."""

    name: str
    url: str
    bio: str
    about: str  # the bio as plain words
    links: tuple[tuple[str, str], ...]
    picture: str
    changed_at: datetime


def write_json(card: Card, lines: Sequence[Line]) -> bytes:
    """The page for programs: the same keys for every talk, null or "" where nothing is known; days include the last."""
    told = {
        "name": card.name,
        "url": card.url,
        "bio": card.bio,
        "picture": card.picture or None,
        "links": [{"name": name, "url": url} for name, url in card.links],
        "calendar": f"{card.url}.ics",
        "changed_at": _iso(card.changed_at),
        "talks": [_talk(line) for line in lines],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _talk(line: Line) -> dict[str, Any]:
    return {
        "uid": line.uid,
        "title": line.title,
        "conference": line.conference,
        "conference_url": line.conference_url or None,
        "where": line.place,
        "when": span_words(line.starts_on, line.ends_on),
        "starts_on": line.starts_on.isoformat(),
        "ends_on": line.ends_on.isoformat(),
        "starts_at": None if line.starts_at is None else _iso(line.starts_at),
        "ends_at": None if line.ends_at is None else _iso(line.ends_at),
        "zone": line.zone,
        "room": line.room or None,
        "with": list(line.with_),
        "url": line.url or None,
        "slides_url": line.slides_url or None,
        "recording_url": line.recording_url or None,
        "status": "cancelled" if line.cancelled else "confirmed",
        "here": line.is_here,
    }


def linked_data(card: Card, lines: Iterable[Line]) -> str:
    """schema.org's Person and an Event for each talk, as the text of a <script type="application/ld+json">.

    No "<" is in it, so that no text of anybody can end the script (HTML, 4.12.1.3).
    """
    person: dict[str, Any] = {"@type": "Person", "@id": card.url, "name": card.name, "url": card.url}
    if card.about:
        person["description"] = card.about
    if card.picture:
        person["image"] = card.picture
    if card.links:
        person["sameAs"] = [url for _name, url in card.links]
    graph = [person, *(_event(line, card) for line in lines)]
    return in_html({"@context": CONTEXT, "@graph": graph})


def write_atom(card: Card, lines: Iterable[Line]) -> bytes:
    """An entry for each talk, the one that was changed last on top."""
    newest_first = sorted(lines, key=lambda one: (one.stamped_at or card.changed_at, one.uid), reverse=True)
    return atom.write(
        atom.Feed(
            id=card.url,
            title=f"Talks of {card.name}",
            url=card.url,
            feed_url=f"{card.url}.atom",
            author=card.name,
            updated_at=card.changed_at,
            entries=tuple(_entry(line, card) for line in newest_first),
        )
    )


def _entry(line: Line, card: Card) -> atom.Entry:
    when = span_words(line.starts_on, line.ends_on)
    changed_at = line.stamped_at or card.changed_at
    return atom.Entry(
        id=_name_for_life(line, card),
        title=CANCELLED + line.title if line.cancelled else line.title,
        url=plain_address(line.url) or card.url,
        published_at=line.created_at or changed_at,
        updated_at=changed_at,
        lines=tuple(part for part in (when, line.conference, line.place, line.room) if part),
    )


def _name_for_life(line: Line, card: Card) -> str:
    """RFC 4287, 4.2.6: a talk that came from another program may have a name that is no UUID."""
    try:
        return atom.urn(line.uid)
    except ValueError:
        return f"{card.url}#{quote(line.uid, safe='')}"


def _event(line: Line, card: Card) -> dict[str, Any]:
    performers = [{"@type": "Person", "@id": card.url, "name": card.name}]
    performers += [{"@type": "Person", "name": name} for name in line.with_]
    event: dict[str, Any] = {
        "@type": "Event",
        "name": line.title,
        "startDate": _iso(line.starts_at) if line.starts_at else line.starts_on.isoformat(),
        "endDate": _iso(line.ends_at) if line.ends_at else line.ends_on.isoformat(),
        "eventStatus": status(cancelled=line.cancelled),
        "performer": performers,
        "superEvent": {"@type": "Event", "name": line.conference, "startDate": line.starts_on.isoformat(),
                       "endDate": line.ends_on.isoformat()},
    }  # fmt: skip
    if line.place or line.room:
        venue = Venue(line.place or line.room)
        event["location"] = place(venue, line.room if line.place else "")
        event["superEvent"]["location"] = place(venue)
    if line.url:
        event["url"] = line.url
    if line.conference_url:
        event["superEvent"]["url"] = line.conference_url
    return event


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
