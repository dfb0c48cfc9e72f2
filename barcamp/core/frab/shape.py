"""What schedule.xml and schedule.json can hold of a program, and the names and numbers that both must agree on.

The two formats know no place, no seats (XML), no second tag and no status. Those are kept in an addition that readers
of the formats skip: a processing instruction `<?barcamp {…}?>` in the XML, `conference.meta.barcamp` in the JSON.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from barcamp.core.addresses import plain_address
from barcamp.core.ical import CANCELLED, UNTITLED
from barcamp.core.program import Pause, Program, ProgramRoom, ProgramTalk
from barcamp.core.slugs import clean_line, clean_text, slugify
from barcamp.core.times import DAY_TURNS_AT, day_of, floor_minute, is_zone

BREAK = "break"
STATUSES = ("CONFIRMED", "TENTATIVE", "CANCELLED")
#: What a duration of HH:MM can say; readers take it for a time of day, and a whole file is lost by one longer talk.
LONGEST = timedelta(hours=23, minutes=59)
MINUTE = timedelta(minutes=1)
#: Days without a talk are in the formats too, unless somebody's dates are a year apart.
MOST_DAYS = 31
FIRST_YEAR, LAST_YEAR = 1973, 2199
HIGHEST = 2**31 - 1  # phone apps keep numbers in 32 bits

_ACRONYM = re.compile(r"[a-z0-9_]{4,}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class FrabDay:
    """One <day>: its window, and its talks by room, in the order of the rooms."""

    index: int
    date: date
    starts_at: datetime
    ends_at: datetime
    rooms: tuple[tuple[ProgramRoom, tuple[ProgramTalk, ...]], ...]


def tidy(program: Program) -> Program:
    """What the formats can hold of a program. Idempotent.

    Texts as `clean_line` and `clean_text` make them, times in UTC to the minute, talks and pauses in order, every room
    that has a talk among the rooms, nothing but http(s) addresses, each tag and presenter once.

    Raises:
        ValueError: a time without a zone or out of this age, two talks of one number or uid, a number that is none.
    """
    talks = tuple(sorted((_tidy_talk(talk) for talk in program.talks), key=in_the_order_of_the_day))
    if len({talk.number for talk in talks}) < len(talks) or len({guid_of(talk) for talk in talks}) < len(talks):
        raise ValueError("Two talks of one number or uid.")
    rooms = {room.name: room for room in map(_tidy_room, program.rooms)}
    for talk in talks:
        rooms.setdefault(talk.room, ProgramRoom(talk.room))
    return Program(
        title=clean_line(program.title) or UNTITLED,
        acronym=program.acronym if _ACRONYM.fullmatch(program.acronym) else acronym_of(program.acronym),
        zone=program.zone if is_zone(program.zone) else "UTC",
        starts_on=program.starts_on,
        ends_on=max(program.starts_on, program.ends_on),
        version=clean_line(program.version) or "0",
        url=plain_address(program.url),
        place=clean_line(program.place),
        rooms=tuple(room for room in rooms.values() if room.name or any(talk.room == "" for talk in talks)),
        talks=talks,
        pauses=tuple(sorted({_tidy_pause(pause) for pause in program.pauses}, key=_pause_order)),
    )


def in_the_order_of_the_day(talk: ProgramTalk) -> tuple[datetime, str, int]:
    return talk.starts_at, talk.room, talk.number


def acronym_of(slug: str) -> str:
    """What both schemas take for an acronym, [a-z0-9_]{4,}, of a slug or of any text."""
    return re.sub("[^a-z0-9]+", "_", slug.lower()).strip("_").ljust(4, "_")


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def guid_of(talk: ProgramTalk) -> str:
    """The talk's UUID: its uid where that is one, else one made of it."""
    return talk.uid.lower() if is_uuid(talk.uid) else str(uuid5(NAMESPACE_URL, f"uid:{talk.uid}"))


def room_guid(program: Program, room: ProgramRoom) -> str:
    return str(uuid5(NAMESPACE_URL, f"{program.url}#room-{room.key or room.name}"))


def slug_of(program: Program, talk: ProgramTalk) -> str:
    return f"{program.acronym}-{talk.number}-{slugify(talk.title, fallback='talk')}"


def shown_title(talk: ProgramTalk) -> str:
    """The formats know no status, so the title says it, in the words of the calendar feeds."""
    return CANCELLED + talk.title if talk.status == "CANCELLED" else talk.title


def numbers(keys: Iterable[str], taken: Iterable[int] = ()) -> dict[str, int]:
    """A stable positive number of 31 bits for each key, all different: by hash, whatever else there is. Where two would
    get the same, the later one in the alphabet gets another.
    """
    used = set(taken)
    found: dict[str, int] = {}
    for key in sorted(set(keys)):
        attempts = (_number_of(key, attempt) for attempt in count())
        found[key] = next(number for number in attempts if number not in used)
        used.add(found[key])
    return found


