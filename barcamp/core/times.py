"""Times of a venue: the clock on its wall, instants in UTC, slots made in one go, and the words pages use for them.

Inside, a time is an aware UTC datetime; people type and read the wall clock of the venue's IANA zone. Zones are given
by name. Nothing here asks what time it is: `now` is passed in. What cannot be done raises a `BadTimes` with a `code`
for programs and whole sentences for people.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from barcamp.errors import N_

SHORTEST_SLOT = 5
LONGEST_SLOT = 12 * 60
LONGEST_PAUSE = 4 * 60
MOST_SLOTS = 200
#: Minutes between two slots that still feel like one block of the day.
SAME_BLOCK = 20

# Before 1972 a zone could be half a minute off, and no BarCamp is older than the first one.
_FIRST_YEAR, _LAST_YEAR = 1973, 2199
_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


class BadTimes(ValueError):
    """Times that cannot be used.

    `code` is for programs. `words` are whole sentences for people, marked with `N_`; `facts` fill their {places} after
    translation, as with `Refused`.
    """

    code: ClassVar[str] = "bad-times"

    def __init__(self, words: str, **facts: object) -> None:
        super().__init__(words.format(**facts))
        self.words = words
        self.facts = facts


class NoSuchTime(BadTimes):
    """The clocks go forward over this time, so nobody at the venue will ever see it on a clock."""

    code = "no-such-time"


class UnknownZone(BadTimes):
    code = "unknown-zone"


class ZoneMissing(BadTimes):
    code = "zone-missing"


class FarAway(BadTimes):
    code = "far-away"


class EndBeforeStart(BadTimes):
    code = "end-before-start"


class BadLength(BadTimes):
    code = "bad-length"


class BadPause(BadTimes):
    code = "bad-pause"


class TooManySlots(BadTimes):
    code = "too-many-slots"


class NoSlotFits(BadTimes):
    code = "no-slot-fits"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` up to, but not including, `end`: two aware instants, in UTC when made here."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, order=True)
class Break(Span):
    """A span in which nothing may be placed: a meal, a pause, a welcome for all."""


@dataclass(frozen=True, slots=True)
class Opening:
    """When something opens or closes, in words for the people of the venue.

    `when` is "10:45" for today, "Saturday 10:00" within a week, else "Sat, Jul 4 10:00", with the year when it is
    another one; empty where there is no such end. `zone` is as `zone_label` gives it. `str()` is the English sentence;
    pages build their own from the parts.
    """

    state: Literal["opens", "open", "closed"]
    when: str
    zone: str

    def __str__(self) -> str:
        if not self.when:
            return self.state
        link = {"opens": "opens", "open": "open until", "closed": "closed since"}[self.state]
        return f"{link} {self.when}"


def to_utc(wall: datetime, zone: str, *, repeated: Literal["first", "second"] = "first") -> datetime:
    """The instant, to the minute, at which the venue's wall clock shows this naive time.

    A time that the clocks show twice (the hour they go back) is taken as the first, as RFC 5545 3.3.5 has it, unless
    `repeated` says "second".

    Raises:
        NoSuchTime: the clocks go forward over it. UnknownZone, FarAway (before 1973, after 2199).
        ValueError: `wall` has a zone of its own.
    """
    if wall.tzinfo is not None:
        raise ValueError("A wall clock time has no zone of its own.")
    place = _zone(zone)
    _refuse_far_years(wall)
    here = floor_minute(wall).replace(tzinfo=place, fold=1 if repeated == "second" else 0)
    instant = here.astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) != floor_minute(wall):
        raise NoSuchTime(
            N_("{time} on {day} does not exist in {zone}: the clocks go forward over it that day."),
            time=f"{wall:%H:%M}",
            day=wall.date().isoformat(),
            zone=zone_name(zone),
        )
    return instant


def to_wall(instant: datetime, zone: str) -> datetime:
    """What the venue's wall clock shows at this instant: a naive datetime, for the fields of a form.

    Its `fold` is 1 at the second showing of a repeated time.
    """
    return _aware(instant).astimezone(_zone(zone)).replace(tzinfo=None)


def just_day(when: date | datetime) -> date:
    """The date as it is written, of a date or of a time."""
    return when.date() if isinstance(when, datetime) else when


def floor_minute(moment: datetime) -> datetime:
    """The moment without its seconds. Stray seconds make neighbours overlap, so no time is written with them."""
    return moment.replace(second=0, microsecond=0)


def is_zone(name: str) -> bool:
    """Whether a venue can be in this zone: exactly the names of `zones()`."""
    return name in _zone_names()


def zones() -> list[str]:
    """IANA zones in alphabetic order, UTC last: those named after a place.

    Abbreviations such as `EST` or `GMT` are left out: as zones they know no summer, and readers of calendars guess.
    """
    return [*sorted(_zone_names() - {"UTC"}), "UTC"]


def overlaps(a_start: datetime, a_end: datetime, b_start: datetime, b_end: datetime) -> bool:
    """Whether two half-open spans share any time. Back to back is no overlap, and an empty span overlaps nothing."""
    return max(a_start, b_start) < min(a_end, b_end)


def grid(first: datetime, last: datetime, length: int, pause: int, fixed: Iterable[Break] = ()) -> list[Span]:
    """The slots of a day in one go: `length` minutes each, `pause` minutes after each, from `first` to `last`.

    `first` is the earliest start and `last` the latest end, both aware. A slot that would run into a break of `fixed`
    starts again when the break ends, without a further pause. Slots are in order, in UTC and of the same true length
    also over midnight and on the days the clocks change. Breaks may be in any order, overlap, and lie outside.

    Raises:
        BadTimes: ZoneMissing, FarAway, EndBeforeStart (the day or a break), BadLength (under 5 minutes, over 12 hours),
            BadPause (under 0, over 4 hours), TooManySlots (over 200), NoSlotFits.
    """
    day = _in_minutes(Span(first, last), N_("The last time must be after the first."))
    breaks = sorted(_in_minutes(one, N_("A break must end after it starts.")) for one in fixed)
    if not SHORTEST_SLOT <= length <= LONGEST_SLOT:
        raise BadLength(N_("A slot is 5 minutes to 12 hours long, not {length} minutes."), length=length)
    if not 0 <= pause <= LONGEST_PAUSE:
        raise BadPause(N_("A pause is 0 minutes to 4 hours long, not {pause} minutes."), pause=pause)

    slots: list[Span] = []
    for slot in _slots_around(day, timedelta(minutes=length), timedelta(minutes=pause), breaks):
        if len(slots) == MOST_SLOTS:
            raise TooManySlots(
                N_("That makes more than {most} slots. Please check the times and the length."), most=MOST_SLOTS
            )
        slots.append(slot)
    if not slots:
        raise NoSlotFits(
            N_("No slot of {length} minutes fits between these times and around the breaks."), length=length
        )
    return slots


def blocks(spans: Sequence[Span], breaks: Sequence[Span] = ()) -> list[int]:
    """The block of the day each span belongs to, from 0, in the order the spans are given.

    Spans follow on in one block while the next starts at most SAME_BLOCK minutes after all before it have ended and no
    break lies in between. Spans that overlap are in one block.
    """
    numbers: dict[int, int] = {}
    block, block_end = -1, None
    for index in sorted(range(len(spans)), key=lambda i: (spans[i].start, spans[i].end)):
        span = spans[index]
        if block_end is None or not _follows_on(block_end, span.start, breaks):
            block += 1
        numbers[index] = block
        block_end = span.end if block_end is None else max(block_end, span.end)
    return [numbers[index] for index in range(len(spans))]


#: What starts before 05:00 belongs to the evening before, wherever days are told apart.
DAY_TURNS_AT = 5


@lru_cache(maxsize=1024)
def day_of(instant: datetime, zone: str, *, turns_at: int = 0) -> date:
    """The venue's day an instant belongs to; with `turns_at=5` a talk at 01:30 is still the evening before's."""
    wall = to_wall(instant, zone)
    return wall.date() - timedelta(days=1) if wall.hour < turns_at else wall.date()


def day_label(instant: datetime, zone: str, locale: str = "en", *, short: bool = False) -> str:
    """ "Saturday, July 4, 2026", or short "Sat, Jul 4", as the locale writes it."""
    day = to_wall(instant, zone).date()
    if short:
        return format_skeleton("MMMEd", day, locale=locale)
    return format_date(day, "full", locale=locale)


def time_label(instant: datetime, zone: str, locale: str = "en") -> str:
    """ "13:00", in the digits of the locale."""
    return format_time(to_wall(instant, zone).time(), "HH:mm", locale=locale)


def span_label(start: datetime, end: datetime, zone: str, locale: str = "en") -> str:
    """ "11:00 – 11:50"; where the clocks change in between, each time with its zone: "01:30 PDT – 01:20 PST"."""
    times = [time_label(start, zone, locale), time_label(end, zone, locale)]
    names = [zone_label(start, zone), zone_label(end, zone)]
    if names[0] == names[1]:
        return " – ".join(times)
    return " – ".join(f"{time} {name}" for time, name in zip(times, names, strict=True))


def zone_label(instant: datetime, zone: str) -> str:
    """The short name of the zone at that instant: "PST", "CEST", or "UTC+05:45" where people use no letters."""
    here = _aware(instant).astimezone(_zone(zone))
    name = here.tzname() or ""
    return name if name.isalpha() else f"UTC{here.isoformat()[-6:]}"


def zone_name(zone: str) -> str:
    """The zone as people read it: "America/Los Angeles"."""
    return zone.replace("_", " ")


def opens_in_words(
    opens_at: datetime | None, closes_at: datetime | None, now: datetime, zone: str, locale: str = "en"
) -> Opening:
    """Whether something is open now, and what comes next: "opens Saturday 10:00", "open until 10:45", "closed since …".

    Open from `opens_at` on, closed from `closes_at` on; None is "always has been" and "stays so". Closed wins where the
    two contradict each other.
    """
    if closes_at is not None and now >= closes_at:
        return Opening("closed", _near(closes_at, now, zone, locale), zone_label(closes_at, zone))
    if opens_at is not None and now < opens_at:
        return Opening("opens", _near(opens_at, now, zone, locale), zone_label(opens_at, zone))
    if closes_at is not None:
        return Opening("open", _near(closes_at, now, zone, locale), zone_label(closes_at, zone))
    return Opening("open", "", zone_label(now, zone))


@cache
def _zone_names() -> frozenset[str]:
    named_after_a_place = (name for name in zoneinfo.available_timezones() if name.split("/")[0] in _AREAS)
    return frozenset(named_after_a_place) | {"UTC"}


def _zone(name: str) -> ZoneInfo:
    if not is_zone(name):
        raise UnknownZone(N_("There is no time zone called {name}. Zones are named like Europe/Berlin."), name=name)
    return ZoneInfo(name)


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ZoneMissing(N_("This time says no zone, so nobody knows when it is."))
    return instant


def _refuse_far_years(moment: datetime) -> None:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise FarAway(N_("The year {year} is too far away. Please check it."), year=moment.year)


def _in_minutes(span: Span, else_words: str) -> Span:
    for moment in (span.start, span.end):
        _refuse_far_years(moment)
    start, end = (floor_minute(_aware(moment).astimezone(UTC)) for moment in (span.start, span.end))
    if end <= start:
        raise EndBeforeStart(else_words)
    return Span(start, end)


def _slots_around(day: Span, length: timedelta, pause: timedelta, breaks: Sequence[Span]) -> Iterator[Span]:
    start = day.start
    while start + length <= day.end:
        end = start + length
        ahead = [one.end for one in breaks if overlaps(start, end, one.start, one.end)]
        if ahead:
            start = max(ahead)
        else:
            yield Span(start, end)
            start = end + pause


def _follows_on(end: datetime, start: datetime, breaks: Sequence[Span]) -> bool:
    if start - end > timedelta(minutes=SAME_BLOCK):
        return False
    return not any(overlaps(end, start, one.start, one.end) for one in breaks)


def _near(moment: datetime, now: datetime, zone: str, locale: str) -> str:
    """A moment as people say it when they think of now."""
    time = time_label(moment, zone, locale)
    wall, today = to_wall(moment, zone), to_wall(now, zone)
    days = abs((wall.date() - today.date()).days)
    if days == 0:
        return time
    if days < 7:
        return f"{format_date(wall, 'EEEE', locale=locale)} {time}"
    if wall.year == today.year:
        return f"{day_label(moment, zone, locale, short=True)} {time}"
    return f"{format_date(wall, 'medium', locale=locale)} {time}"
