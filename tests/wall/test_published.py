"""What happens to a note happens to its line of the published schedule."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule.draft import placements
from barcamp.schedule.models import Entry
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.core.readers import strict
from tests.people import Cast
from tests.wall import read


@pytest.fixture
def note(db: Session, store: Store, camp: Conference, client: Client, people: Cast) -> Note:
    note = make.note(db, camp, people.bo, "Kayaks")
    stage.put(store, camp, people.ada, note, make.slot(db, camp, "11:00"), make.room(db, camp))
    assert client.be(people.ada).submit("/camp/organize/publish").status_code == 303
    return note


def published(db: Session, note: Note) -> tuple[str, str] | None:
    entry = db.get(Entry, note.id)
    return None if entry is None else (entry.title, entry.state)


def test_an_edit_shows_at_once(client: Client, db: Session, note: Note, people: Cast) -> None:
    form = read.fields(client.be(people.bo).get(f"/camp/notes/{note.id}/edit"))
    client.submit(f"/camp/notes/{note.id}/edit", form | {"title": "Canoes"})
    assert published(db, note) == ("Canoes", "on")


def test_withdrawn_is_cancelled_at_once_and_its_room_is_free_again(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    client.be(people.bo).submit(f"/camp/notes/{note.id}/withdraw")
    assert (published(db, note), placements(db, camp)) == (("Kayaks", "cancelled"), {})
    client.submit(f"/camp/notes/{note.id}/restore")
    assert (published(db, note), placements(db, camp)) == (("Kayaks", "cancelled"), {})


def test_brought_back_and_placed_again_it_is_on_with_the_next_version(
    client: Client, db: Session, store: Store, camp: Conference, note: Note, people: Cast
) -> None:
    client.be(people.bo).submit(f"/camp/notes/{note.id}/withdraw")
    client.submit(f"/camp/notes/{note.id}/restore")
    stage.put(store, camp, people.ada, note, *place(db))
    assert client.be(people.ada).submit("/camp/organize/publish").status_code == 303
    assert published(db, note) == ("Kayaks", "on")


def test_hidden_leaves_at_once_and_comes_back_with_a_higher_sequence(
    client: Client, db: Session, store: Store, camp: Conference, note: Note, people: Cast
) -> None:
    def sequences() -> list[int]:
        return [event.sequence for event in strict(client.get("/camp/schedule.ics").data).events]

    before = sequences()
    client.be(people.ada).submit(f"/camp/notes/{note.id}/hide", {"reason": "Spam"})
    assert ("Kayaks" in client.be(None).get("/camp/schedule").text, sequences()) == (False, [])
    client.be(people.ada).submit(f"/camp/notes/{note.id}/show")
    assert ("Kayaks" in client.be(None).get("/camp/schedule").text, sequences()) == (False, [])
    stage.put(store, camp, people.ada, note, *place(db))
    assert client.be(people.ada).submit("/camp/organize/publish").status_code == 303
    assert "Kayaks" in client.be(None).get("/camp/schedule").text
    assert before == [0] and sequences()[0] > 0


def place(db: Session) -> tuple[Slot, Room]:
    return db.scalars(select(Slot)).one(), db.scalars(select(Room)).one()
