"""Live publishing: each move goes public by itself after a quiet time, unless it is taken back or held."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.schedule import publishing, queries, quiet, service, versions
from barcamp.schedule.errors import CannotPublish
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.people import Cast

NOW = make.NOW
DUE = NOW + quiet.QUIET


@pytest.fixture
def slots(db: Session, camp: Conference) -> list[Slot]:
    return [make.slot(db, camp, clock) for clock in ("11:00", "13:00", "14:00")]


@pytest.fixture
def room(db: Session, camp: Conference) -> Room:
    return make.room(db, camp)


@pytest.fixture
def note(db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room) -> Note:
    """Published at 11:00."""
    made = make.note(db, camp, people.bo, "Kayaks")
    stage.put(store, camp, people.ada, made, slots[0], room)
    stage.publish(store, camp, people.ada)
    return made


@pytest.fixture
def live(store: Store, camp: Conference, people: Cast, note: Note) -> None:
    switch(store, camp, people.ada, live=True)
    publishing.publish_due(store, now=DUE)  # nothing has changed, so nothing is due any more


def switch(store: Store, camp: Conference, who: Person, *, live: bool, freeze_minutes: int = 15) -> None:
    with store.writing() as db:
        quiet.switch(db, db.get_one(Conference, camp.id), who, live=live, freeze_minutes=freeze_minutes, now=NOW)


def move(store: Store, camp: Conference, who: Person, note: Note, slot: Slot, room: Room, now: datetime = NOW) -> None:
    with store.writing() as db:
        conference = db.get_one(Conference, camp.id)
        seen = queries.draft_revision(db, conference)
        service.place(db, conference, who, note.id, slot.id, room.id, seen=seen, now=now)


def due_at(store: Store, camp: Conference) -> datetime | None:
    with store.reading() as db:
        return db.get_one(Conference, camp.id).publish_due_at


def published(store: Store, camp: Conference) -> tuple[int, datetime]:
    """The version that is public, and when in it the note starts."""
    with store.reading() as db:
        publication = queries.find_publication(db, camp)
        (entry,) = queries.entries(db, camp)
        assert publication is not None
        return publication.number, entry.starts_at


def kinds(store: Store, camp: Conference) -> list[tuple[str, object, object]]:
    with store.reading() as db:
        mine = (Change.conference_id == camp.id, Change.kind.startswith("live-"))
        lines = db.scalars(select(Change).where(*mine).order_by(Change.revision))
        return [(line.kind, line.before, line.after) for line in lines]


def test_a_move_goes_public_when_the_quiet_time_is_over(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note, live: None
) -> None:
    move(store, camp, people.ada, note, slots[1], room)
    assert due_at(store, camp) == DUE
    assert publishing.publish_due(store, now=DUE - timedelta(seconds=1)) == 0
    assert published(store, camp) == (1, slots[0].starts_at)
    assert publishing.publish_due(store, now=DUE) == 1
    assert (published(store, camp), due_at(store, camp)) == ((2, slots[1].starts_at), None)
    with store.reading() as db:
        assert [line.who for line in versions.newest(db, camp)] == [people.ada.name, people.ada.name]
    assert publishing.publish_due(store, now=DUE + timedelta(hours=1)) == 0


def test_each_further_move_begins_the_quiet_time_anew(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note, live: None
) -> None:
    later = NOW + timedelta(seconds=15)
    move(store, camp, people.ada, note, slots[1], room)
    move(store, camp, people.ada, note, slots[2], room, now=later)
    assert publishing.publish_due(store, now=DUE) == 0
    assert publishing.publish_due(store, now=later + quiet.QUIET) == 1
    assert published(store, camp) == (2, slots[2].starts_at)


def test_an_undo_in_time_publishes_nothing(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note, live: None
) -> None:
    move(store, camp, people.ada, note, slots[1], room)
    with store.writing() as db:
        conference = db.get_one(Conference, camp.id)
        service.undo(db, conference, people.ada, seen=queries.draft_revision(db, conference), now=NOW)
    assert publishing.publish_due(store, now=DUE) == 0
    assert (published(store, camp), due_at(store, camp)) == ((1, slots[0].starts_at), None)
    assert [kind for kind, _before, _after in kinds(store, camp)] == ["live-on"]  # there was nothing to tell


def test_by_hand_nothing_is_due(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note
) -> None:
    move(store, camp, people.ada, note, slots[1], room)
    assert (due_at(store, camp), publishing.publish_due(store, now=DUE)) == (None, 0)


def test_what_breaks_a_rule_stays_where_it_is_and_says_so(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note, live: None
) -> None:
    other = make.note(db, camp, people.cy, "Kites")
    move(store, camp, people.ada, other, slots[1], make.room(db, camp, "KEC 1003"))
    move(store, camp, people.ada, note, slots[1], room)
    other.author_id = people.bo.id
    db.flush()
    assert publishing.publish_due(store, now=DUE) == 0
    assert (published(store, camp), due_at(store, camp)) == ((1, slots[0].starts_at), None)
    kind, _before, after = kinds(store, camp)[-1]
    assert (kind, after) == (
        "live-stuck", {"why": "“Kayaks” and “Kites” have the same presenter, and both would be at 13:00."},
    )  # fmt: skip


def test_held_it_waits_for_the_next_move(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note, live: None
) -> None:
    def hold() -> bool:
        with store.writing() as db:
            return quiet.hold(db, db.get_one(Conference, camp.id), people.ada, now=NOW)

    move(store, camp, people.ada, note, slots[1], room)
    assert (hold(), hold(), due_at(store, camp)) == (True, False, None)
    assert publishing.publish_due(store, now=DUE) == 0
    assert [kind for kind, _before, _after in kinds(store, camp)][-1] == "live-held"
    move(store, camp, people.ada, note, slots[2], room)
    assert publishing.publish_due(store, now=DUE) == 1


def test_publishing_by_hand_leaves_nothing_due(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note, live: None
) -> None:
    move(store, camp, people.ada, note, slots[1], room)
    with store.writing() as db:
        publishing.publish(db, db.get_one(Conference, camp.id), people.ada, now=NOW)
    assert (due_at(store, camp), publishing.publish_due(store, now=DUE)) == (None, 0)
    assert published(store, camp) == (2, slots[1].starts_at)


def test_it_starts_with_a_version_published_by_hand(store: Store, camp: Conference, people: Cast) -> None:
    with pytest.raises(CannotPublish, match="Publish the schedule once by hand"):
        switch(store, camp, people.ada, live=True)
    switch(store, camp, people.ada, live=False, freeze_minutes=30)
    assert kinds(store, camp) == [
        ("live-off", {"live": False, "freeze_minutes": 15}, {"live": False, "freeze_minutes": 30})
    ]


def test_switched_on_what_waits_goes_public_and_switched_off_it_does_not(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note
) -> None:
    move(store, camp, people.ada, note, slots[1], room)
    switch(store, camp, people.ada, live=True)
    assert due_at(store, camp) == DUE
    switch(store, camp, people.ada, live=True)  # as it is: no line in the log, and the quiet time goes on
    switch(store, camp, people.ada, live=False)
    assert (due_at(store, camp), publishing.publish_due(store, now=DUE)) == (None, 0)
    assert [kind for kind, _before, _after in kinds(store, camp)] == ["live-on", "live-off"]


def test_a_waiting_change_of_what_has_begun_is_settled_first(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note
) -> None:
    move(store, camp, people.ada, note, slots[1], room)
    with store.writing() as writing, pytest.raises(CannotPublish, match="“Kayaks” has begun"):
        conference = writing.get_one(Conference, camp.id)
        quiet.switch(writing, conference, people.ada, live=True, freeze_minutes=15, now=slots[0].starts_at)
    db.refresh(camp)
    assert (camp.publishes_live, due_at(store, camp)) == (False, None)


def test_two_that_look_at_once_publish_once(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note, live: None
) -> None:
    move(store, camp, people.ada, note, slots[1], room)
    with ThreadPoolExecutor(2) as pool:
        counts = sorted(pool.map(lambda _number: publishing.publish_due(store, now=DUE), range(2)))
    assert (counts, published(store, camp)) == ([0, 1], (2, slots[1].starts_at))


def test_one_conference_that_cannot_does_not_hold_back_another(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], room: Room, note: Note, live: None
) -> None:
    other_camp = make.conference(db, people.ada, "other")
    theirs, there = make.note(db, other_camp, people.bo, "Knots"), make.room(db, other_camp)
    slot = make.slot(db, other_camp, "11:00")
    stage.put(store, other_camp, people.ada, theirs, slot, there)
    stage.publish(store, other_camp, people.ada)
    switch(store, other_camp, people.ada, live=True)
    move(store, camp, people.ada, note, slots[1], room)
    # theirs has waited longest, and would run into a pause that was put there since
    theirs.length = 2
    db.flush()
    assert publishing.publish_due(store, now=DUE) == 1
    assert published(store, camp) == (2, slots[1].starts_at)
