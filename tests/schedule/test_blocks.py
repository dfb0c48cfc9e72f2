"""Blocks of lightning talks: gathering, filling, changing and ending them, and what the draft makes of them."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.errors import ChangedMeanwhile
from barcamp.conferences.models import Conference
from barcamp.core.timetable.solve import solve
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.schedule import blocks, queries, service
from barcamp.schedule.draft import Placed, placements, read
from barcamp.schedule.errors import BlockRefused
from barcamp.wall.models import Note
from tests import make, stage
from tests.people import Cast
from tests.schedule.fair import Fair, gather, hold_a_fair, line_up, waiting


@pytest.fixture
def fair(db: Session, camp: Conference, people: Cast) -> Fair:
    return hold_a_fair(db, camp, people)


def test_gathers_all_lightning_talks_the_most_starred_first(
    store: Store, camp: Conference, people: Cast, fair: Fair
) -> None:
    assert waiting(store, camp) == ["Fern", "Reed", "Moss"]
    gather(store, camp, people.ada)
    assert line_up(store, camp) == {"Lightning talks": ["Fern", "Reed", "Moss"]}
    assert waiting(store, camp) == []


def test_gathers_into_as_many_blocks_as_it_takes(store: Store, camp: Conference, people: Cast, fair: Fair) -> None:
    # slots of 50 minutes hold three talks of 15: for four talks it takes two blocks
    with store.writing() as db:
        make.note(db, camp, people.ada, "Peat", format="lightning", stars=[people.cy])
    gather(store, camp, people.ada, 15)
    found = line_up(store, camp)
    assert list(found) == ["Lightning talks 1", "Lightning talks 2"]
    assert sorted(map(len, found.values())) == [2, 2]
    assert {title for talks in found.values() for title in talks} == {"Moss", "Fern", "Reed", "Peat"}


def test_gathering_writes_one_line_for_each_block(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    block = gather(store, camp, people.ada)[0]
    line = db.scalars(select(Change).where(Change.kind == "block-made")).one()
    ids = [fair.talks[place].id for place in (1, 2, 0)]
    assert (line.actor_id, line.subject, line.after) == (
        people.ada.id, f"note:{block.id}", {"title": "Lightning talks", "talks": ids},
    )  # fmt: skip


def test_a_block_is_one_note_of_the_draft(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    fair.talks[0].needs = ["projector"]
    make.note(db, camp, None, "unrelated")
    db.flush()
    away = make.note(db, camp, people.ada, "Peat", format="lightning", away=(fair.slots[0],), tags=("bog",))
    block = gather(store, camp, people.ada)[0]
    with store.reading() as reading:
        draft = read(reading, camp)
    found = draft.notes[draft.note_number[block.id]]
    assert (found.hosts, found.people) == (
        ("Cy Reed", "Dee Moss", "Bo Finch", "Ada Oak"),
        tuple(f"person:{who.id}" for who in (people.cy, people.dee, people.bo, people.ada)),
    )
    assert (set(found.needs), set(found.away), found.tags) == ({"projector"}, {fair.slots[0].id}, ("bog",))
    assert (found.stars, found.length, found.format, found.talk_minutes) == (3, 1, "lightning", 5)
    assert [talk.id for talk in found.line_up] == [fair.talks[1].id, fair.talks[2].id, fair.talks[0].id, away.id]
    assert not {talk.id for talk in found.line_up} & set(draft.note_number)


def test_who_starred_several_talks_of_a_block_counts_once(
    store: Store, camp: Conference, people: Cast, fair: Fair
) -> None:
    block = gather(store, camp, people.ada)[0]
    with store.reading() as db:
        draft = read(db, camp)
    here, there = draft.note_number[block.id], draft.note_number[fair.long.id]
    assert sorted(draft.stars) == sorted([tuple(sorted((here, there))), (here,), (here,)])


def test_arranging_keeps_a_block_apart_from_its_hosts_other_talk(
    store: Store, camp: Conference, people: Cast, fair: Fair
) -> None:
    block = gather(store, camp, people.ada)[0]
    with store.reading() as db:
        draft, seen = read(db, camp), queries.draft_revision(db, camp)
    solution = solve(draft.problem, seed=1)
    with store.writing() as db:
        assert service.arrange(db, camp, people.ada, draft, solution, seen=seen, now=make.NOW) == 2
    with store.reading() as db:
        placed = placements(db, camp)
    assert set(placed) == {block.id, fair.long.id}
    assert placed[block.id].slot != placed[fair.long.id].slot


def test_a_talk_that_comes_into_a_block_gives_up_its_own_place(
    store: Store, camp: Conference, people: Cast, fair: Fair
) -> None:
    stage.put(store, camp, people.ada, fair.talks[0], fair.slots[0], fair.rooms[0])
    gather(store, camp, people.ada)
    with store.reading() as db:
        assert placements(db, camp) == {}
    assert line_up(store, camp) == {"Lightning talks": ["Fern", "Reed", "Moss"]}


def test_a_pinned_talk_stays_where_it_is(store: Store, camp: Conference, people: Cast, fair: Fair) -> None:
    stage.put(store, camp, people.ada, fair.talks[0], fair.slots[0], fair.rooms[0])
    with store.writing() as db:
        seen = queries.draft_revision(db, camp)
        service.pin(db, camp, people.ada, fair.talks[0].id, pinned=True, seen=seen, now=make.NOW)
    gather(store, camp, people.ada)
    assert line_up(store, camp) == {"Lightning talks": ["Fern", "Reed"]}
    with store.reading() as db:
        assert placements(db, camp) == {fair.talks[0].id: Placed(fair.slots[0].id, fair.rooms[0].id, pinned=True)}


@pytest.mark.parametrize("column", ["withdrawn_at", "hidden_at", "held_at", "merged_at"])
def test_what_leaves_the_wall_leaves_its_block(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session, column: str
) -> None:
    gather(store, camp, people.ada)
    fern = db.get_one(Note, fair.talks[1].id)
    setattr(fern, column, make.NOW)
    db.flush()
    assert line_up(store, camp) == {"Lightning talks": ["Reed", "Moss"]}
    setattr(fern, column, None)
    db.flush()
    assert line_up(store, camp) == {"Lightning talks": ["Fern", "Reed", "Moss"]}


def test_what_becomes_a_workshop_leaves_its_block(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    gather(store, camp, people.ada)
    db.get_one(Note, fair.talks[1].id).format = "workshop"
    db.flush()
    assert line_up(store, camp) == {"Lightning talks": ["Reed", "Moss"]}
    with store.reading() as reading:
        assert fair.talks[1].id in read(reading, camp).note_number


def test_an_empty_block_gets_no_place(store: Store, camp: Conference, people: Cast, fair: Fair) -> None:
    with store.writing() as db:
        block = blocks.make(db, camp, people.ada, "Ignite", 5, 1, now=make.NOW)
    with store.reading() as db:
        draft = read(db, camp)
    assert [one.id for one in draft.blocks] == [block.id]
    assert block.id not in draft.note_number
    assert line_up(store, camp) == {"Ignite": []}


def test_fills_a_block_as_far_as_its_shortest_slot_goes(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    make.slot(db, camp, "15:00", 12)
    with store.writing() as writing:
        block = blocks.make(writing, camp, people.ada, "Ignite", 5, 1, now=make.NOW)
        assert blocks.fill(writing, camp, people.ada, block, now=make.NOW) == 2
    assert line_up(store, camp) == {"Ignite": ["Fern", "Reed"]}
    assert waiting(store, camp) == ["Moss"]
    with pytest.raises(BlockRefused), store.writing() as writing:
        blocks.fill(writing, camp, people.ada, block, now=make.NOW)


def test_a_placed_block_has_the_room_of_its_slot(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    make.slot(db, camp, "15:00", 12)
    with store.writing() as writing:
        block = blocks.make(writing, camp, people.ada, "Ignite", 5, 1, now=make.NOW)
        blocks.fill(writing, camp, people.ada, block, now=make.NOW)
    stage.put(store, camp, people.ada, block, fair.slots[0], fair.rooms[0])
    with store.writing() as writing:
        assert blocks.fill(writing, camp, people.ada, block, now=make.NOW) == 1
    with store.reading() as reading:
        found = blocks.of(read(reading, camp)).blocks[0]
    assert (found.places, found.free, found.left_over) == (10, 7, 0)
    assert [turn.starts_at for turn in found.turns] == [make.at("10:00"), make.at("10:05"), make.at("10:10")]


def test_a_talk_that_the_block_has_no_time_for_is_named(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    short = make.slot(db, camp, "15:00", 12)
    block = _placed(store, camp, people, fair)
    stage.put(store, camp, people.ada, block, short, fair.rooms[0])
    with store.reading() as reading:
        found = blocks.of(read(reading, camp)).blocks[0]
    assert [(turn.talk.title, turn.starts_at, turn.fits) for turn in found.turns] == [
        ("Fern", make.at("15:00"), True), ("Reed", make.at("15:05"), True), ("Moss", None, False),
    ]  # fmt: skip
    assert (found.places, found.free, found.left_over) == (2, 0, 1)


def _placed(store: Store, camp: Conference, people: Cast, fair: Fair) -> Note:
    """A block with all three talks, at 10:00 in KEC 1001."""
    with store.writing() as writing:
        block = blocks.make(writing, camp, people.ada, "Ignite", 5, 1, now=make.NOW)
        for talk in fair.talks:
            talk_row = writing.get_one(Note, talk.id)
            talk_row.block_id = block.id
    stage.put(store, camp, people.ada, block, fair.slots[0], fair.rooms[0])
    return block


def test_one_talk_comes_in_and_goes_out(store: Store, camp: Conference, people: Cast, fair: Fair, db: Session) -> None:
    reed = fair.talks[2].id
    with store.writing() as writing:
        block = blocks.make(writing, camp, people.ada, "Ignite", 5, 1, now=make.NOW)
    with store.writing() as writing:
        blocks.put_in(writing, camp, people.ada, block, reed, now=make.NOW)
        blocks.put_in(writing, camp, people.ada, block, reed, now=make.NOW)  # there already
    assert line_up(store, camp) == {"Ignite": ["Reed"]}
    with store.writing() as writing:
        blocks.take_out(writing, camp, people.ada, block, reed, now=make.NOW)
        blocks.take_out(writing, camp, people.ada, block, reed, now=make.NOW)  # out already
    assert (line_up(store, camp), waiting(store, camp)) == ({"Ignite": []}, ["Fern", "Reed", "Moss"])
    lines = db.execute(select(Change.kind, Change.subject, Change.before, Change.after).order_by(Change.revision)).all()
    assert [tuple(line) for line in lines[1:]] == [
        ("talk-in", f"note:{reed}", None, {"block": block.id}),
        ("talk-out", f"note:{reed}", {"block": block.id}, None),
    ]


def test_only_a_lightning_talk_comes_in(store: Store, camp: Conference, people: Cast, fair: Fair) -> None:
    with store.writing() as writing:
        block = blocks.make(writing, camp, people.ada, "Ignite", 5, 1, now=make.NOW)
    with pytest.raises(BlockRefused), store.writing() as writing:
        blocks.put_in(writing, camp, people.ada, block, fair.long.id, now=make.NOW)
    with pytest.raises(BlockRefused), store.writing() as writing:
        blocks.put_in(writing, camp, people.ada, block, block.id, now=make.NOW)
    assert line_up(store, camp) == {"Ignite": []}


def test_a_talk_is_in_one_block_only(store: Store, camp: Conference, people: Cast, fair: Fair) -> None:
    gather(store, camp, people.ada)
    with store.writing() as writing:
        other = blocks.make(writing, camp, people.ada, "Ignite", 5, 1, now=make.NOW)
    with pytest.raises(BlockRefused), store.writing() as writing:
        blocks.put_in(writing, camp, people.ada, other, fair.talks[0].id, now=make.NOW)
    assert line_up(store, camp) == {"Lightning talks": ["Fern", "Reed", "Moss"], "Ignite": []}


def test_an_ended_block_sets_its_talks_free(
    store: Store, camp: Conference, people: Cast, fair: Fair, db: Session
) -> None:
    block = gather(store, camp, people.ada)[0]
    stage.put(store, camp, people.ada, block, fair.slots[0], fair.rooms[0])
    with store.writing() as writing:
        found = writing.get_one(Note, block.id)
        blocks.end(writing, camp, people.ada, found, now=make.NOW)
        blocks.end(writing, camp, people.ada, found, now=make.NOW)
    assert (line_up(store, camp), waiting(store, camp)) == ({}, ["Fern", "Reed", "Moss"])
    with store.reading() as reading:
        assert placements(reading, camp) == {}
        assert blocks.find_block(reading, camp, block.id) is None
    assert len(db.scalars(select(Change).where(Change.kind == "block-ended")).all()) == 1


def test_a_block_that_has_just_ended_is_not_changed(store: Store, camp: Conference, people: Cast, fair: Fair) -> None:
    block = gather(store, camp, people.ada)[0]
    with store.writing() as writing:
        blocks.end(writing, camp, people.ada, writing.get_one(Note, block.id), now=make.NOW)
    with pytest.raises(BlockRefused, match="just been ended"), store.writing() as writing:
        found = writing.get_one(Note, block.id)
        blocks.change(writing, camp, people.ada, found, "Fireflies", 5, 1, seen=None, now=make.NOW)
    with store.reading() as reading:
        assert reading.get_one(Note, block.id).title == "Lightning talks"


def test_changing_a_block_knows_whether_somebody_was_faster(
    store: Store, camp: Conference, people: Cast, fair: Fair
) -> None:
    with store.writing() as writing:
        block = blocks.make(writing, camp, people.ada, "Ignite", 5, 1, now=make.NOW)
    with store.reading() as reading:
        seen = blocks.last_revision(reading, block)
    with store.writing() as writing:
        found = writing.get_one(Note, block.id)
        blocks.change(writing, camp, people.ada, found, "Sparks", 10, 2, seen=seen, now=make.NOW)
    with pytest.raises(ChangedMeanwhile), store.writing() as writing:
        found = writing.get_one(Note, block.id)
        blocks.change(writing, camp, people.bo, found, "Flashes", 5, 1, seen=seen, now=make.NOW)
    with store.reading() as reading:
        block = reading.get_one(Note, block.id)
    assert (block.title, block.talk_minutes, block.length) == ("Sparks", 10, 2)


def test_a_block_that_grows_into_another_session_goes_to_the_tray(
    store: Store, camp: Conference, people: Cast, fair: Fair
) -> None:
    block = gather(store, camp, people.ada)[0]
    stage.put(store, camp, people.ada, block, fair.slots[0], fair.rooms[0])
    stage.put(store, camp, people.ada, fair.long, fair.slots[1], fair.rooms[0])
    with store.writing() as writing:
        found = writing.get_one(Note, block.id)
        blocks.change(writing, camp, people.ada, found, "Long", 5, 2, seen=None, now=make.NOW)
    with store.reading() as reading:
        assert set(placements(reading, camp)) == {fair.long.id}


def test_refuses_a_block_that_fits_nowhere(store: Store, camp: Conference, people: Cast, fair: Fair) -> None:
    for minutes, length in ((5, 3), (15, 4)):  # lunch is after two slots
        with pytest.raises(BlockRefused, match="that many slots"), store.writing() as db:
            blocks.make(db, camp, people.ada, "Ignite", minutes, length, now=make.NOW)
    with store.writing() as db:
        make.slot(db, camp, "15:00", 10)
    with pytest.raises(BlockRefused, match="shorter"), store.writing() as db:
        blocks.make(db, camp, people.ada, "Ignite", 15, 1, now=make.NOW)
    assert line_up(store, camp) == {}


def test_refuses_to_gather_nothing(store: Store, camp: Conference, people: Cast, fair: Fair) -> None:
    gather(store, camp, people.ada)
    with pytest.raises(BlockRefused, match="No lightning talk"):
        gather(store, camp, people.ada)
