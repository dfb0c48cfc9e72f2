"""Asking for a code: the same answer for everybody, few letters, and no way off this site."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.people.models import Person, SignInCode
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.test_people import post

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def fresh(app: Flask) -> Client:
    made = app.test_client()
    assert isinstance(made, Client)
    made.environ_base["HTTP_ACCEPT"] = "text/html"
    return made


def test_a_known_and_an_unknown_address_get_the_same_answer(
    client: Client, app: Flask, db: Session, people: Cast
) -> None:
    known = client.submit("/sign-in", {"email": "ada.oak@example.org"})
    stranger = fresh(app)
    unknown = stranger.submit("/sign-in", {"email": "new.elm@example.org"})
    assert (known.status_code, known.location) == (303, "/sign-in/code")
    assert (unknown.status_code, unknown.location, unknown.data) == (known.status_code, known.location, known.data)

    for one, address in ((client, "ada.oak@example.org"), (stranger, "new.elm@example.org")):
        assert address in one.get("/sign-in/code").text
    assert [letter.subject for letter in post.letters(db, "ada.oak@example.org")] == ["Your code for BarCamp"]
    assert [letter.subject for letter in post.letters(db, "new.elm@example.org")] == ["Your code for BarCamp"]


def test_registering_with_a_known_address_tells_nothing_and_changes_nothing(
    client: Client, db: Session, people: Cast
) -> None:
    answer = client.submit("/register", {"name": "Somebody Else", "email": "ADA.OAK@example.org"})
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    client.submit("/sign-in/code", {"code": post.code(db, "ADA.OAK@example.org")})
    assert "Ada Oak" in client.get("/account").text
    assert db.scalars(select(func.count(Person.id))).one() == 4


def test_a_letter_to_a_stranger_does_not_repeat_the_name_that_was_typed(client: Client, db: Session) -> None:
    client.submit("/register", {"name": "Buy at spam.example", "email": "new.elm@example.org"})
    [letter] = post.letters(db, "new.elm@example.org")
    assert "spam" not in letter.text + letter.subject


def test_registering_makes_the_person_at_the_right_code(client: Client, db: Session) -> None:
    client.submit("/register", {"name": "  New\x00   Elm ", "email": "new.elm@example.org"})
    assert db.scalars(select(func.count(Person.id))).one() == 0
    answer = client.submit("/sign-in/code", {"code": post.code(db, "new.elm@example.org")})
    assert (answer.status_code, answer.location) == (303, "/")
    [person] = db.scalars(select(Person)).all()
    assert (person.name, person.email, person.email_key) == ("New Elm", "new.elm@example.org", "new.elm@example.org")


def test_an_unknown_address_is_asked_for_a_name_after_the_code(client: Client, db: Session) -> None:
    client.submit("/sign-in", {"email": "new.elm@example.org", "next": "/account"})
    answer = client.submit("/sign-in/code", {"code": post.code(db, "new.elm@example.org")})
    assert (answer.status_code, answer.location) == (303, "/sign-in/name")
    assert "new.elm@example.org" in client.get("/sign-in/name").text
    assert client.submit("/sign-in/name", {"name": " \t "}).status_code == 422
    answer = client.submit("/sign-in/name", {"name": "New Elm"})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "New Elm" in client.get("/account").text


def test_the_proof_of_an_address_makes_a_person_once_and_for_a_quarter_of_an_hour(
    client: Client, app: Flask, db: Session
) -> None:
    client.submit("/sign-in", {"email": "new.elm@example.org"})
    client.submit("/sign-in/code", {"code": post.code(db, "new.elm@example.org")})
    kept = client.get_cookie("barcamp_form")
    assert kept is not None
    client.submit("/sign-in/name", {"name": "New Elm"})

    thief = fresh(app)
    thief.set_cookie("barcamp_form", kept.value)
    assert thief.submit("/sign-in/name", {"name": "Thief"}).status_code == 410
    assert thief.get("/account").location == "/sign-in?next=/account"

    late = fresh(app)
    late.submit("/sign-in", {"email": "late.yew@example.org"})
    late.submit("/sign-in/code", {"code": post.code(db, "late.yew@example.org")})
    proven = db.scalars(select(SignInCode).where(SignInCode.email_key == "late.yew@example.org")).one()
    assert proven.used_at is not None
    proven.used_at -= timedelta(minutes=15)
    db.flush()
    assert late.submit("/sign-in/name", {"name": "Late Yew"}).status_code == 410


def test_five_codes_an_hour_for_one_address(client: Client, app: Flask, db: Session, people: Cast) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        for _ in range(5):
            assert client.submit("/sign-in", {"email": "bo.finch@example.org"}).status_code == 303
            clock.shift(60)
        sixth = fresh(app).submit("/sign-in", {"email": "BO.finch@Example.org"})
        assert (sixth.status_code, sixth.headers["Retry-After"]) == (429, "3301")
        assert "try again in 56 minutes" in sixth.text
        assert client.submit("/sign-in", {"email": "cy.reed@example.org"}).status_code == 303
        clock.shift(3301)
        assert client.submit("/sign-in", {"email": "bo.finch@example.org"}).status_code == 303
    assert len(post.letters(db, "bo.finch@example.org")) == 6


def test_what_is_no_address_is_said_on_the_field_and_kept(client: Client, db: Session) -> None:
    for typed in ("", "   ", "\x00", "ada", "a@b@example.org", "<ada@example.org>", "x" * 10_000):
        answer = client.submit("/register", {"name": "New Elm", "email": typed})
        assert answer.status_code == 422
        assert ('aria-invalid="true"' in answer.text, 'value="New Elm"' in answer.text) == (True, True)
        assert typed.strip(" \x00") in unescape(answer.text)
    assert db.scalars(select(func.count(SignInCode.id))).one() == 0


def test_line_breaks_in_an_address_are_taken_out_before_it_is_used(client: Client, db: Session) -> None:
    assert client.submit("/sign-in", {"email": "ada@example.org\r\nBcc: bo@example.org"}).status_code == 422
    assert db.scalars(select(func.count(SignInCode.id))).one() == 0


def test_a_name_must_be_there_and_short(client: Client, db: Session) -> None:
    for name in ("", "  ", "\x00\x07", "\u200b", "x" * 10_000):
        answer = client.submit("/register", {"name": name, "email": "new.elm@example.org"})
        assert answer.status_code == 422
        assert 'value="new.elm@example.org"' in answer.text
    assert db.scalars(select(func.count(SignInCode.id))).one() == 0


def test_bytes_that_are_no_utf8_are_no_500(client: Client) -> None:
    body = f"csrf_token={client.token()}&name=%FF%FE&email=%C3%28@example.org".encode()
    answer = client.post("/register", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (303, 422)


def test_next_does_not_lead_off_this_site(client: Client, db: Session) -> None:
    for place, wanted in enumerate(
        (
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "javascript:alert(1)",
            "/x\r\nSet-Cookie: a=b",
            "evil",
        )
    ):
        make.person(db, f"Guest {place}", email=f"guest{place}@example.org")
        client.be(None)
        assert "evil" not in client.get("/sign-in", query_string={"next": wanted}).text
        client.submit("/sign-in", {"email": f"guest{place}@example.org", "next": wanted})
        answer = client.submit("/sign-in/code", {"code": post.code(db, f"guest{place}@example.org")})
        assert (answer.status_code, answer.location) == (303, "/")
        assert client.get("/sign-in", query_string={"next": wanted}).location == "/"


def test_a_guest_who_wanted_something_gets_there(client: Client, db: Session, people: Cast) -> None:
    assert client.get("/account?x=1").location == "/sign-in?next=/account?x%3D1"
    client.submit("/sign-in", {"email": "cy.reed@example.org", "next": "/account?x=1"})
    assert client.submit("/sign-in/code", {"code": post.code(db, "cy.reed@example.org")}).location == "/account?x=1"


def test_a_form_without_its_token_or_from_another_site_is_refused(client: Client, db: Session) -> None:
    data = {"email": "ada.oak@example.org", "name": "Ada", "code": "123456", "password": "0123456789"}
    for path in ("/sign-in", "/register", "/sign-in/code", "/sign-in/name", "/sign-in/password", "/sign-out"):
        assert client.post(path, data=data).status_code == 400
        assert client.post(path, data={**data, "csrf_token": "forged"}).status_code == 400
        assert client.submit(path, data, headers={"Origin": "https://evil.example"}).status_code == 400
    assert db.scalars(select(func.count(SignInCode.id))).one() == 0


def test_the_later_pages_lead_back_to_the_start_without_a_beginning(client: Client) -> None:
    for path, data in (("/sign-in/code", {"code": "123456"}), ("/sign-in/name", {"name": "Ada"})):
        assert client.get(path).location == "/sign-in"
        assert client.submit(path, data).location == "/sign-in"
