"""The draft: arrange, place, take off, pin, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.timetable.solve import solve
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.schedule import queries, service
from barcamp.schedule.draft import Placed, placements, read
from barcamp.schedule.errors import RuleBroken
from barcamp.schedule.models import Cell
from barcamp.venue.models import Room, Slot
from tests import make
from tests.people import Cast

Grid = tuple[list[Slot], list[Room]]


@pytest.fixture
def grid(db: Session, camp: Conference) -> Grid:
    """Two slots, lunch, one slot; a big room and a small one."""
    slots = [make.slot(db, camp, clock) for clock in ("10:00", "11:00", "13:00")]
    make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    return slots, [make.room(db, camp, "Big", 100, position=0), make.room(db, camp, "Small", 2, position=1)]


def arrange(store: Store, camp: Conference, people: Cast) -> int:
    with store.writing() as db:
        draft = read(db, camp)
        seen = queries.draft_revision(db, camp)
        solution = solve(draft.problem, seed=1)
        return service.arrange(db, camp, people.ada, draft, solution, seen=seen, now=make.NOW)


def seen(db: Session, camp: Conference) -> int:
    return queries.draft_revision(db, camp)


def cells(db: Session) -> set[tuple[int, int, int]]:
    return {(cell.slot_id, cell.room_id, cell.note_id) for cell in db.scalars(select(Cell))}


def test_popular_notes_get_the_room_that_holds_them(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    _slots, (big, small) = grid
    notes = [
        make.note(db, camp, make.person(db, f"Host {n}"), f"Note {n}", stars=stars)
        for n, stars in enumerate((9, 1, 8, 1))
    ]
    assert arrange(store, camp, people) == 4
    placed = placements(db, camp)
    assert {placed[note.id].room for note in notes if note.star_count > small.seats} == {big.id}
    assert len({(place.slot, place.room) for place in placed.values()}) == 4


def test_nobody_is_in_two_places_not_even_a_copresenter(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    first = make.note(db, camp, people.bo, "First")
    second = make.note(db, camp, people.cy, "Second", copresenters=["bo  FINCH"])
    arrange(store, camp, people)
    placed = placements(db, camp)
    assert placed[first.id].slot != placed[second.id].slot
    with store.writing() as writing, pytest.raises(RuleBroken, match="have the same presenter"):
        service.place(
            writing, camp, people.ada, first.id, placed[second.id].slot, _other(grid, placed[second.id].room),
            seen=seen(db, camp), now=make.NOW,
        )  # fmt: skip


def _other(grid: Grid, room_id: int) -> int:
    return next(room.id for room in grid[1] if room.id != room_id)


def test_a_long_note_never_runs_into_lunch_and_takes_all_its_cells(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    slots, (big, _small) = grid
    long = make.note(db, camp, people.bo, "Long", length=2, stars=5)
    arrange(store, camp, people)
    assert cells(db) == {(slots[0].id, big.id, long.id), (slots[1].id, big.id, long.id)}
    with store.writing() as writing, pytest.raises(RuleBroken, match="run into a break"):
        service.place(writing, camp, people.ada, long.id, slots[1].id, big.id, seen=seen(db, camp), now=make.NOW)


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ({"needs": ["projector"]}, "needs projector, which Small does not have"),
        ({"step_free": True}, "needs step-free, which Small does not have"),
    ],
)
def test_a_room_that_lacks_what_a_note_needs_is_refused(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid, note: dict[str, Any], words: str
) -> None:
    slots, (_, small) = grid
    small.step_free = False
    db.flush()
    made = make.note(db, camp, people.bo, **note)
    with store.writing() as writing, pytest.raises(RuleBroken, match=words):
        service.place(writing, camp, people.ada, made.id, slots[0].id, small.id, seen=seen(db, camp), now=make.NOW)
    assert placements(db, camp) == {}


def test_a_note_that_fits_nowhere_stays_in_the_tray(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    made = make.note(db, camp, people.bo, needs=["kitchen"])
    away = make.note(db, camp, people.cy, "Away", away=grid[0])
    assert arrange(store, camp, people) == 0
    assert placements(db, camp) == {}
    assert {note.id for note in read(db, camp).notes} == {made.id, away.id}


def test_a_taken_cell_is_refused_and_a_swap_changes_places(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    slots, (big, small) = grid
    one, two = make.note(db, camp, people.bo, "One"), make.note(db, camp, people.cy, "Two")
    for note, room in ((one, big), (two, small)):
        with store.writing() as writing:
            service.place(writing, camp, people.ada, note.id, slots[0].id, room.id, seen=seen(db, camp), now=make.NOW)
    with store.writing() as writing, pytest.raises(RuleBroken, match="“Two” is already in Small at 10:00"):
        service.place(writing, camp, people.ada, one.id, slots[0].id, small.id, seen=seen(db, camp), now=make.NOW)
    with store.writing() as writing:
        service.place(
            writing, camp, people.ada, one.id, slots[0].id, small.id, swap=True, seen=seen(db, camp), now=make.NOW
        )
    assert placements(db, camp) == {one.id: Placed(slots[0].id, small.id), two.id: Placed(slots[0].id, big.id)}
    assert cells(db) == {(slots[0].id, small.id, one.id), (slots[0].id, big.id, two.id)}


def test_a_pinned_note_stays_where_it_is_when_all_is_arranged(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    slots, (big, _small) = grid
    quiet = make.note(db, camp, people.bo, "Quiet")
    loud = make.note(db, camp, people.cy, "Loud", stars=9)
    with store.writing() as writing:
        service.place(writing, camp, people.ada, quiet.id, slots[2].id, big.id, seen=seen(db, camp), now=make.NOW)
    with store.writing() as writing:
        service.pin(writing, camp, people.ada, quiet.id, pinned=True, seen=seen(db, camp), now=make.NOW)
    arrange(store, camp, people)
    assert placements(db, camp)[quiet.id] == Placed(slots[2].id, big.id, pinned=True)
    assert placements(db, camp)[loud.id].room == big.id


def test_the_log_says_what_was_before_and_after(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    slots, (big, _) = grid
    made = make.note(db, camp, people.bo)
    with store.writing() as writing:
        service.place(writing, camp, people.ada, made.id, slots[0].id, big.id, seen=0, now=make.NOW)
    change = db.scalars(select(Change)).one()
    assert (change.kind, change.subject, change.actor_id, change.before, change.after) == (
        "placed",
        f"note:{made.id}",
        people.ada.id,
        {"places": {str(made.id): None}},
        {"places": {str(made.id): {"slot": slots[0].id, "room": big.id, "pinned": False}}},
    )


def test_what_no_longer_stands_goes_to_the_tray(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    slots, (big, small) = grid
    gone = make.note(db, camp, people.bo, "Withdrawn later")
    grows = make.note(db, camp, people.cy, "Grows")
    stays = make.note(db, camp, people.dee, "Stays")
    for note, slot, room in ((gone, slots[2], big), (grows, slots[0], big), (stays, slots[1], small)):
        with store.writing() as writing:
            service.place(writing, camp, people.ada, note.id, slot.id, room.id, seen=seen(db, camp), now=make.NOW)
    gone.withdrawn_at, grows.length = make.NOW, 2
    db.flush()
    with store.writing() as writing:
        assert service.settle(writing, camp, people.ada, now=make.NOW) == [gone.id]
    assert cells(db) == {
        (slots[0].id, big.id, grows.id), (slots[1].id, big.id, grows.id), (slots[1].id, small.id, stays.id),
    }  # fmt: skip
    db.delete(slots[1])
    db.flush()
    with store.writing() as writing:
        assert service.settle(writing, camp, people.ada, now=make.NOW) == [grows.id]
    assert cells(db) == set()


def test_a_note_that_grew_while_we_computed_is_not_placed(
    db: Session, store: Store, camp: Conference, people: Cast, grid: Grid
) -> None:
    grown, same = make.note(db, camp, people.bo, "Grown"), make.note(db, camp, people.cy, "Same")
    with store.reading() as reading:
        draft = read(reading, camp)
    grown.length = 2
    db.flush()
    with store.writing() as writing:
        solution = solve(draft.problem, seed=1)
        assert service.arrange(writing, camp, people.ada, draft, solution, seen=0, now=make.NOW) == 1
    assert set(placements(db, camp)) == {same.id}
