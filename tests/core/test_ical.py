"""Every reader agrees on what we write, whatever is typed into it, and equal input gives equal bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from barcamp.core import ical
from barcamp.core.ical import Feed, Occurrence, as_busy, calendar, fragment
from barcamp.core.slugs import clean_line, clean_text
from tests.core.readers import READERS, FeedReading, NotStrict, Reading, parse_strictly, strict

HAIKU = Occurrence(
    uid="0b1c7f0e-7d0f-4c1e-9c55-2f1e6c1f4a10@camp.example",
    sequence=3,
    stamped_at=datetime(2026, 6, 20, 9, 30, tzinfo=UTC),
    created_at=datetime(2026, 6, 18, 12, 0, tzinfo=UTC),
    starts_at=datetime(2026, 6, 26, 18, 0, tzinfo=UTC),
    ends_at=datetime(2026, 6, 26, 18, 50, tzinfo=UTC),
    title="Haiku; or, how to say little",
    place="Room 1005, Otter Hall",
    description="Seventeen syllables.\n\nSpeakers: Bo Example\nhttps://camp.example/otter/notes/7",
    url="https://camp.example/otter/notes/7?from=ical&x=1,2;3",
    categories=("poetry", "words; and more"),
    geo=(44.567123, -123.275),
)
CAMP = Feed(
    name="Otter Camp: Room 1005, upstairs",
    description="A day of poems; and more.\nhttps://camp.example/otter/",
    url="https://camp.example/otter/",
    source_url="https://camp.example/otter/schedule.ics",
    zone="America/Los_Angeles",
    changed_at=datetime(2026, 6, 21, 8, 0, tzinfo=UTC),
    color="teal",
)

# What has broken calendars elsewhere, and what the icalendar library lets through.
HOSTILE = [
    "Hi\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\r\nSUMMARY:Free beer",
    "Hi\nBEGIN:VEVENT",
    "Hi\rBEGIN:VALARM",
    "Hi\u2028BEGIN:VEVENT\u2029END:VCALENDAR\x85X-EVIL:1",
    "\x0bX:1\x0cY:2\x1cZ:3",
    "bell \x07 and nul \x00 and escape \x1b[31m and del \x7f",
    "lone \ud83d surrogate \udc00",
    "turned \u202egnorw\u202c",
    "C:\\New folder\\names\\",
    "\\n \\N \\\\n \\; \\, \\",
    "commas, semicolons; colons: \"quotes\" 'more' =?utf-8?q? %0D%0A ^n^'",
    "TRANSP:TRANSPARENT\r\nTRANSP:TRANSPARENT\r\n",
    "日本語" * 60,
    "👩‍👩‍👧‍👦 family " * 12,
    "e\u0301" * 90,
    "x" * 10_000,
    " leading and trailing ",
    "<b>bold</b> &amp; <script>alert(1)</script>",
    "",
    "\x00",
    "\u200b",
]

ANY_TEXT = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("\\\r\n;,:\"'nN \t\x00\x85\u2028"), max_size=120
)
INSTANTS = st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
OCCURRENCES = st.builds(
    lambda length, **values: Occurrence(ends_at=values["starts_at"] + length, **values),
    length=st.timedeltas(timedelta(minutes=1), timedelta(days=2)).map(
        lambda length: timedelta(seconds=int(length.total_seconds()))
    ),
    uid=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,80}", fullmatch=True),
    sequence=st.integers(0, 2**31 - 1),
    stamped_at=INSTANTS,
    created_at=INSTANTS,
    starts_at=INSTANTS,
    title=ANY_TEXT,
    place=ANY_TEXT,
    description=ANY_TEXT,
    url=st.from_regex(r"https?://[a-z]{1,20}\.example/[A-Za-z0-9._~/?&=,;:@%-]{0,120}", fullmatch=True),
    categories=st.lists(ANY_TEXT, max_size=4).map(tuple),
    geo=st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    status=st.sampled_from(["CONFIRMED", "TENTATIVE", "CANCELLED"]),
)


def as_read(occurrence: Occurrence, *, busy: bool) -> Reading:
    """What any reader should find: written out here in words of the RFC, not by the code that writes."""
    starts_at, ends_at = occurrence.starts_at, occurrence.ends_at
    assert isinstance(starts_at, datetime) and isinstance(ends_at, datetime)
    title = clean_line(occurrence.title) or "(untitled)"
    categories = [clean_line(name.replace(",", " ")) for name in occurrence.categories]
    return Reading(
        uid=occurrence.uid,
        sequence=occurrence.sequence,
        stamped_at=occurrence.stamped_at,
        created_at=occurrence.created_at,
        modified_at=occurrence.stamped_at,
        starts_at=starts_at,
        ends_at=ends_at,
        title=f"[Cancelled] {title}" if occurrence.status == "CANCELLED" else title,
        place=clean_line(occurrence.place) or "(room to be announced)",
        description=clean_text(occurrence.description),
        url=occurrence.url,
        categories=tuple(name for at, name in enumerate(categories) if name and name not in categories[:at]),
        geo=(round(occurrence.geo[0], 6), round(occurrence.geo[1], 6)) if occurrence.geo else None,
        status=occurrence.status,
        transparency="OPAQUE" if busy else "TRANSPARENT",
    )


def feed_as_read(feed: Feed, *events: Reading) -> FeedReading:
    return FeedReading(
        name=clean_line(feed.name) or "(untitled)",
        description=clean_text(feed.description),
        url=feed.url,
        source_url=feed.source_url,
        zone=feed.zone,
        changed_at=feed.changed_at,
        color=feed.color,
        refresh="PT1H",
        events=events,
    )


def readings(feed: bytes) -> dict[str, FeedReading]:
    return {name: read(feed) for name, read in READERS.items()}


def all_agree_on(reading: FeedReading) -> dict[str, FeedReading]:
    return dict.fromkeys(READERS, reading)


def test_a_fragment_is_exactly_these_bytes() -> None:
    assert fragment(HAIKU, busy=False) == (
        b"BEGIN:VEVENT\r\n"
        b"UID:0b1c7f0e-7d0f-4c1e-9c55-2f1e6c1f4a10@camp.example\r\n"
        b"SEQUENCE:3\r\n"
        b"DTSTAMP:20260620T093000Z\r\n"
        b"CREATED:20260618T120000Z\r\n"
        b"LAST-MODIFIED:20260620T093000Z\r\n"
        b"DTSTART:20260626T180000Z\r\n"
        b"DTEND:20260626T185000Z\r\n"
        b"SUMMARY:Haiku\\; or\\, how to say little\r\n"
        b"LOCATION:Room 1005\\, Otter Hall\r\n"
        b"DESCRIPTION:Seventeen syllables.\\n\\nSpeakers: Bo Example\\nhttps://camp.exa\r\n"
        b" mple/otter/notes/7\r\n"
        b"URL:https://camp.example/otter/notes/7?from=ical&x=1,2;3\r\n"
        b"CATEGORIES:poetry,words\\; and more\r\n"
        b"GEO:44.567123;-123.275000\r\n"
        b"STATUS:CONFIRMED\r\n"
        b"TRANSP:TRANSPARENT\r\n"
        b"END:VEVENT\r\n"
    )


def test_a_feed_is_exactly_these_bytes() -> None:
    assert calendar(CAMP, [b"<first>\r\n", b"<second>\r\n"]) == (
        b"BEGIN:VCALENDAR\r\n"
        b"VERSION:2.0\r\n"
        b"PRODID:-//BarCamp//Schedule//EN\r\n"
        b"CALSCALE:GREGORIAN\r\n"
        b"NAME:Otter Camp: Room 1005\\, upstairs\r\n"
        b"X-WR-CALNAME:Otter Camp: Room 1005\\, upstairs\r\n"
        b"DESCRIPTION:A day of poems\\; and more.\\nhttps://camp.example/otter/\r\n"
        b"X-WR-CALDESC:A day of poems\\; and more.\\nhttps://camp.example/otter/\r\n"
        b"URL:https://camp.example/otter/\r\n"
        b"SOURCE;VALUE=URI:https://camp.example/otter/schedule.ics\r\n"
        b"LAST-MODIFIED:20260621T080000Z\r\n"
        b"X-WR-TIMEZONE:America/Los_Angeles\r\n"
        b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"
        b"X-PUBLISHED-TTL:PT1H\r\n"
        b"COLOR:teal\r\n"
        b"<first>\r\n"
        b"<second>\r\n"
        b"END:VCALENDAR\r\n"
    )


def test_every_reader_agrees_on_a_plain_feed() -> None:
    cancelled = replace(HAIKU, uid="second@camp.example", status="CANCELLED", categories=(), geo=None, sequence=0)
    feed = calendar(CAMP, [fragment(HAIKU, busy=False), fragment(cancelled, busy=True)])

    assert readings(feed) == all_agree_on(feed_as_read(CAMP, as_read(HAIKU, busy=False), as_read(cancelled, busy=True)))


def test_an_empty_feed_is_a_whole_calendar() -> None:
    agenda = replace(CAMP, source_url=None, color=None)

    assert readings(calendar(agenda, [])) == all_agree_on(feed_as_read(agenda))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_every_reader_agrees_on_hostile_text(text: str) -> None:
    occurrence = replace(HAIKU, title=text, place=text, description=text, categories=(text, "after"))
    named = replace(CAMP, name=text, description=text)
    feed = calendar(named, [fragment(occurrence, busy=False)])

    assert readings(feed) == all_agree_on(feed_as_read(named, as_read(occurrence, busy=False)))


@given(OCCURRENCES, st.booleans(), ANY_TEXT)
def test_every_reader_agrees_on_anything(occurrence: Occurrence, busy: bool, name: str) -> None:
    named = replace(CAMP, name=name, description=name)
    feed = calendar(named, [fragment(HAIKU, busy=False), fragment(occurrence, busy=busy)])

    assert readings(feed) == all_agree_on(
        feed_as_read(named, as_read(HAIKU, busy=False), as_read(occurrence, busy=busy))
    )


@pytest.mark.parametrize(
    ("zone", "wall", "fold"),
    [
        ("America/Los_Angeles", datetime(2026, 3, 8, 1, 45), 0),  # noqa: DTZ001 - ends after the gap
        ("America/Los_Angeles", datetime(2026, 11, 1, 1, 15), 0),  # noqa: DTZ001 - the repeated hour, first time
        ("America/Los_Angeles", datetime(2026, 11, 1, 1, 15), 1),  # noqa: DTZ001 - and second
        ("Europe/Berlin", datetime(2026, 10, 25, 2, 30), 1),  # noqa: DTZ001
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 40), 1),  # noqa: DTZ001 - half an hour
        ("Asia/Kathmandu", datetime(2026, 6, 1, 0, 0), 0),  # noqa: DTZ001 - 5:45 ahead
    ],
)
def test_every_reader_agrees_when_the_clocks_change(zone: str, wall: datetime, fold: int) -> None:
    local = wall.replace(tzinfo=ZoneInfo(zone), fold=fold)
    start = local.astimezone(UTC)
    occurrence = replace(HAIKU, starts_at=local, ends_at=start + timedelta(minutes=50))
    feed = calendar(CAMP, [fragment(occurrence, busy=False)])

    expected = replace(occurrence, starts_at=start)
    assert readings(feed) == all_agree_on(feed_as_read(CAMP, as_read(expected, busy=False)))


@given(OCCURRENCES)
def test_lines_are_short_whole_and_the_same_every_time(occurrence: Occurrence) -> None:
    written = fragment(occurrence, busy=False)
    lines = written.split(b"\r\n")

    assert written == fragment(replace(occurrence), busy=False)
    assert lines[0] == b"BEGIN:VEVENT"
    assert lines[-2:] == [b"END:VEVENT", b""]
    assert [line for line in lines if len(line) > 75] == []
    assert [line for line in lines if b"\r" in line or b"\n" in line] == []
    assert [line.decode().encode() for line in lines] == lines
    assert (written.count(b"\r\nBEGIN:"), written.count(b"\r\nEND:")) == (0, 1)


@given(OCCURRENCES)
def test_the_busy_variant_comes_from_the_shared_one(occurrence: Occurrence) -> None:
    assert as_busy(fragment(occurrence, busy=False)) == fragment(occurrence, busy=True)


def test_only_one_shared_fragment_can_be_made_busy() -> None:
    shared = fragment(HAIKU, busy=False)

    for wrong in (shared + shared, as_busy(shared), b""):
        with pytest.raises(ValueError, match="Not a shared fragment"):
            as_busy(wrong)


BRIDGE = replace(HAIKU, starts_at=date(2012, 6, 26), ends_at=date(2012, 6, 30), geo=None)


def test_whole_days_are_dates_with_an_end_that_is_no_longer_in_it() -> None:
    """June 26 - 29, 2012, as RFC 5545 3.6.1 and 3.8.2.2 want it."""
    written = fragment(BRIDGE, busy=False)

    assert b"\r\nDTSTART;VALUE=DATE:20120626\r\nDTEND;VALUE=DATE:20120630\r\n" in written
    assert as_busy(written) == fragment(BRIDGE, busy=True)
    assert fragment(replace(BRIDGE, starts_at=date(999, 1, 1)), busy=False).count(b";VALUE=DATE:09990101\r\n") == 1


def test_readers_of_three_families_agree_on_whole_days() -> None:
    feed = calendar(CAMP, [fragment(BRIDGE, busy=False)])
    by_icalendar: Any = icalendar.Calendar.from_ical(feed).events[0]
    (by_vobject,) = next(vobject.readComponents(feed.decode())).contents["vevent"]
    (by_ical,) = IcsCalendarStream.calendar_from_ics(feed.decode()).events

    span = (date(2012, 6, 26), date(2012, 6, 30))
    assert (by_icalendar["DTSTART"].dt, by_icalendar["DTEND"].dt) == span
    assert (by_vobject.dtstart.value, by_vobject.dtend.value) == span
    assert (by_ical.dtstart, by_ical.dtend) == span


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (date(2012, 6, 26), date(2012, 6, 26)),
        (date(2012, 6, 26), date(2012, 6, 25)),
        (date(2012, 6, 26), HAIKU.ends_at),
        (HAIKU.starts_at, date(2027, 1, 1)),
    ],
)
def test_days_that_end_before_they_begin_or_mix_with_times_are_refused(starts_at: date, ends_at: date) -> None:
    with pytest.raises(ValueError, match=r"ends after it starts|do not mix"):
        fragment(replace(HAIKU, starts_at=starts_at, ends_at=ends_at), busy=False)


def test_a_time_with_a_fixed_offset_gets_no_zone_that_no_reader_knows() -> None:
    """The library would write TZID="UTC+02:00"."""
    fixed = timezone(timedelta(hours=2))
    moved = replace(HAIKU, starts_at=datetime(2026, 6, 26, 20, 0, tzinfo=fixed))

    assert fragment(moved, busy=False) == fragment(HAIKU, busy=False)


def test_microseconds_and_other_zones_become_whole_seconds_of_utc() -> None:
    berlin = timezone(timedelta(hours=2))
    odd = replace(HAIKU, stamped_at=datetime(2026, 6, 20, 11, 30, 0, 999_999, tzinfo=berlin))

    assert fragment(odd, busy=False) == fragment(HAIKU, busy=False)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://camp.example/",
        "//camp.example/",
        "/otter/notes/7",
        "https://",
        "https:///notes",
        "https://camp.example/\r\nX-EVIL:1",
        "https://camp.example/\n",
        "https://camp.example/a b",
        "https://camp.example/\x0b",
        "https://camp.example/\x00",
        "https://camp.example/\u2028",
        "https://camp.example/é",
        'https://camp.example/"onclick',
        "https://camp.example/<b>",
        "https://camp.example/\\",
        "https://[bad/",
        " https://camp.example/",
        "",
    ],
)
def test_addresses_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - urlsplit has its own words
        fragment(replace(HAIKU, url=url), busy=False)
    with pytest.raises(ValueError):  # noqa: PT011
        calendar(replace(CAMP, url=url), [])
    with pytest.raises(ValueError):  # noqa: PT011
        calendar(replace(CAMP, source_url=url), [])


NAIVE = datetime(2026, 6, 26, 18, 0)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"starts_at": NAIVE, "ends_at": NAIVE + timedelta(hours=1)}, "without a zone"),
        ({"stamped_at": NAIVE}, "without a zone"),
        ({"created_at": NAIVE}, "without a zone"),
        ({"ends_at": HAIKU.starts_at}, "ends after it starts"),
        ({"ends_at": HAIKU.starts_at - timedelta(hours=1)}, "ends after it starts"),
        ({"sequence": -1}, "sequence"),
        ({"sequence": 2**31}, "sequence"),
        ({"uid": ""}, "UID"),
        ({"uid": "a b"}, "UID"),
        ({"uid": "a\r\nB:c"}, "UID"),
        ({"uid": "a\n"}, "UID"),
        ({"uid": "a,b;c"}, "UID"),
        ({"uid": "x" * 256}, "UID"),
        ({"geo": (90.1, 0.0)}, "Earth"),
        ({"geo": (0.0, -180.5)}, "Earth"),
        ({"geo": (float("nan"), 0.0)}, "Earth"),
        ({"geo": (0.0, float("inf"))}, "Earth"),
        ({"status": "CANCELED"}, "status"),
    ],
)
def test_values_that_no_reader_would_take_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fragment(replace(HAIKU, **wrong), busy=False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"changed_at": NAIVE}, "without a zone"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "Europe/Berlin\r\nX:1"}, "zone"),
        ({"color": "teal\r\nX:1"}, "colour"),
        ({"color": "#0088aa"}, "colour"),
    ],
)
def test_a_feed_refuses_what_no_reader_would_take(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        calendar(replace(CAMP, **wrong), [])  # type: ignore[arg-type]


def test_small_coordinates_are_not_written_in_powers_of_ten() -> None:
    written = fragment(replace(HAIKU, geo=(0.0000004, -0.0000004)), busy=False)

    assert b"\r\nGEO:0.000000;0.000000\r\n" in written


def test_the_words_for_what_is_missing_are_the_ones_promised() -> None:
    assert (ical.UNTITLED, ical.PLACE_TO_COME) == ("(untitled)", "(room to be announced)")


GOOD = calendar(CAMP, [fragment(HAIKU, busy=False)])


@pytest.mark.parametrize(
    "broken",
    [
        GOOD[:-2],
        GOOD.replace(b"\r\n", b"\n"),
        GOOD.replace(b"SEQUENCE:3", b"SEQUENCE:3\r\nSEQUENCE:4"),
        GOOD.replace(b"END:VEVENT\r\n", b""),
        GOOD.replace(b"DTSTART:20260626T180000Z", b"DTSTART:20260626T180000"),
        GOOD.replace(b"DTSTART:", b"DTSTART;TZID=Europe/Berlin:"),
        GOOD.replace(b"Haiku\\;", b"Haiku;"),
        GOOD.replace(b"Haiku", b"Hai\x07ku"),
        GOOD.replace(b"Haiku", b"Haiku" * 20),
        GOOD.replace(b"STATUS:CONFIRMED", b"STATUS:CANCELED"),
        GOOD.replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\nUID:1\r\n"),
        GOOD.replace(b";VALUE=DURATION", b""),
        GOOD + GOOD,
    ],
)
def test_the_strict_reader_is_strict(broken: bytes) -> None:
    with pytest.raises(NotStrict):
        strict(broken)


def test_the_strict_reader_refuses_a_letter_cut_in_two() -> None:
    with pytest.raises(UnicodeDecodeError):
        parse_strictly("BEGIN:VEVENT\r\nSUMMARY:é\r\nEND:VEVENT\r\n".encode().replace(b"\xc3", b"\xc3\r\n "))