def _number_of(key: str, attempt: int) -> int:
    digest = hashlib.sha256(f"{attempt}:{key}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % HIGHEST + 1


def breaks_as_talks(program: Program) -> list[ProgramTalk]:
    """Breaks and meals as events of type "break", one in every room: a phone shows one room at a time."""
    rooms = [room.name for room in program.rooms]
    keys = {
        (pause, room): f"{program.acronym}:break:{pause.starts_at.isoformat()}:{pause.name}:{room}"
        for pause in program.pauses
        for room in rooms
    }
    made = numbers(keys.values(), (talk.number for talk in program.talks))
    return [
        ProgramTalk(
            uid=str(uuid5(NAMESPACE_URL, f"{program.url}#{key}")), number=made[key], starts_at=pause.starts_at,
            ends_at=pause.ends_at, room=room, title=pause.name or "Break", kind=BREAK,
        )
        for (pause, room), key in keys.items()
    ]  # fmt: skip


def days(program: Program, events: Iterable[ProgramTalk]) -> list[FrabDay]:
    """The days in order, numbered from 1. A day turns at 05:00, and lasts until its last talk has ended."""
    by_day: dict[date, list[ProgramTalk]] = {}
    if (program.ends_on - program.starts_on).days < MOST_DAYS:
        held = range((program.ends_on - program.starts_on).days + 1)
        by_day = {program.starts_on + timedelta(days=number): [] for number in held}
    for talk in events:
        by_day.setdefault(day_of(talk.starts_at, program.zone, turns_at=DAY_TURNS_AT), []).append(talk)
    by_day = by_day or {program.starts_on: []}
    return [_day(program, index, day, by_day[day]) for index, day in enumerate(sorted(by_day), 1)]


def _day(program: Program, index: int, day: date, talks: list[ProgramTalk]) -> FrabDay:
    zone = ZoneInfo(program.zone)
    turn, next_turn = (
        datetime(one.year, one.month, one.day, DAY_TURNS_AT, tzinfo=zone) for one in (day, day + timedelta(days=1))
    )
    ends = max([next_turn.astimezone(UTC), *(talk.ends_at for talk in talks)])
    here: dict[str, list[ProgramTalk]] = {}
    for talk in sorted(talks, key=in_the_order_of_the_day):
        here.setdefault(talk.room, []).append(talk)
    rooms = tuple((room, tuple(here[room.name])) for room in program.rooms if room.name in here)
    return FrabDay(index, day, turn, ends, rooms)


def local(program: Program, instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(program.zone))


def duration(talk: ProgramTalk) -> str:
    """ "HH:MM", under 24 hours."""
    minutes = min(talk.ends_at - talk.starts_at, LONGEST) // MINUTE
    return f"{minutes // 60:02}:{minutes % 60:02}"


def track(talk: ProgramTalk) -> str:
    """A BarCamp has no tracks: the first tag stands for one."""
    return talk.tags[0] if talk.tags else ""


def additions(program: Program) -> dict[str, Any]:
    """What the formats cannot hold, for those who read it back (see the top of this file)."""
    return {
        "place": program.place,
        "rooms": [{"name": room.name, "key": room.key, "seats": room.seats} for room in program.rooms],
        "pauses": [
            {"starts_at": pause.starts_at.isoformat(), "ends_at": pause.ends_at.isoformat(), "name": pause.name}
            for pause in program.pauses
        ],
        "talks": {guid_of(talk): more for talk in program.talks if (more := _added(talk))},
    }


def _added(talk: ProgramTalk) -> Mapping[str, Any]:
    more: dict[str, Any] = {}
    if talk.uid != guid_of(talk):
        more["uid"] = talk.uid
    if len(talk.tags) > 1:
        more["tags"] = list(talk.tags)
    if talk.status != "CONFIRMED" or talk.title.startswith(CANCELLED):
        more["status"] = talk.status
    if talk.ends_at - talk.starts_at > LONGEST:
        more["ends_at"] = talk.ends_at.isoformat()
    if talk.kind == BREAK:
        more["kind"] = BREAK
    return more


def _tidy_talk(talk: ProgramTalk) -> ProgramTalk:
    if not 0 < talk.number <= HIGHEST or isinstance(talk.number, bool):
        raise ValueError(f"Not the number of a talk: {talk.number!r}")
    if talk.status not in STATUSES:
        raise ValueError(f"Not a status of a talk: {talk.status!r}")
    starts_at = in_minutes(talk.starts_at)
    return replace(
        talk,
        uid=clean_line(talk.uid),
        starts_at=starts_at,
        ends_at=max(in_minutes(talk.ends_at), starts_at + MINUTE),
        room=clean_line(talk.room),
        title=clean_line(talk.title) or UNTITLED,
        description=clean_text(talk.description),
        kind=clean_line(talk.kind) or "talk",
        tags=each_once(talk.tags),
        presenters=each_once(talk.presenters),
        url=plain_address(talk.url),
        slides_url=plain_address(talk.slides_url),
        recording_url=plain_address(talk.recording_url),
    )


def each_once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in map(clean_line, words) if word))


def in_minutes(moment: datetime) -> datetime:
    if moment.utcoffset() is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"Not a time for a schedule: {moment!r}")
    return floor_minute(moment.astimezone(UTC))


def _tidy_room(room: ProgramRoom) -> ProgramRoom:
    seats = room.seats if room.seats is not None and 0 < room.seats <= HIGHEST else None
    return ProgramRoom(clean_line(room.name), clean_line(room.key), seats)


def _tidy_pause(pause: Pause) -> Pause:
    starts_at = in_minutes(pause.starts_at)
    return Pause(starts_at, max(in_minutes(pause.ends_at), starts_at + MINUTE), clean_line(pause.name))


def _pause_order(pause: Pause) -> tuple[datetime, datetime, str]:
    return pause.starts_at, pause.ends_at, pause.name
