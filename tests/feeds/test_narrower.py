"""One room, one tag, one speaker, all conferences: parts of the same whole, that never vanish under a subscriber."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core import ical
from barcamp.db import Store
from barcamp.speakers.models import FormerName, Speaker, Talk
from barcamp.venue.models import Room
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.core.readers import strict
from tests.counting import counted
from tests.feeds.reading import events, stamp, titles
from tests.people import Cast
from tests.wall.read import fields

#: What the database does for them is shown for both kinds in test_exactness.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LATER = make.NOW + timedelta(minutes=30)


@pytest.fixture
def notes(db: Session, store: Store, camp: Conference, people: Cast) -> list[Note]:
    """bo gives Haiku and, in the other room, Kayak; dee gives Bread."""
    slots, rooms = stage.day(db, camp)
    made = [
        make.note(db, camp, people.bo, "Haiku", tags=["日本語", "food"]),
        make.note(db, camp, people.dee, "Bread", tags=["food"], format="workshop"),
        make.note(db, camp, people.bo, "Kayak", tags=["c++"]),
    ]
    for note, slot, room in zip(made, slots, (rooms[0], rooms[0], rooms[1]), strict=True):
        stage.put(store, camp, people.ada, note, slot, room)
    stage.publish(store, camp, people.ada)
    return made


@pytest.fixture
def page(db: Session, people: Cast) -> Speaker:
    made = Speaker(person_id=people.bo.id, slug="bo-finch", public=True, changed_at=make.NOW)
    db.add(made)
    db.flush()
    return made


def talk(db: Session, people: Cast, title: str = "Clouds", **given: object) -> Talk:
    uid = f"00000000-0000-4000-8000-{len(title):012}"
    fragment = ical.fragment(
        ical.Occurrence(
            uid=uid, sequence=0, stamped_at=make.NOW, created_at=make.NOW, starts_at=date(2012, 6, 26),
            ends_at=date(2012, 6, 30), title=title, place="Portland, OR", description="", url="https://talks.example/",
        ),
        busy=False,
    )  # fmt: skip
    values = {"conference": "Open Source Bridge", "starts_on": date(2012, 6, 26), "ends_on": date(2012, 6, 29)}
    made = Talk(
        uid=uid, person_id=people.bo.id, title=title, created_at=make.NOW, stamped_at=make.NOW, fragment=fragment,
        **values | given,
    )  # fmt: skip
    db.add(made)
    db.flush()
    return made


# ---- rooms -----------------------------------------------------------------------------------------------------------


def test_a_room_has_its_sessions_and_its_name(client: Client, notes: list[Note]) -> None:
    answer = client.get("/camp/rooms/kec-1001.ics")
    feed = strict(answer.data)
    assert (feed.name, [one.title for one in feed.events]) == ("Otter BarCamp: KEC 1001", ["Haiku", "Bread"])
    assert feed.source_url == "http://127.0.0.1:8000/camp/rooms/kec-1001.ics"


def test_a_renamed_room_keeps_its_address_even_while_nothing_is_in_it(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    empty = make.room(db, camp, "Cellar")
    before = client.get("/camp/rooms/cellar.ics")
    form = fields(client.be(people.ada).get(f"/camp/organize/rooms/{empty.id}"))
    with time_machine.travel(LATER):
        assert client.submit(f"/camp/organize/rooms/{empty.id}", form | {"name": "Vault"}).status_code == 303
    after = client.be(None).get(
        "/camp/rooms/cellar.ics", headers={"If-Modified-Since": before.headers["Last-Modified"]}
    )
    assert (after.status_code, strict(after.data).name) == (200, "Otter BarCamp: Vault")


def test_a_removed_room_becomes_empty_once_its_sessions_are_elsewhere(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    left, elsewhere = room(db, camp, "kec-1003"), room(db, camp, "kec-1001")
    assert client.be(people.ada).submit(f"/camp/organize/rooms/{left.id}/delete").status_code == 303
    assert titles(client, "/camp/rooms/kec-1003.ics") == ["Kayak"]  # the public still reads that it is there
    stage.put(store, camp, people.ada, notes[2], make.slot(db, camp, "15:00"), elsewhere)
    stage.publish(store, camp, people.ada, LATER)
    answer = client.get("/camp/rooms/kec-1003.ics")
    assert (answer.status_code, strict(answer.data).events) == (200, ())


@pytest.mark.parametrize("path", ["/camp/rooms/attic.ics", "/camp/rooms/%00.ics", "/nowhere/rooms/kec-1001.ics"])
def test_a_room_that_never_was_is_404(client: Client, notes: list[Note], path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_move_out_of_a_room_moves_its_stamp(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    before = client.get("/camp/rooms/kec-1003.ics")
    stage.take_off(store, camp, people.ada, notes[2])
    stage.put(store, camp, people.ada, notes[2], make.slot(db, camp, "15:00"), room(db, camp, "kec-1001"), LATER)
    stage.publish(store, camp, people.ada, LATER)
    asked = {"If-Modified-Since": before.headers["Last-Modified"]}
    after = client.get("/camp/rooms/kec-1003.ics", headers=asked)
    assert (after.status_code, events(after), stamp(after) > stamp(before)) == (200, {}, True)


def room(db: Session, camp: Conference, key: str) -> Room:
    return db.scalars(select(Room).where(Room.conference_id == camp.id, Room.key == key)).one()


# ---- tags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("food", ["Haiku", "Bread"]),
        ("日本語", ["Haiku"]),
        ("c++", ["Kayak"]),
        ("workshop", ["Bread"]),  # a format is a category, too
        ("talk", ["Haiku", "Kayak"]),
        ("never", []),
    ],
)
def test_a_tag_has_what_the_events_name_as_a_category(
    client: Client, notes: list[Note], tag: str, expected: list[str]
) -> None:
    answer = client.get(f"/camp/tags/{quote(tag)}.ics")
    feed = strict(answer.data)
    assert (feed.name, [one.title for one in feed.events]) == (f"Otter BarCamp: #{tag}", expected)
    assert feed.source_url == f"http://127.0.0.1:8000/camp/tags/{quote(tag)}.ics"
    assert (
        client.get(f"/camp/tags/{quote(tag)}.ics", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )


def test_a_tag_written_otherwise_leads_to_the_one_address(client: Client, notes: list[Note]) -> None:
    answer = client.get(f"/camp/tags/{quote('#Food!')}.ics")
    assert (answer.status_code, answer.location) == (301, "/camp/tags/food.ics")


@pytest.mark.parametrize("tag", ["%20", "%21", "%00", "%0d%0aX-EVIL:1", "%f0%9f%a6%a6"])
def test_what_can_be_no_tag_is_404_or_cleaned(client: Client, notes: list[Note], tag: str) -> None:
    answer = client.get(f"/camp/tags/{tag}.ics")
    assert answer.status_code in (301, 404)
    assert "\n" not in (answer.location or "")


def test_its_file_name_is_told_in_ascii_and_whole(client: Client, notes: list[Note]) -> None:
    answer = client.get(f"/camp/tags/{quote('日本語')}.ics?download=1")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"camp-.ics\"; filename*=UTF-8''camp-%E6%97%A5%E6%9C%AC%E8%AA%9E.ics"
    )


# ---- speakers --------------------------------------------------------------------------------------------------------


def test_a_speaker_has_their_talks_here_and_elsewhere_by_time(
    client: Client, db: Session, people: Cast, notes: list[Note], page: Speaker
) -> None:
    talk(db, people)
    answer = client.get("/speakers/bo-finch.ics")
    assert titles(client, "/speakers/bo-finch.ics") == ["Clouds", "Haiku", "Kayak"]
    public = events(client.get("/camp/schedule.ics"))
    theirs = events(answer)
    assert {uid: theirs[uid] for uid in (notes[0].uid, notes[2].uid)} == {
        uid: public[uid] for uid in (notes[0].uid, notes[2].uid)
    }
    assert b"NAME:Bo Finch: talks\r\n" in answer.data


def test_what_its_source_no_longer_lists_and_unlisted_conferences_are_left_out(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], page: Speaker
) -> None:
    talk(db, people, gone_at=make.NOW)
    camp.listed = False
    db.flush()
    assert titles(client, "/speakers/bo-finch.ics") == []


def test_a_conference_that_leaves_the_list_leaves_their_calendar_at_once(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], page: Speaker
) -> None:
    before = client.get("/speakers/bo-finch.ics")
    assert len(events(before)) == 2
    with time_machine.travel(LATER):
        shown = fields(client.be(people.ada).get("/camp/organize/settings"))
        del shown["listed"]
        assert client.submit("/camp/organize/settings", shown).status_code == 303
    client.be(None)
    for header in ("ETag", "Last-Modified"):
        asked = {"If-None-Match" if header == "ETag" else "If-Modified-Since": before.headers[header]}
        answer = client.get("/speakers/bo-finch.ics", headers=asked)
        assert (answer.status_code, events(answer)) == (200, {})


def test_a_page_that_is_not_public_and_one_that_never_was_are_404(
    client: Client, db: Session, people: Cast, page: Speaker
) -> None:
    page.public = False
    db.flush()
    assert [client.be(people.bo).get(f"/speakers/{name}.ics").status_code for name in ("bo-finch", "x")] == [404, 404]


def test_a_former_name_leads_on(client: Client, db: Session, people: Cast, page: Speaker) -> None:
    db.add(FormerName(slug="bo", person_id=people.bo.id, left_at=make.NOW))
    db.flush()
    answer = client.get("/speakers/bo.ics")
    assert (answer.status_code, answer.location) == (301, "/speakers/bo-finch.ics")


def test_whoever_no_longer_presents_anything_hears_of_it(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], page: Speaker
) -> None:
    for note in (notes[0], notes[2]):
        note.author_id = people.dee.id
    make.cohost(db, notes[1], people.bo)
    db.flush()
    before = client.get("/speakers/bo-finch.ics")
    assert len(events(before)) == 1
    with time_machine.travel(LATER):
        assert client.be(people.bo).submit(f"/camp/notes/{notes[1].id}/host/leave").status_code == 303
    client.be(None)
    for header in ("ETag", "Last-Modified"):
        asked = {"If-None-Match" if header == "ETag" else "If-Modified-Since": before.headers[header]}
        answer = client.get("/speakers/bo-finch.ics", headers=asked)
        assert (answer.status_code, events(answer)) == (200, {})


# ---- all conferences -------------------------------------------------------------------------------------------------


def test_all_listed_conferences_are_events_of_whole_days(client: Client, db: Session, camp: Conference) -> None:
    make.conference(
        db, slug="old", name="Otter 2012", starts_on=date(2012, 6, 26), ends_on=date(2012, 6, 29), venue="", address=""
    )
    make.conference(db, slug="hush", name="Secret", listed=False)
    found = [one.lines for one in events(client.get("/conferences.ics")).values()]
    assert [(one["SUMMARY"], one["DTSTART;VALUE=DATE"], one["DTEND;VALUE=DATE"], one["LOCATION"]) for one in found] == [
        ("Otter 2012", "20120626", "20120630", "(room to be announced)"),
        ("Otter BarCamp", "20261121", "20261122", "Otter Hall\\, 1 River Road"),
    ]
    assert found[1]["UID"] == camp.uid


def test_a_site_without_conferences_has_an_empty_calendar(client: Client) -> None:
    answer = client.get("/conferences.ics")
    assert (answer.status_code, strict(answer.data).events) == (200, ())


@pytest.mark.parametrize(
    "change", [{"name": "Heron"}, {"starts_on": "2026-11-20"}, {"venue": "Boat"}, {"listed": None}]
)
def test_a_change_that_shows_raises_sequence_and_stamp_and_is_heard_of(
    client: Client, db: Session, camp: Conference, people: Cast, change: dict[str, str | None]
) -> None:
    before = client.get("/conferences.ics")
    form = fields(client.be(people.ada).get("/camp/organize/settings")) | change
    with time_machine.travel(LATER, tick=False):
        sent = {name: value for name, value in form.items() if value is not None}
        assert client.submit("/camp/organize/settings", sent).status_code == 303
    db.refresh(camp)
    assert (camp.sequence, camp.stamped_at) == (1, LATER)
    client.be(None)
    after = client.get("/conferences.ics", headers={"If-Modified-Since": before.headers["Last-Modified"]})
    assert (after.status_code, stamp(after)) == (200, "20261121T183000Z")
    assert len(events(after)) == (0 if "listed" in change else 1)


def test_a_change_that_does_not_show_changes_nothing(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    before = client.get("/conferences.ics")
    form = fields(client.be(people.ada).get("/camp/organize/settings"))
    assert client.submit("/camp/organize/settings", form | {"about": "Other words"}).status_code == 303
    assert client.be(None).get("/conferences.ics").data == before.data


# ---- what it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/camp/schedule.ics",
        "/camp/rooms/kec-1001.ics",
        "/camp/tags/food.ics",
        "/speakers/bo-finch.ics",
        "/conferences.ics",
    ],
)
def test_whoever_has_it_costs_one_look(client: Client, app: Flask, notes: list[Note], page: Speaker, path: str) -> None:
    client.set_cookie("barcamp_form", "somebody")  # others are answered before Flask (tests/front)
    etag = client.get(path).headers["ETag"]
    with counted(app) as asked:
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    with counted(app) as kept:
        assert client.get(path).status_code == 200
    assert (asked.statements, kept.statements) == (1, 1)


def test_the_last_change_of_a_conference_never_goes_back(client: Client, db: Session, camp: Conference) -> None:
    """Before the first version a calendar hears of a new name by time, too."""
    camp.stamped_at = datetime(2026, 11, 22, tzinfo=UTC)
    db.flush()
    assert client.get("/camp/schedule.ics").headers["Last-Modified"] == "Sun, 22 Nov 2026 00:00:00 GMT"
