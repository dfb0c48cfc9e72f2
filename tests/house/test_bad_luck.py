"""Many at the same moment, on both databases: no 500, and afterwards everything still fits together."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Role
from barcamp.feeds.models import FeedToken
from barcamp.mail.models import Letter
from barcamp.people.models import Device, Person
from barcamp.registration.models import Registration
from barcamp.schedule import queries as schedule
from barcamp.schedule.models import Version
from barcamp.wall.models import Note, Star
from tests import make
from tests.conftest import Client
from tests.house.bad_house import database_url, house
from tests.house.bad_races import Asks, at_once, wrongs
from tests.house.furnished import House

__all__ = ["database_url", "house"]


def post(address: str, **fields: Any) -> tuple[str, str, dict[str, object]]:
    return "POST", address, fields


def test_one_star_however_often(app: Flask, db: Session, house: House) -> None:
    star = f"/camp/notes/{house.notes[1].id}/star"
    before = wrongs(db)
    assert at_once(app, [(house.stranger, [("PUT", star, {})])] * 10) == [[200]] * 10
    assert db.scalars(select(Note.star_count).where(Note.id == house.notes[1].id)).one() == 1
    at_once(app, [(house.stranger, [("PUT", star, {}), ("DELETE", star, {})] * 2)] * 5)
    assert wrongs(db) == before


def test_registering_and_cancelling_never_overbooks(app: Flask, db: Session, house: House) -> None:
    register, cancel = post("/camp/register", shirt_size="", conduct="y"), post("/camp/register/cancel")
    crowd = [make.person(db, f"Crowd {number}") for number in range(5)]
    answers = at_once(app, [(person, [register, cancel, register]) for person in crowd for _ in range(2)])
    assert answers == [[303, 303, 303]] * 10
    assert wrongs(db) == []
    coming = select(func.count(Registration.id)).where(Registration.state == "coming")
    assert db.scalars(coming).one() == house.camp.capacity


def test_one_version_of_one_draft(app: Flask, db: Session, house: House) -> None:
    answers = at_once(app, [(house.organizer, [post("/camp/organize/publish")])] * 5)
    assert sorted(answers) == [[303], [409], [409], [409], [409]]
    assert db.scalars(select(Version.number).order_by(Version.number)).all() == [1, 2, 3]


def test_one_move_of_one_board(app: Flask, db: Session, house: House) -> None:
    names, before = house.names, wrongs(db)
    seen = schedule.draft_revision(db, house.camp)
    note = f"/camp/board/notes/{names['note_id']}"
    place: dict[str, Any] = {"slot": names["slot_id"], "room": house.names["room_id"], "swap": "y"}
    organizers: list[Asks] = [
        [post("/camp/board/arrangements", revision=seen)],
        [post(f"{note}/take-off", revision=seen)],
        [post(f"{note}/pin", revision=seen)],
        [post("/camp/board/undo", revision=seen)],
        [post(f"{note}/place", revision=seen, **place)],
    ]
    answers = at_once(app, [(house.organizer, asks) for asks in organizers])
    assert sum(answer == [303] for answer in answers) == 1
    assert {answer[0] for answer in answers} == {303, 409}
    assert wrongs(db) == before


def test_a_note_edited_withdrawn_hidden_and_starred(app: Flask, db: Session, house: House) -> None:
    note, before = house.notes[0], wrongs(db)
    address = f"/camp/notes/{note.id}"
    words = {"title": "Other", "format": "talk", "length": "1", "seen": note.edition}
    answers = at_once(
        app,
        [
            (house.attendee, [post(f"{address}/edit", **words)]),
            (house.organizer, [post(f"{address}/edit", **words | {"title": "Another"})]),
            (house.attendee, [post(f"{address}/withdraw"), post(f"{address}/restore")]),
            (house.organizer, [post(f"{address}/hide", reason="Twice"), post(f"{address}/show")]),
            (house.stranger, [("PUT", f"{address}/star", {})]),
            (house.attendee, [post("/account/name", name="New Name")]),
            (house.organizer, [post("/camp/organize/publish")]),
        ],
    )
    assert sorted([answers[0], answers[1]]) == [[303], [409]]
    assert [answer for answer in answers if any(status >= 500 for status in answer)] == []
    assert wrongs(db) == before


def test_rooms_and_slots_that_go_while_others_use_them(app: Flask, db: Session, house: House) -> None:
    names = house.names
    room, slot = f"/camp/organize/rooms/{names['room_id']}", f"/camp/organize/slots/{names['slot_id']}"
    wish: dict[str, Any] = {"title": "Wish", "format": "talk", "length": "1", "wanted_room": names["room_id"]}
    answers = at_once(
        app,
        [
            *[(house.organizer, [post(f"{room}/delete")])] * 2,
            *[(house.organizer, [post(f"{slot}/delete")])] * 2,
            *[(house.organizer, [post("/camp/organize/rooms", name="Same", seats="5")])] * 2,
            (house.stranger, [post("/camp/wall/notes", **wish, away=names["slot_id"])]),
            (house.organizer, [post("/camp/organize/publish")]),
        ],
    )
    pairs = [sorted(answers[start : start + 2]) for start in (0, 2, 4)]
    assert pairs == [[[303], [404]], [[303], [404]], [[303], [422]]]
    assert [answer for answer in answers if answer[0] not in (303, 404, 409, 422)] == []
    assert [line for line in wrongs(db) if "wait for a place" not in line] == []


def test_a_double_click_starts_one_conference(app: Flask, db: Session, house: House) -> None:
    new = post("/conferences/new", name="Dup", starts_on="2026-12-01", ends_on="2026-12-01", zone="Europe/Berlin")
    copy = post("/camp/organize/copy", name="Copy", starts_on="2027-11-20")
    assert at_once(app, [(house.organizer, [new])] * 3) == [[303]] * 3
    assert at_once(app, [(house.organizer, [copy])] * 3) == [[303]] * 3
    assert db.scalars(select(Conference.slug).order_by(Conference.slug)).all() == ["camp", "copy", "dup"]


def test_nothing_is_left_of_who_leaves_in_the_middle_of_things(app: Flask, db: Session, house: House) -> None:
    person = make.person(db, "Gone")
    notes = [make.note(db, house.camp, house.helper, f"Note {number}") for number in range(5)]
    everything: list[Asks] = [
        [("PUT", f"/camp/notes/{note.id}/star", {}) for note in notes],
        [post("/camp/register", conduct="y", shirt_size="")],
        [post("/camp/wall/notes", title="Mine", format="talk", length="1")],
        [post("/camp/subscribe/links", label="phone")] * 2,
        [post("/account/name", name="Back")] * 2,
        [post("/account/password", password="long enough, really")],
        [post("/account/erase", word="erase")],
        [post("/camp/conduct"), post("/account/erase", word="erase")],
    ]
    answers = at_once(app, [(person, asks) for asks in everything])
    assert [answer for answer in answers if max(answer) >= 500] == []
    left = db.get_one(Person, person.id)
    assert (left.name, left.email, left.email_key, left.password_hash) == ("", None, None, None)
    for kept in (Star, Registration, FeedToken, Device, Letter, Role):
        found = select(func.count()).select_from(kept).where(kept.person_id == person.id)
        assert (kept.__name__, db.scalars(found).one()) == (kept.__name__, 0)


def test_a_note_that_left_and_came_back_is_no_fault(app: Flask, db: Session, client: Client, house: House) -> None:
    """The published version still has it; the schedule shows it as cancelled until the next version."""
    before, address = wrongs(db), f"/camp/notes/{house.notes[0].id}"
    client.be(house.attendee)
    assert [client.submit(f"{address}/{verb}").status_code for verb in ("withdraw", "restore")] == [303, 303]
    assert wrongs(db) == before
