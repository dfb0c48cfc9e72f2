"""One tap for another session instead, undone by one more, however often and from how many phones it is sent."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.wall.models import Note, Star
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast


@pytest.fixture
def three(db: Session, store: Store, camp: Conference, people: Cast) -> list[Note]:
    """Three at once; bo starred the first two, and dee gives the third. There is one in the next slot, too."""
    slots, rooms = stage.day(db, camp)
    rooms.append(make.room(db, camp, "KEC 1005", 30, position=2))
    notes = [
        make.note(db, camp, people.cy, "One", stars=[people.bo]),
        make.note(db, camp, people.ada, "Two", stars=[people.bo]),
        make.note(db, camp, people.dee, "Three"),
    ]
    later = make.note(db, camp, people.cy, "Later")
    for note, room in zip(notes, rooms, strict=True):
        stage.put(store, camp, people.ada, note, slots[0], room)
    stage.put(store, camp, people.ada, later, slots[1], rooms[0])
    stage.publish(store, camp, people.ada)
    return [*notes, later]


def page(client: Client, path: str) -> Any:
    return BeautifulSoup(client.get(path).text, "html.parser")


def starred(db: Session, person: Person) -> list[str]:
    query = select(Note.title).join(Star, Star.note_id == Note.id).where(Star.person_id == person.id).order_by(Note.id)
    return list(db.scalars(query))


def counts(db: Session, notes: list[Note]) -> list[int]:
    return [db.scalars(select(Note.star_count).where(Note.id == note.id)).one() for note in notes]


def test_what_else_runs_is_offered_with_what_one_gives_up(client: Client, people: Cast, three: list[Note]) -> None:
    shown = page(client.be(people.bo), "/camp/me")
    offered = [
        (one.select_one("a").get_text(), *(one.select_one(f"input[name={name}]")["value"] for name in ("take", "drop")))
        for one in shown.select(".instead li")
    ]
    assert offered == [("Three", f"{three[2].id}", f"{three[0].id},{three[1].id}")]


def test_a_swap_takes_one_and_gives_up_the_others_and_is_undone(
    client: Client, db: Session, people: Cast, three: list[Note]
) -> None:
    one, two, other, _later = three
    fields = {"take": str(other.id), "drop": f"{one.id},{two.id}"}
    answer = client.be(people.bo).submit("/camp/me/swap", fields)
    assert (answer.status_code, starred(db, people.bo), counts(db, three)) == (303, ["Three"], [0, 0, 1, 0])
    assert client.submit("/camp/me/swap", fields).status_code == 303  # pressed twice
    assert (starred(db, people.bo), counts(db, three)) == (["Three"], [0, 0, 1, 0])

    shown = page(client, answer.headers["Location"])
    said = shown.select_one(".callout")
    assert "You go to “Three” and no longer to “One”, “Two”." in " ".join(said.get_text(" ").split())
    undo = {field["name"]: field["value"] for field in said.select("input[name=take], input[name=drop]")}
    assert client.submit("/camp/me/swap", undo).status_code == 303
    assert (starred(db, people.bo), counts(db, three)) == (["One", "Two"], [1, 1, 0, 0])
    # the old page offers no undo of what is undone
    assert page(client, answer.headers["Location"]).select(".callout") == []


def test_a_swap_that_cannot_be_whole_is_not_made(
    client: Client, db: Session, people: Cast, three: list[Note], camp: Conference
) -> None:
    one, _two, other, _later = three
    elsewhere = make.note(db, make.conference(db, people.ada, "other"), people.cy, "Elsewhere")
    db.commit()
    client.be(people.dee)
    assert client.submit("/camp/me/swap", {"take": f"{one.id},{other.id}"}).status_code == 409  # her own
    assert client.submit("/camp/me/swap", {"take": f"{one.id},{elsewhere.id}"}).status_code == 409
    for odd in ("x", "1;2", "-1", "9" * 20, ",".join(map(str, range(60)))):
        assert client.submit("/camp/me/swap", {"take": odd}).status_code == 400
    assert (starred(db, people.dee), counts(db, three)) == ([], [1, 1, 0, 0])


def test_two_phones_swap_at_once(app: Flask, db: Session, people: Cast, three: list[Note]) -> None:
    one, two, other, _later = three
    ways = [
        {"take": str(other.id), "drop": f"{one.id},{two.id}"},
        {"take": f"{one.id},{two.id}", "drop": str(other.id)},
    ]
    answers: list[int] = []

    def press(phone: Client, fields: dict[str, str]) -> None:
        answers.extend(phone.submit("/camp/me/swap", fields).status_code for _again in range(5))

    clients = [cast(Client, app.test_client()).be(people.bo) for _phone in ways]
    phones = [threading.Thread(target=press, args=pair) for pair in zip(clients, ways, strict=True)]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()
    assert answers == [303] * 10
    assert (starred(db, people.bo), counts(db, three)) in (
        (["Three"], [0, 0, 1, 0]),
        (["One", "Two"], [1, 1, 0, 0]),
    )
