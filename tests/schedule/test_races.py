"""Two at once, on purpose, on both databases: one wins, the other is told, and the cells stay what the places say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import publishing, queries, quiet, service
from barcamp.schedule.errors import Frozen
from barcamp.schedule.models import Cell, Placement, Version
from barcamp.wall.models import Note
from tests import make, stage
from tests.people import Cast
from tests.schedule.hands import Grid, Hands

HOUR = timedelta(hours=1)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What each got: "" for yes, or the words of a no; in the order of the acts."""
    ready, answers = threading.Barrier(len(acts)), [""] * len(acts)

    def run(number: int) -> None:
        ready.wait()
        try:
            acts[number]()
        except Refused as refusal:
            answers[number] = str(refusal)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def is_sound(hands: Hands) -> bool:
    """Whether each place (of one slot) has its cell, and nothing else has one."""
    return hands.cells() == {(place.slot, place.room, note_id) for note_id, place in hands.placed().items()}


def test_the_same_card_to_two_places(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> None:
    one, page = notes[0], hands.seen()
    answers = at_once(
        lambda: hands.place(one, board.at(0), by=people.bo, seen=page),
        lambda: hands.place(one, board.at(1), by=people.cy, seen=page),
    )
    won = answers.index("")
    assert hands.placed() == {one.id: board.at(won)}
    who, where = (("Bo Finch", "10:00"), ("Cy Reed", "11:00"))[won]
    assert answers[1 - won] == f"{who} has just moved “One” to {where}, Big. Nothing was changed."
    assert is_sound(hands)


def test_two_cards_to_the_same_cell(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> None:
    page = hands.seen()
    answers = at_once(
        lambda: hands.place(notes[0], board.at(0), by=people.bo, seen=page),
        lambda: hands.place(notes[1], board.at(0), by=people.cy, seen=page),
    )
    won = answers.index("")
    assert hands.placed() == {notes[won].id: board.at(0)}
    who, title = (("Bo Finch", "One"), ("Cy Reed", "Two"))[won]
    assert answers[1 - won] == f"{who} has just put “{title}” here. Nothing was changed."
    assert is_sound(hands)


def test_a_swap_against_a_move_of_its_partner(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> None:
    one, two, _three = notes
    hands.place(one, board.at(0))
    hands.place(two, board.at(1))
    page = hands.seen()
    answers = at_once(
        lambda: hands.place(one, board.at(1), swap=True, by=people.bo, seen=page),
        lambda: hands.place(two, board.at(2), by=people.cy, seen=page),
    )
    swapped = answers[0] == ""
    assert hands.placed() == (
        {one.id: board.at(1), two.id: board.at(0)} if swapped else {one.id: board.at(0), two.id: board.at(2)}
    )
    assert answers == (
        ["", "Bo Finch has just moved “Two” to 10:00, Big. Nothing was changed."]
        if swapped
        else ["Cy Reed has just moved “Two” to 13:00, Big. Nothing was changed.", ""]
    )
    assert is_sound(hands)


def test_different_cards_to_different_cells_both_go(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> None:
    page = hands.seen()
    spots = [board.at(0), board.at(1), board.at(0, 1)]
    answers = at_once(
        lambda: hands.place(notes[0], spots[0], by=people.bo, seen=page),
        lambda: hands.place(notes[1], spots[1], by=people.cy, seen=page),
        lambda: hands.place(notes[2], spots[2], seen=page),
    )
    assert answers == ["", "", ""]
    assert hands.placed() == {note.id: spot for note, spot in zip(notes, spots, strict=True)}
    assert is_sound(hands)


def test_two_undos_take_one_step(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> None:
    hands.place(notes[0], board.at(0))
    hands.place(notes[1], board.at(1))
    page = hands.seen()
    answers = at_once(lambda: hands.undo(by=people.bo, seen=page), lambda: hands.undo(by=people.cy, seen=page))
    assert sorted(answer == "" for answer in answers) == [False, True]
    assert hands.placed() == {notes[0].id: board.at(0)}


def test_the_database_itself_refuses_two_in_one_cell(
    hands: Hands, db: Session, camp: Conference, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    slot, room = board.slots[0].id, board.rooms[0].id
    with hands.store.write_session() as writing:
        writing.add(Placement(note_id=notes[1].id, conference_id=camp.id, slot_id=slot, room_id=room))
        writing.flush()
        writing.add(Cell(slot_id=slot, room_id=room, note_id=notes[1].id))
        with pytest.raises(IntegrityError):
            writing.flush()
        writing.rollback()
        hands.store.end(writing)
    assert hands.placed() == {notes[0].id: board.at(0)}


@pytest.fixture
def published(hands: Hands, people: Cast, board: Grid, notes: list[Note]) -> Note:
    """At 10:00, in version 1."""
    stage.put(hands.store, hands.camp, people.ada, notes[0], board.slots[0], board.rooms[0], now=make.NOW - HOUR)
    stage.publish(hands.store, hands.camp, people.ada, now=make.NOW - HOUR)
    return notes[0]


def go_live(hands: Hands, *, now: datetime = make.NOW) -> None:
    with hands.store.writing() as db:
        camp = db.get_one(Conference, hands.camp.id)
        quiet.switch(db, camp, hands.who, live=True, freeze_minutes=0, now=now)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite nobody writes in between
def test_what_was_switched_live_since_the_request_began_is_not_moved_without_a_word(
    hands: Hands, board: Grid, published: Note
) -> None:
    with pytest.raises(Frozen, match="“One” has begun"), hands.store.writing() as db:
        camp = db.get_one(Conference, hands.camp.id)
        go_live(hands)
        seen = queries.draft_revision(db, camp)
        service.place(db, camp, hands.who, published.id, board.slots[2].id, board.rooms[0].id, seen=seen, now=make.NOW)
    assert hands.placed() == {published.id: board.at(0)}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_move_since_the_request_began_is_published_and_no_longer_due(
    hands: Hands, board: Grid, notes: list[Note], published: Note
) -> None:
    go_live(hands)
    assert publishing.publish_due(hands.store, now=make.NOW + HOUR) == 0
    with hands.store.writing() as db:
        camp = db.get_one(Conference, hands.camp.id)
        hands.place(notes[1], board.at(2))
        publishing.publish(db, camp, None, now=make.NOW)
    with hands.store.reading() as db:
        newest = db.scalars(select(Version).order_by(Version.number.desc())).first()
        assert newest is not None
        assert set(newest.places) == {str(published.id), str(notes[1].id)}
        assert db.get_one(Conference, hands.camp.id).publish_due_at is None
