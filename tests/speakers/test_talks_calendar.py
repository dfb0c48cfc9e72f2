"""The three rows of 2012, pasted as a table: three talks, and three readers of calendars see whole days."""

from __future__ import annotations

from datetime import date
from typing import Any

import icalendar
import ics
import pytest
import vobject
from sqlalchemy.orm import Session

from barcamp.core import ical
from barcamp.core.pasted import read_talks
from barcamp.speakers import queries, talks
from barcamp.speakers.routes.talks import content_of
from tests import make
from tests.people import Cast
from tests.speakers import elsewhere

Seen = tuple[str, str, str, date, date, bool]  # uid, title, place, first day, the day after the last, whole days


def by_icalendar(feed: bytes) -> list[Seen]:
    calendar: Any = icalendar.Calendar.from_ical(feed)
    return [
        (str(one["UID"]), str(one["SUMMARY"]), str(one["LOCATION"]), one["DTSTART"].dt, one["DTEND"].dt,
         type(one["DTSTART"].dt) is date)
        for one in calendar.events
    ]  # fmt: skip


def by_vobject(feed: bytes) -> list[Seen]:
    calendar: Any = vobject.readOne(feed.decode())
    return [
        (one.uid.value, one.summary.value, one.location.value, one.dtstart.value, one.dtend.value,
         type(one.dtstart.value) is date)
        for one in calendar.vevent_list
    ]  # fmt: skip


def by_ics(feed: bytes) -> list[Seen]:
    """Its own end of an all-day event is the day after, too."""
    calendar: Any = ics.Calendar(feed.decode())
    return [
        (one.uid, one.name, one.location, one.begin.date(), one.end.date(), one.all_day)
        for one in sorted(calendar.events, key=lambda one: (one.begin, one.name))
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_three_rows_are_three_spans_with_an_exclusive_end(db: Session, people: Cast) -> None:
    elsewhere.page_of(db, people.bo)
    rows = read_talks(elsewhere.TABLE, today=make.DAY).rows
    talks.add_many(db, people.bo.id, [content_of(row.talk) for row in rows if row.talk], now=make.NOW)
    there = queries.talks(db, people.bo.id)
    feed = ical.calendar(
        ical.Feed("Bo Finch", "", "https://x.example/speakers/bo-finch", None, "UTC", make.NOW),
        [talk.fragment for talk in there],
    )
    clouds, ops, oscon = (talk.uid for talk in there)
    bridge = ("Open Source Bridge 2012, Portland, OR", date(2012, 6, 26), date(2012, 6, 30), True)
    expected = [
        (clouds, elsewhere.CLOUDS, *bridge),
        (ops, elsewhere.OPS, *bridge),
        (oscon, elsewhere.CLOUDS, "OSCON 2012, Portland, OR", date(2012, 7, 26), date(2012, 7, 28), True),
    ]
    assert [by_icalendar(feed), by_vobject(feed), by_ics(feed)] == [expected] * 3
