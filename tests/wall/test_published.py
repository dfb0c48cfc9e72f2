"""What happens to a note happens to its line of the published schedule."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule.models import Entry
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
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


def test_withdrawn_is_cancelled_at_once_and_restored_is_on_with_the_next_version(
    client: Client, db: Session, note: Note, people: Cast
) -> None:
    client.be(people.bo).submit(f"/camp/notes/{note.id}/withdraw")
    assert published(db, note) == ("Kayaks", "cancelled")
    client.submit(f"/camp/notes/{note.id}/restore")
    assert published(db, note) == ("Kayaks", "cancelled")
    assert client.be(people.ada).submit("/camp/organize/publish").status_code == 303
    assert published(db, note) == ("Kayaks", "on")


def test_hidden_leaves_the_schedule_at_once_and_is_back_with_the_next_version(
    client: Client, note: Note, people: Cast
) -> None:
    def is_there() -> bool:
        return "Kayaks" in client.be(None).get("/camp/schedule").text

    assert is_there()
    client.be(people.ada).submit(f"/camp/notes/{note.id}/hide", {"reason": "Spam"})
    assert not is_there()
    client.be(people.ada).submit(f"/camp/notes/{note.id}/show")
    assert client.submit("/camp/organize/publish").status_code == 303
    assert is_there()
