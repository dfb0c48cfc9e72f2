"""Calendars of strangers: what is read, what is told, and what does not harm."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barcamp.core import ical
from barcamp.core.addresses import plain_address
from barcamp.core.incoming import Incoming, Item, NotACalendar, read_calendar
from barcamp.core.plain import plain
from barcamp.core.slugs import clean_line, clean_text

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
BERLIN = "Europe/Berlin"
TEN = datetime(2026, 11, 21, 10, tzinfo=UTC)
WHEN = "DTSTART:20261121T100000Z\nDTEND:20261121T110000Z\n"


def event(*lines: str) -> str:
    return "BEGIN:VEVENT\n" + "\n".join(line.strip("\n") for line in lines) + "\nEND:VEVENT\n"


def file(*events: str, head: str = "") -> bytes:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(events)}END:VCALENDAR\n".encode()


def read(*events: str, head: str = "") -> Incoming:
    return read_calendar(file(*events, head=head), default_zone=BERLIN, now=NOW)


def item(**given: Any) -> Item:
    values: dict[str, Any] = {
        "uid": "1", "recurrence_id": "", "sequence": 0, "modified_at": None, "starts": TEN,
        "ends": TEN + timedelta(hours=1), "title": "Haiku",
    }  # fmt: skip
    return Item(**values | given)


def told(found: Incoming) -> list[str]:
    return [problem.words.format(**problem.facts) for problem in found.problems]


HAIKU = ("UID:1", "SUMMARY:Haiku")


def test_an_event_whole() -> None:
    found = read(
        event(
            *HAIKU, WHEN, "SEQUENCE:3", "LAST-MODIFIED:20261120T000000Z", "LOCATION:Pine\\, Hall",
            "DESCRIPTION:<p>One<br>two</p><script>x</script>", "URL:https://camp.example/1", "STATUS:CANCELED",
            "CATEGORIES:a,b\\, c", "CATEGORIES:a", "X-OTHER:1",
        ),
        head="X-WR-CALNAME:Ada\\, talks\nREFRESH-INTERVAL;VALUE=DURATION:P1DT2H\n",
    )  # fmt: skip
    assert found == Incoming(
        "Ada, talks",
        (
            item(
                sequence=3, modified_at=datetime(2026, 11, 20, tzinfo=UTC), place="Pine, Hall", description="One\ntwo",
                url="https://camp.example/1", status="CANCELLED", categories=("a", "b, c"),
            ),
        ),
        (),
        26 * 3600,
    )  # fmt: skip
    assert found.items[0].cancelled


@pytest.mark.parametrize(
    ("lines", "starts", "ends"),
    [
        (["DTSTART;VALUE=DATE:20261121"], date(2026, 11, 21), date(2026, 11, 22)),
        (["DTSTART;VALUE=DATE:20261121", "DTEND;VALUE=DATE:20261124"], date(2026, 11, 21), date(2026, 11, 24)),
        (["DTSTART;VALUE=DATE:20261121", "DURATION:P2D"], date(2026, 11, 21), date(2026, 11, 23)),
        (["DTSTART:20261121T100000Z", "DURATION:PT30M"], TEN, TEN + timedelta(minutes=30)),
    ],
)
def test_spans(lines: list[str], starts: date, ends: date) -> None:
    (one,) = read(event(*HAIKU, *lines)).items
    assert (one.starts, one.ends) == (starts, ends)


@pytest.mark.parametrize(
    ("line", "head", "starts", "zone", "assumed"),
    [
        ("DTSTART:20261121T110000", "", TEN, BERLIN, True),
        ("DTSTART:20261121T100000", "X-WR-TIMEZONE:Europe/London\n", TEN, "Europe/London", False),
        ("DTSTART;TZID=W. Europe Standard Time:20261121T110000", "", TEN, BERLIN, False),
        ("DTSTART;TZID=America/New_York:20261121T050000", "", TEN, "America/New_York", False),
        ("DTSTART;TZID=Nowhere/Land:20261121T110000", "", TEN, BERLIN, True),
        ("DTSTART;TZID=Nowhere/Land:20261121T100000", "X-WR-TIMEZONE:Europe/London\n", TEN, "Europe/London", False),
        ("DTSTART;TZID=Mine:20261121T130000", "VTIMEZONE", TEN, "UTC", False),
        ("DTSTART:20261121T100000Z", "", TEN, "UTC", False),
    ],
)
def test_zones(line: str, head: str, starts: datetime, zone: str, assumed: bool) -> None:
    own = (
        "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\n"
        "END:STANDARD\nEND:VTIMEZONE\n"
    )
    found = read(event(*HAIKU, line, "DURATION:PT1H"), head=own if head == "VTIMEZONE" else head)
    (one,) = found.items
    assert (one.starts, one.zone, one.zone_assumed) == (starts, zone, assumed)
    assert told(found) == (
        [f"Some times do not say their zone, or one that nobody knows. They were taken as {zone}."] if assumed else []
    )


def test_a_series_is_expanded_with_its_exceptions() -> None:
    found = read(
        event(*HAIKU, "DTSTART;TZID=Europe/Berlin:20261019T110000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4",
              "EXDATE;TZID=Europe/Berlin:20261102T110000"),
        event("UID:1", "SUMMARY:Moved", "RECURRENCE-ID;TZID=Europe/Berlin:20261026T110000", WHEN),
    )  # fmt: skip
    assert [(one.recurrence_id, one.starts, one.title) for one in found.items] == [
        ("20261019T090000Z", datetime(2026, 10, 19, 9, tzinfo=UTC), "Haiku"),
        ("20261109T100000Z", datetime(2026, 11, 9, 10, tzinfo=UTC), "Haiku"),
        ("20261026T100000Z", TEN, "Moved"),
    ]


def test_a_series_without_end_has_an_end_here() -> None:
    found = read(event(*HAIKU, "DTSTART;VALUE=DATE:20000101", "RRULE:FREQ=DAILY"))
    assert len(found.items) == 366


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=1000000000",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300", "FREQ=NEVER", "INTERVAL=2", "x",
    ],
)  # fmt: skip
def test_a_rule_that_would_not_end_is_refused_and_stops_nothing_else(rule: str) -> None:
    began = time.process_time()
    found = read(event("UID:2", "SUMMARY:Bad", WHEN, f"RRULE:{rule}"), event(*HAIKU, WHEN))
    assert [one.title for one in found.items][-1:] == ["Haiku"]
    assert all(one.title == "Haiku" for one in found.items)
    assert any("“Bad”" in words for words in told(found))
    assert time.process_time() - began < 3


def test_without_a_uid_its_content_is_its_name() -> None:
    first, second = (read(event("SUMMARY:Haiku", WHEN, "LOCATION:Pine", f"DESCRIPTION:{text}")) for text in "ab")
    assert first.items[0].uid_made
    assert UUID(first.items[0].uid)
    assert first.items[0].uid == second.items[0].uid
    other = read(event("SUMMARY:Haiku", WHEN, "LOCATION:Oak"))
    assert other.items[0].uid != first.items[0].uid


def test_of_two_with_one_name_the_newer_one_is_read() -> None:
    found = read(
        event("UID:1", "SUMMARY:Old", WHEN, "SEQUENCE:1"),
        event("UID:1", "SUMMARY:New", WHEN, "SEQUENCE:2"),
        event("UID:1", "SUMMARY:Older", WHEN),
    )
    assert [one.title for one in found.items] == ["New"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([*HAIKU], "it does not say when it starts"),
        ([*HAIKU, "DTSTART:nonsense"], "its time could not be understood"),
        ([*HAIKU, "DTSTART:20261121T100000Z", "DTEND:2026"], "its time could not be understood"),
        ([*HAIKU, "DTSTART:20261121T100000Z", "DTEND:20261121T090000Z"], "it ends before it starts"),
        ([*HAIKU, "DTSTART:20261121T100000Z", "DTEND;VALUE=DATE:20261122"], "its start and end are of different kinds"),
        ([*HAIKU, "DTSTART:00010101T000000Z"], "it is too far away in time"),
        ([*HAIKU, "DTSTART:99991231T235959", "DURATION:P9999999D"], "it is too far away in time"),
        ([*HAIKU, WHEN, "CLASS:PRIVATE"], "it is marked as private"),
        (["UID:1", WHEN], "it has no title"),
        (["UID:1", "SUMMARY:Busy", WHEN], "it only says that somebody is busy"),
    ],
)
def test_a_broken_event_is_told_and_stops_nothing_else(lines: list[str], reason: str) -> None:
    found = read(event(*lines), event("UID:2", "SUMMARY:Kayak", WHEN))
    assert [one.title for one in found.items] == ["Kayak"]
    (words,) = told(found)
    assert words.endswith(f"was left out: {reason}.")


def test_a_broken_file_gives_what_is_whole() -> None:
    content = file(event(*HAIKU, WHEN)).replace(b"END:VCALENDAR\n", b"BEGIN:VEVENT\nUID:2\nSUMMARY:Cut")
    found = read_calendar(content, default_zone=BERLIN, now=NOW)
    assert found.items == (item(),)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"BEGIN:VCARD\nEND:VCARD", b"\x00\xff", b"BEGIN:VCALENDAR\n" + b"x" * 5_000_000]
)
def test_what_is_no_calendar(content: bytes) -> None:
    with pytest.raises(NotACalendar):
        read_calendar(content, default_zone=BERLIN, now=NOW)


def test_nests_and_crowds() -> None:
    for count, ends in ((4999, False), (4999, True), (6000, True)):
        inside = "BEGIN:VEVENT\n" * count + "END:VEVENT\n" * (count if ends else 0)
        try:
            read(inside)
        except NotACalendar:
            assert count > 5000


def test_a_text_that_is_far_too_long_is_left_out() -> None:
    found = read(event(*HAIKU, WHEN, "DESCRIPTION:" + "x" * 70_000))
    assert (found.items, told(found)) == ((item(),), ["1 texts were too long and were left out."])


def test_latin_letters_and_utf_16() -> None:
    text = file(event("UID:1", "SUMMARY:Früh", WHEN)).decode()
    for coding in ("cp1252", "utf-16", "utf-8-sig"):
        assert read_calendar(text.encode(coding), default_zone=BERLIN, now=NOW).items == (item(title="Früh"),)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b > c & d", "a < b > c & d"), ("<b>bold</b> &amp; <i>x</i>", "bold & x"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<img src=x onerror=alert(1)>hi<style>p{}</style>", "hi"), ("one\r\ntwo", "one\ntwo"),
    ],
)  # fmt: skip
def test_plain_text(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "https://", "https://u:p@x.example/", "ftp://x/", "https://x\n", "https://[", "//x"]
)
def test_no_address(text: str) -> None:
    assert plain_address(text.replace("\n", "\ny")) == ""


TEXTS = st.text(max_size=60)
EARLIEST, LATEST = (datetime.fromisoformat(f"{year}-01-01") for year in (1980, 2100))


@settings(max_examples=60, deadline=None)
@given(
    title=TEXTS, place=TEXTS, description=TEXTS, tags=st.lists(TEXTS, max_size=3), sequence=st.integers(0, 2**31 - 1),
    start=st.datetimes(EARLIEST, LATEST), minutes=st.integers(1, 3000),
)  # fmt: skip
def test_our_own_calendars_are_read_letter_for_letter(
    title: str, place: str, description: str, tags: list[str], sequence: int, start: datetime, minutes: int
) -> None:
    starts = start.replace(tzinfo=UTC, microsecond=0)
    one = ical.Occurrence(
        uid="1", sequence=sequence, stamped_at=NOW, created_at=NOW, starts_at=starts,
        ends_at=starts + timedelta(minutes=minutes), title=title, place=place, description=description,
        url="https://camp.example/1", categories=tuple(tags),
    )  # fmt: skip
    feed = ical.Feed("Camp", "", "https://camp.example/", None, BERLIN, NOW)
    content = ical.calendar(feed, [ical.fragment(one, busy=False)])
    shown = ical.shown_title(one)
    if shown.casefold() in ("busy", "free", "private"):
        return
    assert read_calendar(content, default_zone="UTC", now=NOW) == Incoming(
        "Camp",
        (
            item(
                sequence=sequence, modified_at=NOW, starts=starts, ends=starts + timedelta(minutes=minutes),
                title=shown, zone=BERLIN,
                place=clean_line(place) or ical.PLACE_TO_COME, description=clean_text(description),
                url="https://camp.example/1", categories=ical.shown_categories(one),
            ),
        ),
        (),
        3600,
    )  # fmt: skip


LINES = (
    "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:X",
    "UID:1", "SUMMARY:a", 'SUMMARY;X="', "DTSTART:20261121T100000Z", "DTSTART:20261121", "DTEND:x", "DTSTAMP:x",
    "DTSTART;TZID=x:20261121T100000", "DTSTART;TZID=Mine:20261121T100000", "TZID:Mine", "DURATION:-P1D", "DURATION:P",
    "RRULE:FREQ=DAILY;UNTIL=2026", "RRULE:FREQ=WEEKLY;BYDAY=XX", "RDATE:20261121", "EXDATE:x", "RECURRENCE-ID:x",
    "RECURRENCE-ID:20261121T100000Z", "", ":", " folded", "GEO:x", "SEQUENCE:x", "SEQUENCE:99999999999999", "URL:x",
    "CATEGORIES:,", "STATUS:", "\x00", "é", "RDATE;VALUE=PERIOD:20261121T100000Z/PT1H", "X-WR-TIMEZONE:Mars",
    "X-WR-TIMEZONE:Europe/Berlin",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=25))
def test_whatever_it_is_there_is_an_answer(lines: list[str]) -> None:
    content = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]).encode()
    try:
        found = read_calendar(content, default_zone=BERLIN, now=NOW)
    except NotACalendar:
        return
    assert all(problem.words.format(**problem.facts) for problem in found.problems)
