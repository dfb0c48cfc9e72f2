"""Adding an address to a name: by claiming it, and by any ordinary way of signing in on the walk-in's browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people import codes, passwords
from barcamp.people.models import Device, Person
from barcamp.wall.models import Note
from barcamp.web.clock import utcnow
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.test_people import post
from tests.test_people.test_sign_in import fresh

BO = "bo.finch@example.org"
NEW = "mia.fern@example.org"


@pytest.fixture
def mia(db: Session, camp: Conference, people: Cast, client: Client) -> Person:
    """A walk-in at this client's browser, with two notes and a star."""
    made = make.walk_in(db, "Mia")
    for title in ("Kites", "Kayaks"):
        make.note(db, camp, made, title)
    make.note(db, camp, people.cy, "Bread", stars=[made])
    client.be(made)
    return made


def authors(db: Session) -> set[int | None]:
    return set(db.scalars(select(Note.author_id).where(Note.title.in_(("Kites", "Kayaks")))))


def claim(client: Client, db: Session, email: str, **more: str) -> str:
    """Go through both pages; returns where one ends up."""
    assert client.submit("/account/claim", {"email": email, **more}).location == "/account/claim/code"
    assert email in client.get("/account/claim/code").text
    answer = client.submit("/account/claim/code", {"code": post.code(db, email)})
    assert answer.status_code == 303
    return answer.location


def test_a_new_address_makes_the_walk_in_somebody_for_good(client: Client, db: Session, mia: Person) -> None:
    before = client.get_cookie("barcamp_device")
    assert claim(client, db, NEW, next="/camp/register") == "/camp/register"
    page = client.get("/camp/register")
    assert (page.status_code, f"{NEW} is yours now" in page.text) == (200, True)
    assert (mia.email, mia.email_key, mia.is_walk_in, mia.name) == (NEW, NEW, False, "Mia")
    assert authors(db) == {mia.id}
    after = client.get_cookie("barcamp_device")
    assert before is not None and after is not None and before.value != after.value
    assert db.scalars(select(func.count(Device.id))).one() == 1
    assert client.get("/account/claim").location == "/account"


def test_the_address_of_an_account_brings_everything_there(
    client: Client, db: Session, mia: Person, people: Cast
) -> None:
    assert claim(client, db, BO) == "/account"
    page = client.get("/account").text
    assert ("Bo Finch" in page, "What you did here came along: 2 notes and 1 star." in page) == (True, True)
    assert (authors(db), mia.name, mia.is_erased) == ({people.bo.id}, "", True)
    assert [device.person_id for device in db.scalars(select(Device))] == [people.bo.id]


def test_a_known_and_an_unknown_address_get_the_same_answer_and_the_same_letter(
    client: Client, app: Flask, db: Session, mia: Person, camp: Conference
) -> None:
    other = fresh(app).be(make.walk_in(db, "Mia"))
    known, unknown = client.submit("/account/claim", {"email": BO}), other.submit("/account/claim", {"email": NEW})
    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)
    pages = [one.get("/account/claim/code").text.replace(email, "…") for one, email in ((client, BO), (other, NEW))]
    assert without_tokens(pages[0]) == without_tokens(pages[1])
    letters = [post.letters(db, email)[-1] for email in (BO, NEW)]
    texts = [letter.text.replace(post.code(db, letter.to_address), "…") for letter in letters]
    assert (texts[0], letters[0].subject) == (texts[1], letters[1].subject)


def without_tokens(page: str) -> str:
    found = BeautifulSoup(page, "html.parser")
    for field in found.select('[name="csrf_token"], [name="csrf-token"]'):
        field.decompose()
    return str(found.main)


def test_the_letter_does_not_repeat_a_name_that_anybody_could_give(
    client: Client, db: Session, camp: Conference
) -> None:
    client.be(make.walk_in(db, "Buy at spam.example")).submit("/account/claim", {"email": NEW})
    [letter] = post.letters(db, NEW)
    assert "spam" not in letter.text + letter.subject


def test_a_wrong_code_proves_nothing(client: Client, db: Session, mia: Person) -> None:
    client.submit("/account/claim", {"email": BO})
    wrong = post.other_than(post.code(db, BO))
    for _guess in range(codes.MOST_GUESSES):
        assert client.submit("/account/claim/code", {"code": wrong}).status_code == 422
    assert client.submit("/account/claim/code", {"code": post.code(db, BO)}).status_code == 422
    assert (authors(db), mia.is_walk_in) == ({mia.id}, True)


