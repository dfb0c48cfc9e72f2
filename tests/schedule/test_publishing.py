"""Publishing: versions, what moved, what was cancelled, and calendar fragments that change only when they must."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import publishing, queries, service
from barcamp.schedule.draft import read
from barcamp.schedule.errors import CannotPublish
from barcamp.schedule.models import Entry
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make
from tests.people import Cast

LATER = make.NOW + timedelta(minutes=30)


@pytest.fixture
def slots(db: Session, camp: Conference) -> list[Slot]:
    return [make.slot(db, camp, clock) for clock in ("11:00", "13:00")]


@pytest.fixture
def rooms(db: Session, camp: Conference) -> list[Room]:
    return [make.room(db, camp, name, 50, position=place) for place, name in enumerate(("KEC 1001", "KEC 1003"))]


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "How to kayak", description="Wet exit.", tags=["water"])


def put(store: Store, camp: Conference, people: Cast, note: Note, slot: Slot, room: Room) -> None:
    with store.writing() as db:
        seen = queries.draft_revision(db, camp)
        service.place(db, camp, people.ada, note.id, slot.id, room.id, seen=seen, now=make.NOW)


def take_off(store: Store, camp: Conference, people: Cast, note: Note) -> None:
    with store.writing() as db:
        service.take_off(db, camp, people.ada, note.id, seen=queries.draft_revision(db, camp), now=make.NOW)


def publish(store: Store, camp: Conference, people: Cast, now: object = make.NOW) -> int:
    with store.writing() as db:
        return publishing.publish(db, camp, people.ada, now=now).number  # type: ignore[arg-type]


def refresh(store: Store, camp: Conference) -> None:
    with store.writing() as db:
        publishing.refresh(db, camp, now=LATER)


def entry(store: Store, note: Note) -> Entry | None:
    with store.reading() as db:
        return queries.find_entry(db, note.id)


def said(entry: Entry | None) -> dict[str, object]:
    """What a calendar reads in the entry's fragment."""
    assert entry is not None
    event = icalendar.Event.from_ical(entry.fragment)
    return {name: event.decoded(name) if name in ("DTSTART", "SEQUENCE", "DTSTAMP") else str(event[name])
            for name in ("UID", "SUMMARY", "LOCATION", "STATUS", "DTSTART", "SEQUENCE", "DTSTAMP")}  # fmt: skip


