"""Readers of iCalendar of five families, brought to one shape, so that a test can ask whether they all agree.

`strict` is written here from RFC 5545 alone and takes nothing that the RFC does not allow. The others are libraries
that people's calendars are built on: icalendar, vobject, ical (Home Assistant's), and ics, which knows the least. More
of them, of other languages, are asked by bench/readers.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import ics
import vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar.parser import unescape_backslash


@dataclass(frozen=True)
class Told:
    """What every reader has to understand of a VEVENT, however little else it knows.

    Times are in UTC; of whole days both are dates, from `starts_at` until before `ends_at`.
    """

    uid: str
    starts_at: date
    ends_at: date
    title: str
    place: str
    status: str


@dataclass(frozen=True)
class Reading:
    """One VEVENT as a reader understands it; times as in Told, `geo` as (latitude, longitude)."""

    uid: str
    sequence: int
    stamped_at: datetime
    created_at: datetime
    modified_at: datetime
    starts_at: date
    ends_at: date
    title: str
    place: str
    description: str
    url: str
    categories: tuple[str, ...]
    geo: tuple[float, float] | None
    status: str
    transparency: str

    @property
    def told(self) -> Told:
        return Told(self.uid, self.starts_at, self.ends_at, self.title, self.place, self.status)


@dataclass(frozen=True)
class FeedReading:
    """One VCALENDAR as a reader understands it."""

    name: str
    description: str
    url: str
    source_url: str | None
    zone: str
    changed_at: datetime
    color: str | None
    refresh: str
    events: tuple[Reading, ...]


class NotStrict(ValueError):
    """The bytes break a rule of RFC 5545."""


@dataclass(frozen=True)
class Line:
    """One content line, unfolded: NAME;PARAMETER=…:written value."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(frozen=True)
class Parsed:
    """A component with its lines by name and the components in it."""

    name: str
    lines: dict[str, Line]
    inside: list[Parsed]


_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f]")
_LINE = re.compile(r"(?P<name>[A-Z0-9-]+)(?P<parameters>(?:;[A-Z0-9-]+=[^\";:,]+)*):(?P<value>.*)", re.DOTALL)
_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
_ONE_ESCAPE = re.compile(r"\\([\\;,nN])")
_INSTANT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")
_FLOAT = re.compile(r"[+-]?\d+(?:\.\d+)?")
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)")
_REQUIRED = {"UID", "DTSTAMP", "DTSTART"}
_WHEN = {"DTSTART", "DTEND"}


def strict(feed: bytes) -> FeedReading:
    """Read by the letter of the RFC: 3.1 lines, 3.2 parameters, 3.3.11 text, 3.4 and 3.6 components, 3.8 properties."""
    calendar = parse_strictly(feed)
    lines = calendar.lines
    if calendar.name != "VCALENDAR" or {one.name for one in calendar.inside} - {"VEVENT"}:
        raise NotStrict("not a calendar of events")
    if lines["VERSION"].value != "2.0" or not lines["PRODID"].value or lines["CALSCALE"].value != "GREGORIAN":
        raise NotStrict("not iCalendar 2.0")
    if "UID" in lines or "METHOD" in lines:
        raise NotStrict("a feed is neither an invitation nor an event")
    if lines["X-WR-CALNAME"].value != lines["NAME"].value or lines["X-WR-CALDESC"].value != lines["DESCRIPTION"].value:
        raise NotStrict("two names")
    if lines["REFRESH-INTERVAL"].parameters != {"VALUE": "DURATION"}:
        raise NotStrict("RFC 7986 5.7 wants the parameter")
    if lines["REFRESH-INTERVAL"].value != lines["X-PUBLISHED-TTL"].value:
        raise NotStrict("two intervals")
    return FeedReading(
        name=_strict_text(lines["NAME"].value),
        description=_strict_text(lines["DESCRIPTION"].value),
        url=lines["URL"].value,
        source_url=lines["SOURCE"].value if "SOURCE" in lines else None,
        zone=lines["X-WR-TIMEZONE"].value,
        changed_at=_strict_instant(lines["LAST-MODIFIED"]),
        color=lines["COLOR"].value if "COLOR" in lines else None,
        refresh=lines["REFRESH-INTERVAL"].value,
        events=tuple(_strict_event(one) for one in calendar.inside),
    )


def parse_strictly(feed: bytes) -> Parsed:
    """The one component these bytes hold, or NotStrict."""
    found: list[Parsed] = []
    path: list[Parsed] = []
    for line in _strict_lines(feed):
        if line.name == "BEGIN":
            one = Parsed(line.value, {}, [])
            (path[-1].inside if path else found).append(one)
            path.append(one)
        elif line.name == "END":
            if not path or path.pop().name != line.value:
                raise NotStrict("END of something else")
        elif not path:
            raise NotStrict("a line outside")
        elif line.name in path[-1].lines:
            raise NotStrict(f"{line.name} twice")
        else:
            path[-1].lines[line.name] = line
    if path or len(found) != 1:
        raise NotStrict("not one whole component")
    return found[0]


