"""When an event is, as files of many writers say it: with an offset, by a clock and a day, by its end or its length."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from barcamp.core.frab import shape
from barcamp.core.frab.sheets import Line
from barcamp.errors import N_

LONGEST = timedelta(days=7)

NO_START = N_("It does not say when it starts.")
NO_LENGTH = N_("It does not say how long it takes.")
TOO_FAR = N_("Its time is out of this age.")
TOO_LONG = N_("It takes longer than a week.")

_DURATION = re.compile(r"(\d{1,5}):(\d{2})(?::\d{1,2})?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{1,2})?")


class NotUnderstood(Exception):
    """One event cannot be read, for the reason in the words."""


def start_of(line: Line, zone: str) -> datetime:
    said = read_moment(line.date, zone)
    if said is None:
        said = _by_the_clock(line, zone)
    return checked(said)


def _by_the_clock(line: Line, zone: str) -> datetime:
    """Old files give a day and a time alone; what is before the hour at which the day begins is in the next night."""
    clock, own_day = _CLOCK.fullmatch(line.start.strip()), read_day(line.date)
    day = own_day or read_day(line.day)
    if clock is None or day is None or int(clock[1]) > 23 or int(clock[2]) > 59:
        raise NotUnderstood(NO_START)
    turn = read_moment(line.day_start, zone)
    try:
        wall = datetime(day.year, day.month, day.day, int(clock[1]), int(clock[2]), tzinfo=ZoneInfo(zone))
        is_next_night = own_day is None and turn is not None and wall < turn
        return wall + timedelta(days=1) if is_next_night else wall
    except OverflowError:
        raise NotUnderstood(TOO_FAR) from None


def end_of(line: Line, said: str, starts_at: datetime, zone: str) -> datetime:
    """`said` is its end in our own addition, "" where there is none."""
    ends_at = read_moment(said, zone) or read_moment(line.end, zone)
    if ends_at is None or ends_at <= starts_at:
        length = _DURATION.fullmatch(line.duration.strip())
        if length is None:
            raise NotUnderstood(NO_LENGTH)
        ends_at = starts_at + timedelta(hours=int(length[1]), minutes=int(length[2]))
    ends_at = checked(ends_at)
    if ends_at - starts_at > LONGEST:
        raise NotUnderstood(TOO_LONG)
    if ends_at <= starts_at:
        raise NotUnderstood(NO_LENGTH)
    return ends_at


def checked(moment: datetime) -> datetime:
    try:
        return shape.in_minutes(moment)
    except (ValueError, OverflowError):
        raise NotUnderstood(TOO_FAR) from None


def read_moment(text: str, zone: str) -> datetime | None:
    """An instant in ISO 8601; without an offset, in the zone of the venue. None: it is none, or a day alone."""
    text = text.strip()
    if "T" not in text and " " not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else moment.replace(tzinfo=ZoneInfo(zone))


def read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_day_in(text: str, zone: str) -> date | None:
    moment = read_moment(text, zone)
    try:
        return read_day(text) if moment is None else moment.astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        return None
