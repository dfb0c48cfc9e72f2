"""/<slug>/register: for guests, for those who register, for those who are registered, and what is typed wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.registration import queries
from barcamp.registration.models import Registration, RegistrationMeal
from barcamp.registration.service import Wishes
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.registration import desk

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = "/camp/register"
AGREED = {"conduct": "y"}


def wishes(db: Session, camp: Conference, person_id: int) -> Wishes | None:
    found = queries.find_registration(db, camp, person_id)
    return None if found is None else Wishes.of(found)


def count(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Registration)) or 0


# ---- guests ----------------------------------------------------------------------------------------------------------


def test_a_guest_reads_what_it_is_and_says_who_they_are(client: Client, db: Session, camp: Conference) -> None:
    camp.shirts_until = make.at("17:00")
    db.flush()
    make.slot(db, camp, "12:00", kind="meal", name="Lunch", sponsor="Otter Foods")
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert desk.words(answer, "h1") == ["Come to Otter BarCamp"]
    assert desk.words(answer, "main li") == [
        "A T-shirt, if you register until Sat, Nov 21, 17:00 (America/Los Angeles time)",
        "Lunch, 12:00 – 12:50 · thanks to Otter Foods",
    ]
    form = desk.page(answer).select_one("main form")
    assert form is not None
    assert (form["method"], form["action"]) == ("post", "/register")
    sent = {str(item["name"]): item.get("value", "") for item in form.select("input")}
    assert sent.pop("csrf_token")
    assert sent == {"next": PAGE, "name": "", "email": ""}


def test_a_guest_goes_on_to_the_code_and_comes_back(client: Client, db: Session, camp: Conference) -> None:
    """The form's fields are those that people/ takes."""
    given = {"name": "Eve Lark", "email": "eve@example.org", "next": PAGE}
    answer = client.submit("/register", given)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")


def test_a_guest_cannot_post(client: Client, db: Session, camp: Conference) -> None:
    answer = client.submit(PAGE, AGREED)
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert count(db) == 0


# ---- registering -----------------------------------------------------------------------------------------------------


