"""Publishing: versions, what moved, what was cancelled, and calendar fragments that change only when they must."""

from __future__ import annotations

from datetime import timedelta

import icalendar
import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import queries, versions
from barcamp.schedule.differences import differences
from barcamp.schedule.draft import read
from barcamp.schedule.entries import earlier_spots
from barcamp.schedule.errors import CannotPublish
from barcamp.schedule.models import Entry
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
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
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    assert (queries.entries(db, camp), queries.find_publication(db, camp)) == ([], None)


def test_the_first_version_holds_what_the_board_held(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    assert stage.publish(store, camp, people.ada) == 1
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
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    stage.put(store, camp, people.ada, note, slots[1], rooms[1])
    assert said(entry(store, note))["LOCATION"] == "KEC 1001, Otter Hall"  # the draft is not public
    with store.reading() as reading:
        (difference,) = differences(reading, camp, read(reading, camp))
    assert (difference.kind, difference.title) == ("moved", "How to kayak")
    assert stage.publish(store, camp, people.ada, LATER) == 2
    moved = entry(store, note)
    assert moved is not None
    assert moved.moved_from == {
        "starts_at": slots[0].starts_at.isoformat(), "ends_at": slots[0].ends_at.isoformat(),
        "room": "KEC 1001", "room_id": rooms[0].id,
    }  # fmt: skip
    assert said(moved) == {
        "UID": note.uid, "SUMMARY": "How to kayak", "LOCATION": "KEC 1003, Otter Hall", "STATUS": "CONFIRMED",
        "DTSTART": slots[1].starts_at, "SEQUENCE": 1, "DTSTAMP": LATER,
    }  # fmt: skip


def test_moving_back_forgets_the_move_but_never_lowers_the_sequence(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    for slot, room in ((slots[0], rooms[0]), (slots[1], rooms[1]), (slots[0], rooms[0])):
        stage.put(store, camp, people.ada, note, slot, room)
        stage.publish(store, camp, people.ada)
    back = entry(store, note)
    assert back is not None
    assert (back.moved_from, back.sequence) == (None, 2)


def test_a_session_on_the_way_remembers_all_its_places_and_forgets_those_after_one_it_is_back_in(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    def places() -> list[tuple[str, str]]:
        there = entry(store, note)
        assert there is not None
        return [(f"{spot.starts_at:%H:%M}", spot.room) for spot in earlier_spots(there)]

    def go(slot: Slot, room: Room) -> list[tuple[str, str]]:
        stage.put(store, camp, people.ada, note, slot, room)
        stage.publish(store, camp, people.ada)
        return places()

    first, second, third = ("19:00", "KEC 1001"), ("21:00", "KEC 1001"), ("21:00", "KEC 1003")
    assert go(slots[0], rooms[0]) == []
    assert go(slots[1], rooms[0]) == [first]
    assert go(slots[1], rooms[1]) == [second, first]
    assert go(slots[0], rooms[1]) == [third, second, first]
    assert go(slots[1], rooms[0]) == [first]
    assert go(slots[0], rooms[0]) == []


def test_a_version_of_nothing_new_is_refused(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    with pytest.raises(CannotPublish, match="Nothing has changed since version 1"):
        stage.publish(store, camp, people.ada)


def test_an_untouched_session_keeps_its_bytes_when_another_moves(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    other = make.note(db, camp, people.cy, "Other")
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.put(store, camp, people.ada, other, slots[0], rooms[1])
    stage.publish(store, camp, people.ada)
    before = entry(store, note)
    stage.put(store, camp, people.ada, other, slots[1], rooms[1])
    stage.publish(store, camp, people.ada, LATER)
    after = entry(store, note)
    assert before is not None and after is not None
    assert (after.fragment, after.stamped_at) == (before.fragment, make.NOW)


def test_taken_off_is_cancelled_and_placed_again_is_on(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    stage.take_off(store, camp, people.ada, note)
    stage.publish(store, camp, people.ada)
    assert {"STATUS": "CANCELLED", "SUMMARY": "[Cancelled] How to kayak", "SEQUENCE": 1}.items() <= said(
        entry(store, note)
    ).items()
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    assert {"STATUS": "CONFIRMED", "SUMMARY": "How to kayak", "SEQUENCE": 2}.items() <= said(entry(store, note)).items()


def test_withdrawn_shows_as_cancelled_at_once_and_hidden_leaves(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    note.withdrawn_at = LATER
    db.flush()
    stage.refresh(store, camp, LATER)
    assert said(entry(store, note))["STATUS"] == "CANCELLED"
    note.hidden_at = LATER
    db.flush()
    stage.refresh(store, camp, LATER)
    assert entry(store, note) is None
    publication = queries.find_publication(db, camp)
    assert publication is not None
    assert publication.changed_at == LATER


def test_a_renamed_note_and_a_renamed_room_show_at_once_but_nothing_else_does(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    slots[0].starts_at += timedelta(minutes=5)
    note.title, rooms[0].name = "How to canoe", "KEC 9"
    db.flush()
    stage.refresh(store, camp, LATER)
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
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    before = entry(store, note)
    stage.refresh(store, camp, LATER)
    after = entry(store, note)
    publication = queries.find_publication(db, camp)
    assert before is not None and after is not None and publication is not None
    assert (after.fragment, after.sequence, publication.changed_at) == (before.fragment, 0, make.NOW)


def test_a_draft_with_a_broken_rule_is_not_published(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    other = make.note(db, camp, people.cy, "Other")
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.put(store, camp, people.ada, other, slots[0], rooms[1])
    other.author_id = people.bo.id
    db.flush()
    with pytest.raises(CannotPublish, match="have the same presenter"):
        stage.publish(store, camp, people.ada)
    assert entry(store, note) is None


def test_old_versions_stay_readable(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], note: Note
) -> None:
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    stage.put(store, camp, people.ada, note, slots[1], rooms[0])
    stage.publish(store, camp, people.ada)
    read = [versions.scheduled(versions.find_version(db, camp, number)) for number in (1, 2)]
    assert [[session.spot.starts_at for session in sessions] for sessions in read] == [
        [slots[0].starts_at], [slots[1].starts_at],
    ]  # fmt: skip
