"""From a file to the board: read, shown, taken, taken again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.errors import Refused
from barcamp.imports import queries, reading, service
from barcamp.imports.models import Import
from barcamp.log.models import Change
from barcamp.schedule import queries as schedule
from barcamp.schedule import service as moves
from barcamp.schedule.draft import placements
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from barcamp.web.clock import utcnow
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast

HAIKU = "11111111-1111-4111-8111-111111111111"


def event(uid: str, title: str, starts: str, ends: str, room: str, **more: str) -> str:
    lines = {
        "UID": uid, "DTSTAMP": "20261101T000000Z", "DTSTART;TZID=America/Los_Angeles": f"20261121T{starts}00",
        "DTEND;TZID=America/Los_Angeles": f"20261121T{ends}00", "SUMMARY": title, "LOCATION": f"{room}\\, Otter Hall",
    }  # fmt: skip
    written = "\r\n".join(f"{name}:{value}" for name, value in (lines | more).items())
    return f"BEGIN:VEVENT\r\n{written}\r\nEND:VEVENT\r\n"


def calendar(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:River camp\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


FIRST = calendar(
    event(HAIKU, "Haiku", "1100", "1150", "Pine", CATEGORIES="poetry"),
    event("kayak@river.example", "Kayak", "1100", "1120", "Oak"),
    event("bread@river.example", "Bread", "1130", "1150", "Oak"),
)


def give(client: Client, store: Store, people: Cast, content: bytes, name: str = "camp.ics") -> str:
    """Upload a file, have it read; returns the address of its page."""
    answer = client.be(people.ada).submit("/camp/organize/imports", {"file": (BytesIO(content), name)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    reading.read_waiting(store, clock=utcnow)
    return str(answer.location)


def take(client: Client, page: str) -> Any:
    digest = BeautifulSoup(client.get(page).get_data(as_text=True), "html.parser").select_one("[name=digest]")
    assert digest is not None, client.get(page).get_data(as_text=True)
    return client.submit(f"{page}/take", {"digest": digest["value"]})


def whereabouts(db: Session, camp: Conference) -> dict[str, tuple[str, str, int]]:
    """Title → (room, start in UTC, length in slots) of what is placed."""
    rooms = {room.id: room.name for room in db.scalars(select(Room))}
    slots = {slot.id: slot.starts_at for slot in db.scalars(select(Slot))}
    notes = {note.id: note for note in db.scalars(select(Note))}
    return {
        notes[note_id].title: (rooms[place.room], f"{slots[place.slot]:%H:%M}", notes[note_id].length)
        for note_id, place in placements(db, camp).items()
    }


def test_a_calendar_becomes_rooms_slots_notes_and_places(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    page = give(client, store, people, FIRST)
    assert db.scalars(select(Note)).all() == []
    assert take(client, page).status_code == 303

    assert [room.name for room in db.scalars(select(Room).order_by(Room.position))] == ["Oak", "Pine"]
    slots = db.scalars(select(Slot).order_by(Slot.starts_at)).all()
    assert [(f"{slot.starts_at:%H:%M}", f"{slot.ends_at:%H:%M}") for slot in slots] == [
        ("19:00", "19:20"),
        ("19:30", "19:50"),
    ]  # nobody starts or ends in the pause between, so Haiku runs through it
    assert whereabouts(db, camp) == {
        "Haiku": ("Pine", "19:00", 2), "Kayak": ("Oak", "19:00", 1), "Bread": ("Oak", "19:30", 1),
    }  # fmt: skip
    assert db.scalars(select(Note.uid).where(Note.title == "Haiku")).one() == HAIKU
    assert [row.state for row in db.scalars(select(Import))] == ["taken"]
    kinds = db.scalars(select(Change.kind).order_by(Change.revision)).all()
    assert kinds == ["room-added", "room-added", "slots-made", "import-taken", "imported"]


def test_the_same_file_again_changes_nothing(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    take(client, give(client, store, people, FIRST))
    again = client.get(give(client, store, people, FIRST)).get_data(as_text=True)
    assert "Nothing would change" in again
    assert "Take it" not in again


NEWER = calendar(
    event(HAIKU, "Haiku and tanka", "1100", "1150", "Pine", CATEGORIES="poetry"),
    event("kayak@river.example", "Kayak", "1130", "1150", "Oak"),
    event("bread@river.example", "Bread", "1130", "1150", "Elm"),
    event("chess@river.example", "Chess", "1200", "1250", "Oak"),
)


def test_a_newer_file_changes_what_changed_there_and_nothing_that_was_edited_here(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    take(client, give(client, store, people, FIRST))
    haiku = db.scalars(select(Note).where(Note.uid == HAIKU)).one()
    haiku.description = "Seventeen sounds."
    db.flush()
    bread = db.scalars(select(Note).where(Note.title == "Bread")).one()
    stage.take_off(store, camp, people.ada, db.scalars(select(Note).where(Note.title == "Kayak")).one())
    slot = db.scalars(select(Slot).order_by(Slot.starts_at)).first()
    oak = db.scalars(select(Room).where(Room.name == "Oak")).one()
    assert slot is not None
    stage.put(store, camp, people.ada, bread, slot, oak)

    page = give(client, store, people, NEWER)
    words = client.get(page).get_data(as_text=True)
    assert "“Bread” stays where it was moved to here." in words
    assert take(client, page).status_code == 303
    assert db.execute(select(Note.title, Note.description).where(Note.uid == HAIKU)).one() == (
        "Haiku and tanka", "Seventeen sounds.",
    )  # fmt: skip
    assert whereabouts(db, camp) == {
        "Haiku and tanka": ("Pine", "19:00", 2), "Kayak": ("Oak", "19:30", 1), "Bread": ("Oak", "19:00", 1),
        "Chess": ("Oak", "20:00", 1),
    }  # fmt: skip
    assert [room.name for room in db.scalars(select(Room).order_by(Room.position))] == ["Oak", "Pine", "Elm"]


def test_an_edit_of_both_keeps_the_one_of_here_and_says_so(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    take(client, give(client, store, people, FIRST))
    haiku = db.scalars(select(Note).where(Note.uid == HAIKU)).one()
    haiku.title = "Haiku for all"
    db.flush()
    page = give(client, store, people, NEWER)
    shown = BeautifulSoup(client.get(page).get_data(as_text=True), "html.parser")
    section = next(one for one in shown.select("section") if "left as it is" in one.get_text())
    assert " ".join(section.li.get_text().split()) == "Haiku for all: title"  # type: ignore[union-attr]
    take(client, page)
    assert db.scalars(select(Note.title).where(Note.uid == HAIKU)).one() == "Haiku for all"


def test_what_is_cancelled_there_is_withdrawn_here_and_comes_back(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    take(client, give(client, store, people, FIRST))
    off = calendar(event(HAIKU, "[Cancelled] Haiku", "1100", "1150", "Pine", STATUS="CANCELLED", CATEGORIES="poetry"))
    take(client, give(client, store, people, off))
    assert db.scalars(select(Note.withdrawn_at.is_not(None)).where(Note.uid == HAIKU)).one()
    assert "Haiku" not in whereabouts(db, camp)
    take(client, give(client, store, people, FIRST))
    assert db.scalars(select(Note.withdrawn_at).where(Note.uid == HAIKU)).one() is None
    assert whereabouts(db, camp)["Haiku"] == ("Pine", "19:00", 2)


def test_what_cannot_be_had_is_listed_with_its_reason(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    content = calendar(
        event("1", "Haiku", "1100", "1150", "Pine"),
        event("2", "In the same room", "1110", "1120", "Pine"),
        event("3", "Another day", "1100", "1150", "Pine").replace("20261121T", "20261122T"),
        event("4", "Off", "1300", "1350", "Pine", STATUS="CANCELLED"),
        event("5", "No room", "1300", "1350", "(room to be announced)").replace("\\, Otter Hall", ""),
        event("6", "Secret", "1300", "1350", "Pine", CLASS="PRIVATE"),
        event("7", "All day", "", "", "Pine").replace(";TZID=America/Los_Angeles", ";VALUE=DATE").replace("T00", ""),
    )
    page = give(client, store, people, content)
    said = [
        one.get_text()
        for one in BeautifulSoup(client.get(page).get_data(as_text=True), "html.parser").select("main li")
    ]
    assert {
        "“In the same room” gets no place: “Haiku” is in its room at that time.",
        "“Another day” was left out: it is not on a day of this conference.",
        "“Off” was left out: it is cancelled there.",
        "“No room” gets no place: no room is said.",
        "“Secret” was left out: it is marked as private.",
        "“All day” was left out: it takes whole days.",
    } <= set(said)
    take(client, page)
    assert whereabouts(db, camp) == {"Haiku": ("Pine", "19:00", 1)}
    assert sorted(db.scalars(select(Note.title))) == ["Haiku", "In the same room", "No room"]


def test_a_preview_that_is_no_longer_true_is_refused_in_words(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    page = give(client, store, people, FIRST)
    digest = BeautifulSoup(client.get(page).get_data(as_text=True), "html.parser").select_one("[name=digest]")
    assert digest is not None
    make.room(db, camp, "Oak")
    refused = client.submit(f"{page}/take", {"digest": digest["value"]})
    assert refused.status_code == 409
    assert "Something has changed here since you looked" in refused.get_data(as_text=True)
    assert db.scalars(select(Note)).all() == []
    assert take(client, page).status_code == 303


def test_twice_taken_is_once_taken(client: Client, store: Store, db: Session, people: Cast, camp: Conference) -> None:
    page = give(client, store, people, FIRST)
    digest = BeautifulSoup(client.get(page).get_data(as_text=True), "html.parser").select_one("[name=digest]")
    assert digest is not None
    assert client.submit(f"{page}/take", {"digest": digest["value"]}).status_code == 303
    assert client.submit(f"{page}/take", {"digest": digest["value"]}).status_code == 409
    assert client.submit(f"{page}/discard").status_code == 409
    assert len(db.scalars(select(Note)).all()) == 3


def test_two_organizers_take_it_at_once(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    page = give(client, store, people, FIRST)
    import_id = int(page.rpartition("/")[2])
    with store.reading() as reader:
        row = queries.find_import(reader, camp, import_id, whole=True)
        assert row is not None
        digest = service.preview(reader, camp, row, now=make.NOW).digest

    def try_it() -> str:
        try:
            with store.writing() as writer:
                service.take(writer, camp, people.ada, import_id, digest=digest, now=make.NOW)
        except Refused as refusal:
            return type(refusal).__name__
        return "taken"

    with ThreadPoolExecutor(4) as threads:
        came = [done.result() for done in [threads.submit(try_it) for _organizer in range(4)]]
    assert sorted(came) == ["NotReady"] * 3 + ["taken"]
    assert len(db.scalars(select(Note)).all()) == 3


def test_a_discarded_import_is_over_and_forgotten(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    page = give(client, store, people, FIRST)
    assert client.submit(f"{page}/discard").status_code == 303
    row = db.scalars(select(Import).options(undefer(Import.found), undefer(Import.source))).one()
    assert (row.state, row.found, row.source) == ("discarded", None, None)
    assert "Take it" not in client.get(page).get_data(as_text=True)


def test_its_places_can_be_taken_back_like_any_move(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    take(client, give(client, store, people, FIRST))
    with store.writing() as writer:
        moves.undo(writer, camp, people.ada, seen=schedule.draft_revision(writer, camp), now=make.NOW)
    assert whereabouts(db, camp) == {}
