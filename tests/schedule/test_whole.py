"""The whole draft at once: adopting what was worked out, and bringing a published version back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.schedule import publishing
from barcamp.schedule.draft import Placed
from barcamp.schedule.errors import Stale
from barcamp.schedule.models import Publication, Version
from barcamp.wall.models import Note, NoteAway
from tests import make
from tests.people import Cast
from tests.schedule.hands import Grid, Hands

#: The places are written by what test_history.py and test_races.py show on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def publish(hands: Hands) -> dict[str, Any]:
    """What the version says that is published now."""
    with hands.store.writing() as db:
        version: Version = publishing.publish(db, hands.camp, hands.who, now=make.NOW)
    return version.places


def test_adopting_moves_everything_in_one_line(hands: Hands, board: Grid, notes: list[Note]) -> None:
    one, two, three = notes
    hands.place(three, board.at(2))
    assert hands.adopt({one.id: board.at(0), two.id: board.at(1, 1), three.id: None}, kind="repaired") == 2
    assert (hands.placed(), hands.log()[1:]) == ({one.id: board.at(0), two.id: board.at(1, 1)}, [("repaired", "draft")])


def test_adopting_is_refused_when_anything_has_changed(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    page = hands.seen()
    hands.place(notes[0], board.at(0), by=people.bo)
    with pytest.raises(Stale, match="Bo Finch has just changed the board"):
        hands.adopt({notes[1].id: board.at(1)}, seen=page)
    assert hands.placed() == {notes[0].id: board.at(0)}


def test_what_no_longer_fits_stays_or_goes_to_the_tray(
    hands: Hands, db: Session, board: Grid, notes: list[Note]
) -> None:
    one, two, three = notes
    hands.place(one, board.at(1))
    hands.place(three, board.at(2, 1))
    db.add_all(
        [NoteAway(note_id=one.id, slot_id=board.slots[0].id), NoteAway(note_id=three.id, slot_id=board.slots[0].id)]
    )
    db.flush()
    assert hands.adopt({one.id: board.at(0), two.id: board.at(1), three.id: board.at(0, 1)}) == 2
    assert hands.placed() == {two.id: board.at(1), three.id: board.at(2, 1)}


def test_two_that_have_become_one_presenters_are_not_both_placed(
    hands: Hands, db: Session, board: Grid, notes: list[Note]
) -> None:
    one, two, _three = notes
    two.author_id = one.author_id
    db.flush()
    assert hands.adopt({one.id: board.at(0), two.id: board.at(0, 1)}) == 1
    assert hands.placed() == {one.id: board.at(0)}


def test_what_left_the_wall_or_the_grid_is_left_out(hands: Hands, db: Session, board: Grid, notes: list[Note]) -> None:
    one, two, three = notes
    one.withdrawn_at = make.NOW
    db.flush()
    places = {one.id: board.at(0), two.id: Placed(board.slots[1].id, 999), three.id: board.at(2)}
    assert hands.adopt(places) == 1
    assert hands.placed() == {three.id: board.at(2)}


def test_nothing_that_has_begun_is_moved_by_itself(
    hands: Hands, db: Session, camp: Conference, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    publish(hands)
    with pytest.raises(Stale, match="Something has begun since"):
        hands.adopt({notes[0].id: board.at(1)})
    assert hands.adopt({notes[0].id: board.at(0), notes[1].id: board.at(1)}) == 2


def test_a_version_comes_back_with_its_pins_and_is_undone_in_one_step(
    hands: Hands, board: Grid, notes: list[Note]
) -> None:
    one, two, three = notes
    hands.place(one, board.at(0))
    hands.place(two, board.at(1))
    said = publish(hands)
    hands.place(one, board.at(1), swap=True)
    hands.pin(one)
    hands.place(three, board.at(2))
    before = hands.placed()
    assert hands.restore(said) == []
    assert (hands.placed(), hands.log()[-1]) == (
        {one.id: board.at(0, pinned=True), two.id: board.at(1)}, ("restored", "version:1"),
    )  # fmt: skip
    hands.undo()
    assert hands.placed() == before
    assert len(hands.cells()) == 3


def test_what_finds_no_place_is_told(hands: Hands, db: Session, board: Grid, notes: list[Note]) -> None:
    one, two, three = notes
    for number, note in enumerate(notes):
        hands.place(note, board.at(number))
    said = publish(hands)
    hands.take_off(two)
    db.add(NoteAway(note_id=two.id, slot_id=board.slots[1].id))
    db.delete(board.slots[2])
    one.withdrawn_at = make.NOW
    db.flush()
    hands.settle()
    assert hands.restore(said) == [two.id, three.id]
    assert hands.placed() == {}


def test_a_version_that_is_the_draft_changes_nothing(hands: Hands, board: Grid, notes: list[Note]) -> None:
    hands.place(notes[0], board.at(0))
    said, before = publish(hands), hands.log()
    assert hands.restore(said) == []
    assert hands.log() == before


def test_restoring_is_refused_when_anything_has_changed(
    hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    said, page = publish(hands), hands.seen()
    hands.place(notes[1], board.at(1), by=people.bo)
    with pytest.raises(Stale, match="Bo Finch has just changed the board"):
        hands.restore(said, seen=page)


def test_where_moves_go_public_what_has_begun_stays_as_it_is(
    hands: Hands, db: Session, camp: Conference, board: Grid, notes: list[Note]
) -> None:
    one, two, three = notes
    hands.place(one, board.at(1))
    hands.place(two, board.at(2))
    said = publish(hands)
    hands.place(one, board.at(0))
    hands.place(three, board.at(1))
    hands.take_off(two)
    camp.publishes_live, camp.freeze_minutes = True, 0
    db.flush()
    assert db.get(Publication, camp.id) is not None
    assert hands.restore(said, now=make.at("10:00") + timedelta(minutes=1)) == [one.id]
    assert hands.placed() == {one.id: board.at(0), two.id: board.at(2)}
