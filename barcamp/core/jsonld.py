"""schema.org's Event for search engines, as JSON-LD in a page: a conference with its talks, or one talk.

Google reads startDate with the offset of the venue, `eventStatus`, `previousStartDate` of what was moved, and `offers`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

CONTEXT = "https://schema.org"
OFFLINE = "https://schema.org/OfflineEventAttendanceMode"

# no "</script>" and no "<!--" may stand in it; the line ends are for readers that take it for JavaScript
_ESCAPES = str.maketrans({
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029",
})  # fmt: skip


class Venue(NamedTuple):
    """Where it is. `position` is (latitude, longitude) in degrees."""

    name: str
    address: str = ""
    position: tuple[float, float] | None = None


class TalkFacts(NamedTuple):
    """A talk in its place; times are aware. `moved_from` is when it was to start before it moved in time."""

    name: str
    url: str
    starts_at: datetime
    ends_at: datetime
    room: str
    performers: tuple[str, ...] = ()
    description: str = ""
    cancelled: bool = False
    moved_from: datetime | None = None


class ConferenceFacts(NamedTuple):
    """`starts_on` and `ends_on` are its first and its last day; `zone` is IANA's name."""

    name: str
    url: str
    starts_on: date
    ends_on: date
    zone: str
    venue: Venue
    description: str = ""


def conference_in_html(conference: ConferenceFacts, parts: Iterable[str] = ()) -> str:
    """`in_html` of `conference_event`, of its talks' `part_in_html`: on a page of a hundred one has changed."""
    whole = in_html(conference_event(conference))
    joined = ",".join(parts)
    return f'{whole[:-1]},"subEvent":[{joined}]}}' if joined else whole


def part_in_html(talk: TalkFacts, conference: ConferenceFacts) -> str:
    """A talk as a `subEvent` of its conference, for `conference_in_html`."""
    return in_html(_part(talk, conference))


def _part(talk: TalkFacts, conference: ConferenceFacts) -> dict[str, Any]:
    return {"@type": "Event", **_talk(talk, conference)}


def conference_event(conference: ConferenceFacts, talks: Iterable[TalkFacts] = ()) -> dict[str, Any]:
    """A conference, with its talks as `subEvent`, which comes last."""
    parts = [_part(talk, conference) for talk in talks]
    said = {
        "@context": CONTEXT,
        "@type": "Event",
        **_conference(conference),
        "description": conference.description,
        "isAccessibleForFree": True,
        "location": place(conference.venue),
        "offers": _free(conference.url),
        "subEvent": parts,
    }
    return _without_empty(said)


def talk_event(talk: TalkFacts, conference: ConferenceFacts) -> dict[str, Any]:
    """One talk, with the conference as `superEvent`."""
    above = {"@type": "Event", **_conference(conference), "location": place(conference.venue)}
    more = {"eventAttendanceMode": OFFLINE, "isAccessibleForFree": True, "offers": _free(talk.url)}
    return {
        "@context": CONTEXT,
        "@type": "Event",
        **_talk(talk, conference),
        **more,
        "superEvent": _without_empty(above),
    }  # fmt: skip


def in_html(data: object) -> str:
    """JSON that may stand in a `<script type="application/ld+json">`, whatever the texts in it are."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _conference(conference: ConferenceFacts) -> dict[str, Any]:
    return {
        "name": conference.name,
        "url": conference.url,
        "startDate": conference.starts_on.isoformat(),
        "endDate": conference.ends_on.isoformat(),
        "eventStatus": status(),
        "eventAttendanceMode": OFFLINE,
    }


def _talk(talk: TalkFacts, conference: ConferenceFacts) -> dict[str, Any]:
    moved = talk.moved_from is not None and not talk.cancelled
    return _without_empty({
        "name": talk.name,
        "url": talk.url,
        "startDate": _local(talk.starts_at, conference.zone),
        "endDate": _local(talk.ends_at, conference.zone),
        "previousStartDate": _local(talk.moved_from, conference.zone) if moved and talk.moved_from else None,
        "eventStatus": status(cancelled=talk.cancelled, moved=moved),
        "description": talk.description,
        "location": place(conference.venue, talk.room),
        "performer": [{"@type": "Person", "name": name} for name in talk.performers],
    })  # fmt: skip


def status(*, cancelled: bool = False, moved: bool = False) -> str:
    if cancelled:
        return f"{CONTEXT}/EventCancelled"
    return f"{CONTEXT}/EventRescheduled" if moved else f"{CONTEXT}/EventScheduled"


def place(venue: Venue, room: str = "") -> dict[str, Any]:
    """The place itself with its position; in the many rooms of it that would only be repeated."""
    geo = None
    if venue.position is not None and not room:
        geo = {"@type": "GeoCoordinates", "latitude": venue.position[0], "longitude": venue.position[1]}
    return _without_empty({
        "@type": "Place",
        "name": ", ".join(part for part in (room, venue.name) if part) or venue.address or "The venue",
        "address": venue.address or venue.name,
        "geo": geo,
    })  # fmt: skip


def _free(url: str) -> dict[str, Any]:
    """Google asks for the currency of what costs nothing."""
    return {"@type": "Offer", "price": 0, "priceCurrency": "USD", "availability": f"{CONTEXT}/InStock", "url": url}


def _local(instant: datetime, zone: str) -> str:
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


def _without_empty(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in ("", None, [], {})}
