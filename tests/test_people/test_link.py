"""The one-time link: a button to look at, one press to get in, then a friendly page."""

from __future__ import annotations

from datetime import timedelta

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.people import codes
from barcamp.people.models import Device, Person, SignInCode
from barcamp.web.clock import utcnow
from tests.conftest import Client
from tests.people import Cast
from tests.test_people import post
from tests.test_people.test_sign_in import fresh

BO = "bo.finch@example.org"


def link_for(store: Store, email: str, **given: object) -> str:
    with store.writing() as db:
        return "/sign-in/link/" + codes.make_link(db, email, now=utcnow(), **given)  # type: ignore[arg-type]


def test_looking_at_a_link_shows_one_button_and_uses_nothing(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO, "next": "/account"})
    link = post.link(db, BO)
    page = client.get(link)
    assert (page.status_code, "Bo Finch" in page.text, BO in page.text) == (200, True, True)
    assert client.get(link).text == page.text
    main = BeautifulSoup(page.text, "html.parser").main
    assert main is not None
    assert [button.get_text(strip=True) for button in main.find_all("button")] == ["Sign in"]
    assert client.head(link).status_code == 200
    assert db.scalars(select(func.count(Device.id))).one() == 0

    answer = client.post(link)  # no form token: the address is the secret
    assert (answer.status_code, answer.location) == (303, "/account")
    assert client.get("/account").status_code == 200


def test_a_used_link_is_gone_for_others_and_harmless_for_who_used_it(
    client: Client, app: Flask, store: Store, db: Session, people: Cast
) -> None:
    link = link_for(store, BO, next_path="/account")
    client.post(link)
    again = client.post(link)
    assert (again.status_code, again.location) == (303, "/account")
    other = fresh(app)
    for answer in (other.get(link), other.post(link)):
        assert answer.status_code == 410
        assert "/sign-in" in answer.text
    assert db.scalars(select(func.count(Device.id))).one() == 1


def test_a_request_from_another_site_uses_no_link(client: Client, store: Store, people: Cast) -> None:
    link = link_for(store, BO)
    assert client.post(link, headers={"Origin": "https://evil.example"}).status_code == 400
    assert client.post(link, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert client.post(link).status_code == 303


def test_links_that_never_were_or_are_too_old_are_gone(client: Client, store: Store, people: Cast) -> None:
    old = link_for(store, BO, lives=timedelta(0))
    for link in (old, "/sign-in/link/x", "/sign-in/link/" + "é" * 500, "/sign-in/link/%00"):
        assert (client.get(link).status_code, client.post(link).status_code) == (410, 410)


def test_a_link_for_a_new_person_makes_them_or_asks_for_a_name(client: Client, store: Store, db: Session) -> None:
    assert client.post(link_for(store, "new.elm@example.org", name="New Elm")).location == "/"
    assert [person.name for person in db.scalars(select(Person))] == ["New Elm"]
    answer = client.post(link_for(store, "late.yew@example.org", next_path="/account"))
    assert answer.location == "/sign-in/name"
    assert client.submit("/sign-in/name", {"name": "Late Yew"}).location == "/account"


def test_a_link_signs_out_who_was_signed_in_before(client: Client, store: Store, db: Session, people: Cast) -> None:
    client.be(people.ada)
    client.post(link_for(store, BO))
    assert "Bo Finch" in client.get("/account").text
    assert [device.person_id for device in db.scalars(select(Device))] == [people.bo.id]


def test_a_dead_code_leaves_the_link_of_the_letter_alive(client: Client, db: Session, people: Cast) -> None:
    client.submit("/sign-in", {"email": BO})
    right = post.code(db, BO)
    for _ in range(6):
        client.submit("/sign-in/code", {"code": post.other_than(right)})
    assert client.post(post.link(db, BO)).location == "/"


def test_the_link_itself_is_not_in_the_database(client: Client, store: Store, db: Session, people: Cast) -> None:
    token = link_for(store, BO).rpartition("/")[2]
    row = vars(db.scalars(select(SignInCode)).one()).values()
    assert token.encode() not in [value for value in row if isinstance(value, bytes)]
    assert token not in [value for value in row if isinstance(value, str)]


def test_a_thousand_links_take_one_transaction(store: Store, db: Session) -> None:
    with store.writing() as writing:
        tokens = {codes.make_link(writing, f"p{n}@example.org", name="P", now=utcnow()) for n in range(1000)}
    assert len(tokens) == db.scalars(select(func.count(SignInCode.id))).one() == 1000
