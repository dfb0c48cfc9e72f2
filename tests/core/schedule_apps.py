"""Strict readers of schedule.xml after the apps on people's phones: each takes no more than its app does.

Giggity reads a duration as a time of day, EventFahrplan keys on `id` and wants days in order, FOSDEM Companion reads
fixed columns in one pass, so that the conference must stand before the days.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest


@dataclass(frozen=True)
class AppTalk:
    """A talk as all three apps understand it; times in UTC."""

    id: int
    starts_at: datetime
    ends_at: datetime
    room: str
    title: str
    persons: tuple[tuple[int, str], ...]


def giggity(content: bytes) -> list[AppTalk]:
    root = ET.fromstring(content)
    found = []
    for room in root.iter("room"):
        if room.get("name") is None:
            continue
        for event in room.findall("event"):
            starts_at = datetime.fromisoformat(_text(event, "date")).astimezone(UTC)
            clock = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", _text(event, "duration"))  # LocalTime.parse
            assert clock is not None, _text(event, "duration")
            length = timedelta(hours=int(clock[1]), minutes=int(clock[2]))
            found.append(_talk(event, room, starts_at, starts_at + length))
    return _sorted(found)


def event_fahrplan(content: bytes) -> list[AppTalk]:
    """Every event lies in the window of its day, the number of days is right, ids are unique 32-bit numbers."""
    root = ET.fromstring(content)
    days = root.findall("day")
    assert int(_text(root, "conference/days")) == len(days)
    assert [int(day.attrib["index"]) for day in days] == list(range(1, len(days) + 1))
    assert [day.attrib["date"] for day in days] == sorted({day.attrib["date"] for day in days})
    assert _text(root, "version")
    found = []
    for day in days:
        begins, ends = (datetime.fromisoformat(day.attrib[name]) for name in ("start", "end"))
        for room in day.findall("room"):
            for event in room.findall("event"):
                starts = datetime.fromisoformat(_text(event, "date"))
                hours, minutes = map(int, _text(event, "duration").split(":"))
                stops = starts + timedelta(hours=hours, minutes=minutes)
                assert begins <= starts < ends, event.attrib
                assert stops.astimezone(UTC) <= ends.astimezone(UTC)
                assert f"{starts:%H:%M}" == _text(event, "start")
                found.append(_talk(event, room, starts.astimezone(UTC), starts.astimezone(UTC) + (stops - starts)))
    assert len({talk.id for talk in found}) == len(found)
    assert all(0 < talk.id < 2**31 for talk in found)
    return _sorted(found)


def fosdem_companion(content: bytes) -> list[AppTalk]:
    """One pass from the top. Throws without acronym, title, base_url, or for a person without a number."""
    found: list[AppTalk] = []
    conference_is_read = False
    room: ET.Element | None = None
    for moment, element in ET.iterparse(BytesIO(content), ("start", "end")):
        if (moment, element.tag) == ("end", "conference"):
            assert all(_text(element, name) for name in ("acronym", "title", "base_url"))
            conference_is_read = True
        elif (moment, element.tag) == ("start", "day"):
            assert conference_is_read
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", element.attrib["date"])
        elif (moment, element.tag) == ("start", "room") and "name" in element.attrib:
            room = element
        elif (moment, element.tag) == ("end", "event"):
            assert room is not None
            start, duration = _text(element, "start"), _text(element, "duration")
            assert (start[2], len(start), duration[2], len(duration)) == (":", 5, ":", 5)  # fixed columns
            length = timedelta(hours=int(duration[:2]), minutes=int(duration[3:]))
            starts_at = datetime.fromisoformat(_text(element, "date")).astimezone(UTC)
            found.append(_talk(element, room, starts_at, starts_at + length))
    return _sorted(found)


APPS: dict[str, Callable[[bytes], list[AppTalk]]] = {
    "Giggity": giggity, "EventFahrplan": event_fahrplan, "FOSDEM Companion": fosdem_companion,
}  # fmt: skip


def _talk(event: ET.Element, room: ET.Element, starts_at: datetime, ends_at: datetime) -> AppTalk:
    assert _text(event, "room") == room.attrib["name"]
    persons = tuple((int(one.attrib["id"]), one.text or "") for one in event.findall("persons/person"))
    return AppTalk(int(event.attrib["id"]), starts_at, ends_at, _text(event, "room"), _text(event, "title"), persons)


def _text(element: ET.Element, path: str) -> str:
    found = element.find(path)
    if found is None:
        pytest.fail(f"no {path} in <{element.tag}>")
    return found.text or ""


def _sorted(talks: list[AppTalk]) -> list[AppTalk]:
    return sorted(talks, key=lambda talk: talk.id)
