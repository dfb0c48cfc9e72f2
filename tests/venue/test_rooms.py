"""/<slug>/organize/rooms: the list, one room, when it is closed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import publishing
from barcamp.schedule.models import Cell, Placement
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.venue import read

ROOMS = "/camp/organize/rooms"
LOFT = {"name": "Loft", "seats": "16", "equipment": ["projector", "sound"], "step_free": "y", "where": "second floor"}


def test_only_organizers_see_the_rooms(client: Client, camp: Conference, people: Cast) -> None:
    make.role(client.application.extensions["test_session"], camp, people.bo, "helper")
    assert client.get(ROOMS).status_code == 303
    assert [client.be(one).get(ROOMS).status_code for one in (people.bo, people.dee, people.ada)] == [403, 403, 200]


def test_a_room_is_added_and_logged(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    answer = client.be(people.ada).submit(ROOMS, LOFT)
    assert (answer.status_code, answer.location) == (303, ROOMS)
    (room,) = read.rooms(db)
    assert (room.name, room.key, room.seats, room.equipment) == ("Loft", "loft", 16, ["projector", "sound"])
    line = read.last_line(db)
    assert (line.kind, line.subject, line.actor_id) == ("room-added", f"room:{room.id}", people.ada.id)
    assert line.after == {
        "name": "Loft", "seats": 16, "equipment": ["projector", "sound"], "step_free": True, "where": "second floor",
    }  # fmt: skip
    assert read.rows(client.get(ROOMS)) == [
        ["Loft second floor", "16", "Projector, Sound", "step-free", "", "Remove Loft"]
    ]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"name": " \t\x00 "}, "Please fill this in."),
        ({"name": "x" * 10_000}, "Please keep this to 60 characters."),
        ({"seats": ""}, "Please fill this in."),
        ({"seats": "0"}, "Please give a number from 1 to 100000."),
        ({"seats": "100001"}, "Please give a number from 1 to 100000."),
        ({"seats": "9" * 5000}, "Not a valid integer value."),
        ({"where": "x" * 121}, "Please keep this to 120 characters."),
        ({"equipment": "dragon"}, "'dragon' is not a valid choice for this field."),
    ],
)
def test_bad_input_is_said_on_the_field_and_what_was_typed_stays(
    client: Client, camp: Conference, people: Cast, db: Session, typed: dict[str, Any], message: str
) -> None:
    answer = client.be(people.ada).submit(ROOMS, {**LOFT, "where": "by the stairs", **typed})
    assert (answer.status_code, read.messages(answer)[0], read.rooms(db)) == (422, message, [])
    assert read.value(answer, "where") == typed.get("where", "by the stairs")


def test_two_rooms_cannot_share_a_name(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    make.room(db, camp, "Loft")
    answer = client.be(people.ada).submit(ROOMS, {**LOFT, "name": "LÓFT"})
    assert (answer.status_code, read.messages(answer)) == (422, ["There is already a room called “Loft”."])
    assert len(read.rooms(db)) == 1


def test_a_room_keeps_its_key_when_it_is_renamed(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    room = make.room(db, camp, "Loft", 16)
    answer = client.be(people.ada).submit(f"{ROOMS}/{room.id}", {"name": "Attic", "seats": "18", "step_free": "y"})
    assert answer.status_code == 303
    (room,) = read.rooms(db)
    assert (room.name, room.key, room.seats) == ("Attic", "loft", 18)
    line = read.last_line(db)
    assert (line.kind, line.before, line.after) == (
        "room-changed", {"name": "Loft", "seats": 16}, {"name": "Attic", "seats": 18},
    )  # fmt: skip


def test_saving_without_a_change_writes_nothing(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    room = make.room(db, camp, "Loft", 16)
    client.be(people.ada).submit(f"{ROOMS}/{room.id}", {"name": "Loft", "seats": "16", "step_free": "y"})
    assert read.log(db) == []


def test_a_stale_save_changes_nothing_and_shows_both(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    room = make.room(db, camp, "Loft", 16)
    client.be(people.ada)
    seen = read.value(client.get(f"{ROOMS}/{room.id}"), "seen")
    typed = {"name": "Loft", "step_free": "y", "seen": seen}
    assert client.submit(f"{ROOMS}/{room.id}", {**typed, "seats": "20"}).status_code == 303
    stale = client.submit(f"{ROOMS}/{room.id}", {**typed, "seats": "30"})
    assert (stale.status_code, read.rooms(db)[0].seats, read.value(stale, "seats")) == (409, 20, "30")
    assert "Seats 20" in read.words(read.soup(stale).find(class_="facts").get_text(" "))  # type: ignore[union-attr]
    again = client.submit(f"{ROOMS}/{room.id}", {**typed, "seats": "30", "seen": read.value(stale, "seen")})
    assert (again.status_code, read.rooms(db)[0].seats) == (303, 30)


def test_rooms_move_up_and_down_and_stop_at_the_ends(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    first, second, third = (make.room(db, camp, name) for name in ("One", "Two", "Three"))
    client.be(people.ada)
    client.submit(f"{ROOMS}/{third.id}/move", {"way": "up"})
    client.submit(f"{ROOMS}/{first.id}/move", {"way": "up"})
    assert [room.name for room in read.rooms(db)] == ["One", "Three", "Two"]
    client.submit(f"{ROOMS}/{first.id}/move", {"way": "down"})
    client.submit(f"{ROOMS}/{second.id}/move", {"way": "down"})
    assert [room.name for room in read.rooms(db)] == ["Three", "One", "Two"]
    assert [kind for kind, _subject in read.log(db)] == ["room-moved", "room-moved"]


def test_a_removed_room_sends_its_sessions_to_the_tray(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    room, slot, note = make.room(db, camp), make.slot(db, camp), make.note(db, camp, people.bo)
    db.add(Placement(note_id=note.id, conference_id=camp.id, slot_id=slot.id, room_id=room.id))
    db.flush()
    db.add(Cell(slot_id=slot.id, room_id=room.id, note_id=note.id))
    db.flush()
    remove = f"{ROOMS}/{room.id}/delete"
    confirm = client.be(people.ada).get(remove)
    assert "1 placed session goes back to the tray." in confirm.text
    assert client.submit(remove).location == ROOMS
    assert (read.rooms(db), list(db.scalars(select(Placement))), list(db.scalars(select(Cell)))) == ([], [], [])
    assert client.get(f"/camp/notes/{note.id}").status_code == 200
    assert client.submit(remove).status_code == 404


def test_a_new_name_shows_on_the_published_schedule(
    client: Client, camp: Conference, people: Cast, db: Session, store: Store
) -> None:
    room, slot, note = make.room(db, camp, "Loft", 16), make.slot(db, camp), make.note(db, camp, people.bo)
    db.add(Placement(note_id=note.id, conference_id=camp.id, slot_id=slot.id, room_id=room.id))
    db.flush()
    db.add(Cell(slot_id=slot.id, room_id=room.id, note_id=note.id))
    db.flush()
    with store.writing() as writing:
        publishing.publish(writing, camp, people.ada, now=make.NOW)
    client.be(people.ada).submit(f"{ROOMS}/{room.id}", {"name": "Attic", "seats": "16", "step_free": "y"})
    page = client.get("/camp/schedule").text
    assert ("Attic" in page, "Loft" in page) == (True, False)


def test_a_room_is_closed_once_and_opened_again(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    room = make.room(db, camp)
    window = {"closed_from": "2026-11-21T12:00", "closed_until": "2026-11-21T13:30"}
    client.be(people.ada)
    for _ in range(2):
        assert client.submit(f"{ROOMS}/{room.id}/closures", window).location == f"{ROOMS}/{room.id}"
    assert read.closures(db) == [("12:00 – 13:30", room.id)]
    page = read.soup(client.get(f"{ROOMS}/{room.id}"))
    form = page.find("form", action=lambda url: bool(url) and "/closures/" in url)
    assert form is not None
    client.submit(str(form["action"]))
    assert read.closures(db) == []
    assert [kind for kind, _subject in read.log(db)] == ["room-closed", "room-opened"]


@pytest.mark.parametrize(
    ("starts", "ends", "message"),
    [
        ("2026-11-21T12:00", "2026-11-21T12:00", "The end must be after the start."),
        ("2026-11-21T12:00", "2026-11-20T12:00", "The end must be after the start."),
        ("", "2026-11-21T12:00", "Please fill this in."),
        ("noon", "2026-11-21T12:00", "Not a valid datetime value."),
        ("2026-03-08T02:30", "2026-11-21T12:00",
         "02:30 on 2026-03-08 does not exist in America/Los Angeles: the clocks go forward over it that day."),
        ("0001-01-01T00:00", "2026-11-21T12:00", "The year 1 is too far away. Please check it."),
    ],
)  # fmt: skip
def test_a_bad_closure_is_said_on_the_field(
    client: Client, camp: Conference, people: Cast, db: Session, starts: str, ends: str, message: str
) -> None:
    room = make.room(db, camp)
    answer = client.be(people.ada).submit(f"{ROOMS}/{room.id}/closures", {"closed_from": starts, "closed_until": ends})
    assert (answer.status_code, read.closures(db)) == (422, [])
    assert message in read.messages(answer)


def test_rooms_of_another_conference_are_not_there(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    other = make.conference(db, people.dee, slug="other")
    room = make.room(db, other, "Theirs")
    client.be(people.ada)
    paths = [f"{ROOMS}/{room.id}", f"{ROOMS}/{room.id}/delete"]
    assert [client.get(path).status_code for path in paths] == [404, 404]
    posts = [*paths, f"{ROOMS}/{room.id}/move", f"{ROOMS}/{room.id}/closures"]
    assert [client.submit(path, LOFT).status_code for path in posts] == [404] * 4
    assert [one.name for one in read.rooms(db)] == ["Theirs"]


def test_a_form_without_its_token_does_nothing(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada)
    assert client.post(ROOMS, data=LOFT).status_code == 400
    foreign = client.submit(ROOMS, LOFT, headers={"Origin": "https://elsewhere.example"})
    assert (foreign.status_code, read.rooms(db)) == (400, [])


def test_hostile_names_are_shown_as_text(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada).submit(ROOMS, {**LOFT, "name": "<script>alert(1)</script>\u202e"})
    assert read.rooms(db)[0].name == "<script>alert(1)</script>"
    assert "<script>alert" not in client.get(ROOMS).text
    broken = client.post(ROOMS, data=b"name=%ff%fe&seats=3&csrf_token=" + client.token().encode(),
                         content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert broken.status_code in (303, 422)


def test_a_page_of_many_rooms_costs_no_more_queries(
    app: Flask, client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    client.be(people.ada)
    make.room(db, camp, "One")
    with counted(app) as few:
        client.get(ROOMS)
    for number in range(20):
        make.room(db, camp, f"Room {number}")
    with counted(app) as many:
        client.get(ROOMS)
    assert many.statements == few.statements