def _strict_lines(feed: bytes) -> Iterator[Line]:
    if not feed.endswith(b"\r\n"):
        raise NotStrict("the last line does not end")
    unfolded: list[bytes] = []
    for octets in feed[:-2].split(b"\r\n"):
        if len(octets) > 75:
            raise NotStrict(f"a line of {len(octets)} octets")
        octets.decode()  # a letter cut in two by folding is an error here
        if not octets.startswith((b" ", b"\t")):
            unfolded.append(octets)
        elif unfolded:
            unfolded[-1] += octets[1:]
        else:
            raise NotStrict("starts with a fold")
    for octets in unfolded:
        text = octets.decode()
        match = _LINE.fullmatch(text)
        if match is None or _CONTROL.search(text):
            raise NotStrict(f"not a content line: {text!r}")
        pairs = (one.split("=") for one in match["parameters"].split(";")[1:])
        yield Line(match["name"], dict(pairs), match["value"])


def _strict_event(event: Parsed) -> Reading:
    lines = event.lines
    if event.inside or _REQUIRED - lines.keys():
        raise NotStrict("not a plain event")
    for name, line in lines.items():
        if line.parameters and not (name in _WHEN and line.parameters == {"VALUE": "DATE"}):
            raise NotStrict(f"{name} needs no parameters")
    if lines["DTSTART"].parameters != lines["DTEND"].parameters:
        raise NotStrict("from a day until a time")
    geo = lines["GEO"].value.split(";") if "GEO" in lines else None
    if geo is not None and (len(geo) != 2 or not all(_FLOAT.fullmatch(one) for one in geo)):
        raise NotStrict("GEO is two floats")
    categories = re.findall(r"(?:[^\\,]|\\.)+", lines["CATEGORIES"].value) if "CATEGORIES" in lines else []
    if lines["STATUS"].value not in {"TENTATIVE", "CONFIRMED", "CANCELLED"}:
        raise NotStrict("STATUS")
    if lines["TRANSP"].value not in {"OPAQUE", "TRANSPARENT"}:
        raise NotStrict("TRANSP")
    return Reading(
        uid=_strict_text(lines["UID"].value),
        sequence=int(lines["SEQUENCE"].value),
        stamped_at=_strict_instant(lines["DTSTAMP"]),
        created_at=_strict_instant(lines["CREATED"]),
        modified_at=_strict_instant(lines["LAST-MODIFIED"]),
        starts_at=_strict_when(lines["DTSTART"]),
        ends_at=_strict_when(lines["DTEND"]),
        title=_strict_text(lines["SUMMARY"].value),
        place=_strict_text(lines["LOCATION"].value),
        description=_strict_text(lines["DESCRIPTION"].value),
        url=lines["URL"].value,
        categories=tuple(_strict_text(one) for one in categories),
        geo=(float(geo[0]), float(geo[1])) if geo else None,
        status=lines["STATUS"].value,
        transparency=lines["TRANSP"].value,
    )


def _strict_text(written: str) -> str:
    if _TEXT.fullmatch(written) is None:
        raise NotStrict(f"an escape or separator out of place: {written!r}")
    return _ONE_ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], written)


