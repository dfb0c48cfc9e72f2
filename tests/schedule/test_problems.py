"""The list of problems: what it warns of, and by which names."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule.draft import read
from barcamp.schedule.problems import found
from barcamp.venue.models import Room, Slot
from tests import make, stage
from tests.people import Cast


@pytest.fixture
def slots(db: Session, camp: Conference) -> list[Slot]:
    """Two in a row, and one after lunch."""
    made = [make.slot(db, camp, clock, minutes=60) for clock in ("11:00", "12:00", "14:00")]
    make.slot(db, camp, "13:00", 60, kind="meal")
    return made


@pytest.fixture
def rooms(db: Session, camp: Conference) -> list[Room]:
    return [make.room(db, camp, "Big", 50, position=0), make.room(db, camp, "Small", 1, position=1)]


def listed(db: Session, camp: Conference) -> list[tuple[str, str, str]]:
    """(level, key, words) of every line."""
    return [(one.level, one.key, one.words.format(**one.facts)) for one in found(db, camp, read(db, camp))]


def test_an_empty_board_has_no_problems(
    db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room]
) -> None:
    make.note(db, camp, people.bo, "Kayaks")
    assert listed(db, camp) == []


def test_rules_come_first_then_rooms_then_notes_without_a_place_then_presenters_then_wishes(
    db: Session, camp: Conference, people: Cast, store: Store, slots: list[Slot], rooms: list[Room]
) -> None:
    first = make.note(db, camp, people.bo, "First", stars=3, wanted_slot_id=slots[2].id, wanted_room_id=rooms[0].id)
    second = make.note(db, camp, people.bo, "Second")
    third = make.note(db, camp, people.bo, "Third")
    loose = make.note(db, camp, people.cy, "Loose")
    shut = make.note(db, camp, people.cy, "Shut", needs=[])
    for note, slot, room in ((first, 0, 1), (second, 1, 0), (third, 2, 1), (shut, 0, 0)):
        stage.put(store, camp, people.ada, note, slots[slot], rooms[room])
    shut.needs = ["sound"]
    db.flush()
    a, b, _c = (slot.id for slot in slots)
    big, small = (room.id for room in rooms)
    assert listed(db, camp) == [
        ("block", f"equipment:{shut.id}", "“Shut” needs sound, which Big does not have."),
        ("warn", f"small:{first.id}@{a}.{small}", "“First”: about 3 people are expected, and Small seats 1."),
        ("warn", f"unplaced:{loose.id}@tray", "“Loose” has no place."),
        (
            "warn", f"in-a-row:{first.id}+{second.id}@{a}.{small}+{b}.{big}",
            "“First” and “Second” follow each other without a break, in two rooms, with the same presenter.",
        ),
        ("warn", f"slot-wish:{first.id}@{a}.{small}", "“First” asked for 14:00."),
        ("warn", f"room-wish:{first.id}@{a}.{small}", "“First” asked for Big."),
    ]  # fmt: skip
