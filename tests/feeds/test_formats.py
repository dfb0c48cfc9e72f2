"""schedule.xml, .json, jCal, Atom and CSV: the same schedule as the calendars, and a cheap 304."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core import frab
from barcamp.core.frab.shape import shown_title
from barcamp.core.program import Program
from barcamp.db import Store
from barcamp.log import service as log
from barcamp.schedule.models import Entry, HeadCount
from barcamp.schedule.publishing import follow
from barcamp.venue.models import Room, Slot
from barcamp.wall import service as wall
from barcamp.wall.models import Note
from barcamp.wall.service import NoteContent
from barcamp.web import kept
from tests import make, stage
from tests.conftest import Client
from tests.core.readers import strict
from tests.core.schedule_apps import APPS
from tests.core.schemas import errors_in_json, errors_in_xml, needs_schemas
from tests.counting import counted
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ATOM = "{http://www.w3.org/2005/Atom}"
ALL = ("schedule.xml", "schedule.json", "schedule.jcal.json", "changes.atom", "embed")
TYPES = {
    "schedule.xml": "application/xml; charset=utf-8", "schedule.json": "application/json; charset=utf-8",
    "schedule.jcal.json": "application/calendar+json; charset=utf-8",
    "changes.atom": "application/atom+xml; charset=utf-8", "embed": "text/html; charset=utf-8",
}  # fmt: skip
LATER = make.NOW + timedelta(minutes=30)


@dataclass(frozen=True)
class Shown:
    """What all formats say of a talk."""

    uid: str
    starts_at: date
    ends_at: date
    title: str
    place: str
    status: str


@pytest.fixture
def notes(db: Session, store: Store, camp: Conference, people: Cast) -> list[Note]:
    """Three published sessions, one of them with a hostile title."""
    slots, rooms = stage.day(db, camp)
    titles = ("How to kayak", "</title><script>alert(1)</script> & ]]> ?> “\\n” \U0001f4d0", "Lockpicking 101")
    made = [
        make.note(db, camp, who, title, description="One\n\ntwo", tags=["food", "water"], copresenters=["Oak, Jr."])
        for who, title in zip((people.bo, people.cy, people.dee), titles, strict=True)
    ]
    for note, slot in zip(made, slots, strict=True):
        stage.put(store, camp, people.ada, note, slot, rooms[0])
    stage.publish(store, camp, people.ada)
    return made


def program(client: Client, slug: str = "camp") -> Program:
    """The schedule as read from schedule.xml, which is as in schedule.json."""
    from_xml = frab.read_xml(client.get(f"/{slug}/schedule.xml").data)
    from_json = frab.read_json(client.get(f"/{slug}/schedule.json").data)
    assert from_xml.problems == from_json.problems == ()
    assert from_xml.program == from_json.program
    return from_xml.program


def by_calendar(client: Client, slug: str = "camp") -> set[Shown]:
    events = strict(client.get(f"/{slug}/schedule.ics").data).events
    return {Shown(one.uid, one.starts_at, one.ends_at, one.title, one.place, one.status) for one in events}


def by_jcal(client: Client, slug: str = "camp") -> set[Shown]:
    """By the letter of RFC 7265: [name, properties, components], each property [name, parameters, type, value]."""
    name, _, events = json.loads(client.get(f"/{slug}/schedule.jcal.json").data)
    assert name == "vcalendar"
    found = set()
    for kind, properties, inside in events:
        assert (kind, inside) == ("vevent", [])
        said = {name: value for name, _, _, value in properties}
        starts_at, ends_at = (datetime.fromisoformat(said[name]) for name in ("dtstart", "dtend"))
        found.add(Shown(said["uid"], starts_at, ends_at, said["summary"], said["location"], said["status"]))
    return found


def by_program(read: Program, venue: str) -> set[Shown]:
    return {
        Shown(talk.uid, talk.starts_at, talk.ends_at, shown_title(talk), f"{talk.room}, {venue}", talk.status)
        for talk in read.talks
    }


# ── one schedule in all formats ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "morning"),
    [
        ("Europe/London", datetime(2026, 10, 24, 22, tzinfo=UTC)),  # the hour from 01:00 comes twice
        ("America/Los_Angeles", datetime(2026, 3, 8, 8, tzinfo=UTC)),  # the hour from 02:00 is left out
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 12, tzinfo=UTC)),  # half an hour comes twice
    ],
)
def test_xml_json_jcal_and_calendar_say_the_same(
    client: Client, db: Session, store: Store, people: Cast, zone: str, morning: datetime
) -> None:
    day = morning.date()
    camp = make.conference(
        db, people.ada, zone=zone, venue="Hall; 2, B",
        starts_on=day - timedelta(days=1), ends_on=day + timedelta(days=1),
    )  # fmt: skip
    rooms = [make.room(db, camp, f"Room {number}") for number in range(3)]
    slots = [_slot(db, camp, morning + timedelta(minutes=30 * number)) for number in range(16)]
    notes = [make.note(db, camp, people.bo, f"Talk {number}") for number in range(10)]
    chance = random.Random(f"{zone}")
    spots = chance.sample([(slot, room) for slot in slots for room in rooms if slot.is_for_talks], len(notes))
    hosts = {slot.id for slot, _ in spots}
    for note, (slot, room) in zip(notes, spots, strict=True):
        if slot.id in hosts:  # bo cannot be in two rooms at once
            hosts.remove(slot.id)
            stage.put(store, camp, people.ada, note, slot, room)
    stage.publish(store, camp, people.ada)

    told = by_calendar(client)
    for turn in range(6):
        _change_something(store, db, camp, people, notes, slots, rooms, chance, turn)
        read = program(client)
        told = by_calendar(client)
        assert by_program(read, camp.venue) == told
        assert by_jcal(client) == told
        app = APPS["EventFahrplan"](client.get("/camp/schedule.xml").data)
        assert {talk.starts_at for talk in app} == {one.starts_at for one in told}
    assert {one.status for one in told} == {"CONFIRMED", "CANCELLED"}


def _slot(db: Session, camp: Conference, starts_at: datetime) -> Slot:
    slot = Slot(conference_id=camp.id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    db.add(slot)
    db.flush()
    return slot


def _change_something(
    store: Store, db: Session, camp: Conference, people: Cast, notes: list[Note], slots: list[Slot], rooms: list[Room],
    chance: random.Random, turn: int,
) -> None:  # fmt: skip
    """Move, take off and publish; hide, withdraw, rename a talk and a room."""
    now = make.NOW + timedelta(minutes=turn)
    with store.writing() as writing:
        held = writing.get_one(Conference, camp.id)
        placed = [note.id for note in notes if writing.get(Entry, note.id) is not None]
        chosen = writing.get_one(Note, chance.choice(placed))
        if turn == 0:
            wall.hide(writing, held, chosen, people.ada, "No", now=now)
        elif turn == 1:
            chosen.withdrawn_at = now
        elif turn == 2:
            writing.get_one(Room, rooms[0].id).name = "Renamed, <hall>; \\1"
        elif turn == 3:
            chosen.title = "Ünïcode & <b>, 2"
        follow(writing, held, people.ada, now=now)
    if turn >= 4:
        on = [one for one in placed if db.get_one(Entry, one).state == "on"]
        taken = {(entry.slot_id) for entry in (db.get_one(Entry, one) for one in placed)}
        free = next(slot for slot in slots if slot.id not in taken)
        stage.put(store, camp, people.ada, db.get_one(Note, on[0]), free, rooms[1], now)
        stage.take_off(store, camp, people.ada, db.get_one(Note, on[1]), now)
        stage.publish(store, camp, people.ada, now)
    db.expire_all()


@needs_schemas
def test_both_are_valid_by_the_schemas(client: Client, notes: list[Note]) -> None:
    for query in ("", "?breaks=1"):
        assert errors_in_xml(client.get(f"/camp/schedule.xml{query}").data) == []
        assert errors_in_json(client.get(f"/camp/schedule.json{query}").data) == []


def test_all_of_a_talk_is_in_it(client: Client, db: Session, store: Store, camp: Conference, notes: list[Note]) -> None:
    kayak = db.get_one(Note, notes[0].id)
    db.execute(update(Note).where(Note.id == kayak.id).values(slides_url="https://slides.example/k"))
    read = program(client)
    assert (read.title, read.acronym, read.zone, read.place, read.url) == (
        "Otter BarCamp", "camp", make.ZONE, "Otter Hall, 1 River Road", "http://127.0.0.1:8000/camp",
    )  # fmt: skip
    assert [(room.name, room.key, room.seats) for room in read.rooms] == [
        ("KEC 1001", "kec-1001", 150), ("KEC 1003", "kec-1003", 45),
    ]  # fmt: skip
    assert [(one.name, one.starts_at) for one in read.pauses] == [("Lunch", make.at("12:00"))]
    talk = next(one for one in read.talks if one.number == kayak.id)
    assert replace(talk, uid="") == replace(
        talk, uid="", title="How to kayak", description="One\n\ntwo", kind="talk", tags=("food", "water"),
        presenters=("Bo Finch", "Oak, Jr."), url=f"http://127.0.0.1:8000/camp/notes/{kayak.id}",
        slides_url="https://slides.example/k", status="CONFIRMED", room="KEC 1001",
    )  # fmt: skip
    assert [one.title for one in read.talks] == [note.title for note in notes]


def test_breaks_come_when_asked_for(client: Client, notes: list[Note]) -> None:
    root = ET.fromstring(client.get("/camp/schedule.xml?breaks=1").data)
    lunch = [event.findtext("title") for event in root.iter("event") if event.findtext("type") == "break"]
    assert lunch == ["Lunch", "Lunch"]
    assert client.get("/camp/schedule.xml").data != client.get("/camp/schedule.xml?breaks=1").data


def test_a_hidden_note_and_a_withdrawn_ones_words_are_in_none(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    with store.writing() as writing:
        held = writing.get_one(Conference, camp.id)
        gone, off = (writing.get_one(Note, note.id) for note in (notes[2], notes[0]))
        gone.description = off.description = "Something to take back"
        wall.hide(writing, held, gone, people.ada, "No", now=LATER)
        wall.withdraw(writing, held, off, people.bo, now=LATER)
        follow(writing, held, people.ada, now=LATER)
    for path in ("schedule.xml?breaks=1", "schedule.json", "changes.atom", "embed"):
        page = client.get(f"/camp/{path}").text
        assert "Lockpicking" not in page, path
        assert "take back" not in page, path
        assert "How to kayak" in page, path


def test_before_the_first_version_all_are_empty_and_valid(client: Client, camp: Conference) -> None:
    read = program(client)
    assert (read.talks, read.version, by_jcal(client)) == ((), read.version, set())
    assert ET.fromstring(client.get("/camp/changes.atom").data).findall(f"{ATOM}entry") == []
    assert "not published yet" in client.get("/camp/embed").text


# ── HTTP ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ALL)
def test_one_look_is_enough_for_304(client: Client, app: Flask, notes: list[Note], name: str) -> None:
    client.set_cookie("barcamp_form", "somebody")  # others are answered before Flask (tests/front)
    first = client.get(f"/camp/{name}")
    assert (first.status_code, first.headers["Content-Type"], first.headers.get("Set-Cookie")) == (
        200, TYPES[name], None,
    )  # fmt: skip
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    with counted(app) as count:
        again = client.get(f"/camp/{name}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, count.statements) == (304, b"", 1)
    since = client.get(f"/camp/{name}", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert since.status_code == 304
    head = client.head(f"/camp/{name}")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", first.headers["ETag"])


@pytest.mark.parametrize("name", [*ALL, "schedule.csv"])
def test_they_are_read_only_and_of_conferences_that_are(client: Client, notes: list[Note], name: str) -> None:
    assert client.submit(f"/camp/{name}").status_code == 405
    if name != "schedule.csv":  # there, a guest is asked to sign in first
        assert client.get(f"/nowhere/{name}").status_code == 404


def test_what_shows_changes_the_validators_and_the_version(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    """Also what no calendar shows, as seats; and what nobody sees of a schedule changes nothing."""
    seen = [_state(client)]
    room = db.query(Room).filter_by(key="kec-1001").one()
    with store.writing() as writing:
        writing.get_one(Room, room.id).seats = 7
        log.write(writing, camp, people.ada, "room-changed", f"room:{room.id}", now=LATER)
    seen.append(_state(client))
    with store.writing() as writing:
        note = writing.get_one(Note, notes[0].id)
        wall.edit_note(
            writing, camp, note, people.bo, NoteContent(title="How to row", copresenters=("Oak, Jr.",)),
            seen=note.edition, now=LATER + timedelta(minutes=1),
        )  # fmt: skip
        follow(writing, camp, people.bo, notes=[note.id], now=LATER + timedelta(minutes=1))
    seen.append(_state(client))
    assert len({etag for etag, _, _ in seen}) == len({version for _, _, version in seen}) == 3
    assert len({changed for _, changed, _ in seen}) == 3

    with store.writing() as writing:
        wall.post_note(writing, camp, people.cy, NoteContent(title="New on the wall"), now=LATER + timedelta(hours=1))
    assert _state(client) == seen[-1]


def _state(client: Client) -> tuple[str, str, str]:
    answer = client.get("/camp/schedule.json")
    return answer.headers["ETag"], answer.headers["Last-Modified"], json.loads(answer.data)["schedule"]["version"]


def test_a_thousand_talks_cost_as_many_queries_as_one(
    client: Client, app: Flask, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    counts = []
    for turn in range(2):
        for name in ("schedule.xml", "schedule.json", "embed"):
            with counted(app) as count:
                client.get(f"/camp/{name}?breaks=1&day=2026-11-21")
            counts.append(count.statements)
        room = make.room(db, camp, f"KEC 200{turn}")
        slot = make.slot(db, camp, f"1{5 + turn}:00")
        stage.put(store, camp, people.ada, make.note(db, camp, people.bo, "One more", tags=["x"]), slot, room)
        stage.publish(store, camp, people.ada, LATER)
    assert len(set(counts)) == 1, counts


# ── Atom ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def entries(client: Client, path: str = "/camp/changes.atom") -> list[tuple[str, list[str]]]:
    """The titles, each with the lines of its list."""
    root = ET.fromstring(client.get(path).data)
    assert root.tag == f"{ATOM}feed"
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return [
        (
            entry.findtext(f"{ATOM}title") or "",
            [item.text or "" for item in ET.fromstring(f"<x>{entry.findtext(f'{ATOM}content')}</x>").iter("li")],
        )
        for entry in root.findall(f"{ATOM}entry")
    ]


def test_changes_are_told_version_by_version(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    room = make.room(db, camp, "Annex")
    stage.put(store, camp, people.ada, notes[0], make.slot(db, camp, "15:00"), room)
    stage.take_off(store, camp, people.ada, notes[2])
    stage.publish(store, camp, people.ada, LATER)
    with store.writing() as writing:
        held = writing.get_one(Conference, camp.id)
        wall.withdraw(writing, held, writing.get_one(Note, notes[1].id), people.cy, now=LATER + timedelta(minutes=5))
        follow(writing, held, people.cy, now=LATER + timedelta(minutes=5))
    told = entries(client)
    assert [title for title, _ in told] == [
        f"Cancelled: {notes[1].title}", "Version 2: 1 moved, 1 cancelled", "The schedule is published: 3 sessions",
    ]  # fmt: skip
    assert told[1][1] == [
        "Cancelled: Lockpicking 101, was Sat, Nov 21 13:00 PST, KEC 1001",
        "Moved: How to kayak, from Sat, Nov 21 10:00 PST, KEC 1001 to Sat, Nov 21 15:00 PST, Annex",
    ]
    stage.put(store, camp, people.ada, notes[0], make.slot(db, camp, "16:00"), room)
    stage.publish(store, camp, people.ada, LATER + timedelta(minutes=9))
    assert entries(client)[0][0] == "Version 3: 1 moved"


def test_new_conferences_are_told(client: Client, db: Session, people: Cast, camp: Conference) -> None:
    make.conference(db, people.bo, "secret", name="Secret", listed=False)
    later = make.NOW + timedelta(days=1)
    make.conference(db, people.bo, "newer", name="Newer & <b>", created_at=later, stamped_at=later)
    assert entries(client, "/conferences.atom") == [
        ("Newer & <b>", ["2026-11-21", "Otter Hall, 1 River Road"]),
        ("Otter BarCamp", ["2026-11-21", "Otter Hall, 1 River Road"]),
    ]
    etag = client.get("/conferences.atom").headers["ETag"]
    assert client.get("/conferences.atom", headers={"If-None-Match": etag}).status_code == 304


# ── CSV ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_organizers_get_everything_as_csv(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    for fan in (people.ada, people.dee):
        make.star(db, db.get_one(Note, notes[0].id), fan)
    db.add(HeadCount(note_id=notes[0].id, heads=17, counted_at=make.NOW))
    db.flush()
    evil = make.note(db, camp, None, '=HYPERLINK("https://evil.example")')
    stage.put(store, camp, people.ada, evil, make.slot(db, camp, "16:00"), db.query(Room).first())  # type: ignore[arg-type]
    stage.publish(store, camp, people.ada, LATER)
    answer = client.be(people.ada).get("/camp/schedule.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="camp-schedule.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == {
        "Day": "2026-11-21", "Starts": "10:00", "Ends": "10:50", "Zone": "PST", "Room": "KEC 1001", "Seats": "150",
        "Title": "How to kayak", "Presented by": "Bo Finch, Oak, Jr.", "Format": "talk", "Tags": "food, water",
        "Status": "confirmed", "Stars": "2", "Expected": "2", "Heads counted": "17",
        "Page": f"http://127.0.0.1:8000/camp/notes/{notes[0].id}", "Slides": "", "Recording": "", "UID": notes[0].uid,
    }  # fmt: skip
    assert rows[-1]["Title"] == '\'=HYPERLINK("https://evil.example")'


def test_nobody_else_gets_the_csv(client: Client, notes: list[Note], people: Cast) -> None:
    assert client.be(people.bo).get("/camp/schedule.csv").status_code == 403
    assert client.be(None).get("/camp/schedule.csv").status_code in (302, 303, 401)


def test_stars_are_in_no_public_format(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    before = {name: client.get(f"/camp/{name}").data for name in ALL}
    make.star(db, db.get_one(Note, notes[0].id), people.dee)
    client.application.extensions["shelf"] = kept.Shelf()  # so that all are made anew
    assert {name: client.get(f"/camp/{name}").data for name in ALL} == before
