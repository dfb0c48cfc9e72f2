"""Name and address on the account page."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.people.models import Person
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.test_people import post

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NEW = "bo@new.example"


def person(db: Session, who: Person) -> tuple[str, str | None, str | None]:
    db.expire_all()
    found = db.get_one(Person, who.id)
    return found.name, found.email, found.email_key


PATHS = (
    "/account/name", "/account/email", "/account/email/code", "/account/password", "/account/password/remove",
    "/account/devices/1/end", "/account/sign-out-everywhere", "/account/erase",
)  # fmt: skip


def test_strangers_are_led_to_sign_in(client: Client, db: Session) -> None:
    for path in ("/account", "/account/email/code", "/account/export", "/account/erase"):
        assert client.get(path).location == f"/sign-in?next={path}"
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401
    for path in PATHS:
        assert client.submit(path).location == "/sign-in"


def test_nothing_is_done_without_the_form_token(client: Client, db: Session, people: Cast) -> None:
    client.be(people.bo)
    for path in PATHS:
        data = {"name": "X", "email": NEW, "code": "123456", "password": "0123456789", "word": "erase"}
        assert client.post(path, data=data).status_code == 400
    assert person(db, people.bo) == ("Bo Finch", "bo.finch@example.org", "bo.finch@example.org")
    assert client.get("/account").status_code == 200


def test_a_name_is_changed_and_the_walls_hear_of_it(
    client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    make.note(db, camp, people.bo)
    client.be(people.bo)
    assert client.submit("/account/name", {"name": " Bo\u202e  Wren "}).location == "/account"
    assert person(db, people.bo)[0] == "Bo Wren"
    [change] = db.scalars(select(Change)).all()
    assert (change.kind, change.subject, change.actor_id, change.before, change.after) == (
        "presenter-renamed", f"person:{people.bo.id}", people.bo.id, None, None,
    )  # fmt: skip
    for typed in ("", "\x00", "x" * 81):
        assert client.submit("/account/name", {"name": typed}).status_code == 422
    assert person(db, people.bo)[0] == "Bo Wren"


def test_an_address_is_changed_after_its_code(client: Client, db: Session, people: Cast) -> None:
    client.be(people.bo)
    assert client.submit("/account/email", {"email": NEW}).location == "/account/email/code"
    assert NEW in client.get("/account/email/code").text
    assert "/sign-in/link/" not in post.letters(db, NEW)[0].text
    right = post.code(db, NEW)
    assert client.submit("/account/email/code", {"code": post.other_than(right)}).status_code == 422
    assert person(db, people.bo)[1] == "bo.finch@example.org"
    assert client.submit("/account/email/code", {"code": right}).location == "/account"
    assert person(db, people.bo) == ("Bo Finch", NEW, NEW)
    assert [letter.kind for letter in post.letters(db, "bo.finch@example.org")] == ["address-changed"]
    assert client.submit("/account/email/code", {"code": right}).location == "/account"  # nothing more to do


def test_the_code_for_an_address_signs_nobody_in_and_serves_nobody_else(
    client: Client, db: Session, people: Cast
) -> None:
    client.be(people.bo)
    client.submit("/account/email", {"email": NEW})
    right = post.code(db, NEW)
    with client.session_transaction() as kept:
        kept["signing_in"] = NEW
    client.be(None)
    assert client.submit("/sign-in/code", {"code": right}).status_code == 422
    client.be(people.cy)
    assert client.submit("/account/email/code", {"code": right}).status_code == 422
    assert person(db, people.cy)[1] == "cy.reed@example.org"


def test_somebody_elses_address_is_named_only_to_who_has_proven_it(client: Client, db: Session, people: Cast) -> None:
    client.be(people.bo)
    assert client.submit("/account/email", {"email": "cy.reed@example.org"}).location == "/account/email/code"
    answer = client.submit("/account/email/code", {"code": post.code(db, "cy.reed@example.org")})
    assert (answer.status_code, "belongs to another account" in answer.text) == (409, True)
    assert person(db, people.bo)[1] == "bo.finch@example.org"


@pytest.mark.parametrize("typed", ["", "nonsense", "BO.Finch@example.org"])
def test_an_address_that_cannot_be_the_new_one(client: Client, db: Session, people: Cast, typed: str) -> None:
    client.be(people.bo)
    assert client.submit("/account/email", {"email": typed}).status_code == 422
    assert post.letters(db, typed) == []