def _strict_instant(line: Line) -> datetime:
    match = _INSTANT.fullmatch(line.value)
    if match is None:
        raise NotStrict(f"not UTC: {line.value}")
    year, month, day, hour, minute, second = map(int, match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _strict_when(line: Line) -> date:
    if not line.parameters:
        return _strict_instant(line)
    match = _DAY.fullmatch(line.value)
    if match is None:
        raise NotStrict(f"not a day: {line.value}")
    year, month, day = map(int, match.groups())
    return date(year, month, day)


def by_icalendar(feed: bytes) -> FeedReading:
    calendar: Any = icalendar.Calendar.from_ical(feed)
    if calendar.errors or any(event.errors for event in calendar.events):
        raise AssertionError([calendar.errors, *(event.errors for event in calendar.events)])

    def read(event: Any) -> Reading:
        return Reading(
            uid=str(event["UID"]),
            sequence=int(event["SEQUENCE"]),
            stamped_at=_utc(event["DTSTAMP"].dt),
            created_at=_utc(event["CREATED"].dt),
            modified_at=_utc(event["LAST-MODIFIED"].dt),
            starts_at=_when(event["DTSTART"].dt),
            ends_at=_when(event["DTEND"].dt),
            title=str(event["SUMMARY"]),
            place=str(event["LOCATION"]),
            description=str(event["DESCRIPTION"]),
            url=str(event["URL"]),
            categories=tuple(str(one) for one in event["CATEGORIES"].cats) if "CATEGORIES" in event else (),
            geo=(event["GEO"].latitude, event["GEO"].longitude) if "GEO" in event else None,
            status=str(event["STATUS"]),
            transparency=str(event["TRANSP"]),
        )

    return FeedReading(
        # It does not know NAME, and so hands it out as it was written.
        name=unescape_backslash(str(calendar["NAME"])),
        description=str(calendar["DESCRIPTION"]),
        url=str(calendar["URL"]),
        source_url=str(calendar["SOURCE"]) if "SOURCE" in calendar else None,
        zone=str(calendar["X-WR-TIMEZONE"]),
        changed_at=_utc(calendar["LAST-MODIFIED"].dt),
        color=str(calendar["COLOR"]) if "COLOR" in calendar else None,
        refresh=calendar["REFRESH-INTERVAL"].to_ical().decode(),
        events=tuple(read(event) for event in calendar.events),
    )


def by_vobject(feed: bytes) -> FeedReading:
    calendar: Any
    (calendar,) = vobject.readComponents(feed.decode())

    def value(component: Any, name: str) -> str:
        return str(component.getChildValue(name))

    def instant(component: Any, name: str) -> datetime:
        found = component.getChildValue(name)
        # vobject turns only some properties into times by itself.
        return _utc(vobject.icalendar.stringToDateTime(found) if isinstance(found, str) else found)

    def read(event: Any) -> Reading:
        geo = event.getChildValue("geo")
        latitude, longitude = map(float, geo.split(";")) if geo else (0.0, 0.0)
        return Reading(
            uid=value(event, "uid"),
            sequence=int(value(event, "sequence")),
            stamped_at=instant(event, "dtstamp"),
            created_at=instant(event, "created"),
            modified_at=instant(event, "last_modified"),
            starts_at=_when(event.getChildValue("dtstart")),
            ends_at=_when(event.getChildValue("dtend")),
            title=value(event, "summary"),
            place=value(event, "location"),
            description=value(event, "description"),
            url=value(event, "url"),
            categories=tuple(event.getChildValue("categories") or ()),
            geo=(latitude, longitude) if geo else None,
            status=value(event, "status"),
            transparency=value(event, "transp"),
        )

    return FeedReading(
        name=value(calendar, "name"),
        description=value(calendar, "description"),
        url=value(calendar, "url"),
        source_url=calendar.getChildValue("source"),
        zone=value(calendar, "x_wr_timezone"),
        changed_at=instant(calendar, "last_modified"),
        color=calendar.getChildValue("color"),
        refresh=value(calendar, "refresh_interval"),
        events=tuple(read(event) for event in calendar.contents.get("vevent", [])),
    )


def by_ical(feed: bytes) -> FeedReading:
    calendar: Any = IcsCalendarStream.calendar_from_ics(feed.decode())
    refresh: Any = icalendar.vDuration(calendar.refresh_interval)
    return FeedReading(
        name="".join(calendar.name),
        description="".join(calendar.description),
        url=str(calendar.url),
        source_url=str(calendar.source) if calendar.source is not None else None,
        zone=str(calendar.x_wr_timezone),
        changed_at=_utc(calendar.last_modified),
        color=calendar.color,
        refresh=refresh.to_ical().decode(),
        events=tuple(
            Reading(
                uid=event.uid,
                sequence=event.sequence,
                stamped_at=_utc(event.dtstamp),
                created_at=_utc(event.created),
                modified_at=_utc(event.last_modified),
                starts_at=_when(event.dtstart),
                ends_at=_when(event.dtend),
                title=event.summary,
                place=event.location,
                description=event.description,
                url=str(event.url),
                categories=tuple(event.categories),
                geo=(event.geo.lat, event.geo.lng) if event.geo else None,
                status=event.status.value,
                transparency=event.transparency,
            )
            for event in calendar.events
        ),
    )


def by_ics(feed: bytes) -> list[Told]:
    """Short of what the others find: ics has no names for SEQUENCE and the like, and no order for CATEGORIES."""
    return [
        Told(
            uid=event.uid,
            starts_at=event.begin.date() if event.all_day else _utc(event.begin.datetime),
            ends_at=event.end.date() if event.all_day else _utc(event.end.datetime),
            title=event.name,
            place=event.location,
            status=event.status,
        )
        for event in ics.Calendar(feed.decode()).events
    ]


def _when(found: date) -> date:
    return _utc(found) if isinstance(found, datetime) else found


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise AssertionError(f"read as floating: {moment}")
    return moment.astimezone(UTC)


READERS: dict[str, Callable[[bytes], FeedReading]] = {
    "strict": strict,
    "icalendar": by_icalendar,
    "vobject": by_vobject,
    "ical": by_ical,
}


def _teller(reader: Callable[[bytes], FeedReading]) -> Callable[[bytes], list[Told]]:
    return lambda feed: [event.told for event in reader(feed).events]


#: What each of them has to say of the events of a feed.
TELLERS: dict[str, Callable[[bytes], list[Told]]] = {
    **{name: _teller(reader) for name, reader in READERS.items()},
    "ics": by_ics,
}
