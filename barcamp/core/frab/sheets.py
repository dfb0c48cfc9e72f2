"""schedule.xml and schedule.json as they were written by anybody, brought to one shape: words, not yet understood."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from barcamp.core.frab.writing import ADDITION
from barcamp.errors import N_

NO_XML = N_("This is no schedule.xml: it cannot be read as XML.")
NO_JSON = N_("This is no schedule.json: it cannot be read as JSON.")
NO_CONFERENCE = N_("This is no schedule: no conference is in it.")
DANGEROUS = N_("This file declares a document type or entities, as no schedule does. It was not read.")


class NotASchedule(ValueError):
    """The file as a whole cannot be read.

    `words` are a sentence for people, marked with `N_`; `facts` fill its {places} after translation.
    """

    def __init__(self, words: str, **facts: object) -> None:
        super().__init__(words.format(**facts))
        self.words = words
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Line:
    """One event, word for word; what is not there is "". `where` is "day 1, Aula, event 3"."""

    where: str
    day: str
    day_start: str
    room: str
    guid: str
    number: str
    date: str
    start: str
    end: str
    duration: str
    title: str
    subtitle: str
    track: str
    kind: str
    abstract: str
    description: str
    url: str
    slides: str
    recording: str
    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole file, word for word. `added` is our own addition, unchecked."""

    title: str
    acronym: str
    zone: str
    starts_on: str
    ends_on: str
    version: str
    url: str
    days: tuple[str, ...]
    rooms: tuple[tuple[str, object], ...]  # name and seats
    lines: tuple[Line, ...]
    added: Mapping[str, Any] = field(default_factory=dict)


def from_xml(content: bytes) -> Sheet:
    """Raises NotASchedule."""
    root = _parsed(content)
    conference = root.find("conference")
    if root.tag != "schedule" or conference is None:
        raise NotASchedule(NO_CONFERENCE)
    return Sheet(
        title=_words(conference, "title"),
        acronym=_words(conference, "acronym"),
        zone=_words(conference, "time_zone_name"),
        starts_on=_words(conference, "start"),
        ends_on=_words(conference, "end"),
        version=_words(root, "version"),
        url=_words(conference, "url") or _words(conference, "base_url"),
        days=tuple(day.get("date", "") for day in root.findall("day")),
        rooms=tuple((room.get("name", ""), None) for room in root.findall("day/room")),
        lines=tuple(_xml_lines(root)),
        added=_added_in(root),
    )


def _parsed(content: bytes) -> ET.Element:
    from defusedxml import DefusedXmlException  # only now: it loads a second copy of ElementTree
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=ET.TreeBuilder(insert_pis=True), forbid_dtd=True)
    try:
        parser.feed(content)
        root: ET.Element = parser.close()
    except DefusedXmlException:
        raise NotASchedule(DANGEROUS) from None
    except (ET.ParseError, ValueError, LookupError):  # LookupError: an encoding nobody knows
        raise NotASchedule(NO_XML) from None
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def _xml_lines(root: ET.Element) -> Iterator[Line]:
    for index, day in enumerate(root.findall("day"), 1):
        for room in day.findall("room"):
            for number, event in enumerate(room.findall("event"), 1):
                name = _words(event, "room") or room.get("name", "")
                yield _xml_line(f"day {index}, {room.get('name', '')}, event {number}", day, name, event)


def _xml_line(where: str, day: ET.Element, room: str, event: ET.Element) -> Line:
    links = [(one.get("href", ""), one.get("type", "")) for one in event.findall("links/link")]
    files = [(one.get("href", ""), one.get("type", "")) for one in event.findall("attachments/attachment")]
    recording = event.find("recording")
    filmed = "" if recording is None else _words(recording, "url") or _words(recording, "link")
    return Line(
        where=where,
        day=day.get("date", ""),
        day_start=day.get("start", ""),
        room=room,
        guid=event.get("guid", ""),
        number=event.get("id", ""),
        date=_words(event, "date"),
        start=_words(event, "start"),
        end="",
        duration=_words(event, "duration"),
        title=_words(event, "title"),
        subtitle=_words(event, "subtitle"),
        track=_words(event, "track"),
        kind=_words(event, "type"),
        abstract=_words(event, "abstract"),
        description=_words(event, "description"),
        url=_words(event, "url"),
        slides=_first(files, "slides"),
        recording=_first(links, "media") or filmed or _words(event, "video_download_url"),
        persons=tuple("".join(person.itertext()) for person in event.findall("persons/person")),
    )


def _added_in(root: ET.Element) -> Mapping[str, Any]:
    for element in root:
        is_instruction = not isinstance(element.tag, str)
        if is_instruction and (element.text or "").startswith(f"{ADDITION} "):
            try:
                return _mapping(json.loads((element.text or "").removeprefix(f"{ADDITION} ")))
            except (ValueError, RecursionError):
                return {}
    return {}


def _words(parent: ET.Element, name: str) -> str:
    found = parent.find(name)
    return "" if found is None else "".join(found.itertext())


def _first(links: list[tuple[str, str]], kind: str) -> str:
    return next((url for url, its_kind in links if its_kind == kind), "")


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def from_json(content: bytes) -> Sheet:
    """Raises NotASchedule."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise NotASchedule(NO_JSON) from None
    schedule = _mapping(_mapping(document).get("schedule"))
    conference = _mapping(schedule.get("conference"))
    if not conference:
        raise NotASchedule(NO_CONFERENCE)
    days = [_mapping(day) for day in _list(conference.get("days"))]
    rooms = [_mapping(room) for room in _list(conference.get("rooms"))]
    return Sheet(
        title=_text(conference.get("title")),
        acronym=_text(conference.get("acronym")),
        zone=_text(conference.get("time_zone_name")),
        starts_on=_text(conference.get("start")),
        ends_on=_text(conference.get("end")),
        version=_text(schedule.get("version")),
        url=_text(conference.get("url")) or _text(schedule.get("base_url")),
        days=tuple(_text(day.get("date")) for day in days),
        rooms=tuple((_text(room.get("name")), room.get("capacity")) for room in rooms),
        lines=tuple(_json_lines(days)),
        added=_mapping(_mapping(conference.get("meta")).get(ADDITION)),
    )


def _json_lines(days: list[Mapping[str, Any]]) -> Iterator[Line]:
    for index, day in enumerate(days, 1):
        for name, events in _mapping(day.get("rooms")).items():
            for number, event in enumerate(_list(events), 1):
                yield _json_line(f"day {index}, {name}, event {number}", day, name, _mapping(event))


def _json_line(where: str, day: Mapping[str, Any], room: str, event: Mapping[str, Any]) -> Line:
    links, files = _links(event.get("links")), _links(event.get("attachments"))
    persons = [_mapping(person) for person in _list(event.get("persons"))]
    said = {name: _text(event.get(name)) for name in (
        "guid", "date", "start", "end", "duration", "title", "subtitle", "track", "abstract", "description", "url",
    )}  # fmt: skip
    return Line(
        where=where,
        day=_text(day.get("date")),
        day_start=_text(day.get("day_start")),
        room=_text(event.get("room")) or room,
        number=_text(event.get("id")),
        kind=_text(event.get("type")),
        slides=_first(files, "slides"),
        recording=_first(links, "media"),
        persons=tuple(_text(person.get("name")) or _text(person.get("public_name")) for person in persons),
        **said,
    )


def _links(value: object) -> list[tuple[str, str]]:
    return [(_text(one.get("url")), _text(one.get("type"))) for one in map(_mapping, _list(value))]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else ""
