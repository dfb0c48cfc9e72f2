"""Recurring events of strangers, expanded with care: a rule of one line can mean billions of instances.

What would not end in time is refused before it is begun; some rules that never match anything look harmless, so whoever
calls this with files of strangers does it under a limit of computing, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from math import prod
from typing import Any

from icalendar import Calendar, vRecur

from barcamp.core.times import just_day
from barcamp.errors import N_

#: A component, whose values the library types more finely than anybody can ask for.
Part = Any

#: Instances of one series.
MOST_INSTANCES = 366
_OFTEN = frozenset({"HOURLY", "MINUTELY", "SECONDLY"})
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_EARLIEST = date(1990, 1, 1)
#: The longest a month gets.
_DAYS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


class CannotExpand(ValueError):
    """A series that is not expanded; `words` for people, marked with `N_`."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def is_recurring(event: Part) -> bool:
    return "RRULE" in event or "RDATE" in event


def expand(events: Iterable[Part], zones: Iterable[Part], first: datetime, last: datetime) -> list[Part]:
    """The instances of one series (its master and what was said of single instances) in [first, last), by start.

    Each carries the RECURRENCE-ID of its place in the series; at most MOST_INSTANCES, the earliest ones.

    Raises:
        CannotExpand: it would not end, or nobody can tell what is meant.
    """
    import recurring_ical_events  # only here: few calendars are read, and all processes would hold it

    series = Calendar()
    for component in (*zones, *events):
        series.add_component(component)
    for event in series.walk("VEVENT"):
        _refuse_endless(event)
    try:
        found = recurring_ical_events.of(series).between(first, last)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError, ArithmeticError) as problem:
        raise CannotExpand(N_("how it recurs could not be understood")) from problem
    return sorted(found, key=lambda event: instant(event["DTSTART"].dt))[:MOST_INSTANCES]


def _refuse_endless(event: Part) -> None:
    if not is_recurring(event):
        return
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if not isinstance(rule, vRecur):
            raise CannotExpand(N_("how it recurs could not be understood"))
        _refuse_rule(rule)
    start = event["DTSTART"].dt
    if rules and just_day(start) < _EARLIEST:
        raise CannotExpand(N_("it has been recurring since before 1990"))


def _refuse_rule(rule: Part) -> None:
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    if frequency in _OFTEN:
        raise CannotExpand(N_("it recurs every hour or more often"))
    if frequency not in _FREQUENCIES:
        raise CannotExpand(N_("how it recurs could not be understood"))
    if any(int(step) < 1 for step in rule.get("INTERVAL", [])):
        raise CannotExpand(N_("it recurs without ever going on"))
    if any(int(count) > 10_000 for count in rule.get("COUNT", [])):
        raise CannotExpand(N_("it recurs more than 10,000 times"))
    if prod(max(1, len(rule.get(part, []))) for part in ("BYHOUR", "BYMINUTE", "BYSECOND")) > 4:
        raise CannotExpand(N_("it recurs many times a day"))
    if _never_matches(rule):
        raise CannotExpand(N_("it recurs on a day that no calendar has"))


def _never_matches(rule: Part) -> bool:
    """Of rules that never give a day, those that are easily told: looking for their first day takes forever."""
    months = [int(month) for month in rule.get("BYMONTH", [])] or [1]
    days = [abs(int(day)) for day in rule.get("BYMONTHDAY", [])]
    if days and min(days) > max(_DAYS.get(month, 31) for month in months):
        return True
    weekdays = [abs(int(getattr(day, "relative", None) or 0)) for day in rule.get("BYDAY", [])]
    in_a_month = str(rule["FREQ"][0]).upper() == "MONTHLY" or "BYMONTH" in rule
    positions = [abs(int(place)) for place in rule.get("BYSETPOS", [])]
    return any(number > (5 if in_a_month else 53) for number in weekdays) or any(place > 31 for place in positions)


def instant(moment: date | datetime) -> datetime:
    """In UTC; a date is its first moment, and a time without a zone is taken as UTC."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def window(now: datetime, *, months: int, past_months: int) -> tuple[datetime, datetime]:
    """From so many months of 31 days ago until so many ahead."""
    return now - timedelta(days=31 * past_months), now + timedelta(days=31 * months)