def test_a_code_that_one_walk_in_asked_for_is_of_no_use_to_another(
    client: Client, app: Flask, db: Session, mia: Person
) -> None:
    client.submit("/account/claim", {"email": BO})
    thief = fresh(app).be(make.walk_in(db, "Rat"))
    with thief.session_transaction() as kept:
        kept["claiming"] = {"email": BO, "next": "/"}
    assert thief.submit("/account/claim/code", {"code": post.code(db, BO)}).status_code == 422
    assert mia.is_walk_in


def test_the_pages_are_for_walk_ins_and_in_their_order(client: Client, people: Cast, mia: Person) -> None:
    assert client.get("/account/claim/code").location == "/account/claim"
    assert client.submit("/account/claim/code", {"code": "123456"}).location == "/account/claim"
    for typed in ("", "nobody", "x" * 300 + "@example.org", "a@b@c"):
        assert client.submit("/account/claim", {"email": typed}).status_code == 422
    client.be(people.bo)
    assert client.get("/account/claim?next=/camp/register").location == "/camp/register"
    assert client.submit("/account/claim", {"email": NEW}).location == "/account"
    client.be(None)
    assert client.get("/account/claim").location == "/sign-in?next=/account/claim"


def test_signing_in_by_code_on_the_walk_ins_browser_brings_all_along(
    client: Client, db: Session, mia: Person, people: Cast
) -> None:
    page = BeautifulSoup(client.get("/sign-in?next=/camp/me").text, "html.parser")
    told = page.select_one("main .callout")
    assert told is not None and "2 notes and 1 star, by Mia in this browser" in " ".join(told.text.split())
    client.submit("/sign-in", {"email": BO, "next": "/camp/me"})
    assert client.submit("/sign-in/code", {"code": post.code(db, BO)}).location == "/camp/me"
    assert "What you did here came along: 2 notes and 1 star." in client.get("/camp/me").text
    assert (authors(db), mia.is_erased) == ({people.bo.id}, True)


def test_signing_in_with_a_password_does_too(client: Client, db: Session, mia: Person, people: Cast) -> None:
    people.bo.password_hash = passwords.make_hash("correct horse battery")
    db.flush()
    client.submit("/sign-in/password", {"email": BO, "password": "correct horse battery"})
    assert (authors(db), mia.is_erased) == ({people.bo.id}, True)


def test_registering_makes_a_new_account_of_what_the_walk_in_did(client: Client, db: Session, mia: Person) -> None:
    client.submit("/sign-in", {"email": NEW})
    assert client.submit("/sign-in/code", {"code": post.code(db, NEW)}).location == "/sign-in/name"
    field = BeautifulSoup(client.get("/sign-in/name").text, "html.parser").select_one("#name")
    assert field is not None and field["value"] == "Mia"
    client.submit("/sign-in/name", {"name": "Mia Fern"})
    made = db.scalars(select(Person).where(Person.email == NEW)).one()
    assert (authors(db), made.name, mia.is_erased) == ({made.id}, "Mia Fern", True)


def test_a_link_says_whom_it_signs_in_and_what_comes_along_before_the_button_is_pressed(
    client: Client, store: Store, db: Session, mia: Person, people: Cast
) -> None:
    """Somebody may send a link to an account of theirs, to get hold of a walk-in's notes."""
    with store.writing() as session:
        link = "/sign-in/link/" + codes.make_link(session, BO, lives=timedelta(hours=1), now=utcnow())
    page = BeautifulSoup(client.get(link).text, "html.parser")
    told = " ".join(page.select_one("main").text.split())  # type: ignore[union-attr]
    assert "2 notes and 1 star, by Mia in this browser, will belong to the account you sign in with." in told
    assert "Sign in with an address of your own only." in told
    assert [one.text for one in page.select("main button")] == ["That was not me", f"Sign in as {BO}"]
    assert authors(db) == {mia.id}
    client.post(link)
    assert authors(db) == {people.bo.id}


def test_who_was_not_the_walk_in_leaves_them_behind(client: Client, db: Session, mia: Person, people: Cast) -> None:
    client.submit("/sign-out")
    client.submit("/sign-in", {"email": BO})
    client.submit("/sign-in/code", {"code": post.code(db, BO)})
    assert (authors(db), mia.is_walk_in, db.scalars(select(Device.person_id)).all()) == (
        {mia.id}, True, [people.bo.id],
    )  # fmt: skip


def test_a_second_press_of_the_button_is_harmless(client: Client, db: Session, mia: Person, people: Cast) -> None:
    old = client.get_cookie("barcamp_device")
    claim(client, db, BO)
    again = client.submit("/account/claim/code", {"code": "123456"})
    assert (again.status_code, again.location) == (303, "/account")
    assert old is not None
    client.set_cookie("barcamp_device", old.value)
    assert client.get("/account").location == "/sign-in?next=/account"
    assert authors(db) == {people.bo.id}
