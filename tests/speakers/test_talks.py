"""Talks elsewhere: added once, changed with the right SEQUENCE and stamp, removed, and never too many."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.speakers import queries, service, talk_queries, talks
from barcamp.speakers.errors import HaveItAlready, TalkChanged, TooManyTalks
from barcamp.speakers.models import Speaker, Talk
from barcamp.speakers.talks import TalkContent
from tests import make
from tests.people import Cast
from tests.speakers import elsewhere

LATER = make.NOW + timedelta(hours=1)
DUCKS = TalkContent(title="Ducks", conference="PondConf", starts_on=make.DAY, ends_on=make.DAY)


def event(talk: Talk) -> Any:
    return icalendar.Event.from_ical(talk.fragment)


def revision(db: Session, person_id: int) -> int:
    return db.scalars(select(Speaker.revision).where(Speaker.person_id == person_id)).one()


def test_three_rows_of_2012_are_three_talks_of_whole_days(db: Session, people: Cast) -> None:
    elsewhere.page_of(db, people.bo)
    added = talks.add_many(db, people.bo.id, elsewhere.THREE, now=make.NOW)
    assert [TalkContent.of(talk) for talk in queries.talks(db, people.bo.id)] == elsewhere.THREE
    assert added.doubled == []
    assert [
        (one["SUMMARY"], one["LOCATION"], one.start, one["DTEND"].dt, one["URL"])
        for talk in added.new
        for one in [event(talk)]
    ] == [
        (title, f"{place}, Portland, OR", date(2012, month, 26), date(2012, month, last), "http://127.0.0.1:8000/speakers/bo-finch")
        for title, place, month, last in (
            (elsewhere.CLOUDS, "Open Source Bridge 2012", 6, 30),
            (elsewhere.OPS, "Open Source Bridge 2012", 6, 30),
            (elsewhere.CLOUDS, "OSCON 2012", 7, 28),
        )
    ]  # fmt: skip


def test_the_same_ones_again_add_nothing(db: Session, people: Cast) -> None:
    elsewhere.page_of(db, people.bo)
    talks.add_many(db, people.bo.id, elsewhere.THREE, now=make.NOW)
    before = revision(db, people.bo.id)
    again = [replace(one, title=one.title.upper(), place="Oregon") for one in elsewhere.THREE]
    added = talks.add_many(db, people.bo.id, [*again, DUCKS, DUCKS], now=LATER)
    assert ([talk.title for talk in added.new], added.doubled) == (["Ducks"], [*again, DUCKS])
    assert revision(db, people.bo.id) == before + 1


def test_one_form_sent_twice_makes_one_talk(db: Session, people: Cast) -> None:
    first, second = (talks.add(db, people.bo.id, DUCKS, now=now) for now in (make.NOW, LATER))
    assert first.id == second.id
    with pytest.raises(HaveItAlready):
        talks.add(db, people.bo.id, replace(DUCKS, title="DUCKS", place="Corvallis"), now=LATER)
    assert len(talk_queries.all_talks(db, people.bo.id)) == 1
    talks.add(db, people.cy.id, DUCKS, now=LATER)  # another's is another one


@pytest.mark.parametrize(
    ("change", "sequence", "stamped"),
    [
        ({"title": "Geese"}, 1, True),
        ({"conference": "LakeConf"}, 1, True),
        ({"place": "Corvallis"}, 1, True),
        ({"ends_on": make.DAY + timedelta(days=1)}, 1, True),
        ({"cancelled": True}, 1, True),
        ({"starts_at": make.NOW, "ends_at": LATER, "zone": make.ZONE}, 1, True),
        ({"cospeakers": ("Ann",)}, 0, True),
        ({"slides_url": "https://s.example/"}, 0, True),
        ({"recording_url": "https://r.example/"}, 0, True),
        ({"url": "https://d.example/"}, 0, True),
        ({"conference_url": "https://pond.example/"}, 0, False),
        ({}, 0, False),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sequence_and_stamp_rise_with_what_shows(
    db: Session, people: Cast, change: dict[str, Any], sequence: int, stamped: bool
) -> None:
    elsewhere.page_of(db, people.bo)
    talk = elsewhere.talk(db, people.bo)
    before, seen = revision(db, people.bo.id), TalkContent.of(talk)
    talks.change(db, talk, replace(seen, **change), seen=seen.edition, now=LATER)
    assert (talk.sequence, talk.stamped_at) == (sequence, LATER if stamped else make.NOW)
    assert event(talk)["SEQUENCE"] == sequence
    assert event(talk)["DTSTAMP"].dt == talk.stamped_at
    assert TalkContent.of(talk) == replace(seen, **change)
    assert revision(db, people.bo.id) == before + bool(change)


def test_a_stamp_rises_within_one_second_too(db: Session, people: Cast) -> None:
    talk = elsewhere.talk(db, people.bo)
    talks.change(db, talk, replace(DUCKS, title="Geese"), seen=DUCKS.edition, now=make.NOW)
    assert event(talk)["DTSTAMP"].dt == make.NOW + timedelta(seconds=1)


def test_what_was_changed_meanwhile_is_not_overwritten(db: Session, people: Cast) -> None:
    talk = elsewhere.talk(db, people.bo)
    geese = replace(DUCKS, title="Geese")
    talks.change(db, talk, geese, seen=DUCKS.edition, now=LATER)
    with pytest.raises(TalkChanged):
        talks.change(db, talk, replace(DUCKS, place="Corvallis"), seen=DUCKS.edition, now=LATER)
    talks.change(db, talk, geese, seen=DUCKS.edition, now=LATER)  # the same form twice
    assert TalkContent.of(talk) == geese


def test_removed_is_gone_with_its_fragment(db: Session, people: Cast) -> None:
    elsewhere.page_of(db, people.bo)
    talk = elsewhere.talk(db, people.bo)
    before = revision(db, people.bo.id)
    talks.remove(db, talk, now=LATER)
    assert (talk_queries.all_talks(db, people.bo.id), revision(db, people.bo.id)) == ([], before + 1)


def test_so_many_and_no_more(db: Session, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talks, "MOST_TALKS", 3)
    talks.add_many(db, people.bo.id, elsewhere.THREE[:2], now=make.NOW)
    with pytest.raises(TooManyTalks):
        talks.add_many(db, people.bo.id, [DUCKS, replace(DUCKS, title="Geese")], now=make.NOW)
    assert len(talk_queries.all_talks(db, people.bo.id)) == 2
    talks.add(db, people.bo.id, DUCKS, now=make.NOW)
    with pytest.raises(TooManyTalks):
        talks.add(db, people.bo.id, replace(DUCKS, title="Geese"), now=make.NOW)


def test_two_tabs_at_once_make_one_talk(db: Session, people: Cast, store: Store) -> None:
    """On PostgreSQL both have begun before either has committed."""
    ready, made = threading.Barrier(4), list[int]()

    def add() -> None:
        ready.wait()
        with store.writing() as session:
            made.append(talks.add(session, people.bo.id, DUCKS, now=make.NOW).id)

    tabs = [threading.Thread(target=add) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(20)
    assert len(made) == 4 and len(set(made)) == 1
    assert len(talk_queries.all_talks(db, people.bo.id)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_new_address_of_the_page_renews_the_fragments(db: Session, people: Cast) -> None:
    speaker = elsewhere.page_of(db, people.bo)
    talk, own = elsewhere.talk(db, people.bo), elsewhere.talk(db, people.bo, "Geese", url="https://g.example/")
    service.change_profile(db, speaker, slug="bofi", bio="", links=[], visits_open=True, now=LATER)
    assert talks.renew(db, people.bo.id, now=LATER) == 1
    assert (event(talk)["URL"], talk.sequence, talk.stamped_at) == ("http://127.0.0.1:8000/speakers/bofi", 0, LATER)
    assert (event(own)["URL"], own.stamped_at) == ("https://g.example/", make.NOW)
    assert talks.renew(db, people.bo.id, now=LATER) == 0


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://x.example/a?b=c#d", "https://x.example/a?b=c#d"),
        ("https://bücher.example/ä b".replace(" ", ""), "https://xn--bcher-kva.example/%C3%A4b"),
        ("javascript:alert(1)", "http://127.0.0.1:8000/speakers"),
        ("https://x.example/\r\nX-EVIL:1", "http://127.0.0.1:8000/speakers"),
        ("https://" + "a" * 70 + ".example/", "http://127.0.0.1:8000/speakers"),
        ("", "http://127.0.0.1:8000/speakers"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_real_addresses_get_into_calendars(db: Session, people: Cast, url: str, written: str) -> None:
    assert event(elsewhere.talk(db, people.bo, url=url))["URL"] == written


HOSTILE = ["x\r\nX-EVIL:1", "é" * 2000, "🎉🏳️‍🌈", "שלום עולם", "a,b;c\\d\\n", "\x00\x07Ducks"]


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hostile_title_ends_no_line(db: Session, people: Cast, title: str) -> None:
    content = replace(DUCKS, title=title, place=title, conference=title, cospeakers=(title,))
    fragment = talks.new_talk(people.bo.id, content, page="https://x.example/", now=make.NOW).fragment
    assert b"\r\nX-EVIL" not in fragment
    assert all(len(line) <= 75 for line in fragment.split(b"\r\n"))
    assert icalendar.Event.from_ical(fragment)["UID"]


def test_where_a_time_is_known_the_instants_are_written(db: Session, people: Cast) -> None:
    starts, ends = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    first, last = talks.days_of(starts, ends, "Europe/Berlin")
    talk = elsewhere.talk(
        db, people.bo, starts_on=first, ends_on=last, starts_at=starts, ends_at=ends, zone="Europe/Berlin"
    )
    assert (event(talk)["DTSTART"].dt, event(talk)["DTEND"].dt) == (starts, ends)
    assert talks.when_words(talk) == "October 25, 2026, 02:30 CEST – 02:30 CET Europe/Berlin"


def test_what_ends_at_midnight_ends_on_the_day_before() -> None:
    starts, midnight = datetime(2026, 7, 1, 20, tzinfo=UTC), datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert talks.days_of(starts, midnight, "Europe/Berlin") == (date(2026, 7, 1), date(2026, 7, 1))
