"""/<slug>/organize/slots/grid: a day in one go, looked at before it is made."""

from __future__ import annotations

from datetime import time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.registration.models import RegistrationMeal
from barcamp.schedule.models import Placement
from barcamp.venue.models import Slot
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.venue import read
from tests.venue.test_slots import place

SLOTS = "/camp/organize/slots"
GRID = "/camp/organize/slots/grid"
DAY = {
    "day": "2026-11-21", "first": "10:00", "last": "15:00", "length": "50", "pause": "10",
    "kind_1": "meal", "name_1": "Lunch", "starts_1": "12:00", "ends_1": "13:00", "sponsor_1": "OSEL",
}  # fmt: skip
MADE = [
    ("10:00 – 10:50", "talks", ""), ("11:00 – 11:50", "talks", ""), ("12:00 – 13:00", "meal", "Lunch"),
    ("13:00 – 13:50", "talks", ""), ("14:00 – 14:50", "talks", ""),
]  # fmt: skip


def make_it(client: Client, typed: dict[str, str]) -> int:
    """Preview, then make what was previewed; the status of the second."""
    preview = client.submit(GRID, typed)
    assert preview.status_code == 200
    return client.submit(GRID, {**typed, "seen": read.value(preview, "seen")}).status_code


def test_nothing_changes_before_the_preview_was_seen(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    preview = client.be(people.ada).submit(GRID, DAY)
    assert (preview.status_code, read.slots(db)) == (200, [])
    assert [row[:2] for row in read.rows(preview)][:3] == [
        ["10:00 – 10:50 new", "Sessions"], ["11:00 – 11:50 new", "Sessions"], ["12:00 – 13:00 new", "Lunch"],
    ]  # fmt: skip
    edited = client.submit(GRID, {**DAY, "length": "45", "seen": read.value(preview, "seen")})
    assert (edited.status_code, read.slots(db)) == (200, [])


def test_the_grid_is_made_in_one_line_of_the_log(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    assert make_it(client.be(people.ada), DAY) == 303
    assert read.slots(db) == MADE
    assert read.log(db) == [("slots-made", "day:2026-11-21")]
    line = read.last_line(db)
    assert (line.before, len((line.after or {})["slots"])) == ({"slots": []}, 5)


def test_a_second_press_of_the_button_makes_nothing_twice(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    preview = client.be(people.ada).submit(GRID, DAY)
    typed = {**DAY, "seen": read.value(preview, "seen")}
    assert [client.submit(GRID, typed).status_code for _ in range(2)] == [303, 303]
    assert read.slots(db) == MADE


def test_slots_with_the_same_times_keep_their_sessions_and_a_moved_lunch_its_guests(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    make_it(client.be(people.ada), DAY)
    ids = {span: slot for slot, span in zip(_ids(db), [span for span, _kind, _name in read.slots(db)], strict=True)}
    stays, goes = place(db, camp, people, ids["10:00 – 10:50"]), place(db, camp, people, ids["13:00 – 13:50"])
    coming = make.registration(db, camp, people.cy)
    db.add(RegistrationMeal(registration_id=coming.id, slot_id=ids["12:00 – 13:00"]))
    db.flush()
    later = {**DAY, "starts_1": "12:30", "ends_1": "13:30"}
    preview = client.submit(GRID, later)
    assert "1 placed session goes back to the tray." in preview.text
    assert client.submit(GRID, {**later, "seen": read.value(preview, "seen")}).status_code == 303
    assert [span for span, _kind, _name in read.slots(db)] == [
        "10:00 – 10:50", "11:00 – 11:50", "12:30 – 13:30", "13:30 – 14:20",
    ]  # fmt: skip
    assert [(one.note_id, one.slot_id) for one in db.scalars(select(Placement))] == [(stays, ids["10:00 – 10:50"])]
    assert [one.slot_id for one in db.scalars(select(RegistrationMeal))] == [ids["12:00 – 13:00"]]
    assert goes != stays


def test_the_rows_of_a_day_can_change_places(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    """Two meals swap their times: no two slots may start at once, not even between two statements."""
    rows = {
        "kind_2": "meal", "name_2": "Dinner", "starts_2": "14:00", "ends_2": "15:00", "sponsor_2": "",
    }  # fmt: skip
    make_it(client.be(people.ada), {**DAY, **rows})
    before = {name: slot for slot, (_span, kind, name) in zip(_ids(db), read.slots(db), strict=True) if kind == "meal"}
    make_it(client, {**DAY, **rows, "name_1": "Dinner", "name_2": "Lunch"})
    after = {name: slot for slot, (_span, kind, name) in zip(_ids(db), read.slots(db), strict=True) if kind == "meal"}
    assert ([name for _span, kind, name in read.slots(db) if kind == "meal"], sorted(after.values())) == (
        ["Dinner", "Lunch"], sorted(before.values()),
    )  # fmt: skip


def test_other_days_are_left_alone(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    make.slot(db, camp, "11:00", day=make.DAY + timedelta(days=1))
    make_it(client.be(people.ada), DAY)
    assert len(read.slots(db)) == 6


def test_bad_input_makes_nothing(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    client.be(people.ada)
    cases = [
        ({"last": "09:00"}, "The end must be after the start."),
        ({"length": "4"}, "Please give a number from 5 to 720."),
        ({"pause": "-1"}, "Please give a number from 0 to 240."),
        ({"first": "half past"}, "Not a valid time value."),
        ({"ends_1": ""}, "Please fill this in."),
        ({"ends_1": "11:00"}, "The end must be after the start."),
        ({"name_1": "x" * 61}, "Please keep this to 60 characters."),
        ({"kind_1": "talks"}, "Not a valid choice."),
    ]
    for typed, message in cases:
        answer = client.submit(GRID, {**DAY, **typed})
        assert (answer.status_code, read.messages(answer)[:1]) == (422, [message]), typed
        assert read.value(answer, "sponsor_1") == "OSEL"
    above = [
        ({"starts_2": "12:30", "ends_2": "13:30"}, "This overlaps with 12:00 – 13:00."),
        ({"last": "10:20"}, "No slot of 50 minutes fits between these times and around the breaks."),
    ]
    for typed, message in above:
        answer = client.submit(GRID, {**DAY, **typed})
        assert (answer.status_code, message in answer.text) == (422, True), typed
    assert read.slots(db) == []


def test_the_form_starts_from_the_day_as_it_is(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    make_it(client.be(people.ada), {**DAY, "length": "40", "pause": "5"})
    page = client.get(f"{GRID}?day=2026-11-21")
    names = ("first", "length", "pause", "name_1", "starts_1", "ends_1", "sponsor_1", "name_2")
    assert [read.value(page, name) for name in names] == ["10:00", "40", "5", "Lunch", "12:00", "13:00", "OSEL", ""]
    assert client.get(f"{GRID}?day=2031-01-01").status_code == 200


def test_a_day_may_end_after_midnight(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    typed = {"day": "2026-11-21", "first": "22:00", "last": "01:00", "length": "50", "pause": "10"}
    assert make_it(client.be(people.ada), typed) == 303
    assert [span for span, _kind, _name in read.slots(db)] == ["22:00 – 22:50", "23:00 – 23:50", "00:00 – 00:50"]
    assert read.value(client.get(GRID), "last") == time(0, 50).strftime("%H:%M")


def _ids(db: Session) -> list[int]:
    return list(db.scalars(select(Slot.id).order_by(Slot.starts_at)))
