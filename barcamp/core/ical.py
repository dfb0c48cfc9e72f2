"""iCalendar for readers of every family: one VEVENT's bytes from one occurrence, one feed's bytes from fragments.

The icalendar library folds lines and orders properties; everything else it would let through or guess is decided here:
what may stand in a text, in an address, in a number; UTC times only; no UID on the calendar; no clock and no chance, so
that the same schedule gives the same bytes. A fragment is made once, when its talk changes, and is then stored: a feed
is head + stored fragments + foot. Start at `fragment` and `calendar`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from urllib.parse import urlsplit

from icalendar import Calendar, Component, Event
from icalendar.prop import vText
from typing_extensions import override

from barcamp.core.slugs import clean_line, clean_text
from barcamp.core.times import is_zone

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]

#: No version in it: an upgrade of this program must not change the bytes of every feed.
PRODUCT = "-//BarCamp//Schedule//EN"
#: How often a reader may ask again. Constant: a changed calendar property makes some mirrors fetch every event anew.
REFRESH = "PT1H"

# Readers drop an event without a title or a place, so both always say something.
UNTITLED = "(untitled)"
PLACE_TO_COME = "(room to be announced)"
#: Before the title, for readers that do not strike cancelled events through.
CANCELLED = "[Cancelled] "

_SHARED = b"\r\nTRANSP:TRANSPARENT\r\n"
_BUSY = b"\r\nTRANSP:OPAQUE\r\n"
_FOOT = b"END:VCALENDAR\r\n"
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,254}")
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_COLOR = re.compile(r"[a-z]{3,20}")
_TOO_HIGH = 2**31


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One talk in one slot, as a calendar shows it. Times are aware; texts may be anything, they get cleaned here.

    Where both times are dates it is of whole days, from `starts_at` until before `ends_at` (RFC 5545 3.6.1).

    `uid` is stored with the placement and never made from what can change. `stamped_at` is the last change that shows
    here (RFC 5545 3.8.7.2 and 3.8.7.3), `sequence` counts such changes and never goes down. `place` is "Room, Venue".
    `description` is plain text and ends with the address of the talk's page. `geo` is (latitude, longitude) in degrees.
    """

    uid: str
    sequence: int
    stamped_at: datetime
    created_at: datetime
    starts_at: date | datetime
    ends_at: date | datetime
    title: str
    place: str
    description: str
    url: str
    categories: tuple[str, ...] = ()
    geo: tuple[float, float] | None = None
    status: Status = "CONFIRMED"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a calendar says about itself. `zone` is the venue's IANA name, `color` a CSS3 name such as "teal".

    `changed_at` is the newest change of any member, removals too, so it cannot be taken from the members that are left.
    `source_url` is the feed's own address; None where that address is a secret, as in a personal feed.
    """

    name: str
    description: str
    url: str
    source_url: str | None
    zone: str
    changed_at: datetime
    color: str | None = None


def fragment(occurrence: Occurrence, *, busy: bool) -> bytes:
    """One VEVENT, with its CRLF, of lines of at most 75 octets; the same bytes for the same occurrence.

    `busy` is for a person's own agenda: only there does a talk block its reader's free time (TRANSP, RFC 5545 3.8.2.7).

    Raises:
        ValueError: a naive or backward time, a sequence outside 0..2^31-1, a UID or address with odd characters, a
            position off the globe, an unknown status. Texts never raise.
    """
    _refuse_backwards(occurrence.starts_at, occurrence.ends_at)
    event = Event()
    _put(event, "UID", _uid(occurrence.uid))
    _put(event, "SEQUENCE", _sequence(occurrence.sequence))
    _put(event, "DTSTAMP", _instant(occurrence.stamped_at))
    _put(event, "CREATED", _instant(occurrence.created_at))
    _put(event, "LAST-MODIFIED", _instant(occurrence.stamped_at))
    _put_when(event, "DTSTART", occurrence.starts_at)
    _put_when(event, "DTEND", occurrence.ends_at)
    _put(event, "SUMMARY", _text(shown_title(occurrence)))
    _put(event, "LOCATION", _text(clean_line(occurrence.place) or PLACE_TO_COME))
    _put(event, "DESCRIPTION", _text(clean_text(occurrence.description)))
    _put(event, "URL", _url(occurrence.url))
    if categories := shown_categories(occurrence):
        _put(event, "CATEGORIES", ",".join(_text(name) for name in categories))
    if occurrence.geo is not None:
        _put(event, "GEO", _geo(*occurrence.geo))
    _put(event, "STATUS", _status(occurrence.status))
    _put(event, "TRANSP", "OPAQUE" if busy else "TRANSPARENT")
    return bytes(event.to_ical(sorted=False))


def as_busy(shared: bytes) -> bytes:
    """The fragment for a person's own agenda from the stored one, without making it again.

    Equal to `fragment(…, busy=True)`: a property line cannot be part of a text, since texts hold no raw line ends.

    Raises:
        ValueError: this is not one fragment made by `fragment(…, busy=False)`.
    """
    if shared.count(_SHARED) != 1:
        raise ValueError("Not a shared fragment of one event.")
    return shared.replace(_SHARED, _BUSY)


def calendar(feed: Feed, fragments: Iterable[bytes]) -> bytes:
    """One VCALENDAR around the fragments, in their order; the same bytes for the same feed. No fragments is fine.

    Without METHOD, so that a feed is no invitation (RFC 5546), and without UID, which some mirrors take for every
    event's. Names are written twice, since readers look at X-WR-CALNAME and RFC 7986 says NAME.

    Raises:
        ValueError: a naive time, an unknown zone, an odd address or colour. Texts never raise.
    """
    return joined(_head(feed), fragments)


def letter_head(feed: Feed) -> bytes:
    """The beginning of a calendar that goes out with letters, to be `joined` with what concerns each reader.

    It says METHOD:PUBLISH (RFC 5546, 3.2; RFC 6047, 2.4), by which mail programs offer to take the events over, and
    not how often to ask again: nobody can. Raises as `calendar` does.
    """
    return _head(feed, in_a_letter=True)


def joined(head: bytes, fragments: Iterable[bytes]) -> bytes:
    """A whole calendar of its beginning and the fragments, in their order."""
    return b"".join((head, *fragments, _FOOT))


def _head(feed: Feed, *, in_a_letter: bool = False) -> bytes:
    head = Calendar()
    name = _text(clean_line(feed.name) or UNTITLED)
    description = _text(clean_text(feed.description))
    _put(head, "VERSION", "2.0")
    _put(head, "PRODID", PRODUCT)
    _put(head, "CALSCALE", "GREGORIAN")
    if in_a_letter:
        _put(head, "METHOD", "PUBLISH")
    _put(head, "NAME", name)
    _put(head, "X-WR-CALNAME", name)
    _put(head, "DESCRIPTION", description)
    _put(head, "X-WR-CALDESC", description)
    _put(head, "URL", _url(feed.url))
    if feed.source_url is not None:
        _put(head, "SOURCE", _url(feed.source_url), VALUE="URI")
    _put(head, "LAST-MODIFIED", _instant(feed.changed_at))
    _put(head, "X-WR-TIMEZONE", _zone(feed.zone))
    if not in_a_letter:
        _put(head, "REFRESH-INTERVAL", REFRESH, VALUE="DURATION")
        _put(head, "X-PUBLISHED-TTL", REFRESH)
    if feed.color is not None:
        _put(head, "COLOR", _color(feed.color))
    return bytes(head.to_ical(sorted=False).removesuffix(_FOOT))


def shown_title(occurrence: Occurrence) -> str:
    """The title as every reader shows it."""
    title = clean_line(occurrence.title) or UNTITLED
    return CANCELLED + title if occurrence.status == "CANCELLED" else title


def shown_categories(occurrence: Occurrence) -> tuple[str, ...]:
    """The categories as every reader shows them, each once, empty ones left out.

    A comma inside one becomes a space: RFC 5545 would have it escaped, and Home Assistant splits there all the same.
    """
    names = (clean_line(name.replace(",", " ")) for name in occurrence.categories)
    return tuple(dict.fromkeys(name for name in names if name))


class _Written(vText):
    """A value that is already written as it must stand: the library's own escaping takes `\\N` for a new line."""

    @override
    def to_ical(self) -> bytes:
        return str(self).encode()


