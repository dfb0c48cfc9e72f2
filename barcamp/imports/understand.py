"""A file of strangers becomes a Found: which of the three formats it is, and what is in it.

Pure, and called in a process of its own (limited.py). An iCalendar says less than the other two formats: rooms are in
its places ("Room, Venue"), presenters in its descriptions; both are told apart where they were written by this program,
and as far as that can be seen elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from barcamp.core import frab
from barcamp.core.addresses import plain_address
from barcamp.core.ical import CANCELLED
from barcamp.core.incoming import Item, read_calendar
from barcamp.core.plain import plain_markdown
from barcamp.core.program import Program, ProgramTalk
from barcamp.core.slugs import clean_line, clean_tag, fold
from barcamp.core.times import floor_minute, is_zone
from barcamp.errors import N_
from barcamp.imports.errors import NotASchedule
from barcamp.imports.found import Found, FoundPause, FoundRoom, FoundTalk, Said

MOST_BYTES = 5_000_000
MOST_TALKS = 2_000
Kind = Literal["xml", "json", "ics"]

_FORMATS = frozenset(("talk", "discussion", "workshop", "lightning"))
_TO_COME = "(room to be announced)"


def understand(content: bytes, *, zone: str, venue: str, now: datetime) -> Found:
    """What is in a schedule.xml, schedule.json or iCalendar file. `zone` and `venue` are the conference's own.

    Raises:
        NotASchedule: it is none of them, or nothing of it can be read. The parsers raise their own with `words`, too.
    """
    kind = sniff(content)
    if kind == "ics":
        found = _of_calendar(content, zone, venue, now)
    else:
        read = frab.read_xml(content) if kind == "xml" else frab.read_json(content)
        found = _of_program(kind, read.program, [_said(problem) for problem in read.problems])
    if len(found.talks) > MOST_TALKS:
        raise NotASchedule(N_("There are more than {n} sessions in it."), n=MOST_TALKS)
    return _each_uid_once(found)


def sniff(content: bytes) -> Kind:
    """The format, told by how it begins."""
    if len(content) > MOST_BYTES:
        raise NotASchedule(N_("This is larger than {n} MB."), n=MOST_BYTES // 1_000_000)
    head = content[:2000].decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    head = head.lstrip().lower()
    if head.startswith("begin:vcalendar"):
        return "ics"
    if head.startswith("{"):
        return "json"
    if head.startswith(("<!doctype html", "<html")):
        raise NotASchedule(N_("This is a web page. Look on it for the address of a schedule.xml, .json or .ics."))
    if head.startswith("<"):
        return "xml"
    if not head:
        raise NotASchedule(N_("There is nothing in it."))
    raise NotASchedule(
        N_("This is none of the formats that can be read: schedule.xml, schedule.json, iCalendar (.ics).")
    )


# ---- schedule.xml and schedule.json ----------------------------------------------------------------------------------


def _of_program(kind: str, program: Program, said: list[Said]) -> Found:
    talks = []
    for talk in program.talks:
        try:
            talks.append(_talk(talk))
        except (ValueError, OverflowError):
            said.append((N_("“{title}” was left out: {reason}."), {
                "title": clean_line(talk.title)[:80] or "?", "reason": N_("its time could not be understood"),
            }))  # fmt: skip
    return Found(
        kind=kind,
        title=clean_line(program.title)[:200],
        rooms=tuple(FoundRoom(name, room.seats) for room in program.rooms if (name := clean_line(room.name))),
        talks=tuple(talks),
        pauses=tuple(
            FoundPause(
                floor_minute(one.starts_at.astimezone(UTC)),
                floor_minute(one.ends_at.astimezone(UTC)),
                clean_line(one.name),
            )
            for one in program.pauses
        ),
        said=tuple(said),
    )


def _talk(talk: ProgramTalk) -> FoundTalk:
    return FoundTalk(
        uid=clean_line(talk.uid)[:255],
        title=clean_line(talk.title),
        starts_at=floor_minute(talk.starts_at.astimezone(UTC)),
        ends_at=floor_minute(talk.ends_at.astimezone(UTC)),
        room=clean_line(talk.room),
        description=plain_markdown(talk.description),
        kind=clean_line(talk.kind).lower(),
        tags=_tags(talk.tags),
        presenters=_names(talk.presenters),
        slides_url=plain_address(talk.slides_url),
        recording_url=plain_address(talk.recording_url),
        cancelled=talk.status == "CANCELLED",
    )


def _said(problem: frab.Problem) -> Said:
    facts = dict(problem.facts)
    if not problem.item:
        return problem.words, facts
    return N_("{item}: {reason}"), {"item": problem.item[:80], "reason": problem.words} | facts


# ---- iCalendar -------------------------------------------------------------------------------------------------------


def _of_calendar(content: bytes, zone: str, venue: str, now: datetime) -> Found:
    incoming = read_calendar(content, default_zone=zone, now=now, past_months=240, months=60)
    said: list[Said] = [(problem.words, dict(problem.facts)) for problem in incoming.problems]
    timed = []
    for item in incoming.items:
        if isinstance(item.starts, datetime) and isinstance(item.ends, datetime):
            timed.append(item)
        else:
            said.append((N_("“{title}” was left out: {reason}."), {
                "title": item.title[:80], "reason": N_("it takes whole days"),
            }))  # fmt: skip
    rooms = _rooms({item.place for item in timed}, venue)
    talks = tuple(_of_item(item, rooms[item.place]) for item in timed)
    named = dict.fromkeys(room for room in rooms.values() if room)
    return Found(
        "ics", incoming.name, tuple(FoundRoom(name) for name in sorted(named, key=fold)), talks, (), tuple(said)
    )


def _rooms(places: Iterable[str], venue: str) -> dict[str, str]:
    """The room in each place: without the venue, which is what all of them end with."""
    said = {place for place in places if place and place not in (_TO_COME, venue)}
    ending = _shared_ending(said)
    found = dict.fromkeys(places, "")
    for place in said:
        if venue and place.endswith(f", {venue}"):
            found[place] = place.removesuffix(f", {venue}")
        else:
            found[place] = place.removesuffix(ending)
    return found


def _shared_ending(places: set[str]) -> str:
    """What all of these end with from a comma on, so that every one has something before it."""
    if len(places) == 1:
        room, comma, rest = next(iter(places)).partition(", ")
        return comma + rest if room else ""
    if not places:
        return ""
    shortest = min(places, key=len)
    for found in re.finditer(", ", shortest):
        ending = shortest[found.start() :]
        if found.start() and all(place.endswith(ending) and len(place) > len(ending) for place in places):
            return ending
    return ""


def _of_item(item: Item, room: str) -> FoundTalk:
    description, presenters = _told_apart(item)
    kind, tags = "talk", item.categories
    if tags and tags[0].casefold() in _FORMATS:
        kind, tags = tags[0].casefold(), tags[1:]
    assert isinstance(item.starts, datetime)
    assert isinstance(item.ends, datetime)
    return FoundTalk(
        uid=item.uid if not item.recurrence_id else f"{item.uid}/{item.recurrence_id}",
        title=item.title.removeprefix(CANCELLED) if item.cancelled else item.title,
        starts_at=floor_minute(item.starts),
        ends_at=floor_minute(item.ends),
        room=room,
        description=description,
        kind=kind,
        tags=_tags(tags),
        presenters=presenters,
        cancelled=item.cancelled,
    )


def _told_apart(item: Item) -> tuple[str, tuple[str, ...]]:
    """A description and its presenters, where this program has put them together: text, "With …", time, address."""
    parts = item.description.split("\n\n")
    if len(parts) < 2 or parts[-1] != item.url or not is_zone(parts[-2].rpartition(" ")[2]):
        return item.description, ()
    body = parts[:-2]
    if body and body[-1].startswith("With ") and "\n" not in body[-1]:
        return "\n\n".join(body[:-1]), _names(body[-1].removeprefix("With ").split(", "))
    return "\n\n".join(body), ()


# ---- of all formats --------------------------------------------------------------------------------------------------


def _tags(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({tag for name in names if (tag := clean_tag(name))}))


def _names(names: Iterable[str]) -> tuple[str, ...]:
    clean = {fold(name): name for name in reversed([clean_line(name)[:80] for name in names]) if fold(name)}
    return tuple(reversed(clean.values()))


def _each_uid_once(found: Found) -> Found:
    """Talks in the order of the day, each with a UID of its own: what has one that came before is another talk."""
    talks = sorted(found.talks, key=lambda talk: (talk.starts_at, fold(talk.room), talk.uid, talk.title))
    seen: dict[str, int] = {}
    for number, talk in enumerate(talks):
        uid = talk.uid or f"{fold(talk.title)}@{talk.starts_at:%Y%m%dT%H%M}"
        seen[uid] = seen.get(uid, 0) + 1
        talks[number] = replace(talk, uid=uid if seen[uid] == 1 else f"{uid}#{seen[uid]}")
    return replace(found, talks=tuple(talks))
