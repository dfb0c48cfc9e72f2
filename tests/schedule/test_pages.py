"""The schedule's pages: for everybody, and publishing for organizers."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import queries
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def placed(db: Session, store: Store, camp: Conference, people: Cast) -> Note:
    slot, room = make.slot(db, camp, "11:00"), make.room(db, camp, "KEC 1001")
    make.slot(db, camp, "12:00", kind="meal", name="Lunch", sponsor="OSEL")
    note = make.note(db, camp, people.bo, "How to <kayak>")
    stage.put(store, camp, people.ada, note, slot, room)
    return note


def publish(client: Client, people: Cast) -> None:
    assert client.be(people.ada).submit("/camp/organize/publish").status_code == 303
    client.be(None)


def words(text: str) -> str:
    return " ".join(BeautifulSoup(text, "html.parser").get_text(" ").split())


def test_before_publishing_nobody_sees_a_place(client: Client, people: Cast, placed: Note) -> None:
    page = client.be(people.ada).get("/camp/schedule")
    assert ("Not published yet" in page.text, "kayak" in page.text) == (True, False)


def test_the_preview_names_each_change_and_publishing_shows_it(client: Client, people: Cast, placed: Note) -> None:
    preview = client.be(people.ada).get("/camp/organize/publish")
    assert "How to <kayak>" in words(preview.text)
    publish(client, people)
    shown = words(client.get("/camp/schedule").text)
    assert [part in shown for part in ("How to <kayak>", "KEC 1001", "Bo Finch", "Lunch", "OSEL", make.ZONE)] == [
        True
    ] * 6


def test_a_moved_session_says_where_it_was(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, placed: Note
) -> None:
    publish(client, people)
    slot, room = make.slot(db, camp, "14:00"), make.room(db, camp, "KEC 1003")
    stage.put(store, camp, people.ada, placed, slot, room)
    publish(client, people)
    assert "moved from 11:00, KEC 1001" in words(client.get("/camp/schedule").text)


def test_only_organizers_publish(client: Client, people: Cast, placed: Note) -> None:
    answers = [client.be(who).submit("/camp/organize/publish").status_code for who in (people.dee, people.bo, None)]
    assert answers == [403, 403, 303]  # a guest is led to the sign-in page
    assert "Not published yet" in client.be(None).get("/camp/schedule").text


def test_publishing_twice_in_a_row_is_refused_in_words(client: Client, people: Cast, placed: Note) -> None:
    publish(client, people)
    again = client.be(people.ada).submit("/camp/organize/publish")
    assert (again.status_code, "Nothing has changed since version 1" in again.text) == (409, True)


def test_only_what_the_preview_showed_is_published(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, placed: Note
) -> None:
    page = client.be(people.ada).get("/camp/organize/publish").text
    found = BeautifulSoup(page, "html.parser").select_one('form[action="/camp/organize/publish"] [name=revision]')
    assert found is not None
    stage.put(store, camp, people.ada, placed, make.slot(db, camp, "14:00"), make.room(db, camp, "KEC 1003"))
    late = client.submit("/camp/organize/publish", {"revision": found["value"]})
    assert (late.status_code, "has just changed the board, so nothing was done" in words(late.text)) == (409, True)
    now = queries.draft_revision(db, camp)
    assert client.submit("/camp/organize/publish", {"revision": str(now)}).status_code == 303
    assert client.submit("/camp/organize/publish", {"revision": "x"}).status_code == 400


def test_a_guest_gets_no_cookie_with_the_schedule(client: Client, people: Cast, placed: Note) -> None:
    publish(client, people)
    client.delete_cookie("barcamp_form")
    assert "Set-Cookie" not in client.get("/camp/schedule").headers


@pytest.mark.parametrize("view", ["", "?view=now", "?view=%00", "?view=all"])
def test_the_page_asks_the_database_the_same_for_one_session_and_for_many(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, placed: Note, view: str
) -> None:
    publish(client, people)
    client.be(people.cy)
    with counted(client.application) as few:
        client.get(f"/camp/schedule{view}")
    slots = [make.slot(db, camp, f"{hour}:00") for hour in (14, 15, 16, 17)]
    notes = [
        make.note(db, camp, make.person(db, f"Host {n}"), f"Note {n}", stars=[people.cy]) for n in range(len(slots))
    ]
    room = make.room(db, camp, "KEC 1003")
    for note, slot in zip(notes, slots, strict=True):
        stage.put(store, camp, people.ada, note, slot, room)
    publish(client, people)
    client.be(people.cy)
    with counted(client.application) as many:
        client.get(f"/camp/schedule{view}")
    assert many.statements == few.statements
