"""What is gathered to be told: what people know stays, and the quiet time ends when it should."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import publishing, untold
from barcamp.schedule.models import Entry, Untold
from barcamp.venue.models import Room
from barcamp.wall.models import Note
from tests import make, stage
from tests.counting import counted
from tests.news.camps import NOW, QUIET, Told, gather
from tests.people import Cast
from tests.schedule.fair import hold_a_fair, publish_a_block

MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(store: Store, db: Session, camp: Conference, people: Cast) -> Told:
    return gather(store, db, camp, people.ada)


@pytest.fixture
def haiku(told: Told, people: Cast) -> Note:
    """At 11:00 in KEC 1001, and everybody knows."""
    made = make.note(told.db, told.camp, people.bo)
    told.move(made, 0)
    told.forget()
    return made


def test_the_first_place_is_news(told: Told, people: Cast) -> None:
    note = make.note(told.db, told.camp, people.bo)
    told.place(note, 0)
    assert (told.untold(), told.due()) == ({}, None)  # nobody sees the draft
    told.publish()
    assert (told.untold(), told.due()) == ({note.id: None}, NOW + QUIET)


def test_moved_twice_people_still_know_the_first_place(told: Told, haiku: Note) -> None:
    told.move(haiku, 1)
    told.move(haiku, 2, now=NOW + MINUTE)
    (one,) = told.db.scalars(select(Untold))
    assert (one.was, one.since) == (
        {
            "state": "on", "starts_at": told.slots[0].starts_at.isoformat(),
            "ends_at": told.slots[0].ends_at.isoformat(), "room": "KEC 1001", "title": "Haiku",
            "room_id": told.rooms[0].id, "block_id": None, "block_starts_at": None,
        },
        NOW,
    )  # fmt: skip


def test_there_and_back_leaves_nothing(told: Told, haiku: Note) -> None:
    told.move(haiku, 1)
    told.move(haiku, 0)
    assert (told.untold(), told.due()) == ({}, None)
    told.cancel(haiku)
    told.move(haiku, 0)
    assert (told.untold(), told.due()) == ({}, None)


def test_a_session_that_came_and_went_leaves_nothing(told: Told, people: Cast) -> None:
    note = make.note(told.db, told.camp, people.bo)
    told.move(note, 0)
    told.cancel(note)
    assert (told.untold(), told.due()) == ({}, None)


def test_each_change_begins_the_quiet_time_anew_but_not_for_ever(told: Told, haiku: Note, people: Cast) -> None:
    kites = make.note(told.db, told.camp, people.cy, "Kites")
    told.move(haiku, 3)
    dues = []
    for minutes in range(2, 18, 2):
        now = NOW + minutes * MINUTE
        told.move(kites, 1 + minutes // 2 % 2, now=now)
        dues.append(told.due())
    assert dues == [NOW + minutes * MINUTE for minutes in (5, 7, 9, 11, 13, 15, 15, 16)]


def test_no_quiet_time_at_all(told: Told, haiku: Note) -> None:
    told.db.execute(update(Conference).values(news_quiet_minutes=0))
    told.db.refresh(told.camp)
    told.move(haiku, 2)
    assert told.due() == NOW


@pytest.mark.parametrize(
    ("clock", "due"),
    [
        ("10:00", "10:03"), ("10:28", "10:30"), ("10:30", "10:30"), ("11:20", "11:20"),  # it begins at 11:00, to 11:50
        ("11:50", "11:53"), ("13:29", "13:30"),  # as the new place does at 14:00
    ],
)  # fmt: skip
def test_half_an_hour_before_something_begins_at_once(told: Told, haiku: Note, clock: str, due: str) -> None:
    told.move(haiku, 3, now=make.at(clock))
    assert told.due() == make.at(due)


def test_what_is_told_at_once_takes_the_rest_along_and_is_not_put_off(told: Told, haiku: Note, people: Cast) -> None:
    kites = make.note(told.db, told.camp, people.cy, "Kites")
    told.move(haiku, 3, now=make.at("10:45"))
    told.move(kites, 2, now=make.at("10:46"))
    assert (told.due(), len(told.untold())) == (make.at("10:46"), 2)


def test_what_people_know_is_no_news(told: Told, haiku: Note) -> None:
    """A new title, a new name of the room, the same room made anew, being off in another way."""
    told.db.execute(update(Note).values(title="Haiku and tanka"))
    told.db.execute(update(Room).where(Room.id == told.rooms[0].id).values(name="The attic"))
    stage.refresh(told.store, told.camp)
    assert told.db.scalars(select(Entry.title)).one() == "Haiku and tanka"
    assert (told.untold(), told.due()) == ({}, None)
    told.cancel(haiku)
    told.forget()
    told.db.execute(update(Note).values(hidden_at=NOW))
    stage.refresh(told.store, told.camp)
    assert (told.untold(), told.due()) == ({}, None)


def test_another_room_and_another_end_are_news(told: Told, haiku: Note) -> None:
    told.move(haiku, 0, 1)
    assert told.untold() == {haiku.id: told.slots[0].starts_at}
    told.move(haiku, 0, 0)
    assert told.untold() == {}
    stage.take_off(told.store, told.camp, told.who, haiku)
    told.db.execute(update(Note).values(length=2))
    told.move(haiku, 0)
    assert told.untold() == {haiku.id: told.slots[0].starts_at}


def test_withdrawn_is_news_at_once_and_hidden_waits(told: Told, haiku: Note) -> None:
    told.db.execute(update(Note).values(hidden_at=NOW))
    stage.refresh(told.store, told.camp)
    assert (list(told.untold()), told.due()) == ([haiku.id], None)
    told.db.execute(update(Note).values(hidden_at=None))
    told.move(haiku, 0)
    assert (told.untold(), told.due()) == ({}, None)
    told.db.execute(update(Note).values(withdrawn_at=NOW))
    stage.refresh(told.store, told.camp)
    assert (list(told.untold()), told.due()) == ([haiku.id], NOW + QUIET)


def test_hidden_and_shown_elsewhere_people_know_the_old_place(told: Told, haiku: Note) -> None:
    told.db.execute(update(Note).values(hidden_at=NOW))
    stage.refresh(told.store, told.camp)
    assert told.tell() == 0
    told.db.execute(update(Note).values(hidden_at=None))
    told.move(haiku, 2)
    assert (told.untold(), told.due()) == ({haiku.id: told.slots[0].starts_at}, NOW + QUIET)


def test_when_the_conference_is_over_nothing_is_news(told: Told, haiku: Note) -> None:
    told.move(haiku, 1, now=make.at("23:30"))
    assert told.due() == make.at("23:33")
    told.tell(make.at("23:40"))
    told.cancel(haiku, now=make.at("10:00") + timedelta(days=1))
    assert (told.untold(), told.due()) == ({}, None)


def test_minutes_within_a_block_are_no_news_and_a_moved_block_is(
    store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    fair = hold_a_fair(db, camp, people)
    block = publish_a_block(store, camp, people.ada, fair)
    told = Told(store, db, camp, people.ada, fair.slots, fair.rooms)
    told.forget()
    starts = dict(db.execute(select(Entry.note_id, Entry.starts_at)).all())
    with store.writing() as writing:  # the first talk goes; the others are given earlier, in their block
        note = writing.get_one(Note, min(fair.talks, key=lambda one: starts[one.id]).id)
        note.withdrawn_at = NOW
        publishing.refresh(writing, camp, now=NOW)
    stage.publish(store, camp, people.ada)
    now = dict(db.execute(select(Entry.note_id, Entry.starts_at).where(Entry.state == "on")).all())
    assert any(starts[note_id] != now[note_id] for note_id in now)
    assert list(told.untold()) == [note.id]

    told.forget()
    told.move(block, 1)
    assert set(told.untold()) == {one.id for one in fair.talks} - {note.id}  # and not the block itself


def test_the_grid_moves_under_a_block(store: Store, db: Session, camp: Conference, people: Cast) -> None:
    fair = hold_a_fair(db, camp, people)
    publish_a_block(store, camp, people.ada, fair)
    told = Told(store, db, camp, people.ada, fair.slots, fair.rooms)
    told.forget()
    slot = fair.slots[0]
    slot.starts_at, slot.ends_at = make.at("15:00"), make.at("15:50")
    db.flush()
    told.publish()
    assert set(told.untold()) == {one.id for one in fair.talks}


def test_a_lost_conference_takes_what_was_untold_with_it(told: Told, haiku: Note) -> None:
    told.move(haiku, 1)
    told.db.execute(Conference.__table__.delete())  # type: ignore[attr-defined]
    assert (told.db.scalars(select(Untold.note_id)).all(), told.tell()) == ([], 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_costs_the_same_for_one_and_for_many(app: Flask, told: Told, people: Cast) -> None:
    counts = []
    for number, (slot, room) in enumerate((slot, room) for slot in range(4) for room in range(2)):
        told.place(make.note(told.db, told.camp, make.person(told.db, f"Host {number}"), f"Note {number}"), slot, room)
        if number in (0, 1, 7):
            with counted(app) as asked:
                told.publish()
            counts.append(sum("untold" in one or "news_due_at" in one for one in asked.sent if "SELECT" not in one[:6]))
    assert counts[1] == counts[2]  # the INSERT and the UPDATE


def test_over_means_the_last_day_at_the_venue(camp: Conference) -> None:
    day = datetime.fromisoformat
    assert [untold.is_over(camp, now) for now in (day("2026-11-22T12:59Z"), day("2026-11-22T13:01Z"))] == [False, True]
