"""Many hands: a move is in conflict with what was done since to what it touches, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule.draft import Placed
from barcamp.schedule.errors import Conflict, NotOnTheWall, RuleBroken
from barcamp.venue import service as venue
from barcamp.venue.day import Wanted
from barcamp.venue.models import Room, Slot
from barcamp.wall import service as wall
from barcamp.wall.models import Note
from barcamp.wall.service import NoteContent
from tests import make
from tests.people import Cast
from tests.schedule.hands import Grid, Hands

#: What is decided here is decided in Python; that both databases keep it is shown in test_races.py.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOTHING = "Nothing was changed."


def refused(act: Callable[..., Any], *what: Any, **how: Any) -> str:
    """The words with which somebody is told that another was quicker."""
    with pytest.raises(Conflict) as told:
        act(*what, **how)
    return str(told.value)


def test_two_who_move_different_cards_both_have_their_way(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    one, two, _three = notes
    page = hands.seen()
    hands.place(one, board.at(0), by=people.bo, seen=page)
    hands.place(two, board.at(1), seen=page)
    assert hands.placed() == {one.id: board.at(0), two.id: board.at(1)}


def test_a_card_that_has_just_been_moved_stays_and_says_where_it_is(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    one = notes[0]
    page = hands.seen()
    hands.place(one, board.at(1), by=people.bo, seen=page)
    assert (
        refused(hands.place, one, board.at(0), seen=page) == f"Bo Finch has just moved “One” to 11:00, Big. {NOTHING}"
    )
    assert refused(hands.take_off, one, seen=page) == f"Bo Finch has just moved “One” to 11:00, Big. {NOTHING}"
    assert refused(hands.pin, one, seen=page) == f"Bo Finch has just moved “One” to 11:00, Big. {NOTHING}"
    assert hands.placed() == {one.id: board.at(1)}


def test_two_who_move_a_card_to_the_same_place_agree(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    page = hands.seen()
    hands.place(notes[0], board.at(1), by=people.bo, seen=page)
    hands.place(notes[0], board.at(1), seen=page)
    assert (hands.placed(), hands.log()) == ({notes[0].id: board.at(1)}, [("placed", f"note:{notes[0].id}")])


def test_a_card_that_was_moved_and_moved_back_is_as_it_was(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    page = hands.seen()
    hands.place(notes[0], board.at(1), by=people.bo)
    hands.undo(by=people.bo)
    hands.place(notes[0], board.at(2), seen=page)
    assert hands.placed() == {notes[0].id: board.at(2)}


def test_a_cell_that_was_just_taken_says_by_whom_and_what(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    one, two, _three = notes
    page = hands.seen()
    hands.place(two, board.at(0), by=people.bo, seen=page)
    for swap in (False, True):
        words = refused(hands.place, one, board.at(0), seen=page, swap=swap)
        assert words == f"Bo Finch has just put “Two” here. {NOTHING}"
    assert hands.placed() == {two.id: board.at(0)}


def test_a_long_card_is_told_of_any_of_its_cells(
    hands: Hands, db: Session, people: Cast, board: Grid, notes: list[Note]
) -> None:
    one, two, _three = notes
    one.length = 2
    db.flush()
    page = hands.seen()
    hands.place(two, board.at(1), by=people.bo, seen=page)
    assert refused(hands.place, one, board.at(0), seen=page) == f"Bo Finch has just put “Two” here. {NOTHING}"


def test_a_cell_that_was_taken_all_the_time_is_no_conflict_but_a_broken_rule(
    hands: Hands, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[1], board.at(0))
    with pytest.raises(RuleBroken, match="“Two” is already in Big at 10:00"):
        hands.place(notes[0], board.at(0))


def test_a_swap_is_with_the_card_that_was_seen(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> None:
    one, two, three = notes
    hands.place(one, board.at(0))
    hands.place(two, board.at(1))
    page = hands.seen()
    hands.place(two, board.at(2), by=people.bo)
    assert refused(hands.place, one, board.at(1), swap=True, seen=page) == (
        f"Bo Finch has just moved “Two” to 13:00, Big. {NOTHING}"
    )
    hands.place(three, board.at(1), by=people.bo)
    assert refused(hands.place, one, board.at(1), swap=True, seen=page) == (
        f"Bo Finch has just put “Three” here. {NOTHING}"
    )
    assert hands.placed() == {one.id: board.at(0), two.id: board.at(2), three.id: board.at(1)}


def test_pins_and_take_offs_are_told_by_their_names(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> None:
    one = notes[0]
    hands.place(one, board.at(0))
    page = hands.seen()
    hands.pin(one, by=people.bo)
    assert refused(hands.place, one, board.at(1), seen=page) == f"Bo Finch has just pinned “One”. {NOTHING}"
    page = hands.seen()
    hands.pin(one, by=people.bo, pinned=False)
    assert refused(hands.take_off, one, seen=page) == f"Bo Finch has just taken the pin out of “One”. {NOTHING}"
    page = hands.seen()
    hands.take_off(one, by=people.bo)
    assert (
        refused(hands.place, one, board.at(1), seen=page) == f"Bo Finch has just taken “One” off the board. {NOTHING}"
    )


def test_whoever_left_is_not_named(hands: Hands, db: Session, people: Cast, board: Grid, notes: list[Note]) -> None:
    page = hands.seen()
    hands.place(notes[0], board.at(1), by=people.dee)
    db.delete(people.dee)
    db.flush()
    assert refused(hands.place, notes[0], board.at(0), seen=page) == (
        f"“One” has just been moved to 11:00, Big. {NOTHING}"
    )


def test_a_place_is_named_with_its_day_where_there_are_several(
    hands: Hands, db: Session, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    camp.ends_on += timedelta(days=1)
    db.flush()
    page = hands.seen()
    hands.place(notes[0], board.at(1), by=people.bo)
    assert refused(hands.place, notes[0], board.at(0), seen=page) == (
        f"Bo Finch has just moved “One” to Sat, Nov 21, 11:00, Big. {NOTHING}"
    )


def test_a_note_that_grew_is_looked_at_again_one_with_a_new_title_is_not(
    hands: Hands, store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    one = notes[0]
    page = hands.seen()
    edit(store, camp, one, people.bo, title="Uno")
    hands.place(one, board.at(0), seen=page)
    edit(store, camp, one, people.bo, title="Uno", length=2)
    assert refused(hands.place, one, board.at(1), seen=hands.seen() - 1) == (
        "Bo Finch has just edited “Uno”. Have a look before you move it."
    )


def edit(store: Store, camp: Conference, note: Note, who: Person, **changed: Any) -> None:
    content = NoteContent(**{"title": note.title, "description": "", "format": "talk"} | changed)
    with store.writing() as db:
        fresh = db.get_one(Note, note.id)
        wall.edit_note(db, camp, fresh, who, content, seen=fresh.edition, now=make.NOW)


def test_a_note_that_left_the_wall_says_who_took_it(
    hands: Hands, db: Session, store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    page = hands.seen()
    with store.writing() as writing:
        note = writing.get_one(Note, notes[0].id)
        wall.withdraw(writing, camp, note, people.bo, now=make.NOW)
    assert refused(hands.place, notes[0], board.at(0), seen=page) == (
        "Bo Finch has just taken this note off the wall, so it cannot be placed."
    )
    with pytest.raises(NotOnTheWall):  # nothing new: it was off when the page was made
        hands.place(notes[0], board.at(0))


def test_a_room_or_a_slot_that_changed_is_looked_at_again_another_is_not(
    hands: Hands, store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    one, two, _three = notes
    page = hands.seen()
    with store.writing() as db:
        big, first = db.get_one(Room, board.rooms[0].id), db.get_one(Slot, board.slots[0].id)
        later = Wanted(make.at("09:30"), make.at("10:10"), "talks", "", "")
        venue.change_room(
            db, camp, people.bo, big, name="Huge", seats=9, equipment=(), step_free=True, where="", now=make.NOW
        )
        venue.change_slot(db, camp, people.bo, first, later, now=make.NOW)
    assert refused(hands.place, one, board.at(1), seen=page) == "Bo Finch has just changed Huge. Nothing was moved."
    assert refused(hands.place, one, board.at(0, 1), seen=page) == "Bo Finch has just changed 09:30. Nothing was moved."
    hands.place(two, board.at(1, 1), seen=page)
    assert hands.placed() == {two.id: board.at(1, 1)}


def test_a_day_made_anew_is_in_conflict_where_a_slot_is_gone(
    hands: Hands, store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    page = hands.seen()
    with store.writing() as db:
        wanted = [Wanted(make.at("10:00"), make.at("10:50"), "talks", "", "")]
        venue.make_slots(
            db, camp, people.bo, make.DAY, venue.plan_day(db, camp, make.DAY, wanted), now=make.NOW
        )  # fmt: skip
    hands.place(notes[0], board.at(0), seen=page)
    assert refused(hands.place, notes[1], board.at(1), seen=page) == (
        "Bo Finch has just removed this room or this time. Here is the board as it is now."
    )


def test_a_room_that_is_gone_says_who_removed_it(
    hands: Hands, db: Session, store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    page = hands.seen()
    with store.writing() as writing:
        venue.remove_room(writing, camp, people.bo, writing.get_one(Room, board.rooms[0].id), now=make.NOW)
    assert refused(hands.place, notes[0], board.at(0), seen=page) == (
        "Bo Finch has just removed this room or this time. Here is the board as it is now."
    )


def test_what_happens_on_the_wall_is_no_conflict(
    hands: Hands, store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    page = hands.seen()
    with store.writing() as writing:
        log.write(writing, camp, people.bo, "note-posted", f"note:{notes[1].id}", now=make.NOW)
    hands.place(notes[0], board.at(0), seen=page)
    assert hands.placed() == {notes[0].id: board.at(0)}


CARDS = st.integers(0, 2)
SPOTS = st.none() | st.tuples(st.integers(0, 2), st.integers(0, 1))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(earlier=st.lists(st.tuples(CARDS, SPOTS), max_size=4), later=st.lists(st.tuples(CARDS, SPOTS), max_size=4),
       card=CARDS, spot=SPOTS)  # fmt: skip
def test_a_stale_move_does_what_it_says_or_nothing_at_all(
    db: Session, store: Store, people: Cast, earlier: list[tuple[int, Any]], later: list[tuple[int, Any]],
    card: int, spot: Any,
) -> None:  # fmt: skip
    camp = make.conference(db, people.ada, f"camp-{uuid4().hex}")
    slots = [make.slot(db, camp, clock) for clock in ("10:00", "11:00", "13:00")]
    board = Grid(slots, [make.room(db, camp, "Big"), make.room(db, camp, "Small")])
    cards = [make.note(db, camp, make.person(db, uuid4().hex), title) for title in "ABC"]
    hands = Hands(store, db, camp, people.ada)

    for number, where in earlier:
        attempt(hands, board, cards[number], where)
    page, then = hands.seen(), hands.placed()
    for number, where in later:
        attempt(hands, board, cards[number], where)
    before, mine = hands.placed(), cards[card].id
    done = attempt(hands, board, cards[card], spot, seen=page)

    wanted = None if spot is None else board.at(*spot)
    there = next((note_id for note_id, place in before.items() if place == wanted and note_id != mine), None)
    is_there = before.get(mine) == wanted
    is_possible = then.get(mine) == before.get(mine) and there is None
    expected = {note_id: place for note_id, place in (before | {mine: wanted}).items() if place is not None}
    assert done == (is_there or is_possible)
    assert hands.placed() == (expected if done else before)


def attempt(hands: Hands, board: Grid, note: Note, where: Any, seen: int | None = None) -> bool:
    """Move a card to a place, or off the board; whether it was done."""
    try:
        if where is None:
            hands.take_off(note, seen=seen)
        else:
            hands.place(note, board.at(*where), seen=seen)
    except (Conflict, RuleBroken):
        return False
    return True


def test_a_place_is_what_the_log_says(hands: Hands, board: Grid, notes: list[Note]) -> None:
    hands.place(notes[0], board.at(0))
    hands.place(notes[1], board.at(0), swap=True)
    assert hands.placed() == {notes[1].id: Placed(board.slots[0].id, board.rooms[0].id)}
    assert hands.cells() == {(board.slots[0].id, board.rooms[0].id, notes[1].id)}
