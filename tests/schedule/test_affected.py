"""Who hears of a change: the fans and the presenters of what would change, each person once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import queries, untold
from barcamp.schedule.affected import Summary, count, summary
from barcamp.schedule.differences import compare
from barcamp.schedule.draft import read
from barcamp.venue.models import Room, Slot
from tests import make, stage
from tests.counting import counted
from tests.people import Cast


@pytest.fixture
def slots(db: Session, camp: Conference) -> list[Slot]:
    return [make.slot(db, camp, clock) for clock in ("11:00", "13:00", "14:00")]


@pytest.fixture
def rooms(db: Session, camp: Conference) -> list[Room]:
    return [make.room(db, camp, name, position=place) for place, name in enumerate(("KEC 1001", "KEC 1003"))]


def summed_up(store: Store, camp: Conference) -> Summary:
    with store.reading() as db:
        return summary(db, camp, read(db, camp, stars=False), now=make.NOW)


def tell(store: Store, camp: Conference) -> None:
    """Everybody has heard of what is public."""
    with store.writing() as db:
        untold.forget(db, camp, [entry.note_id for entry in queries.entries(db, camp)])


def test_each_person_counts_once_and_fans_of_what_stays_do_not(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room]
) -> None:
    fan, other_fan, third = (make.person(db, f"Fan {number}") for number in range(3))
    kayaks = make.note(db, camp, people.bo, "Kayaks", stars=[fan, other_fan, people.cy])
    kites = make.note(db, camp, people.cy, "Kites", stars=[fan, people.bo], copresenters=["Zoe Vale"])
    stays = make.note(db, camp, people.dee, "Stays", stars=[third, fan])
    for note, slot in zip((kayaks, kites, stays), slots, strict=True):
        stage.put(store, camp, people.ada, note, slot, rooms[0])
    stage.publish(store, camp, people.ada)
    assert summed_up(store, camp) == Summary(0, 0)
    tell(store, camp)

    stage.put(store, camp, people.ada, kayaks, slots[0], rooms[1])
    stage.take_off(store, camp, people.ada, kites)
    with store.reading() as reading:
        found = count(reading, camp, compare(reading, camp, read(reading, camp)), now=make.NOW)
    # bo and cy present one and starred the other; Zoe is a name that nobody can write to
    assert dict(found.by_note) == {kayaks.id: 4, kites.id: 3}
    assert summed_up(store, camp) == Summary(2, 4)


def test_a_cohost_has_it_in_their_day_too_and_somebody_erased_has_not(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room]
) -> None:
    shared, orphan = make.note(db, camp, people.bo, "Shared"), make.note(db, camp, None, "Orphan", stars=1)
    make.cohost(db, shared, people.cy)
    stage.put(store, camp, people.ada, shared, slots[0], rooms[0])
    stage.put(store, camp, people.ada, orphan, slots[1], rooms[0])
    assert summed_up(store, camp) == Summary(2, 3)


def test_groups_by_kind_with_those_first_that_concern_most(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room]
) -> None:
    titles = ("A", "B", "C", "D")
    notes = [
        make.note(db, camp, make.person(db, f"Host {title}"), title, stars=stars)
        for title, stars in zip(titles, (1, 3, 0, 2), strict=True)
    ]
    cells = [(slot, room) for slot in slots for room in rooms]
    for note, cell in zip(notes[:3], cells, strict=False):
        stage.put(store, camp, people.ada, note, *cell)
    stage.publish(store, camp, people.ada)
    for note, cell in zip((notes[0], notes[1], notes[3]), cells[3:], strict=True):
        stage.put(store, camp, people.ada, note, *cell)
    stage.take_off(store, camp, people.ada, notes[2])
    with store.reading() as reading:
        comparison = compare(reading, camp, read(reading, camp))
        groups = count(reading, camp, comparison, now=make.NOW).groups(comparison.differences)
    assert [(kind, [one.title for one in those]) for kind, those in groups] == [
        ("moved", ["B", "A"]), ("cancelled", ["C"]), ("added", ["D"]),
    ]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_asks_the_database_thrice_however_much_has_changed(
    app: Flask, db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room]
) -> None:
    for number, (slot, room) in enumerate([(slot, room) for slot in slots for room in rooms]):
        note = make.note(db, camp, make.person(db, f"Host {number}"), f"Note {number}", stars=2)
        stage.put(store, camp, people.ada, note, slot, room)
    with store.reading() as reading:
        draft = read(reading, camp)
        with counted(app) as asked:
            found = summary(reading, camp, draft, now=make.NOW)
    assert (asked.statements, found) == (3, Summary(6, 18))
