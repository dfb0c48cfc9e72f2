"""My day: one's own and starred sessions, clashes named, and nobody else's."""

from __future__ import annotations

from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast


def words(text: str) -> str:
    return " ".join(BeautifulSoup(text, "html.parser").get_text(" ").split())


def titles(client: Client) -> list[str]:
    page = BeautifulSoup(client.get("/camp/me").text, "html.parser")
    return [title.get_text(strip=True) for title in page.select(".entry-title")]


def test_it_holds_what_one_gives_and_starred_by_time(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    slots, rooms = stage.day(db, camp)
    late = make.note(db, camp, people.bo, "Late and mine")
    early = make.note(db, camp, people.cy, "Early and starred", stars=[people.bo])
    other = make.note(db, camp, people.dee, "Not mine")
    for note, slot in ((late, slots[2]), (early, slots[0]), (other, slots[1])):
        stage.put(store, camp, people.ada, note, slot, rooms[0])
    assert "not published yet" in words(client.be(people.bo).get("/camp/me").text)
    stage.publish(store, camp, people.ada)
    assert titles(client.be(people.bo)) == ["Early and starred", "Late and mine"]
    assert titles(client.be(people.ada)) == []


def test_two_at_the_same_time_are_named(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    slots, rooms = stage.day(db, camp)
    both = [
        make.note(db, camp, who, title, stars=[people.ada]) for who, title in ((people.bo, "One"), (people.cy, "Two"))
    ]
    for note, room in zip(both, rooms, strict=True):
        stage.put(store, camp, people.ada, note, slots[0], room)
    stage.publish(store, camp, people.ada)
    assert "choose one" in words(client.be(people.ada).get("/camp/me").text)
    assert "choose one" not in words(client.be(people.bo).get("/camp/me").text)


def test_a_starred_note_without_a_place_is_listed_apart(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    make.note(db, camp, people.cy, "Still on the wall", stars=[people.bo])
    page = words(client.be(people.bo).get("/camp/me").text)
    assert "without a place so far: Still on the wall" in page


def test_a_guest_is_asked_to_sign_in(client: Client, camp: Conference) -> None:
    assert "Sign in and star" in words(client.get("/camp/me").text)


def test_it_asks_the_database_the_same_for_one_and_for_many(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    slots, rooms = stage.day(db, camp)
    notes = [make.note(db, camp, make.person(db, f"Host {n}"), f"Note {n}", stars=[people.bo]) for n in range(5)]
    stage.put(store, camp, people.ada, notes[0], slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    client.be(people.bo)
    with counted(client.application) as few:
        client.get("/camp/me")
    places = [(slot, room) for slot in slots for room in rooms]
    for note, (slot, room) in zip(notes[1:], places[1:], strict=False):
        stage.put(store, camp, people.ada, note, slot, room)
    stage.publish(store, camp, people.ada)
    with counted(client.application) as many:
        client.get("/camp/me")
    assert many.statements == few.statements
