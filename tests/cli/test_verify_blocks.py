"""`verify` on blocks of lightning talks: what no use of the site can bring about is found."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import blocks
from barcamp.schedule.models import Placement
from barcamp.wall.models import Note
from tests import make, stage
from tests.cli.conftest import Run
from tests.people import Cast


@pytest.fixture
def block(db: Session, store: Store, camp: Conference, people: Cast) -> Note:
    """A block with two talks, published."""
    slots, rooms = stage.day(db, camp)
    for author, title in ((people.bo, "Moss"), (people.cy, "Fern")):
        make.note(db, camp, author, title, format="lightning", stars=1)
    with store.writing() as writing:
        made = blocks.gather(writing, camp, people.ada, "Lightning talks", 5, 1, now=make.NOW)[0]
    stage.put(store, camp, people.ada, made, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    return db.get_one(Note, made.id)


def fern(db: Session) -> Note:
    return db.query(Note).filter_by(title="Fern").one()


def wrong(run: Run) -> list[str]:
    return [line for line in run("verify").lines if line.startswith("WRONG")]


def test_a_published_block_is_sound_and_so_is_one_that_has_ended(
    run: Run, db: Session, store: Store, camp: Conference, people: Cast, block: Note
) -> None:
    assert wrong(run) == []
    with store.writing() as writing:
        blocks.end(writing, camp, people.ada, writing.get_one(Note, block.id), now=make.NOW)
    assert wrong(run) == []


def test_a_talk_with_a_place_of_its_own_is_found(run: Run, db: Session, camp: Conference, block: Note) -> None:
    there = db.get_one(Placement, block.id)
    talk = fern(db).id
    db.add(Placement(note_id=talk, conference_id=camp.id, slot_id=there.slot_id, room_id=there.room_id))
    db.flush()
    assert f"WRONG: Note {talk} has a place of its own beside its block." in wrong(run)


def test_a_talk_in_a_block_that_ended_is_found(run: Run, db: Session, block: Note) -> None:
    block.withdrawn_at = make.NOW
    db.flush()
    talks = sorted(note.id for note in db.query(Note).filter_by(block_id=block.id))
    found = wrong(run)
    assert [line for line in found if "in a block" in line] == [
        f"WRONG: Note {talk} is in a block that is none, or that has ended." for talk in talks
    ]


def test_a_talk_in_what_is_no_block_or_is_elsewhere_is_found(run: Run, db: Session, people: Cast, block: Note) -> None:
    other = make.conference(db, people.ada, "other")
    stranger = make.note(db, other, people.bo, "Elsewhere")
    fern(db).block_id = stranger.id
    db.flush()
    found = [line for line in wrong(run) if "in a block" in line]
    assert found == [
        f"WRONG: Note {fern(db).id} is in a block of another conference.",
        f"WRONG: Note {fern(db).id} is in a block that is none, or that has ended.",
    ]


def test_a_block_with_an_author_is_found(run: Run, db: Session, people: Cast, block: Note) -> None:
    block.author_id = people.bo.id
    db.flush()
    assert f"WRONG: Block {block.id} is in a block itself, or somebody presents it or starred it." in wrong(run)
