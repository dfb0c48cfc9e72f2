"""A program as schedule.xml and schedule.json: valid by the c3voc schemas, and stricter, for the apps that read it.

Facts of the apps that shape it: Giggity takes a duration for a time of day; EventFahrplan keys on the number and
compares the version; FOSDEM Companion wants acronym, base_url, numbered persons, and reads <conference> before any day.
"""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

from barcamp.core.frab import shape
from barcamp.core.frab.shape import FrabDay
from barcamp.core.program import Program, ProgramRoom, ProgramTalk

#: Without a version: an upgrade of this program must not change the bytes of every feed.
GENERATOR = "BarCamp"
SCHEMA = "https://c3voc.de/schedule/schema.json"
#: The target of the processing instruction, and the name in `meta`, with what the formats cannot hold.
ADDITION = "barcamp"
#: The grid of the formats, in which all times are: the shortest slot.
TIMESLOT = "00:05"


def write_xml(program: Program, *, breaks: bool = False) -> bytes:
    """schedule.xml (UTF-8), the same bytes for the same program. With `breaks`, they are events of type "break".

    A talk of 24 hours or more is given as 23:59; the addition says when it ends. Rooms without a talk, seats and the
    place are in the addition alone.

    Raises:
        ValueError: as `tidy`.
    """
    program = shape.tidy(program)
    root = ET.Element("schedule")
    ET.SubElement(root, "generator", name=GENERATOR)
    if program.url:
        _put(root, "url", f"{_base(program)}/schedule.xml")
    _put(root, "version", program.version)
    held = _days(program, breaks)
    _put_conference(root, program, len(held))
    persons = _person_numbers(program)
    for day in held:
        _put_day(root, program, day, persons)
    written = json.dumps(shape.additions(program), ensure_ascii=False, separators=(",", ":"))
    # no "?>" may stand in it
    root.append(ET.ProcessingInstruction(ADDITION, written.replace(">", "\\u003e")))
    ET.indent(root, " ")
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def write_json(program: Program, *, breaks: bool = False) -> bytes:
    """schedule.json (UTF-8), the same bytes for the same program; else as `write_xml`."""
    program = shape.tidy(program)
    schedule: dict[str, Any] = {"version": program.version}
    if program.url:
        schedule |= {"url": f"{_base(program)}/schedule.json", "base_url": f"{_base(program)}/"}
    schedule["conference"] = _conference(program, _days(program, breaks))
    document = {"$schema": SCHEMA, "generator": {"name": GENERATOR}, "schedule": schedule}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _days(program: Program, breaks: bool) -> list[FrabDay]:
    return shape.days(program, [*program.talks, *(shape.breaks_as_talks(program) if breaks else ())])


def _person_numbers(program: Program) -> dict[str, int]:
    return shape.numbers(name for talk in program.talks for name in talk.presenters)


def _base(program: Program) -> str:
    return program.url.rstrip("/")


# ── XML ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _put_conference(root: ET.Element, program: Program, days: int) -> None:
    conference = ET.SubElement(root, "conference")
    _put(conference, "acronym", program.acronym)
    _put(conference, "title", program.title)
    _put(conference, "start", program.starts_on.isoformat())
    _put(conference, "end", program.ends_on.isoformat())
    _put(conference, "days", str(days))
    _put(conference, "timeslot_duration", TIMESLOT)
    if program.url:
        _put(conference, "base_url", f"{_base(program)}/")
        _put(conference, "url", program.url)
    _put(conference, "time_zone_name", program.zone)


def _put_day(root: ET.Element, program: Program, day: FrabDay, persons: dict[str, int]) -> None:
    element = ET.SubElement(
        root, "day", index=str(day.index), date=day.date.isoformat(), start=day.starts_at.isoformat(),
        end=shape.local(program, day.ends_at).isoformat(),
    )  # fmt: skip
    for room, talks in day.rooms:
        inside = ET.SubElement(element, "room", name=room.name, guid=shape.room_guid(program, room))
        for talk in talks:
            _put_event(inside, program, talk, persons)


def _put_event(room: ET.Element, program: Program, talk: ProgramTalk, persons: dict[str, int]) -> None:
    event = ET.SubElement(room, "event", id=str(talk.number), guid=shape.guid_of(talk))
    starts_at = shape.local(program, talk.starts_at)
    _put(event, "date", starts_at.isoformat())
    _put(event, "start", f"{starts_at:%H:%M}")
    _put(event, "duration", shape.duration(talk))
    _put(event, "room", talk.room)
    _put(event, "slug", shape.slug_of(program, talk))
    if talk.url:
        _put(event, "url", talk.url)
    _put(event, "title", shape.shown_title(talk))
    _put(event, "subtitle", "")
    _put(event, "track", shape.track(talk))
    _put(event, "type", talk.kind)
    _put(event, "abstract", "")
    _put(event, "description", talk.description)
    people = ET.SubElement(event, "persons")
    for name in talk.presenters:
        _put(people, "person", name, id=str(persons[name]))
    links = ET.SubElement(event, "links")
    if talk.recording_url:
        _put(links, "link", "Recording", href=talk.recording_url, type="media")
    attachments = ET.SubElement(event, "attachments")
    if talk.slides_url:
        _put(attachments, "attachment", "Slides", href=talk.slides_url, type="slides")


def _put(parent: ET.Element, name: str, words: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = words


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _conference(program: Program, days: list[FrabDay]) -> dict[str, Any]:
    persons = _person_numbers(program)
    said: dict[str, Any] = {
        "acronym": program.acronym,
        "title": program.title,
        "start": program.starts_on.isoformat(),
        "end": program.ends_on.isoformat(),
        "daysCount": len(days),
        "timeslot_duration": TIMESLOT,
        "time_zone_name": program.zone,
    }
    if program.url:
        said["url"] = program.url
    said["rooms"] = [_room(program, room) for room in program.rooms]
    said["meta"] = {ADDITION: shape.additions(program)}
    said["days"] = [
        {
            "index": day.index,
            "date": day.date.isoformat(),
            "day_start": day.starts_at.isoformat(),
            "day_end": shape.local(program, day.ends_at).isoformat(),
            "rooms": {room.name: [_event(program, talk, persons) for talk in talks] for room, talks in day.rooms},
        }
        for day in days
    ]
    return said


def _room(program: Program, room: ProgramRoom) -> dict[str, Any]:
    return {"name": room.name, "guid": shape.room_guid(program, room), "capacity": room.seats}


def _event(program: Program, talk: ProgramTalk, persons: dict[str, int]) -> dict[str, Any]:
    starts_at, guid = shape.local(program, talk.starts_at), shape.guid_of(talk)
    return {
        "guid": guid,
        "id": talk.number,
        "date": starts_at.isoformat(),
        "start": f"{starts_at:%H:%M}",
        "end": shape.local(program, talk.ends_at).isoformat(),
        "duration": shape.duration(talk),
        "room": talk.room,
        "slug": shape.slug_of(program, talk),
        "url": talk.url or f"urn:uuid:{guid}",  # the schema wants one
        "title": shape.shown_title(talk),
        "subtitle": "",
        "track": shape.track(talk),
        "type": talk.kind,
        "language": None,
        "abstract": "",
        "description": talk.description,
        "persons": [{"id": persons[name], "name": name} for name in talk.presenters],
        "links": [{"url": talk.recording_url, "type": "media", "title": "Recording"}] if talk.recording_url else [],
        "attachments": [{"url": talk.slides_url, "type": "slides", "title": "Slides"}] if talk.slides_url else [],
    }