def _put(component: Component, name: str, written: str, **parameters: str) -> None:
    component.add(name, _Written(written, params=parameters), encode=False)


def _put_when(component: Component, name: str, when: date | datetime) -> None:
    if isinstance(when, datetime):
        _put(component, name, _instant(when))
    else:
        _put(component, name, when.isoformat().replace("-", ""), VALUE="DATE")


def _refuse_backwards(start: date | datetime, end: date | datetime) -> None:
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise ValueError("Whole days and times do not mix.")
    if end <= start:
        raise ValueError("An occurrence ends after it starts.")


def _text(clean: str) -> str:
    """RFC 5545 3.3.11."""
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("A time without a zone has no place in a calendar.")
    # Not strftime: its %Y leaves out the zeros of early years on some systems.
    return re.sub("[-:]", "", moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()) + "Z"


def _uid(uid: str) -> str:
    if _UID.fullmatch(uid) is None:
        raise ValueError(f"Not a UID: {uid!r}")
    return uid


def _sequence(number: int) -> str:
    if not 0 <= number < _TOO_HIGH:
        raise ValueError(f"Not a sequence number: {number}")
    return str(int(number))


def _url(url: str) -> str:
    """RFC 3986 characters only, of http and https, with a host: nothing that could end a line or start a script."""
    if _URL.fullmatch(url) is None or not urlsplit(url).hostname:
        raise ValueError(f"Not an address for a calendar: {url!r}")
    return url


def _geo(latitude: float, longitude: float) -> str:
    """RFC 5545 3.8.1.6: six places, with a dot, never in powers of ten."""
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError(f"Not a place on Earth: {latitude}, {longitude}")
    return ";".join(f"{round(degrees, 6) + 0.0:.6f}" for degrees in (latitude, longitude))  # + 0.0: never "-0.000000"


def _status(status: str) -> str:
    if status not in ("CONFIRMED", "TENTATIVE", "CANCELLED"):
        raise ValueError(f"Not a status of an event: {status!r}")
    return status


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"Not a zone: {name!r}")
    return name


def _color(name: str) -> str:
    if _COLOR.fullmatch(name) is None:
        raise ValueError(f"Not the name of a colour: {name!r}")
    return name
