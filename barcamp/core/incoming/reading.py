"""A calendar file, read: `read_calendar`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar

from barcamp.core.ical import PRODUCT
from barcamp.core.incoming.file import calendars
from barcamp.core.incoming.items import Reading, text_of
from barcamp.core.incoming.values import Incoming, Item, Problem
from barcamp.core.recurrence import instant
from barcamp.core.slugs import clean_line
from barcamp.core.times import is_zone, zone_name
from barcamp.errors import N_

MOST_PROBLEMS = 50


def read_calendar(
    content: bytes, *, default_zone: str, now: datetime, months: int = 12, past_months: int = 12
) -> Incoming:
    """Everything in a calendar file. Recurring events are expanded from `past_months` ago until `months` ahead; single
    ones are read whenever they are. Times without a zone are in `default_zone`, where the calendar does not say better.

    Raises:
        NotACalendar: it is none, it is far too large, or has more than MOST_COMPONENTS in it.
    """
    problems: list[Problem] = []
    whole = calendars(content, problems)
    items: list[Item] = []
    for calendar in whole:
        said = clean_line(str(calendar.get("X-WR-TIMEZONE", "")))
        is_ours = str(calendar.get("PRODID", "")) == PRODUCT
        reading = Reading(is_ours, said if is_zone(said) else "", default_zone, now, months, past_months, problems)
        items += reading.items(_in_its_zone(calendar, said))
    kept = _each_once(items, problems)
    assumed = sorted({item.zone for item in kept if item.zone_assumed})
    if assumed:
        problems.append(
            Problem(
                N_("Some times do not say their zone, or one that nobody knows. They were taken as {zone}."),
                {"zone": zone_name(assumed[0])},
            )
        )
    return Incoming(
        name=_name(whole),
        items=tuple(sorted(kept, key=lambda item: (instant(item.starts), item.title, item.uid, item.recurrence_id))),
        problems=_few(problems),
        refresh=_refresh(whole),
    )


def _in_its_zone(calendar: Calendar, said: str) -> Calendar:
    """Google writes times in UTC and says apart in which zone they recur."""
    if not is_zone(said):
        return calendar
    try:
        import x_wr_timezone  # only here: few calendars are read, and all processes would hold it

        standard: Calendar = x_wr_timezone.to_standard(calendar)
        return standard
    except (ValueError, TypeError, AttributeError, KeyError):
        return calendar


def _each_once(items: Iterable[Item], problems: list[Problem]) -> list[Item]:
    """Of items with one identity the newest: the higher SEQUENCE, then the later change, then the same one each time.

    Those whose UID was made here are one identity when they say the same.
    """
    kept: dict[tuple[str, str], Item] = {}
    doubled: set[str] = set()
    for item in items:
        other = kept.setdefault((item.uid, item.recurrence_id), item)
        if other is not item:
            if replace(other, sequence=0, modified_at=None) != replace(item, sequence=0, modified_at=None):
                doubled.add(item.title)
            kept[item.uid, item.recurrence_id] = max(other, item, key=_age)
    problems += [
        Problem(N_("“{title}” is in it twice; the newer one was read."), {"title": one[:80]}) for one in sorted(doubled)
    ]
    return list(kept.values())


def _age(item: Item) -> tuple[int, datetime, str]:
    return item.sequence, item.modified_at or datetime.min.replace(tzinfo=UTC), repr(item)


def _few(problems: list[Problem]) -> tuple[Problem, ...]:
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    more = Problem(N_("{n} more were not understood."), {"n": len(problems) - MOST_PROBLEMS})
    return (*problems[:MOST_PROBLEMS], more)


def _name(calendars: Iterable[Calendar]) -> str:
    names = (clean_line(_unescaped(text_of(one, name))) for one in calendars for name in ("X-WR-CALNAME", "NAME"))
    return next((name[:200] for name in names if name), "")


def _unescaped(text: str) -> str:
    """RFC 5545 3.3.11: the library leaves properties of the calendar as they are written."""
    return re.sub(r"\\([\\;,nN])", lambda found: {"n": "\n", "N": "\n"}.get(found[1], found[1]), text)


def _refresh(calendars: Iterable[Calendar]) -> int | None:
    for one in calendars:
        for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
            value: Any = one.get(name)
            found = re.fullmatch(
                r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?", _duration(value)
            )
            if value is not None and found and any(found.groups()):
                weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
                return ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    return None


def _duration(value: Any) -> str:
    written = value.to_ical() if hasattr(value, "to_ical") else str(value)
    return (written.decode("utf-8", "replace") if isinstance(written, bytes) else str(written)).strip().upper()
