"""/<slug>/organize/slots: the days, one slot."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.registration.models import RegistrationMeal
from barcamp.schedule.models import Cell, Placement
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.venue import read

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SLOTS = "/camp/organize/slots"
ELEVEN = {"day": "2026-11-21", "starts": "11:00", "ends": "11:50", "kind": "talks", "name": "", "sponsor": ""}


def place(db: Session, camp: Conference, people: Cast, *slots: int) -> int:
    """A note placed in these slots, the first first, in a room of its own."""
    room, note = make.room(db, camp, f"Room {slots[0]}"), make.note(db, camp, people.bo, length=len(slots))
    db.add(Placement(note_id=note.id, conference_id=camp.id, slot_id=slots[0], room_id=room.id))
    db.flush()
    db.add_all(Cell(slot_id=slot, room_id=room.id, note_id=note.id) for slot in slots)
    db.flush()
    return note.id


def test_a_slot_is_added_changed_and_removed(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada)
    assert client.submit(SLOTS, ELEVEN).location == SLOTS
    page = read.soup(client.get(SLOTS))
    address = str(page.select_one("tbody th a")["href"])  # type: ignore[index]
    lunch = {**ELEVEN, "starts": "12:00", "ends": "13:00", "kind": "meal", "name": "Lunch", "sponsor": "OSEL"}
    assert client.submit(address, lunch).location == SLOTS
    assert read.slots(db) == [("12:00 – 13:00", "meal", "Lunch")]
    assert read.rows(client.get(SLOTS)) == [["12:00 – 13:00", "Lunch Meal", "OSEL", "Remove 12:00 – 13:00"]]
    assert client.submit(f"{address}/delete").location == SLOTS
    assert read.slots(db) == []
    assert [kind for kind, _subject in read.log(db)] == ["slot-added", "slot-changed", "slot-removed"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"starts": "11:30", "ends": "12:20"}, "This overlaps with 12:00 – 13:00."),
        ({"starts": "12:10", "ends": "12:20"}, "This overlaps with 12:00 – 13:00."),
        ({"starts": "11:00", "ends": "11:00"}, "The end must be after the start."),
        ({"starts": "11:00", "ends": "10:00"}, "The end must be after the start."),
        ({"starts": "06:00", "ends": "04:00"}, "A slot is 12 hours long at the most."),
        ({"starts": ""}, "Please fill this in."),
        ({"ends": "25:00"}, "Not a valid time value."),
        ({"day": "2026-11-23"}, "Not a valid choice."),
        ({"kind": "party"}, "Not a valid choice."),
        ({"name": "x" * 61}, "Please keep this to 60 characters."),
    ],
)
def test_bad_input_is_said_on_the_field(
    client: Client, camp: Conference, people: Cast, db: Session, typed: dict[str, str], message: str
) -> None:
    make.slot(db, camp, "12:00", 60)
    answer = client.be(people.ada).submit(SLOTS, {**ELEVEN, "sponsor": "OSEL", **typed})
    assert (answer.status_code, len(read.slots(db)), read.value(answer, "sponsor")) == (422, 1, "OSEL")
    assert any(message in said for said in read.messages(answer))


def test_slots_back_to_back_are_fine_and_run_past_midnight(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    make.slot(db, camp, "22:00", 60)
    client.be(people.ada).submit(SLOTS, {**ELEVEN, "starts": "23:00", "ends": "00:30", "kind": "break"})
    client.submit(SLOTS, {**ELEVEN, "starts": "00:30", "ends": "05:00", "kind": "break"})
    assert read.slots(db) == [
        ("22:00 – 23:00", "talks", ""),
        ("23:00 – 00:30", "break", ""),
        ("00:30 – 05:00", "break", ""),
    ]
    headings = [read.words(one.get_text()) for one in read.soup(client.get(SLOTS)).select("main h2")]
    assert headings == ["Saturday, November 21, 2026"]


def test_on_days_when_the_clocks_change(client: Client, people: Cast, db: Session) -> None:
    spring, autumn = date(2026, 3, 7), date(2026, 10, 31)
    make.conference(db, people.ada, "spring", starts_on=spring, ends_on=spring)
    make.conference(db, people.ada, "autumn", starts_on=autumn, ends_on=autumn)
    client.be(people.ada)
    night = {**ELEVEN, "day": "2026-03-07", "starts": "02:30", "ends": "03:30"}
    skipped = client.submit("/spring/organize/slots", night)
    assert skipped.status_code == 422
    assert ["does not exist" in said for said in read.messages(skipped)] == [True]
    repeated = {**night, "day": "2026-10-31", "starts": "01:30", "ends": "02:30"}
    assert client.submit("/autumn/organize/slots", repeated).status_code == 303
    assert read.slots(db) == [("01:30 PDT – 02:30 PST", "talks", "")]


def test_a_stale_save_changes_nothing(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    slot = make.slot(db, camp, "11:00", 50)
    address = f"{SLOTS}/{slot.id}"
    client.be(people.ada)
    typed = {**ELEVEN, "seen": read.value(client.get(address), "seen")}
    assert client.submit(address, {**typed, "name": "Opening"}).status_code == 303
    stale = client.submit(address, {**typed, "name": "Closing"})
    assert (stale.status_code, read.value(stale, "name")) == (409, "Closing")
    assert read.slots(db) == [("11:00 – 11:50", "talks", "Opening")]


def test_what_is_lost_is_said_before_a_slot_goes(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    first, second = make.slot(db, camp, "11:00"), make.slot(db, camp, "12:00")
    lunch = make.slot(db, camp, "13:00", kind="meal", name="Lunch")
    place(db, camp, people, first.id, second.id)
    coming = make.registration(db, camp, people.cy)
    db.add(RegistrationMeal(registration_id=coming.id, slot_id=lunch.id))
    db.flush()
    client.be(people.ada)
    assert "1 placed session goes back to the tray." in client.get(f"{SLOTS}/{second.id}/delete").text
    assert "1 person has asked for this meal" in client.get(f"{SLOTS}/{lunch.id}/delete").text
    client.submit(f"{SLOTS}/{second.id}/delete")  # a session of two slots has lost its second
    assert (list(db.scalars(select(Placement))), list(db.scalars(select(Cell)))) == ([], [])


def test_slots_outside_the_days_are_shown_and_can_be_moved(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    slot = make.slot(db, camp, "11:00", day=make.DAY + timedelta(days=3))
    page = client.be(people.ada).get(SLOTS)
    assert "Some slots lie outside the days of the conference" in page.text
    assert "Tuesday, November 24, 2026" in page.text
    assert client.submit(f"{SLOTS}/{slot.id}", ELEVEN).status_code == 303
    assert "lie outside" not in client.get(SLOTS).text


def test_slots_of_another_conference_are_not_there(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    slot = make.slot(db, make.conference(db, people.dee, slug="other"))
    client.be(people.ada)
    paths = [f"{SLOTS}/{slot.id}", f"{SLOTS}/{slot.id}/delete"]
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert [client.submit(path, ELEVEN).status_code for path in paths] == [404, 404]
    assert client.be(people.dee).get(SLOTS).status_code == 403


def test_a_page_of_many_slots_costs_no_more_queries(
    app: Flask, client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    client.be(people.ada)
    make.slot(db, camp, "06:00", 20)
    with counted(app) as few:
        client.get(SLOTS)
    for hour in range(7, 22):
        make.slot(db, camp, f"{hour:02}:00", 20)
    with counted(app) as many:
        client.get(SLOTS)
    assert many.statements == few.statements
