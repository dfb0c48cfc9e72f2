"""From components to items, one event after the other; what is not one is told with its reason."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar

from barcamp.core.addresses import plain_address
from barcamp.core.ical import Status
from barcamp.core.incoming.file import LONGEST_PROPERTY
from barcamp.core.incoming.values import Item, Problem
from barcamp.core.plain import plain
from barcamp.core.recurrence import CannotExpand, Part, expand, instant, is_recurring, window
from barcamp.core.slugs import clean_line, clean_text, fold
from barcamp.core.times import is_zone
from barcamp.errors import N_

LONGEST_TITLE, LONGEST_PLACE, LONGEST_TEXT, MOST_CATEGORIES = 2_000, 500, 20_000, 20
#: How long something without an end is taken to be.
USUAL = timedelta(hours=1)

_YEARS = range(1973, 2200)
_STATUSES: dict[str, Status] = {"TENTATIVE": "TENTATIVE", "CANCELLED": "CANCELLED", "CANCELED": "CANCELLED"}


class _LeftOut(ValueError):
    """This event is none of ours, for the reason in the words."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Reading:
    """One calendar being read. `calendar_zone` is what it says of all its times, "" where it says nothing. In one that
    `is_ours` a description is no HTML, whatever it looks like.
    """

    is_ours: bool
    calendar_zone: str
    default_zone: str
    now: datetime
    months: int
    past_months: int
    problems: list[Problem]

    def items(self, calendar: Calendar) -> list[Item]:
        series: defaultdict[str, list[Part]] = defaultdict(list)
        for number, event in enumerate(calendar.walk("VEVENT")):
            series[clean_line(str(event.get("UID", ""))) or f" {number}"].append(event)
        zones = calendar.walk("VTIMEZONE")
        busy = len(calendar.walk("VFREEBUSY"))
        if busy:
            self.problems.append(Problem(N_("{n} stretches of busy time were left out."), {"n": busy}))
        return [item for events in series.values() for item in self._of_series(events, zones)]

    def _of_series(self, events: list[Part], zones: Sequence[Part]) -> list[Item]:
        masters = [event for event in events if is_recurring(event)]
        if not masters:
            return self._items(events, instances=False)
        try:
            masters = [event for event in masters if self._has_start(event)]
            newest = max(masters, key=_sequence)
            others = [event for event in events if "RECURRENCE-ID" in event and self._has_start(event)]
            first, last = window(self.now, months=self.months, past_months=self.past_months)
            return self._items(expand([newest, *others], zones, first, last), instances=True)
        except CannotExpand as refusal:
            self._tell(events[0], refusal.words)
        except _LeftOut as reason:
            self._tell(events[0], reason.words)
        return []

    def _has_start(self, event: Part) -> bool:
        self._when(event, "DTSTART")
        return True

    def _items(self, events: Iterable[Part], *, instances: bool) -> list[Item]:
        found = []
        for event in events:
            try:
                found.append(self._item(event, is_instance=instances))
            except _LeftOut as reason:
                self._tell(event, reason.words)
            except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
                self._tell(event, N_("it could not be understood"))
        return found

    def _tell(self, event: Part, words: str) -> None:
        self.problems.append(Problem(N_("“{title}” was left out: {reason}."), {
            "title": clean_line(str(event.get("SUMMARY", "")))[:80] or "?", "reason": words,
        }))  # fmt: skip

    def _item(self, event: Part, *, is_instance: bool) -> Item:
        if str(event.get("CLASS", "PUBLIC")).strip().upper() in ("PRIVATE", "CONFIDENTIAL"):
            raise _LeftOut(N_("it is marked as private"))
        title = clean_line(text_of(event, "SUMMARY"))[:LONGEST_TITLE]
        place = clean_line(text_of(event, "LOCATION"))[:LONGEST_PLACE]
        description = (clean_text if self.is_ours else plain)(text_of(event, "DESCRIPTION"))[:LONGEST_TEXT]
        if not title:
            raise _LeftOut(N_("it has no title"))
        if title.casefold() in ("busy", "private", "free") and not description and not place:
            raise _LeftOut(N_("it only says that somebody is busy"))
        starts, zone, assumed = self._when(event, "DTSTART")
        ends = self._end(event, starts)
        uid = clean_line(text_of(event, "UID"))
        return Item(
            uid=_short(uid) if uid else _made_uid(starts, title, place),
            recurrence_id=self._recurrence_id(event, starts, is_instance=is_instance),
            sequence=_sequence(event),
            modified_at=_modified_at(event),
            starts=starts,
            ends=ends,
            title=title,
            zone=zone,
            zone_assumed=assumed,
            place=place,
            description=description,
            url=plain_address(text_of(event, "URL")),
            status=_STATUSES.get(text_of(event, "STATUS").strip().upper(), "CONFIRMED"),
            categories=_categories(event),
            uid_made=not uid,
        )

    def _when(self, event: Part, name: str) -> tuple[date | datetime, str, bool]:
        """A time (in UTC) or a date, the zone it was said in, and whether that zone was assumed."""
        if name not in event:
            raise _LeftOut(N_("it does not say when it starts"))
        try:
            moment = event[name].dt
        except (AttributeError, ValueError, TypeError):
            raise _LeftOut(N_("its time could not be understood")) from None
        if not isinstance(moment, date):
            raise _LeftOut(N_("its time could not be understood"))
        if moment.year not in _YEARS:
            raise _LeftOut(N_("it is too far away in time"))
        if not isinstance(moment, datetime):
            return moment, self.calendar_zone or self.default_zone, False
        if moment.tzinfo is None:
            zone = self.calendar_zone or self.default_zone
            unknown = "TZID" in event[name].params
            return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), zone, unknown or not self.calendar_zone
        return moment.astimezone(UTC), _zone_name(moment) or self.calendar_zone or "UTC", False

    def _end(self, event: Part, starts: date | datetime) -> date | datetime:
        if "DTEND" in event:
            ends, _zone, _assumed = self._when(event, "DTEND")
        elif "DURATION" in event:
            ends = starts + event["DURATION"].dt
        else:
            ends = starts
        if isinstance(ends, datetime) != isinstance(starts, datetime):
            raise _LeftOut(N_("its start and end are of different kinds"))
        if instant(ends) < instant(starts):
            raise _LeftOut(N_("it ends before it starts"))
        if ends == starts and isinstance(starts, datetime):
            self.problems.append(
                Problem(
                    N_("“{title}” does not say how long it takes; one hour was assumed."), {"title": _titled(event)}
                )
            )
            return starts + USUAL
        return starts + timedelta(days=1) if ends == starts else ends

    def _recurrence_id(self, event: Part, starts: date | datetime, *, is_instance: bool) -> str:
        if "RECURRENCE-ID" not in event:
            return _as_text(starts) if is_instance else ""
        moment, _zone, _assumed = self._when(event, "RECURRENCE-ID")
        return _as_text(moment)


