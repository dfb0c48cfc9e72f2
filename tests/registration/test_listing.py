"""/<slug>/organize/registrations: totals, counts, the list with its search and pages, the CSV, and who may see them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.registration.models import Registration, RegistrationMeal
from barcamp.venue.models import Slot
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.registration import desk

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = "/camp/organize/registrations"
CSV = "/camp/organize/registrations.csv"


def registered(db: Session, camp: Conference, who: Person, *meals: Slot, **given: Any) -> Registration:
    made = make.registration(db, camp, who, **given)
    db.add_all(RegistrationMeal(registration_id=made.id, slot_id=meal.id) for meal in meals)
    db.flush()
    return made


@pytest.fixture
def meals(db: Session, camp: Conference) -> list[Slot]:
    return [
        make.slot(db, camp, "12:00", kind="meal", name="Lunch", sponsor="Otter Foods"),
        make.slot(db, camp, "18:00", kind="meal", name="Dinner"),
    ]


@pytest.fixture
def crowd(db: Session, camp: Conference, people: Cast, meals: list[Slot]) -> Conference:
    """Two come, one waits, one has cancelled; two places."""
    lunch, dinner = meals
    camp.capacity = 2
    registered(
        db, camp, people.bo, lunch, dinner, shirt_size="M", diets=["vegan", "nut-free"], diet_note="No celery"
    )  # fmt: skip
    registered(db, camp, people.ada, lunch, shirt_size="M", diets=["vegan"], diet_note="A big spoon")
    registered(db, camp, people.cy, lunch, state="waiting", shirt_size="XL", diets=["halal"], diet_note="Nobody's")
    registered(db, camp, people.dee, state="cancelled", registered_at=make.NOW - timedelta(days=1))
    return camp


def rows(answer: Any) -> list[list[str]]:
    """The cells of the list, without the one for cancelling."""
    table = desk.page(answer).select("table.data")[-1]
    return [
        [" ".join(cell.text.split()) for cell in row.select("th, td")][: len(table.select("thead th"))]
        for row in table.select("tbody tr")
    ]


def table(answer: Any, caption: str) -> list[list[str]]:
    found = next(one for one in desk.page(answer).select("table.data") if one.caption and one.caption.text == caption)
    return [[" ".join(cell.text.split()) for cell in row.select("th, td")] for row in found.select("tbody tr")]


def test_what_an_organizer_reads(client: Client, crowd: Conference, people: Cast) -> None:
    answer = client.be(people.ada).get(PAGE)
    assert answer.status_code == 200
    assert desk.words(answer, ".stat dd") == ["2 of 2 places", "1", "1"]
    assert table(answer, "T-shirts") == [
        ["S", "0", "0"], ["M", "2", "0"], ["L", "0", "0"], ["XL", "0", "1"], ["None", "0", "0"],
    ]  # fmt: skip
    assert table(answer, "Meals, of those who come") == [
        ["Lunch, 12:00 – 12:50 Otter Foods", "2"],
        ["Dinner, 18:00 – 18:50", "1"],
    ]
    assert table(answer, "Diets, of those who come") == [["Vegan", "2"], ["Nut-free", "1"]]
    assert desk.words(answer, "details li") == ["A big spoon", "No celery"]
    now, before = "Sat, Nov 21, 10:00", "Fri, Nov 20, 10:00"
    assert rows(answer) == [
        ["Ada Oak", "Coming", "ada.oak@example.org", "M", now, "Cancel Ada Oak"],
        ["Bo Finch", "Coming", "bo.finch@example.org", "M", now, "Cancel Bo Finch"],
        ["Cy Reed", "number 1 in line", "cy.reed@example.org", "XL", now, "Cancel Cy Reed"],
        ["Dee Moss", "Cancelled", "dee.moss@example.org", "–", before, ""],
    ]


def test_a_helper_reads_no_addresses_and_no_notes(client: Client, db: Session, crowd: Conference, people: Cast) -> None:
    make.role(db, crowd, people.cy, "helper")
    client.be(people.cy)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert [row[0] for row in rows(answer)] == ["Ada Oak", "Bo Finch", "Cy Reed", "Dee Moss"]
    assert table(answer, "Diets, of those who come") == [["Vegan", "2"], ["Nut-free", "1"]]
    assert not any(word in answer.text for word in ("@example.org", "celery", "spoon", ".csv", "/cancel"))
    assert "Nobody like that" in client.get(f"{PAGE}?q=example.org").text


def test_nobody_else_gets_in(client: Client, db: Session, crowd: Conference, people: Cast) -> None:
    make.role(db, make.conference(db, slug="other"), people.dee)
    paths = (PAGE, CSV, f"{PAGE}/1/cancel")
    statuses = {
        name: [client.be(who).get(path).status_code for path in paths]
        for name, who in {"guest": None, "attendee": people.bo, "organizer elsewhere": people.dee}.items()
    }
    assert statuses == {"guest": [303] * 3, "attendee": [403] * 3, "organizer elsewhere": [403] * 3}
    client.be(people.ada)
    assert [client.get(path.replace("camp", "nowhere")).status_code for path in paths] == [404] * 3


def test_a_helper_cannot_download_or_cancel(client: Client, db: Session, crowd: Conference, people: Cast) -> None:
    make.role(db, crowd, people.cy, "helper")
    client.be(people.cy)
    assert [client.get(CSV).status_code, client.get(f"{PAGE}/1/cancel").status_code] == [403, 403]
    assert client.submit(f"{PAGE}/1/cancel").status_code == 403
    assert len(desk.names(db, crowd, "coming")) == 2


SEARCHES = {
    "q=finch": ["Bo Finch"],
    "q=FINCH%20bo": ["Bo Finch"],
    "q=ada.oak@EXAMPLE": ["Ada Oak"],
    "q=jose": ["José Ñandú"],
    "q=100%25": ["100% Wood_y"],
    "q=%25": ["100% Wood_y"],
    "q=_": ["100% Wood_y"],
    "q=%5C": [],
    "q=%00finch%FF": [],
    "q=" + "x" * 3000: [],
    "state=waiting": ["Cy Reed"],
    "state=cancelled&q=dee": ["Dee Moss"],
    "state=waiting&q=dee": [],
    "state=made-up&page=-3&q=bo": ["Bo Finch"],
    "page=99999999999999999999999&q=bo": ["Bo Finch"],
    "page=one&q=bo": ["Bo Finch"],
}


def test_searching(client: Client, db: Session, crowd: Conference, people: Cast) -> None:
    registered(db, crowd, make.person(db, "José Ñandú", email="j.n@example.org"))
    registered(db, crowd, make.person(db, "100% Wood_y", email="w@example.org"))
    client.be(people.ada)
    found = {}
    for query in SEARCHES:
        answer = client.get(f"{PAGE}?{query}")
        assert answer.status_code == 200, query
        nobody = desk.words(answer, ".empty-title") == ["Nobody like that"]
        found[query] = [] if nobody else [row[0] for row in rows(answer)]
    assert found == SEARCHES


def test_the_filters_keep_the_search_and_say_how_many(client: Client, crowd: Conference, people: Cast) -> None:
    answer = client.be(people.ada).get(f"{PAGE}?state=waiting&q=e")
    chips = [
        (" ".join(chip.text.split()), chip["href"], chip.get("aria-current"))
        for chip in desk.page(answer).select(".chip")
    ]
    assert chips == [
        ("All 4", f"{PAGE}?q=e", None),
        ("Coming 2", f"{PAGE}?q=e&state=coming", None),
        ("Waiting 1", f"{PAGE}?q=e&state=waiting", "true"),
        ("Cancelled 1", f"{PAGE}?q=e&state=cancelled", None),
    ]


def test_a_hundred_on_a_page(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    for number in range(101):
        registered(db, camp, make.person(db, f"Guest {number:03}"), state="coming" if number < 99 else "waiting")
    client.be(people.ada)
    first, second = client.get(PAGE), client.get(f"{PAGE}?page=2")
    assert [row[0] for row in rows(first)] == [f"Guest {number:03}" for number in range(100)]
    assert [(row[0], row[1]) for row in rows(second)] == [("Guest 100", "number 2 in line")]
    assert desk.words(first, ".pager") == ["Page 1 of 2 More"]
    assert [link["href"] for link in desk.page(second).select(".pager a")] == [f"{PAGE}?page=1"]
    assert client.get(f"{PAGE}?page=9").text.count("Guest 100") == second.text.count("Guest 100")


def test_the_same_few_statements_for_one_and_for_thirty(
    client: Client, app: Flask, db: Session, camp: Conference, people: Cast, meals: list[Slot]
) -> None:
    client.be(people.ada)
    sent: dict[str, list[int]] = {PAGE: [], CSV: []}
    for number in (1, 29):
        for index in range(number):
            registered(db, camp, make.person(db, f"Guest {number} {index}"), *meals, diets=["vegan"], diet_note="x")
        for path, counts in sent.items():
            with counted(app) as count:
                assert client.get(path).status_code == 200
            counts.append(count.statements)
    assert [counts[0] == counts[1] for counts in sent.values()] == [True, True]
    assert sent[PAGE][0] <= 16


def test_an_empty_list(client: Client, camp: Conference, people: Cast) -> None:
    answer = client.be(people.ada).get(PAGE)
    assert desk.words(answer, ".empty-title") == ["Nobody has registered yet"]
    assert desk.words(answer, ".stat dd") == ["0", "0", "0"]


# ---- the CSV ---------------------------------------------------------------------------------------------------------


def test_the_csv(client: Client, db: Session, crowd: Conference, people: Cast) -> None:
    registered(db, crowd, make.person(db, "=cmd|' /C calc'!A0", email="+1@example.org"), diet_note="@SUM(A1)")
    answer = client.be(people.ada).get(CSV)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="camp-registrations.csv"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    lunch, dinner = "Lunch, 12:00 – 12:50", "Dinner, 18:00 – 18:50"
    now = "2026-11-21 10:00"
    assert lines == [
        ["Name", "E-mail", "State", "Place in line", "T-shirt", "Meals", "Diet", "Note for the kitchen",
         "Registered at (America/Los Angeles)"],
        ["'=cmd|' /C calc'!A0", "'+1@example.org", "Coming", "", "", "", "", "'@SUM(A1)", now],
        ["Ada Oak", "ada.oak@example.org", "Coming", "", "M", lunch, "Vegan", "A big spoon", now],
        ["Bo Finch", "bo.finch@example.org", "Coming", "", "M", f"{lunch}; {dinner}", "Vegan; Nut-free", "No celery",
         now],
        ["Cy Reed", "cy.reed@example.org", "Waiting", "1", "XL", lunch, "Halal", "Nobody's", now],
        ["Dee Moss", "dee.moss@example.org", "Cancelled", "", "", "", "", "", "2026-11-20 10:00"],
    ]  # fmt: skip


# ---- an organizer cancels --------------------------------------------------------------------------------------------


def test_an_organizer_cancels_for_somebody(client: Client, db: Session, crowd: Conference, people: Cast) -> None:
    bo = db.scalars(select(Registration).where(Registration.person_id == people.bo.id)).one()
    client.be(people.ada)
    asked = client.get(f"{PAGE}/{bo.id}/cancel")
    assert desk.words(asked, "h1") == ["Cancel the registration of Bo Finch?"]
    answer = client.submit(f"{PAGE}/{bo.id}/cancel")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert desk.names(db, crowd, "coming") == ["Ada Oak", "Cy Reed"]
    assert [line[:2] for line in desk.log(db, crowd)[-2:]] == [
        ("registration-cancelled", f"person:{people.bo.id}"),
        ("registration-promoted", f"person:{people.cy.id}"),
    ]
    assert desk.letters(db) == [("promoted", "cy.reed@example.org")]
    assert desk.words(client.get(PAGE), ".flash") == ["The registration of Bo Finch is cancelled."]
    assert client.get(f"{PAGE}/{bo.id}/cancel").location == PAGE
    assert client.submit(f"{PAGE}/{bo.id}/cancel").status_code == 303


def test_registrations_of_another_conference_are_not_there(
    client: Client, db: Session, crowd: Conference, people: Cast
) -> None:
    foreign = registered(db, make.conference(db, slug="other"), people.bo)
    client.be(people.ada)
    assert client.get(f"{PAGE}/{foreign.id}/cancel").status_code == 404
    assert client.submit(f"{PAGE}/{foreign.id}/cancel").status_code == 404
    assert client.get(f"{PAGE}/999999999999999999/cancel").status_code == 404
    db.refresh(foreign)
    assert foreign.state == "coming"
