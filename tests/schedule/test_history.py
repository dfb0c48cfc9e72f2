"""Undo and redo, the newest change or an older one; what stands in the way, and what is left then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import queries
from barcamp.schedule.draft import Placed
from barcamp.schedule.errors import CannotGoBack, Frozen, NothingToUndo, Stale
from barcamp.schedule.models import Publication
from barcamp.venue import service as venue
from barcamp.venue.models import Room
from barcamp.wall.models import Note, NoteAway
from tests import make
from tests.people import Cast
from tests.schedule.hands import Grid, Hands


def turns(hands: Hands) -> tuple[int | None, int | None]:
    """The revisions of the changes that the toolbar would undo and redo."""
    found = queries.find_undoable(hands.db, hands.camp), queries.find_redoable(hands.db, hands.camp)
    return (None if found[0] is None else found[0].revision), (None if found[1] is None else found[1].revision)


def test_undo_walks_back_through_every_change_and_redo_walks_forth(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    one, two, _three = notes
    states = [hands.placed()]
    for act in (
        lambda: hands.place(one, board.at(0)),
        lambda: hands.place(two, board.at(1), by=people.bo),
        lambda: hands.pin(one),
        lambda: hands.place(one, board.at(1), swap=True, by=people.bo),
        lambda: hands.take_off(two),
        lambda: hands.adopt({one.id: board.at(2), two.id: board.at(0)}),
    ):
        act()
        states.append(hands.placed())
    for state in reversed(states[:-1]):
        hands.undo()
        assert hands.placed() == state
    with pytest.raises(NothingToUndo, match="nothing to undo"):
        hands.undo()
    for state in states[1:]:
        hands.redo(by=people.cy)
        assert hands.placed() == state
    with pytest.raises(NothingToUndo, match="nothing to redo"):
        hands.redo()
    assert len(hands.cells()) == 2


def test_what_was_redone_is_undone_first_and_a_new_change_ends_redoing(
    hands: Hands, board: Grid, notes: list[Note]
) -> None:
    one, two, three = notes
    found = [turns(hands)]
    for act in (
        lambda: hands.place(one, board.at(0)),
        lambda: hands.place(two, board.at(1)),
        hands.undo,
        hands.undo,
        hands.redo,
        hands.undo,
        lambda: hands.place(three, board.at(2)),
    ):
        act()
        found.append(turns(hands))
    assert found == [(None, None), (1, None), (2, None), (1, 2), (None, 1), (1, 2), (None, 1), (7, None)]
    assert hands.log() == [
        ("placed", f"note:{one.id}"), ("placed", f"note:{two.id}"), ("undone", "change:2"), ("undone", "change:1"),
        ("redone", "change:1"), ("undone", "change:1"), ("placed", f"note:{three.id}"),
    ]  # fmt: skip


def test_undo_is_for_the_change_that_was_seen(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> None:
    hands.place(notes[0], board.at(0))
    page = hands.seen()
    hands.place(notes[1], board.at(1), by=people.bo)
    with pytest.raises(Stale, match="Bo Finch has just changed the board, so nothing was done"):
        hands.undo(seen=page)
    hands.undo()
    with pytest.raises(Stale):
        hands.redo(seen=page)
    assert hands.placed() == {notes[0].id: board.at(0)}


def test_a_change_of_a_room_does_not_keep_anybody_from_undoing(
    hands: Hands, store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    page = hands.seen()
    with store.writing() as db:
        venue.remove_room(db, camp, people.bo, db.get_one(Room, board.rooms[1].id), now=make.NOW)
    hands.undo(seen=page)
    assert hands.placed() == {}


def test_undo_steps_over_a_move_of_which_nothing_is_left(
    hands: Hands, db: Session, board: Grid, notes: list[Note]
) -> None:
    first, withdrawn, _third = notes
    hands.place(first, board.at(0))
    hands.place(withdrawn, board.at(1))
    withdrawn.withdrawn_at = make.NOW
    db.flush()
    assert hands.settle() == [withdrawn.id]
    left = []
    for _step in range(2):
        hands.undo()
        left.append(set(hands.placed()))
    assert left == [{first.id}, set()]


def test_undo_goes_on_past_a_room_that_is_gone(hands: Hands, db: Session, board: Grid, notes: list[Note]) -> None:
    made = notes[0]
    for slot, room in ((0, 0), (1, 1), (2, 0)):
        hands.place(made, board.at(slot, room))
    db.delete(board.rooms[1])
    db.flush()
    for expected in ({}, {made.id: board.at(0)}, {}):
        hands.undo()
        assert hands.placed() == expected


def test_what_only_fell_off_goes_back_to_where_it_was(
    hands: Hands, db: Session, board: Grid, notes: list[Note]
) -> None:
    one = notes[0]
    hands.place(one, board.at(0))
    hands.place(one, board.at(1))
    one.hidden_at = make.NOW
    db.flush()
    hands.settle()
    one.hidden_at = None
    db.flush()
    hands.undo()
    assert hands.placed() == {one.id: board.at(0)}


def test_what_fell_off_is_brought_back_from_the_history(
    hands: Hands, db: Session, board: Grid, notes: list[Note]
) -> None:
    one = notes[0]
    hands.place(one, board.at(0))
    one.hidden_at = make.NOW
    db.flush()
    hands.settle()
    one.hidden_at = None
    db.flush()
    hands.take_back(2)
    assert (hands.placed(), hands.log()[-1]) == ({one.id: board.at(0)}, ("undone", "change:2"))


def test_an_older_change_is_taken_back_alone_and_brought_back(hands: Hands, board: Grid, notes: list[Note]) -> None:
    one, two, _three = notes
    hands.place(one, board.at(0))
    hands.place(two, board.at(1))
    hands.take_back(1)
    assert hands.placed() == {two.id: board.at(1)}
    with pytest.raises(NothingToUndo, match="taken back already"):
        hands.take_back(1)
    hands.bring_back(1)
    assert hands.placed() == {one.id: board.at(0), two.id: board.at(1)}
    with pytest.raises(NothingToUndo, match="brought back already"):
        hands.bring_back(1)


def test_what_was_moved_since_stands_in_the_way_by_name(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    one = notes[0]
    hands.place(one, board.at(2))
    hands.place(one, board.at(0))
    later: list[tuple[Callable[[], None], str]] = [
        (lambda: hands.place(one, board.at(1), by=people.bo), "Bo Finch has since moved “One” to 11:00, Big."),
        (lambda: hands.pin(one, by=people.cy), "Cy Reed has since pinned “One”."),
        (lambda: hands.pin(one, by=people.cy, pinned=False), "Cy Reed has since taken the pin out of “One”."),
        (lambda: hands.take_off(one, by=people.bo), "Bo Finch has since taken “One” off the board."),
    ]
    for act, words in later:
        act()
        before = hands.placed()
        with pytest.raises(CannotGoBack) as told:
            hands.take_back(2)
        assert (str(told.value), hands.placed()) == (words, before)


def test_a_rule_in_the_way_is_named_and_the_rest_can_be_had(hands: Hands, board: Grid, notes: list[Note]) -> None:
    one, two, three = notes
    hands.adopt({one.id: board.at(0), two.id: board.at(1)})
    hands.adopt({one.id: board.at(2), two.id: board.at(0, 1)}, kind="repaired")
    hands.place(three, board.at(0))
    with pytest.raises(CannotGoBack, match="“Three” is already in Big at 10:00"):
        hands.take_back(2)
    done = hands.take_back(2, rest=True)
    assert (done.change.revision, done.left) == (2, (one.id,))
    assert hands.placed() == {one.id: board.at(2), two.id: board.at(1), three.id: board.at(0)}


def test_one_that_cannot_go_back_and_is_in_the_way_goes_to_the_tray(
    hands: Hands, board: Grid, notes: list[Note]
) -> None:
    one, two, three = notes
    hands.adopt({one.id: board.at(0), two.id: board.at(1)})
    hands.adopt({one.id: board.at(1), two.id: board.at(2)})
    hands.place(three, board.at(0))
    assert hands.take_back(2, rest=True).left == (one.id,)
    assert hands.placed() == {two.id: board.at(1), three.id: board.at(0)}


def test_undo_never_ends_at_a_step_that_cannot_be_taken(
    hands: Hands, db: Session, board: Grid, notes: list[Note]
) -> None:
    one, two, _three = notes
    hands.place(two, board.at(2))
    hands.place(one, board.at(0))
    hands.place(one, board.at(1))
    db.add(NoteAway(note_id=one.id, slot_id=board.slots[0].id))
    db.flush()
    with pytest.raises(CannotGoBack, match="The presenter of “One” cannot at 10:00"):
        hands.undo()
    assert hands.undo(rest=True).left == (one.id,)
    assert hands.placed() == {one.id: board.at(1), two.id: board.at(2)}
    with pytest.raises(CannotGoBack, match="has since moved “One” to 11:00, Big"):
        hands.take_back(2)
    hands.undo(rest=True)
    hands.undo()
    assert hands.placed() == {one.id: board.at(1)}


def test_what_has_begun_is_not_taken_back_without_a_second_thought_where_moves_go_public(
    hands: Hands, db: Session, camp: Conference, board: Grid, notes: list[Note]
) -> None:
    make_live(db, camp)
    hands.place(notes[0], board.at(2), anyway=True)
    soon = make.at("12:55")
    with pytest.raises(Frozen, match="“One” starts in 5 min"):
        hands.undo(now=soon)
    hands.undo(now=soon, anyway=True)
    assert hands.placed() == {}


def make_live(db: Session, camp: Conference) -> None:
    db.add(Publication(conference_id=camp.id, number=1, revision=0, changed_at=make.NOW))
    camp.publishes_live = True
    camp.freeze_minutes = 10
    db.flush()


def test_a_move_that_was_made_while_somebody_else_undid_is_kept(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    page = hands.seen()
    hands.undo(by=people.bo)
    hands.place(notes[1], board.at(0), seen=page)
    with pytest.raises(CannotGoBack, match="“Two” is already in Big at 10:00"):
        hands.bring_back(1)
    assert hands.placed() == {notes[1].id: Placed(board.slots[0].id, board.rooms[0].id)}


def test_a_long_history_is_walked_in_batches(
    hands: Hands, db: Session, monkeypatch: pytest.MonkeyPatch, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    for _ in range(3):
        hands.place(notes[1], board.at(1))
        hands.undo()
    monkeypatch.setattr(queries, "BATCH", 2)
    assert turns(hands) == (1, 6)
