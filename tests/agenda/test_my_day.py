"""My day: one's own and starred sessions, clashes named, and nobody else's."""

from __future__ import annotations

import pytest
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


def clashes(client: Client) -> list[str]:
    """What the page says under a session that clashes, one line for each."""
    page = BeautifulSoup(client.get("/camp/me").text, "html.parser")
    return [words(str(one)) for one in page.select(".clash li")]


def test_every_clash_is_named_also_one_that_only_overlaps(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    slots, rooms = stage.day(db, camp)
    rooms.append(make.room(db, camp, "KEC 1005", 30, position=2))
    long = make.note(db, camp, people.bo, "Long", stars=[people.ada], length=2)
    one, two, three = (
        make.note(db, camp, who, title, stars=[people.ada])
        for who, title in ((people.cy, "One"), (people.dee, "Two"), (make.person(db, "Eva"), "Three"))
    )
    for note, slot, room in ((long, 0, 0), (one, 0, 1), (two, 1, 1), (three, 0, 2)):
        stage.put(store, camp, people.ada, note, slots[slot], rooms[room])
    stage.publish(store, camp, people.ada)
    assert clashes(client.be(people.ada)) == [
        "One , 10:00 – 10:50, KEC 1003",  # under "Long"
        "Three , 10:00 – 10:50, KEC 1005",
        "Two , 11:00 – 11:50, KEC 1003",
        "Long , 10:00 – 11:50, KEC 1001",  # under "One"
        "Three , 10:00 – 10:50, KEC 1005",
        "Long , 10:00 – 11:50, KEC 1001",  # under "Three"
        "One , 10:00 – 10:50, KEC 1003",
        "Long , 10:00 – 11:50, KEC 1001",  # under "Two"
    ]
    assert clashes(client.be(people.bo)) == []


def test_a_starred_note_without_a_place_is_listed_apart(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    make.note(db, camp, people.cy, "Still on the wall", stars=[people.bo])
    page = words(client.be(people.bo).get("/camp/me").text)
    assert "without a place so far: Still on the wall" in page


def test_a_guest_is_asked_to_sign_in(client: Client, camp: Conference) -> None:
    assert "Sign in and star" in words(client.get("/camp/me").text)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_asks_the_database_the_same_for_one_and_for_many(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    slots, rooms = stage.day(db, camp)
    notes = [make.note(db, camp, make.person(db, f"Host {n}"), f"Note {n}", stars=[people.bo]) for n in range(5)]
    stage.put(store, camp, people.ada, notes[0], slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    client.be(people.bo)

    def cost() -> int:
        client.get("/camp/me")  # what everybody is told the same is remembered from here on
        with counted(client.application) as count:
            client.get("/camp/me")
        return count.statements

    few = cost()
    places = [(slot, room) for slot in slots for room in rooms]
    for note, (slot, room) in zip(notes[1:], places[1:], strict=False):
        stage.put(store, camp, people.ada, note, slot, room)
    stage.publish(store, camp, people.ada)
    assert cost() == few