def test_nothing_is_public_before_publishing(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    assert (queries.entries(db, camp), queries.find_publication(db, camp)) == ([], None)


def test_the_first_version_holds_what_the_board_held(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    assert publish(store, camp, people) == 1
    published = entry(store, note)
    assert published is not None
    assert (published.state, published.starts_at, published.ends_at) == ("on", slots[0].starts_at, slots[0].ends_at)
    assert (published.room, published.title, published.hosts) == ("KEC 1001", "How to kayak", "Bo Finch")
    assert (published.moved_from, published.sequence, published.stamped_at) == (None, 0, make.NOW)
    assert said(published) == {
        "UID": note.uid, "SUMMARY": "How to kayak", "LOCATION": "KEC 1001, Otter Hall", "STATUS": "CONFIRMED",
        "DTSTART": slots[0].starts_at, "SEQUENCE": 0, "DTSTAMP": make.NOW,
    }  # fmt: skip


def test_a_move_is_published_with_where_it_was_and_a_higher_sequence(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    publish(store, camp, people)
    put(store, camp, people, note, slots[1], rooms[1])
    assert said(entry(store, note))["LOCATION"] == "KEC 1001, Otter Hall"  # the draft is not public
    with store.reading() as reading:
        (difference,) = publishing.differences(reading, camp, read(reading, camp))
    assert (difference.kind, difference.title) == ("moved", "How to kayak")
    assert publish(store, camp, people, LATER) == 2
    moved = entry(store, note)
    assert moved is not None
    assert moved.moved_from == {
        "starts_at": slots[0].starts_at.isoformat(), "room": "KEC 1001", "room_id": rooms[0].id,
    }  # fmt: skip
    assert said(moved) == {
        "UID": note.uid, "SUMMARY": "How to kayak", "LOCATION": "KEC 1003, Otter Hall", "STATUS": "CONFIRMED",
        "DTSTART": slots[1].starts_at, "SEQUENCE": 1, "DTSTAMP": LATER,
    }  # fmt: skip


def test_moving_back_forgets_the_move_but_never_lowers_the_sequence(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    for slot, room in ((slots[0], rooms[0]), (slots[1], rooms[1]), (slots[0], rooms[0])):
        put(store, camp, people, note, slot, room)
        publish(store, camp, people)
    back = entry(store, note)
    assert back is not None
    assert (back.moved_from, back.sequence) == (None, 2)


def test_a_version_of_nothing_new_is_refused(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    publish(store, camp, people)
    with pytest.raises(CannotPublish, match="Nothing has changed since version 1"):
        publish(store, camp, people)


def test_an_untouched_session_keeps_its_bytes_when_another_moves(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    other = make.note(db, camp, people.cy, "Other")
    put(store, camp, people, note, slots[0], rooms[0])
    put(store, camp, people, other, slots[0], rooms[1])
    publish(store, camp, people)
    before = entry(store, note)
    put(store, camp, people, other, slots[1], rooms[1])
    publish(store, camp, people, LATER)
    after = entry(store, note)
    assert before is not None and after is not None
    assert (after.fragment, after.stamped_at) == (before.fragment, make.NOW)


def test_taken_off_is_cancelled_and_placed_again_is_on(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    publish(store, camp, people)
    take_off(store, camp, people, note)
    publish(store, camp, people)
    assert {"STATUS": "CANCELLED", "SUMMARY": "[Cancelled] How to kayak", "SEQUENCE": 1}.items() <= said(
        entry(store, note)
    ).items()
    put(store, camp, people, note, slots[0], rooms[0])
    publish(store, camp, people)
    assert {"STATUS": "CONFIRMED", "SUMMARY": "How to kayak", "SEQUENCE": 2}.items() <= said(entry(store, note)).items()


def test_withdrawn_shows_as_cancelled_at_once_and_hidden_leaves(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    publish(store, camp, people)
    note.withdrawn_at = LATER
    db.flush()
    refresh(store, camp)
    assert said(entry(store, note))["STATUS"] == "CANCELLED"
    note.hidden_at = LATER
    db.flush()
    refresh(store, camp)
    assert entry(store, note) is None
    publication = queries.find_publication(db, camp)
    assert publication is not None
    assert publication.changed_at == LATER


def test_a_renamed_note_and_a_renamed_room_show_at_once_but_nothing_else_does(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    publish(store, camp, people)
    slots[0].starts_at += timedelta(minutes=5)
    note.title, rooms[0].name = "How to canoe", "KEC 9"
    db.flush()
    refresh(store, camp)
    assert said(entry(store, note)) == {
        "UID": note.uid, "SUMMARY": "How to canoe", "LOCATION": "KEC 9, Otter Hall", "STATUS": "CONFIRMED",
        "DTSTART": slots[0].starts_at - timedelta(minutes=5), "SEQUENCE": 1, "DTSTAMP": LATER,
    }  # fmt: skip
    renamed = entry(store, note)
    assert renamed is not None
    assert renamed.moved_from is None


def test_refreshing_what_is_fresh_changes_nothing(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    publish(store, camp, people)
    before = entry(store, note)
    refresh(store, camp)
    after = entry(store, note)
    publication = queries.find_publication(db, camp)
    assert before is not None and after is not None and publication is not None
    assert (after.fragment, after.sequence, publication.changed_at) == (before.fragment, 0, make.NOW)


def test_a_draft_with_a_broken_rule_is_not_published(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    other = make.note(db, camp, people.cy, "Other")
    put(store, camp, people, note, slots[0], rooms[0])
    put(store, camp, people, other, slots[0], rooms[1])
    other.author_id = people.bo.id
    db.flush()
    with pytest.raises(CannotPublish, match="have the same presenter"):
        publish(store, camp, people)
    assert entry(store, note) is None


def test_old_versions_stay_readable(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    put(store, camp, people, note, slots[0], rooms[0])
    publish(store, camp, people)
    put(store, camp, people, note, slots[1], rooms[0])
    publish(store, camp, people)
    assert [(version.number, version.places[str(note.id)]["starts_at"]) for version in queries.versions(db, camp)] == [
        (2, slots[1].starts_at.isoformat()),
        (1, slots[0].starts_at.isoformat()),
    ]
