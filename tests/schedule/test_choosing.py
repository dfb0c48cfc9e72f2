"""Publishing some of the changes: the rest stays as it was, and what is public together breaks no rule."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import publishing, queries, versions
from barcamp.schedule.differences import Comparison, compare
from barcamp.schedule.draft import read
from barcamp.schedule.errors import CannotPublish, HasBegun, NeedsOthers, Stale
from barcamp.schedule.models import Entry
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.people import Cast

LATER = make.NOW + timedelta(minutes=30)


@pytest.fixture
def slots(db: Session, camp: Conference) -> list[Slot]:
    return [make.slot(db, camp, clock) for clock in ("11:00", "13:00", "14:00")]


@pytest.fixture
def rooms(db: Session, camp: Conference) -> list[Room]:
    return [make.room(db, camp, name, 50, position=place) for place, name in enumerate(("KEC 1001", "KEC 1003"))]


@pytest.fixture
def notes(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room]
) -> list[Note]:
    """Three notes, published in the first room, one after the other."""
    made = [
        make.note(db, camp, who, title)
        for who, title in ((people.bo, "Kayaks"), (people.cy, "Kites"), (people.dee, "Knots"))
    ]
    for note, slot in zip(made, slots, strict=True):
        stage.put(store, camp, people.ada, note, slot, rooms[0])
    stage.publish(store, camp, people.ada)
    return made


def publish(store: Store, camp: Conference, who: Cast, *notes: Note, **given: object) -> int:
    with store.writing() as db:
        ids = [note.id for note in notes]
        return publishing.publish(db, camp, who.ada, only=ids, now=LATER, **given).number  # type: ignore[arg-type]


def compared(store: Store, camp: Conference) -> Comparison:
    with store.reading() as db:
        return compare(db, camp, read(db, camp, stars=False))


def public(store: Store, camp: Conference) -> dict[str, tuple[str, str, str]]:
    """What everybody reads: by title the state, the time in UTC and the room."""
    with store.reading() as db:
        return {
            one.title: (one.state, f"{one.starts_at:%H:%M}", one.room) for one in queries.entries(db, camp, hidden=True)
        }


def test_the_chosen_change_goes_public_and_the_others_stay(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    kayaks, kites, knots = notes
    stage.put(store, camp, people.ada, kayaks, slots[0], rooms[1])
    stage.put(store, camp, people.ada, kites, slots[1], rooms[1])
    stage.take_off(store, camp, people.ada, knots)
    assert publish(store, camp, people, kites) == 2
    assert public(store, camp) == {
        "Kayaks": ("on", "19:00", "KEC 1001"), "Kites": ("on", "21:00", "KEC 1003"),
        "Knots": ("on", "22:00", "KEC 1001"),
    }  # fmt: skip
    assert [(one.kind, one.title) for one in compared(store, camp).differences] == [
        ("moved", "Kayaks"), ("cancelled", "Knots"),
    ]  # fmt: skip
    assert publish(store, camp, people, knots) == 3
    assert publish(store, camp, people, kayaks) == 4
    assert public(store, camp) == {
        "Kayaks": ("on", "19:00", "KEC 1003"), "Kites": ("on", "21:00", "KEC 1003"),
        "Knots": ("cancelled", "22:00", "KEC 1001"),
    }  # fmt: skip


def test_a_version_holds_what_the_public_saw_and_the_log_how_much_changed(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    stage.put(store, camp, people.ada, notes[0], slots[0], rooms[1])
    stage.put(store, camp, people.ada, notes[1], slots[1], rooms[1])
    publish(store, camp, people, notes[1])
    version = versions.find_version(db, camp, 2)
    assert version is not None
    assert {said["title"]: (said["starts_at"], said["room"]) for said in version.places.values()} == {
        "Kayaks": (slots[0].starts_at.isoformat(), "KEC 1001"),
        "Kites": (slots[1].starts_at.isoformat(), "KEC 1003"),
        "Knots": (slots[2].starts_at.isoformat(), "KEC 1001"),
    }


def test_what_waits_keeps_its_bytes_its_sequence_and_its_stamp(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    def stored(note: Note) -> tuple[bytes, int, object]:
        db.expire_all()
        entry = db.get_one(Entry, note.id)
        return entry.fragment, entry.sequence, entry.stamped_at

    before = stored(notes[0])
    stage.put(store, camp, people.ada, notes[0], slots[0], rooms[1])
    stage.put(store, camp, people.ada, notes[1], slots[1], rooms[1])
    publish(store, camp, people, notes[1])
    assert stored(notes[0]) == before
    assert stored(notes[1])[1:] == (1, LATER)


def test_the_room_must_be_free_in_public(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    kayaks, kites, _knots = notes
    stage.put(store, camp, people.ada, kites, slots[1], rooms[1])
    stage.put(store, camp, people.ada, kayaks, slots[1], rooms[0])
    with pytest.raises(NeedsOthers) as refused:
        publish(store, camp, people, kayaks)
    assert (str(refused.value), refused.value.missing) == (
        "“Kayaks” cannot go public alone: until its own change does, “Kites” is in KEC 1001 at 13:00.", (kites.id,),
    )  # fmt: skip
    assert public(store, camp)["Kayaks"] == ("on", "19:00", "KEC 1001")
    publish(store, camp, people, kayaks, kites)
    assert public(store, camp)["Kayaks"] == ("on", "21:00", "KEC 1001")


def test_a_presenter_must_be_free_in_public(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    kayaks, kites, _knots = notes
    make.cohost(db, kites, people.bo)  # who gives the kayaks at 11:00
    stage.put(store, camp, people.ada, kayaks, slots[2], rooms[1])
    stage.put(store, camp, people.ada, kites, slots[0], rooms[0])
    with pytest.raises(NeedsOthers) as refused:
        publish(store, camp, people, kites)
    assert refused.value.missing == (kayaks.id,)
    stage.put(store, camp, people.ada, kites, slots[0], rooms[1])
    with pytest.raises(NeedsOthers, match="it has a presenter of “Kayaks”, who is in KEC 1001 at 11:00"):
        publish(store, camp, people, kites)


def test_a_long_session_needs_all_of_its_slots_to_be_free_in_public(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    _kayaks, kites, knots = notes
    stage.put(store, camp, people.ada, knots, slots[2], rooms[1])
    kites.length = 2
    db.flush()
    with store.writing() as writing:
        publishing.follow(writing, camp, people.ada, now=LATER)
    assert [(one.title, one.after and one.after.ends_at) for one in compared(store, camp).differences] == [
        ("Kites", slots[2].ends_at), ("Knots", slots[2].ends_at),
    ]  # fmt: skip
    with pytest.raises(NeedsOthers) as refused:
        publish(store, camp, people, kites)
    assert refused.value.missing == (knots.id,)


def test_a_ring_goes_public_only_as_a_whole(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    kayaks, kites, knots = notes
    stage.take_off(store, camp, people.ada, kayaks)
    stage.put(store, camp, people.ada, kites, slots[0], rooms[0])
    stage.put(store, camp, people.ada, knots, slots[1], rooms[0])
    stage.put(store, camp, people.ada, kayaks, slots[2], rooms[0])
    with pytest.raises(NeedsOthers) as refused:
        publish(store, camp, people, kayaks)
    assert refused.value.missing == (knots.id, kites.id)
    assert publish(store, camp, people, *notes) == 2


def test_a_broken_rule_stands_in_the_way_of_what_has_a_part_in_it_alone(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    kayaks, _kites, knots = notes
    stage.put(store, camp, people.ada, kayaks, slots[1], rooms[1])
    stage.put(store, camp, people.ada, knots, slots[2], rooms[1])
    kayaks.author_id = people.cy.id  # who gives the kites at the same time
    db.flush()
    with pytest.raises(CannotPublish, match="have the same presenter"):
        publish(store, camp, people, kayaks)
    with pytest.raises(CannotPublish, match="have the same presenter"):
        publish(store, camp, people, kayaks, knots)
    assert publish(store, camp, people, knots) == 2
    with pytest.raises(CannotPublish, match="have the same presenter"):
        stage.publish(store, camp, people.ada)


def test_nothing_chosen_is_nothing_published(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    stage.put(store, camp, people.ada, notes[0], slots[0], rooms[1])
    with pytest.raises(CannotPublish, match="Choose at least one change"):
        publish(store, camp, people)
    with pytest.raises(CannotPublish, match="Choose at least one change"):
        publish(store, camp, people, notes[1])  # which has not changed


def test_what_has_begun_changes_only_when_somebody_says_so(
    store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    stage.put(store, camp, people.ada, notes[0], slots[0], rooms[1])
    begun = slots[0].starts_at
    assert [one.has_begun(begun - timedelta(minutes=1)) for one in compared(store, camp).differences] == [False]
    with store.writing() as db, pytest.raises(HasBegun) as refused:
        publishing.publish(db, camp, people.ada, unless_begun=True, now=begun)
    assert str(refused.value).startswith("“Kayaks” has begun at 11:00.")
    with store.writing() as db:
        assert publishing.publish(db, camp, people.ada, now=begun).number == 2


def test_a_stale_preview_publishes_nothing(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    stage.put(store, camp, people.ada, notes[0], slots[0], rooms[1])
    seen = queries.draft_revision(db, camp)
    stage.put(store, camp, people.ada, notes[0], slots[2], rooms[1])
    with pytest.raises(Stale):
        publish(store, camp, people, notes[0], seen=seen)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    public_cells=st.permutations(range(6)),
    wanted_cells=st.permutations(range(6)),
    ticks=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_whatever_is_chosen_nothing_is_doubled_in_public(
    store: Store,
    camp: Conference,
    people: Cast,
    slots: list[Slot],
    rooms: list[Room],
    notes: list[Note],
    public_cells: list[int],
    wanted_cells: list[int],
    ticks: tuple[bool, bool, bool],
) -> None:
    cells = [(slot, room) for slot in slots for room in rooms]

    def put_all(order: list[int]) -> None:
        for note in notes:
            stage.take_off(store, camp, people.ada, note)
        for note, cell in zip(notes, order, strict=False):
            stage.put(store, camp, people.ada, note, *cells[cell])

    put_all(public_cells)
    with suppress(CannotPublish):  # it happens to be as it was
        stage.publish(store, camp, people.ada)
    put_all(wanted_cells)
    comparison = compared(store, camp)
    chosen = {note.id for note, tick in zip(notes, ticks, strict=True) if tick} & comparison.by_note.keys()
    whole = chosen | {one.other_id for one in comparison.together(chosen)}

    def taken(some: set[int]) -> int:
        return len({(spot.starts_at, spot.room_id) for spot in comparison.mix(some).values()})

    assert (taken(whole), taken(chosen) == 3) == (3, whole == chosen)
    if whole:
        with store.writing() as writing:
            publishing.publish(writing, camp, people.ada, only=whole, now=LATER)
    assert compared(store, camp).by_note.keys() == comparison.by_note.keys() - whole
