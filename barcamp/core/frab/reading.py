"""Anybody's schedule.xml or schedule.json as a Program. What is not understood is listed, and does not stop the rest.

Not looked at: language, licences, logos, and links other than a recording and slides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from barcamp.core.frab import shape
from barcamp.core.frab.sheets import Line, NotASchedule, Sheet, from_json, from_xml
from barcamp.core.frab.when import NotUnderstood, checked, end_of, read_day, read_day_in, read_moment, start_of
from barcamp.core.ical import Status
from barcamp.core.program import Pause, Program, ProgramRoom, ProgramTalk
from barcamp.core.slugs import clean_line, clean_text
from barcamp.core.times import is_zone
from barcamp.errors import N_

#: Events that are read of one file; far more than any conference has.
MOST_EVENTS = 5000

NO_DATES = N_("This schedule does not say on which days it is.")
TOO_MANY = N_("There are more than {most} events in this file; the others are left out.")
NO_ZONE = N_("The file names no time zone; UTC is taken.")
UNKNOWN_ZONE = N_("The time zone “{zone}” is not known; UTC is taken.")
TWICE = N_("Another one with the same guid comes before it.")

_CANCELLED = re.compile(r"\[cancell?ed\]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """What of one item was not understood. `item` says which: its title, or where it stands; "" is the whole file.

    `words` is a sentence for people, marked with `N_`; `facts` fill its {places} after translation.
    """

    item: str
    words: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """A program, and what was in the file but is not in it."""

    program: Program
    problems: tuple[Problem, ...] = ()


def read_xml(content: bytes) -> Read:
    """A schedule.xml. Raises NotASchedule. The program is tidy: its times are in UTC, its texts are clean."""
    return _understood(from_xml(content))


def read_json(content: bytes) -> Read:
    """A schedule.json. Raises NotASchedule. The program is tidy: its times are in UTC, its texts are clean."""
    return _understood(from_json(content))


def _understood(sheet: Sheet) -> Read:
    problems: list[Problem] = []
    zone = _zone(sheet.zone.strip(), problems)
    talks: list[ProgramTalk] = []
    taken: set[str] = set()
    pauses = _added_pauses(sheet.added)
    known = {(pause.starts_at, pause.ends_at) for pause in pauses}
    for line in sheet.lines[:MOST_EVENTS]:
        try:
            talk = _talk(line, sheet, zone, taken)
        except NotUnderstood as reason:
            problems.append(Problem(clean_line(line.title) or line.where, str(reason)))
            continue
        if _is_break(line, _more(sheet, _guid(line, sheet))):
            if (talk.starts_at, talk.ends_at) not in known:
                pauses.append(Pause(talk.starts_at, talk.ends_at, talk.title))
        else:
            talks.append(talk)
            taken.add(talk.uid)
    if len(sheet.lines) > MOST_EVENTS:
        problems.append(Problem("", TOO_MANY, {"most": MOST_EVENTS}))
    starts_on, ends_on = _dates(sheet, zone, talks)
    program = Program(
        title=sheet.title,
        acronym=sheet.acronym.strip(),
        zone=zone,
        starts_on=starts_on,
        ends_on=ends_on,
        version=sheet.version,
        url=sheet.url.strip(),
        place=_word(sheet.added, "place"),
        rooms=tuple(_rooms(sheet)),
        talks=tuple(_numbered(talks)),
        pauses=tuple(pauses),
    )
    return Read(shape.tidy(program), tuple(problems))


def _zone(name: str, problems: list[Problem]) -> str:
    if is_zone(name):
        return name
    problems.append(Problem("", UNKNOWN_ZONE, {"zone": clean_line(name)[:80]}) if name else Problem("", NO_ZONE))
    return "UTC"


def _talk(line: Line, sheet: Sheet, zone: str, taken: set[str]) -> ProgramTalk:
    """One event as a talk. Its number is 0 where the file gives none."""
    starts_at = start_of(line, zone)
    guid = _guid(line, sheet)
    more = _more(sheet, guid)
    uid = clean_line(_word(more, "uid")) or guid
    if uid in taken:
        raise NotUnderstood(TWICE)
    title = clean_line(line.title)
    status = _status(more, title)
    return ProgramTalk(
        uid=uid,
        number=_number(line.number),
        starts_at=starts_at,
        ends_at=end_of(line, _word(more, "ends_at"), starts_at, zone),
        room=clean_line(line.room),
        title=_CANCELLED.sub("", title, count=1) if status == "CANCELLED" else title,
        description="\n\n".join(_paragraphs(line.subtitle, line.abstract, line.description)),
        kind=line.kind,
        tags=_words(more, "tags") or (line.track,),
        presenters=line.persons,
        url=line.url.strip(),
        slides_url=line.slides.strip(),
        recording_url=line.recording.strip(),
        status=status,
    )


def _paragraphs(*texts: str) -> list[str]:
    """Some files say the same in the abstract and in the description."""
    return list(dict.fromkeys(text for text in map(clean_text, texts) if text))


def _guid(line: Line, sheet: Sheet) -> str:
    guid = line.guid.strip().lower()
    if shape.is_uuid(guid):
        return guid
    named = guid or line.number.strip() or f"{line.day} {line.date} {line.start} {line.room} {line.title}"
    return str(uuid5(NAMESPACE_URL, f"frab:{clean_line(sheet.acronym)}:{clean_line(named)}"))


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= shape.HIGHEST else 0


def _numbered(talks: Iterable[ProgramTalk]) -> list[ProgramTalk]:
    """The talks with the numbers they have; what has none, or one that is taken, gets one of its own."""
    kept: dict[int, ProgramTalk] = {}
    others: list[ProgramTalk] = []
    for talk in talks:
        if talk.number and talk.number not in kept:
            kept[talk.number] = talk
        else:
            others.append(talk)
    made = shape.numbers((talk.uid for talk in others), kept)
    return [*kept.values(), *(replace(talk, number=made[talk.uid]) for talk in others)]


def _status(more: Mapping[str, Any], title: str) -> Status:
    said = _word(more, "status")
    if said in shape.STATUSES:
        return cast(Status, said)
    return "CANCELLED" if _CANCELLED.match(title) else "CONFIRMED"


def _dates(sheet: Sheet, zone: str, talks: Iterable[ProgramTalk]) -> tuple[date, date]:
    """The first and the last day: as the file says, else of its days, else of its talks."""
    first, last = read_day_in(sheet.starts_on, zone), read_day_in(sheet.ends_on, zone)
    held = [day for day in map(read_day, sheet.days) if day is not None]
    held += [talk.starts_at.astimezone(ZoneInfo(zone)).date() for talk in talks if not held]
    starts_on, ends_on = first or min(held, default=last), last or max(held, default=first)
    if starts_on is None or ends_on is None:
        raise NotASchedule(NO_DATES)
    return starts_on, max(starts_on, ends_on)


def _rooms(sheet: Sheet) -> Iterable[ProgramRoom]:
    """The rooms as the addition lists them, then those of the JSON; `tidy` adds those that only the talks name."""
    known: dict[str, ProgramRoom] = {}
    for one in _list(sheet.added.get("rooms")):
        if isinstance(one, dict):
            name = _word(one, "name")
            known.setdefault(name, ProgramRoom(name, _word(one, "key"), _seats(one.get("seats"))))
    for name, seats in sheet.rooms:
        known.setdefault(name, ProgramRoom(name, "", _seats(seats)))
    return known.values()


def _seats(value: object) -> int | None:
    return int(value) if isinstance(value, (int, float)) and 1 <= value <= shape.HIGHEST else None


def _added_pauses(added: Mapping[str, Any]) -> list[Pause]:
    found = []
    for one in _list(added.get("pauses")):
        if not isinstance(one, dict):
            continue
        starts_at, ends_at = (read_moment(_word(one, name), "UTC") for name in ("starts_at", "ends_at"))
        try:
            if starts_at is not None and ends_at is not None:
                found.append(Pause(checked(starts_at), checked(ends_at), _word(one, "name")))
        except NotUnderstood:
            continue
    return found


def _is_break(line: Line, more: Mapping[str, Any]) -> bool:
    return line.kind.strip().lower() == shape.BREAK and _word(more, "kind") != shape.BREAK


def _more(sheet: Sheet, guid: str) -> Mapping[str, Any]:
    """What our own addition says of a talk."""
    talks = sheet.added.get("talks")
    more = talks.get(guid) if isinstance(talks, dict) else None
    return more if isinstance(more, dict) else {}


def _word(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


def _words(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(value for value in _list(said.get(name)) if isinstance(value, str))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
