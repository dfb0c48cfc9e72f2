"""The public feed: every reader agrees on it, and a calendar that has it already gets a cheap 304."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.core.readers import READERS, FeedReading, Reading, strict
from tests.counting import counted
from tests.people import Cast
from tests.wall.read import fields as read_fields

FEED = "/camp/schedule.ics"
LATER = make.NOW + timedelta(minutes=30)


@pytest.fixture
def notes(db: Session, store: Store, camp: Conference, people: Cast) -> list[Note]:
    """Three published sessions: an ordinary one, one with a hostile title, one that gets cancelled."""
    slots, rooms = stage.day(db, camp)
    titles = ("How to kayak", "Zines, folds; “cuts”\\n \U0001f4d0 " + "long " * 20, "Lockpicking 101")
    made = [
        make.note(db, camp, who, title.strip(), description="One\n\ntwo, three; four", tags=["food"], stars=1)
        for who, title in zip((people.bo, people.cy, people.dee), titles, strict=True)
    ]
    for note, slot in zip(made, slots, strict=True):
        stage.put(store, camp, people.ada, note, slot, rooms[0])
    stage.publish(store, camp, people.ada)
    return made


def read(client: Client) -> FeedReading:
    return strict(client.get(FEED).data)


def by_title(feed: FeedReading) -> dict[str, Reading]:
    return {one.title.removeprefix("[Cancelled] "): one for one in feed.events}


def test_readers_of_four_families_agree_on_all_of_it(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    room = make.room(db, camp, "KEC, 2; 114")
    slot = make.slot(db, camp, "15:00")
    stage.put(store, camp, people.ada, notes[0], slot, room)
    stage.take_off(store, camp, people.ada, notes[2])
    stage.publish(store, camp, people.ada, LATER)
    body = client.get(FEED).data
    readings = {name: reader(body) for name, reader in READERS.items()}
    assert len(readings) == 4
    for name, reading in readings.items():
        assert reading == readings["strict"], name
    feed = readings["strict"]
    assert [(one.title, one.place, one.sequence, one.status) for one in feed.events] == [
        (notes[1].title, "KEC 1001, Otter Hall", 0, "CONFIRMED"),
        ("[Cancelled] Lockpicking 101", "KEC 1001, Otter Hall", 1, "CANCELLED"),
        ("How to kayak", "KEC, 2; 114, Otter Hall", 1, "CONFIRMED"),
    ]
    assert {one.uid for one in feed.events} == {note.uid for note in notes}
    assert {one.transparency for one in feed.events} == {"TRANSPARENT"}


def test_it_says_whose_it_is_and_how_often_to_look(client: Client, camp: Conference, notes: list[Note]) -> None:
    feed = read(client)
    assert (feed.name, feed.description, feed.zone, feed.refresh) == (
        "Otter BarCamp", "One day, one building, your topics", make.ZONE, "PT1H",
    )  # fmt: skip
    assert (feed.url, feed.source_url) == (
        "http://127.0.0.1:8000/camp/schedule", "http://127.0.0.1:8000/camp/schedule.ics",
    )  # fmt: skip


def test_before_publishing_it_is_empty_and_valid(client: Client, camp: Conference) -> None:
    answer = client.get(FEED)
    assert (answer.status_code, strict(answer.data).events) == (200, ())


def test_two_looks_get_equal_bytes(client: Client, notes: list[Note]) -> None:
    first, second = client.get(FEED), client.get(FEED)
    assert (first.data, first.headers["ETag"]) == (second.data, second.headers["ETag"])


def test_its_headers_suit_a_calendar(client: Client, notes: list[Note]) -> None:
    headers = client.get(FEED).headers
    assert {name: headers.get(name) for name in (
        "Content-Type", "Cache-Control", "Access-Control-Allow-Origin", "Content-Disposition", "Vary", "Set-Cookie",
    )} == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Cache-Control": "public, max-age=300, stale-while-revalidate=3600",
        "Access-Control-Allow-Origin": "*",
        "Content-Disposition": 'inline; filename="camp.ics"',
        "Vary": "Accept-Encoding",
        "Set-Cookie": None,
    }  # fmt: skip


def test_a_calendar_that_has_it_gets_304_without_the_entries_being_read(
    client: Client, app: Flask, notes: list[Note]
) -> None:
    etag = client.get(FEED).headers["ETag"]
    with counted(app) as count:
        again = client.get(FEED, headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert "Last-Modified" in again.headers
    assert not [statement for statement in count.sent if "FROM entry" in statement]


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ("{etag}", 304),
        ('"other", {etag}', 304),
        ("W/{etag}", 304),
        ("*", 304),
        ('"other"', 200),
        ("not-quoted", 200),
    ],
)
def test_if_none_match_is_read_as_the_rfc_says(client: Client, notes: list[Note], tag: str, status: int) -> None:
    etag = client.get(FEED).headers["ETag"]
    assert client.get(FEED, headers={"If-None-Match": tag.format(etag=etag)}).status_code == status


def test_if_none_match_beats_if_modified_since(client: Client, notes: list[Note]) -> None:
    future = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert client.get(FEED, headers={"If-Modified-Since": future}).status_code == 304
    assert client.get(FEED, headers={"If-Modified-Since": future, "If-None-Match": '"other"'}).status_code == 200
    assert client.get(FEED, headers={"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}).status_code == 200
    assert client.get(FEED, headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_head_is_get_without_the_body_and_post_is_405(client: Client, notes: list[Note]) -> None:
    head, full = client.head(FEED), client.get(FEED)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", full.headers["ETag"])
    assert client.submit(FEED).status_code == 405


def test_every_kind_of_change_changes_the_validators_and_only_its_own_session(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    before, etag = by_title(read(client)), client.get(FEED).headers["ETag"]
    notes[0].title = "How to canoe"
    db.flush()
    stage.refresh(store, camp, LATER)
    after = by_title(read(client))
    assert client.get(FEED, headers={"If-None-Match": etag}).status_code == 200
    assert {title: after[title] for title in after.keys() & before.keys()} == {
        title: before[title] for title in before.keys() & after.keys()
    }
    assert (after["How to canoe"].sequence, after["How to canoe"].stamped_at) == (1, LATER)


def test_a_hidden_note_leaves_and_the_feeds_own_stamp_moves(
    client: Client, db: Session, store: Store, camp: Conference, notes: list[Note]
) -> None:
    notes[0].hidden_at = LATER
    db.flush()
    stage.refresh(store, camp, LATER)
    feed = read(client)
    assert ("How to kayak" in by_title(feed), len(feed.events), feed.changed_at) == (False, 2, LATER)


def test_renaming_the_conference_changes_the_validator(
    client: Client, db: Session, camp: Conference, notes: list[Note]
) -> None:
    etag = client.get(FEED).headers["ETag"]
    camp.name = "Beaver, Otter; and\\ friends"
    db.flush()
    answer = client.get(FEED, headers={"If-None-Match": etag})
    assert (answer.status_code, strict(answer.data).name) == (200, "Beaver, Otter; and\\ friends")


def test_a_new_tagline_moves_the_feeds_own_stamp(client: Client, people: Cast, notes: list[Note]) -> None:
    """A calendar that knows no ETag asks by If-Modified-Since, and has to hear of it, too."""
    before = client.get(FEED).headers["Last-Modified"]
    form = read_fields(client.be(people.ada).get("/camp/organize/settings"))
    with time_machine.travel(LATER):
        answer = client.submit("/camp/organize/settings", form | {"tagline": "Another line"})
    assert answer.status_code == 303
    answer = client.be(None).get(FEED, headers={"If-Modified-Since": before})
    assert (answer.status_code, strict(answer.data).description) == (200, "Another line")


def test_it_is_given_zipped_with_a_validator_of_its_own(client: Client, notes: list[Note]) -> None:
    plain, zipped = client.get(FEED), client.get(FEED, headers={"Accept-Encoding": "gzip"})
    assert (zipped.headers["Content-Encoding"], gzip.decompress(zipped.data)) == ("gzip", plain.data)
    assert plain.headers["ETag"] != zipped.headers["ETag"]
    assert client.get(FEED, headers={"Accept-Encoding": "gzip;q=0"}).data == plain.data
    for answer in (plain, zipped):
        again = client.get(FEED, headers={"If-None-Match": answer.headers["ETag"], "Accept-Encoding": "gzip"})
        assert (again.status_code, again.headers["ETag"]) == (304, answer.headers["ETag"])
        assert again.headers["Vary"] == "Accept-Encoding"


def test_an_unreadable_if_none_match_still_beats_if_modified_since(client: Client, notes: list[Note]) -> None:
    asked = {"If-None-Match": "", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert client.get(FEED, headers=asked).status_code == 200


def test_a_second_change_in_the_same_second_is_heard_of_by_time(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    stage.take_off(store, camp, people.ada, notes[2])
    stage.publish(store, camp, people.ada, make.NOW + timedelta(milliseconds=500))
    first = client.get(FEED)
    stage.take_off(store, camp, people.ada, notes[1])
    stage.publish(store, camp, people.ada, make.NOW + timedelta(milliseconds=900))
    second = client.get(FEED, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert (second.status_code, second.headers["Last-Modified"]) == (200, "Sat, 21 Nov 2026 18:00:02 GMT")


def test_a_download_is_a_file_of_the_same_bytes(client: Client, notes: list[Note]) -> None:
    feed, file = client.get(FEED), client.get(f"{FEED}?download=1")
    assert (file.data, file.headers["ETag"]) == (feed.data, feed.headers["ETag"])
    assert file.headers["Content-Disposition"] == 'attachment; filename="camp.ics"'