def text_of(event: Part, name: str) -> str:
    """The value as text; the first where a file says it twice."""
    value = event.get(name, "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value)[:LONGEST_PROPERTY]


def _titled(event: Part) -> str:
    return clean_line(text_of(event, "SUMMARY"))[:80]


def _sequence(event: Part) -> int:
    said = text_of(event, "SEQUENCE").strip()
    return min(int(said), 2**31 - 1) if said.isascii() and said.isdigit() else 0


def _modified_at(event: Part) -> datetime | None:
    """When it was last changed, where that can be read: of no event does anything else depend on it."""
    for name in ("LAST-MODIFIED", "DTSTAMP"):
        try:
            moment = event[name].dt
        except (KeyError, AttributeError, ValueError, TypeError):
            continue
        if isinstance(moment, datetime) and moment.year in _YEARS:
            return instant(moment)
    return None


def _categories(event: Part) -> tuple[str, ...]:
    said = event.get("CATEGORIES", [])
    names = [str(name) for one in (said if isinstance(said, list) else [said]) for name in getattr(one, "cats", [one])]
    clean = (clean_line(name)[:60] for name in names)
    return tuple(dict.fromkeys(name for name in clean if name))[:MOST_CATEGORIES]


def _zone_name(moment: datetime) -> str:
    name = getattr(moment.tzinfo, "key", None) or str(moment.tzinfo)
    return name if is_zone(name) else ""


def _short(uid: str) -> str:
    return uid if len(uid) <= 255 else hashlib.sha256(uid.encode()).hexdigest()


def _made_uid(starts: date | datetime, title: str, place: str) -> str:
    told = "\n".join((_as_text(starts), fold(title), fold(place)))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _as_text(moment: date | datetime) -> str:
    return f"{instant(moment):%Y%m%dT%H%M%SZ}" if isinstance(moment, datetime) else f"{moment:%Y%m%d}"
