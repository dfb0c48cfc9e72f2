"""A camp with lightning talks, for tests of blocks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.schedule import blocks
from barcamp.schedule.draft import read
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.people import Cast


@dataclass(frozen=True)
class Fair:
    """A camp with three lightning talks by bo, cy and dee, starred by 1, 3 and 2 people, and one long talk by bo."""

    slots: list[Slot]
    rooms: list[Room]
    talks: list[Note]
    long: Note


def hold_a_fair(db: Session, camp: Conference, people: Cast) -> Fair:
    slots, rooms = stage.day(db, camp)
    fans = [make.person(db, f"Fan {n}") for n in range(3)]
    talks = [
        make.note(db, camp, author, title, format="lightning", stars=fans[:stars])
        for author, title, stars in ((people.bo, "Moss", 1), (people.cy, "Fern", 3), (people.dee, "Reed", 2))
    ]
    return Fair(slots, rooms, talks, make.note(db, camp, people.bo, "Rivers", stars=fans[:1]))


def gather(store: Store, camp: Conference, who: Person, minutes: int = 5, title: str = "Lightning talks") -> list[Note]:
    with store.writing() as db:
        return blocks.gather(db, camp, who, title, minutes, 1, now=make.NOW)


def publish_a_block(store: Store, camp: Conference, who: Person, fair: Fair, slot: int = 0) -> Note:
    """All the lightning talks in one block, in the first room, for everybody to see."""
    block = gather(store, camp, who)[0]
    stage.put(store, camp, who, block, fair.slots[slot], fair.rooms[0])
    stage.publish(store, camp, who)
    return block


def line_up(store: Store, camp: Conference) -> dict[str, list[str]]:
    """The titles of the talks in each block, by the block's title."""
    with store.reading() as db:
        return {block.title: [turn.talk.title for turn in block.turns] for block in blocks.of(read(db, camp)).blocks}


def waiting(store: Store, camp: Conference) -> list[str]:
    with store.reading() as db:
        return [talk.title for talk in blocks.of(read(db, camp, now=make.NOW)).waiting]
