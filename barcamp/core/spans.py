"""The days of a conference as people write them: "June 26 - 29, 2012" in, two dates out, and back.

Days without a time: nobody who looks back at a talk knows the hour. What could mean two things is refused in words, not
guessed: a wrong day in a calendar is worse than a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date, format_interval

from barcamp.core.slugs import clean_line
from barcamp.errors import N_

#: Days that one conference lasts at most; the fair that is longer is a typing mistake more often.
LONGEST = 366
FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST_TEXT = 100


class Span(NamedTuple):
    """From the first day to the last one, which is included."""

    starts_on: date
    ends_on: date


class BadSpan(ValueError):
    """Days that cannot be read. `words` are whole sentences for people, marked with `N_`; `facts` fill their {places}
    after translation.
    """

    def __init__(self, words: str, **facts: object) -> None:
        super().__init__(words.format(**facts))
        self.words = words
        self.facts = facts


def span_words(starts_on: date, ends_on: date, locale: str = "en") -> str:
    """ "June 26 - 29, 2012", "June 30 - July 2, 2012", "December 30, 2012 - January 2, 2013", "June 26, 2012"; in other
    languages than English as their calendars write it.
    """
    if not locale.startswith("en"):
        if starts_on == ends_on:
            return format_date(starts_on, "long", locale=locale)
        return format_interval(starts_on, ends_on, "yMMMMd", locale=locale)
    months = _months("en")[0]
    first, last = (f"{months[day.month]} {day.day}" for day in (starts_on, ends_on))
    if starts_on == ends_on:
        return f"{first}, {_year(starts_on)}"
    if starts_on.year != ends_on.year:
        return f"{first}, {_year(starts_on)} - {last}, {_year(ends_on)}"
    if starts_on.month != ends_on.month:
        return f"{first} - {last}, {_year(ends_on)}"
    return f"{first} - {ends_on.day}, {_year(ends_on)}"


def read_span(text: str, *, today: date) -> Span:
    """The days that a text says: with the month as a word, or year first, or in numbers that can mean one thing only.

    "June 26 - 29, 2012", "26-29 June 2012", "Dec 30, 2012 - Jan 2, 2013", "2012-06-26/29", "26.-29.6.2012"; days of the
    week are passed over. `today` is for the example in a message alone: a year that is not said is not guessed.

    Raises:
        BadSpan: with what is missing or doubtful, in words.
    """
    line = clean_line(text)
    if not line:
        raise BadSpan(N_("Please say on which days it is."))
    if len(line) > LONGEST_TEXT:
        raise BadSpan(N_("That is too long for days of a conference. Write them as “June 26 - 29, 2012”."))
    plain = re.sub("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d~]+|--+|\\.\\.+", "-", line.casefold())
    span = _year_first(plain) or _in_numbers(plain) or _in_words(plain, today)
    if span is None:
        raise BadSpan(N_("“{text}” cannot be read as days. Write them as “June 26 - 29, 2012”."), text=line)
    return span


# ---- the three ways to write days ------------------------------------------------------------------------------------

_Day = tuple[int, int, int]  # year, month, day; maybe none that there is
_RANGE = r"\s*(?:-|/|to|until|till|through|thru|bis)\s*"
_ISO = r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
_YEAR_FIRST = re.compile(
    rf"{_ISO}(?:{_RANGE}(?:(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})"
    r"|(?:(?P<m2>\d{1,2})[-/.])?(?P<d2>\d{1,2})))?"
)
_MARK = r"\s*[./]\s*"
_NUMBER = r"(\d{1,2})"
_NUMBERS = re.compile(
    rf"(?:{_NUMBER}(?:{_MARK}{_NUMBER}(?:{_MARK}(\d{{4}}))?)?\.?{_RANGE})?{_NUMBER}{_MARK}{_NUMBER}{_MARK}(\d{{2,4}})\.?"
)


def _year_first(plain: str) -> Span | None:
    """ISO 8601: "2012-06-26", "2012-06-26/29", "2012-06-26/07-02", "2012-06-26 to 2012-06-29"; also with slashes."""
    found = _YEAR_FIRST.fullmatch(plain)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[3]), int(found[4])
    if found["d"]:
        return _span((year, month, day), (int(found["y"]), int(found["m"]), int(found["d"])))
    if found["d2"]:
        return _span((year, month, day), (year, int(found["m2"] or month), int(found["d2"])))
    return _span((year, month, day), (year, month, day))


def _in_numbers(plain: str) -> Span | None:
    """ "26.-29.6.2012", "6/26/2012 - 6/29/2012": where only one order of day and month makes dates."""
    found = _NUMBERS.fullmatch(plain)
    if found is None:
        return None
    a, b, first_year, c, d, last_year = found.groups()
    if len(last_year) != 4:
        raise BadSpan(N_("Please write the year with four digits."))
    readings: list[tuple[_Day, _Day]] = []
    for day_first in (True, False):
        end = _ordered(last_year, c, d, day_first=day_first)
        if a is None:
            start = end
        elif b is not None:
            start = _ordered(first_year or last_year, a, b, day_first=day_first)
        elif day_first:  # "26.-29.6.": one month for both
            start = (end[0], end[1], int(a))
        else:
            continue
        if _is_day(*start) and _is_day(*end) and (start, end) not in readings:
            readings.append((start, end))
    if len(readings) > 1:
        raise BadSpan(
            N_("“{text}” can be two things: which number is the month? Write it as a word, or year first."),
            text=plain,
        )
    if not readings:
        raise BadSpan(N_("There is no such day as “{text}”."), text=plain)
    return _span(*readings[0])


def _ordered(year: str, first: str, second: str, *, day_first: bool) -> _Day:
    month, day = (second, first) if day_first else (first, second)
    return int(year), int(month), int(day)


#: How words follow each other (Day, Month, Year, Range; & is "and"), and which of the values, counted without the
#: signs, are year, month and day of the start and of the end.
_SHAPES: dict[str, tuple[int, int, int, int, int, int]] = {
    "MDY": (2, 0, 1, 2, 0, 1),
    "MDRDY": (3, 0, 1, 3, 0, 2),
    "MDRMDY": (4, 0, 1, 4, 2, 3),
    "MDYRMDY": (2, 0, 1, 5, 3, 4),
    "DMY": (2, 1, 0, 2, 1, 0),
    "DRDMY": (3, 2, 0, 3, 2, 1),
    "DMRDMY": (4, 1, 0, 4, 3, 2),
    "DMYRDMY": (2, 1, 0, 5, 4, 3),
    "YMD": (0, 1, 2, 0, 1, 2),
    "YMDRD": (0, 1, 2, 0, 1, 3),
    "YMDRMD": (0, 1, 2, 0, 3, 4),
    "YMDRYMD": (0, 1, 2, 3, 4, 5),
}
_WORD = re.compile(r"(\d+)(?:st|nd|rd|th|\.)?(?![^\W_])|([^\W\d_]+)\.?|(-|/)|(&|\+)|[,\s]+|(.)", re.DOTALL)
_TO = {"to", "until", "till", "through", "thru", "bis"}
_AND = {"and", "und"}
_PASSED_OVER = {"the", "of", "from", "on", "de"}


def _in_words(plain: str, today: date) -> Span | None:
    """The month as an English word, long or short, in any of the usual orders."""
    shape, values = "", list[int]()
    for kind, value in _words(plain):
        shape += kind
        if kind not in "R&":
            values.append(value)
    if "?" in shape:
        return None
    _say_what_is_missing(shape, today)
    places = _SHAPES.get(shape.replace("&", "R"))
    if places is None:
        return None
    parts = [values[place] for place in places]
    span = _span((parts[0], parts[1], parts[2]), (parts[3], parts[4], parts[5]))
    if "&" in shape and (span.ends_on - span.starts_on).days != 1:
        raise BadSpan(N_("Those days do not follow each other. Please make a row of each."))
    return span


def _words(plain: str) -> Iterator[tuple[str, int]]:
    """Kind and value of each word; "?" for what belongs to no date."""
    for found in _WORD.finditer(plain):
        number, word, dash, plus, odd = found.groups()
        if number:
            yield ("D" if len(number) <= 2 else "Y" if len(number) == 4 else "?"), int(number)
        elif dash or word in _TO:
            yield "R", 0
        elif plus or word in _AND:
            yield "&", 0
        elif word in _month_numbers():
            yield "M", _month_numbers()[word]
        elif odd or (word and word not in _PASSED_OVER | _weekdays()):
            yield "?", 0


def _say_what_is_missing(shape: str, today: date) -> None:
    if "M" not in shape:
        return
    if "D" not in shape and "Y" in shape:
        raise BadSpan(N_("Which day? Please add the day to the month."))
    if "D" in shape and "Y" not in shape:
        raise BadSpan(N_("Which year? Please add it, as in “June 26 - 29, {year}”."), year=today.year)


# ---- from numbers to days --------------------------------------------------------------------------------------------


def _span(start: _Day, end: _Day) -> Span:
    for day in (start, end):
        if not FIRST_YEAR <= day[0] <= LAST_YEAR:
            raise BadSpan(N_("The year {year} is too far away. Please check it."), year=day[0])
        if not _is_day(*day):
            raise BadSpan(N_("There is no such day as “{text}”."), text="{}-{:02}-{:02}".format(*day))
    span = Span(date(*start), date(*end))
    if span.ends_on < span.starts_on:
        raise BadSpan(N_("The last day is before the first one."))
    if (span.ends_on - span.starts_on).days >= LONGEST:
        raise BadSpan(N_("That is more than a year. Please check the days."))
    return span


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _year(day: date) -> str:
    return f"{day.year:04}"


@cache
def _months(locale: str) -> tuple[dict[int, str], dict[int, str]]:
    names = Locale.parse(locale).months["format"]
    return dict(names["wide"]), dict(names["abbreviated"])


@cache
def _month_numbers() -> dict[str, int]:
    named: Sequence[dict[int, str]] = _months("en")
    return {name.casefold(): number for names in named for number, name in names.items()} | {"sept": 9}


@cache
def _weekdays() -> frozenset[str]:
    days = Locale.parse("en").days["format"]
    names = {name.casefold() for width in ("wide", "abbreviated", "short") for name in days[width].values()}
    return frozenset(names | {"tues", "thur", "thurs", "weds"})