def test_registering(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    lunch = make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    client.be(people.bo)
    asked = ["shirt_size", "meals", "diets", "diet_note", "conduct", "visible"]
    assert desk.offered(client.get(PAGE)) == asked
    assert desk.chosen(client.get(PAGE)) == {}

    given = {"shirt_size": "M", "meals": [lunch.id], "diets": ["vegan"], "diet_note": "  No\x00 celery ", **AGREED}
    answer = client.submit(PAGE, given)
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert wishes(db, camp, people.bo.id) == Wishes("M", (lunch.id,), ("vegan",), "No celery")

    after = client.get(PAGE)
    assert desk.words(after, ".flash") == ["You are registered for Otter BarCamp. See you there!"]
    assert desk.words(after, ".callout-title") == ["You are coming"]
    assert desk.offered(after) == [name for name in asked if name != "conduct"]
    assert desk.chosen(after) == {
        "shirt_size": ["M"], "meals": [str(lunch.id)], "diets": ["vegan"], "diet_note": ["No celery"],
    }  # fmt: skip


def test_joining_the_line(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    camp.capacity = 1
    make.registration(db, camp, people.ada)
    make.registration(db, camp, people.cy, state="waiting")
    client.be(people.bo)
    before = client.get(PAGE)
    assert desk.words(before, ".callout-title") == ["All places are taken"]
    assert "you would be number 2 in the line" in before.text
    client.submit(PAGE, AGREED)
    after = client.get(PAGE)
    assert desk.words(after, ".callout-title") == ["You are number 2 in the line"]
    assert desk.words(after, ".flash") == ["You are on the waiting list. We write to you as soon as a place is free."]


def test_changing(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.registration(db, camp, people.bo, shirt_size="S", diets=["vegan"], diet_note="No celery", visible=True)
    answer = client.be(people.bo).submit(PAGE, {"shirt_size": "L", "diets": ["vegan", "halal"], "diet_note": ""})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert wishes(db, camp, people.bo.id) == Wishes("L", (), ("vegan", "halal"), "", visible=False)
    assert desk.log(db, camp)[-1] == (
        "registration-changed", f"person:{people.bo.id}", None,
        {"fields": ["shirt_size", "diets", "diet_note", "visible"]},
    )  # fmt: skip
    assert desk.words(client.get(PAGE), ".flash") == ["Your changes are saved."]


def test_nothing_changed_is_nothing_in_the_log(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.registration(db, camp, people.bo, shirt_size="S", diets=["vegan"])
    client.be(people.bo).submit(PAGE, {"shirt_size": "S", "diets": ["vegan"]})
    assert [line[0] for line in desk.log(db, camp)] == ["registered"]


def test_the_log_never_holds_what_somebody_chose(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    lunch = make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    given = {"shirt_size": "XL-secret", "meals": [lunch.id], "diets": ["kosher"], "diet_note": "celery-secret"}
    camp.shirt_sizes = ["S", "XL-secret"]
    client.be(people.bo).submit(PAGE, given | AGREED)
    client.submit(PAGE, {"shirt_size": "S", "diet_note": "other-secret"})
    client.submit("/camp/register/cancel")
    lines = [str((one.kind, one.subject, one.before, one.after)) for one in db.scalars(select(Change))]
    assert len(lines) == 3
    assert not any(word in line for line in lines for word in ("secret", "kosher", "celery", "@", "Bo", "'S'"))


def test_a_double_click_registers_once(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    client.be(people.bo)
    assert [client.submit(PAGE, AGREED).status_code for _ in range(2)] == [303, 303]
    assert count(db) == 1
    assert desk.letters(db) == [("welcome", "bo.finch@example.org")]


# ---- what is typed wrong ---------------------------------------------------------------------------------------------

GONE = "This is not offered any more. Please choose again."
CONDUCT = "Please read the code of conduct and tick this: it is what makes the day good for all."


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, {"conduct": [CONDUCT]}),
        ({"diet_note": "n" * 201, **AGREED}, {"diet_note": ["Please keep this to 200 characters."]}),
        ({"diet_note": "n" * 10_000, **AGREED}, {"diet_note": ["Please keep this to 200 characters."]}),
        ({"shirt_size": "XXXXL", **AGREED}, {"shirt_size": [GONE]}),
        ({"diets": ["vegan", "cannibal"], **AGREED}, {"diets": [GONE]}),
        ({"meals": ["999999"], **AGREED}, {"meals": [GONE]}),
        ({"meals": ["lunch", "\x00", "9" * 40], **AGREED}, {"meals": [GONE]}),
    ],
)
def test_a_message_on_the_field_and_the_typed_kept(
    client: Client, db: Session, camp: Conference, people: Cast, given: dict[str, Any], told: dict[str, list[str]]
) -> None:
    lunch = make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    kept = {"shirt_size": "M", "meals": [str(lunch.id)], "diets": ["halal"], "visible": "y"}
    answer = client.be(people.bo).submit(PAGE, kept | given)
    assert (answer.status_code, desk.errors(answer)) == (422, told)
    wrong = set(told) | set(given)
    assert {name: value for name, value in desk.chosen(answer).items() if name not in wrong} == {
        name: value if isinstance(value, list) else [value] for name, value in kept.items() if name not in wrong
    }
    if "diet_note" in told:
        assert desk.chosen(answer)["diet_note"] == [given["diet_note"]]
    assert (count(db), desk.log(db, camp), desk.letters(db)) == (0, [], [])


def test_meals_of_another_conference_are_no_choice(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    foreign = make.slot(db, make.conference(db, slug="other"), "12:00", kind="meal", name="Lunch")
    answer = client.be(people.bo).submit(PAGE, {"meals": [foreign.id], **AGREED})
    assert (answer.status_code, desk.errors(answer)) == (422, {"meals": [GONE]})


def test_a_form_without_its_token_does_nothing(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    client.be(people.bo)
    assert client.post(PAGE, data=AGREED).status_code == 400
    assert client.post(PAGE, data={**AGREED, "csrf_token": "made-up"}).status_code == 400
    assert client.submit(PAGE, AGREED, headers={"Origin": "https://evil.example"}).status_code == 400
    assert count(db) == 0


def test_bytes_that_are_no_utf_8(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    client.be(people.bo)
    body = b"conduct=y&diet_note=%ff%fe+nuts&csrf_token=" + client.token().encode()
    answer = client.post(PAGE, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    stored = wishes(db, camp, people.bo.id)
    assert stored is not None
    assert stored.diet_note.endswith(" nuts")


# ---- phases and the cut-off ------------------------------------------------------------------------------------------


def test_before_it_opens(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    camp.registration_opens_at = make.at("12:00")
    db.flush()
    for who in (None, people.bo):
        answer = client.be(who).get(PAGE)
        assert desk.words(answer, ".callout") == [
            "Registration is not open yetIt opens 12:00 (America/Los Angeles time)."
        ]
        assert desk.page(answer).select("main form.form") == []
    refused = client.submit(PAGE, AGREED)
    assert refused.status_code == 409
    assert desk.errors(refused) == {"": ["Registration opens 12:00 (America/Los Angeles)."]}
    assert count(db) == 0


def test_once_it_has_closed(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    lunch = make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    registration = make.registration(db, camp, people.bo, shirt_size="M", diets=["vegan"], visible=True)
    db.add(RegistrationMeal(registration_id=registration.id, slot_id=lunch.id))
    db.flush()
    camp.registration_closes_at = make.at("09:00")
    answer = client.be(people.bo).get(PAGE)
    assert desk.words(answer, ".callout-title") == ["You are coming", "Registration is closed"]
    assert desk.words(answer, ".facts dd") == [
        "M",
        "Lunch, 12:00 – 12:50",
        "Vegan",
        "Shown among the people who come",
    ]
    assert client.submit(PAGE, {"shirt_size": "L"}).status_code == 409
    assert wishes(db, camp, people.bo.id) == Wishes("M", (lunch.id,), ("vegan",), visible=True)

    assert client.submit("/camp/register/hide-name").status_code == 303
    assert wishes(db, camp, people.bo.id) == Wishes("M", (lunch.id,), ("vegan",))
    assert client.submit("/camp/register/cancel").status_code == 303
    assert desk.names(db, camp, "cancelled") == ["Bo Finch"]


def test_programs_get_json_when_it_is_closed(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    camp.registration_closes_at = make.at("09:00")
    answer = client.be(people.bo).submit(PAGE, AGREED, headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json == {
        "error": "Registration closed 09:00 (America/Los Angeles), so registrations stay as they are. "
        "You can still cancel yours."
    }


def test_after_the_cut_off_sizes_stay(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.registration(db, camp, people.bo, shirt_size="S")
    camp.shirts_until = make.at("09:00")
    answer = client.be(people.bo).get(PAGE)
    assert "shirt_size" not in desk.offered(answer)
    assert desk.words(answer, "form.form > div.field:first-of-type > p") == [
        "T-shirt",
        "Yours is size S.",
        "The shirts were ordered Sat, Nov 21, 09:00 (America/Los Angeles time), so sizes stay as they are.",
    ]
    assert client.submit(PAGE, {"diets": ["vegan"]}).status_code == 303
    assert wishes(db, camp, people.bo.id) == Wishes("S", (), ("vegan",))

    stale = client.submit(PAGE, {"shirt_size": "L", "diets": ["vegan", "halal"], "diet_note": "as typed"})
    assert stale.status_code == 409
    assert desk.words(stale, ".error-summary li") == [
        "The T-shirts have been ordered, so sizes stay as they are. Nothing was saved yet."
    ]
    assert desk.chosen(stale) == {"diets": ["vegan", "halal"], "diet_note": ["as typed"]}
    assert wishes(db, camp, people.bo.id) == Wishes("S", (), ("vegan",))


def test_a_conference_without_shirts_asks_for_none(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    camp.shirt_sizes = []
    assert desk.offered(client.be(people.bo).get(PAGE)) == ["diets", "diet_note", "conduct", "visible"]
    assert client.submit(PAGE, AGREED).status_code == 303
    assert wishes(db, camp, people.bo.id) == Wishes()


def test_meals_say_their_day_where_there_are_several(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    camp.ends_on = make.DAY + timedelta(days=1)
    make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    make.slot(db, camp, "12:00", day=camp.ends_on, kind="meal", sponsor="Otter Foods")
    make.slot(db, camp, "15:00", kind="break", name="Snack")
    answer = client.be(people.bo).get(PAGE)
    assert desk.words(answer, "#meals label") == [
        "Lunch, Sat, Nov 21, 12:00 – 12:50",
        "Meal, Sun, Nov 22, 12:00 – 12:50 · thanks to Otter Foods",
    ]


# ---- cancelling ------------------------------------------------------------------------------------------------------


def test_cancelling_asks_first(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    camp.capacity = 1
    make.registration(db, camp, people.bo)
    make.registration(db, camp, people.cy, state="waiting")
    client.be(people.bo)
    asked = client.get("/camp/register/cancel")
    assert "Your place goes to the next person in the line" in asked.text
    assert desk.names(db, camp, "coming") == ["Bo Finch"]

    answer = client.submit("/camp/register/cancel")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert (desk.names(db, camp, "coming"), desk.names(db, camp, "cancelled")) == (["Cy Reed"], ["Bo Finch"])
    assert desk.letters(db) == [("promoted", "cy.reed@example.org")]
    after = client.get(PAGE)
    assert desk.words(after, ".callout-title") == ["Your registration is cancelled", "All places are taken"]
    assert desk.words(after, "main form.form button") == ["Join the line"]
    assert "conduct" in desk.offered(after)


def test_cancelling_what_is_not_there(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    client.be(people.dee)
    assert client.get("/camp/register/cancel").location == PAGE
    assert client.submit("/camp/register/cancel").location == PAGE
    assert desk.log(db, camp) == []


def test_once_it_is_over(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.registration(db, camp, people.bo)
    camp.starts_on = camp.ends_on = make.DAY - timedelta(days=1)
    answer = client.be(people.bo).get(PAGE)
    assert desk.words(answer, ".callout-title") == ["You are coming", "This conference is over"]
    assert "/camp/register/cancel" not in answer.text
    assert client.get("/camp/register/cancel").location == PAGE
    assert client.submit("/camp/register/cancel").status_code == 409
    assert client.submit(PAGE, {}).status_code == 409
    assert desk.names(db, camp, "coming") == ["Bo Finch"]


def test_there_is_no_such_conference(client: Client, people: Cast) -> None:
    assert client.get("/nowhere/register").status_code == 404
    assert client.be(people.bo).submit("/nowhere/register", AGREED).status_code == 404
