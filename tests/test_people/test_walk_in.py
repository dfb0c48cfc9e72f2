"""A name alone lets one in, where the conference takes that: who, how often, and what it does not open."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.feeds.models import FeedToken
from barcamp.people.models import Device, Person
from barcamp.people.routes import walk_in as pages
from barcamp.wall.models import Note, Star
from barcamp.web import honeypot
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.test_people.test_sign_in import fresh

DOOR = "/camp/walk-in"


def stamp(app: Flask, ago: timedelta = timedelta(seconds=10)) -> dict[str, str]:
    """What the trap in the form sends along for a form shown some time ago."""
    with app.test_request_context("/"), time_machine.travel(make.NOW - ago, tick=False):
        return {"form_shown": honeypot.stamp(), "website": ""}


def come_in(client: Client, name: str = "Mia", **more: str) -> Person:
    """Walk in as a person would."""
    answer = client.submit(DOOR, {"name": name, **stamp(client.application), **more})
    assert answer.status_code == 303, answer.text
    db: Session = client.application.extensions["test_session"]
    return db.scalars(select(Person).where(Person.name == name)).one()


def walk_ins(db: Session) -> int:
    return db.scalars(select(func.count(Person.id)).where(Person.email.is_(None))).one()


def test_a_name_is_enough_to_post_and_to_star(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo)
    answer = client.submit(DOOR, {"name": "  Mia\x00 Fern ", "next": "/camp/wall/new", **stamp(client.application)})
    assert (answer.status_code, answer.location) == (303, "/camp/wall/new")
    assert "Welcome, Mia Fern!" in client.get("/camp/wall/new").text
    [mia] = db.scalars(select(Person).where(Person.email.is_(None)))
    assert (mia.name, mia.is_walk_in, mia.password_hash) == ("Mia Fern", True, None)
    client.submit("/camp/wall/notes", {"title": "Kites", "format": "talk", "length": "1"})
    client.submit(f"/camp/notes/{note.id}/star")
    assert db.scalars(select(Note.title).where(Note.author_id == mia.id)).all() == ["Kites"]
    assert db.scalars(select(Star.person_id)).all() == [mia.id]


def test_a_guest_who_wants_to_post_or_star_is_asked_for_a_name_and_goes_on_from_there(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    note = make.note(db, camp, people.bo)
    assert client.get("/camp/wall/new").location == "/camp/walk-in?next=/camp/wall/new"
    page = BeautifulSoup(client.get("/camp/wall").text, "html.parser")
    star = page.select_one("a.star")
    assert star is not None and star["href"] == f"/camp/walk-in?next=/camp/notes/{note.id}"
    page = BeautifulSoup(client.get(str(star["href"])).text, "html.parser")
    by_mail = page.select_one("main p.section a")
    assert by_mail is not None and by_mail["href"] == f"/sign-in?next=/camp/notes/{note.id}"
    posted = fresh(client.application).submit(
        f"/camp/notes/{note.id}/star", headers={"Referer": "http://localhost/camp/wall"}
    )
    assert posted.location == "/camp/walk-in?next=/camp/wall"


def test_a_program_gets_its_401_as_ever(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo)
    token = {"X-CSRF-Token": client.token(), "Accept": "application/json"}
    assert client.put(f"/camp/notes/{note.id}/star", headers=token).status_code == 401


def test_where_walk_ins_are_not_taken_one_signs_in(client: Client, db: Session, people: Cast) -> None:
    camp = make.conference(db, people.ada, walk_ins=False)
    note = make.note(db, camp, people.bo)
    assert client.get("/camp/wall/new").location == "/sign-in?next=/camp/wall/new"
    assert client.get(DOOR).location == "/sign-in?next=/camp/wall"
    assert client.submit(DOOR, {"name": "Mia", **stamp(client.application)}).location == "/sign-in?next=/camp/wall"
    page = BeautifulSoup(client.get("/camp/wall").text, "html.parser")
    star = page.select_one("a.star")
    assert star is not None and star["href"] == f"/sign-in?next=/camp/notes/{note.id}"
    assert walk_ins(db) == 0


def test_who_is_signed_in_goes_straight_on(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    for who in (people.bo, make.walk_in(db, "Mia")):
        client.be(who)
        assert client.get(DOOR + "?next=/camp/me").location == "/camp/me"
        assert client.submit(DOOR, {"name": "Again", "next": "//evil.example"}).location == "/camp/wall"
    assert walk_ins(db) == 1


@pytest.mark.parametrize("name", ["", "  ", "\x00\u200b", "x" * 81, "\u202e" * 3])
def test_a_name_that_is_none_is_asked_for_again(client: Client, db: Session, camp: Conference, name: str) -> None:
    answer = client.submit(DOOR, {"name": name, **stamp(client.application)})
    assert (answer.status_code, walk_ins(db)) == (422, 0)


def test_who_is_too_quick_or_fills_in_what_nobody_sees_reads_why_and_keeps_the_name(
    client: Client, db: Session, camp: Conference
) -> None:
    shown = stamp(client.application, timedelta(seconds=1))
    for trap, words in (
        (shown, "That was quick! Please press the button once more."),
        ({**shown, "website": "x"}, "A field that people do not see was filled in."),
        ({}, "This form was open for a very long time."),
    ):
        answer = client.submit(DOOR, {"name": "Mia", "next": "/camp/me", **trap})
        page = BeautifulSoup(answer.text, "html.parser")
        kept = {str(field["name"]): field.get("value", "") for field in page.select("main input[name]")}
        assert (answer.status_code, words in answer.text) == (422, True)
        assert (kept["name"], kept["next"], kept["website"]) == ("Mia", "/camp/me", "")
    assert walk_ins(db) == 0
    with time_machine.travel(make.NOW + timedelta(seconds=3)):  # the very same form, pressed once more
        assert client.submit(DOOR, {"name": "Mia", **shown}).status_code == 303


def test_a_form_of_another_site_lets_nobody_in(client: Client, db: Session, camp: Conference) -> None:
    typed = {"name": "Mia", **stamp(client.application)}
    assert client.post(DOOR, data=typed).status_code == 400
    assert client.submit(DOOR, typed, headers={"Origin": "https://evil.example"}).status_code == 400
    assert walk_ins(db) == 0


def test_a_whole_venue_walks_in_behind_one_address_and_a_cookie_that_is_sent_again_does_not(
    client: Client, db: Session, camp: Conference
) -> None:
    typed = {"name": "Mia", **stamp(client.application), "csrf_token": client.token()}
    cookie = client.get_cookie("barcamp_form")
    assert cookie is not None
    statuses = []
    for _again in range(pages.PER_COOKIE.count + 1):
        program = fresh(client.application)
        program.set_cookie("barcamp_form", cookie.value)
        statuses.append(program.post(DOOR, data=typed).status_code)
    assert statuses == [303] * pages.PER_COOKIE.count + [429]

    with client.application.app_context():
        pages.PER_ADDRESS.spend("127.0.0.1", times=pages.PER_ADDRESS.count - pages.PER_COOKIE.count)
    stranger = fresh(client.application)
    answer = stranger.submit(DOOR, typed)
    assert (answer.status_code, int(answer.headers["Retry-After"]) <= 2) == (429, True)
    assert stranger.submit(DOOR, typed, environ_overrides={"REMOTE_ADDR": "10.1.1.1"}).status_code == 303


def test_a_household_has_one_network_of_ipv6_addresses(client: Client) -> None:
    found = [
        pages._network(one) for one in ("10.0.0.7", "2001:db8:1:2::3", "2001:db8:1:2:ffff::", "2001:db8:1:3::", "x")
    ]
    assert found == ["10.0.0.7", "2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1:3::/64", ""]


def test_walking_in_starts_a_new_form_cookie_and_a_new_device(client: Client, db: Session, camp: Conference) -> None:
    client.set_cookie("barcamp_device", "planted by somebody")
    with client.session_transaction() as kept:
        kept["csrf_token"] = "planted"
    mia = come_in(client)
    cookie = client.get_cookie("barcamp_device")
    with client.session_transaction() as kept:
        assert kept.get("csrf_token") != "planted"
    assert cookie is not None and cookie.value != "planted by somebody"
    assert db.scalars(select(Device.person_id)).all() == [mia.id]


OWN_AFFAIRS = ["/account", "/account/claim", "/account/erase", "/account/export", "/camp/me", "/camp/subscribe"]
NEEDS_AN_ADDRESS = [
    "/conferences/new",
    "/camp/register",
    "/camp/register/cancel",
    "/camp/organize/",
    "/account/email/code",
]


def test_a_walk_in_has_their_own_affairs_and_is_led_to_add_an_address_for_the_rest(
    client: Client, db: Session, camp: Conference
) -> None:
    client.be(make.walk_in(db, "Mia"))
    assert [client.get(path).status_code for path in OWN_AFFAIRS] == [200] * len(OWN_AFFAIRS)
    assert [client.get(path).location for path in NEEDS_AN_ADDRESS] == [
        f"/account/claim?next={path}" for path in NEEDS_AN_ADDRESS
    ]
    assert "Some things need more than a name" in client.get("/account/claim?next=/camp/register").text
    for path in ("/account/password", "/account/email", "/camp/register", "/conferences/new"):
        assert client.submit(path, {"password": "long enough 1", "email": "a@example.org"}).location == "/account/claim"
    program = {"Accept": "application/json"}
    refused = client.get("/camp/organize/", headers=program)
    assert (refused.status_code, "needs an e-mail address" in refused.get_json()["error"]) == (403, True)


def test_their_account_page_speaks_of_no_mail_and_says_what_signing_out_costs(
    client: Client, db: Session, camp: Conference
) -> None:
    client.be(make.walk_in(db, "Mia"))
    page = BeautifulSoup(client.get("/account").text, "html.parser")
    headings = [one.get_text(" ", strip=True) for one in page.select("main h2")]
    assert headings == ["Name", "Where you are signed in", "News", "Your data"]
    header = page.select_one(".site-header")
    assert header is not None and "Keep my notes" in header.text and "Sign out" not in header.text
    confirmed = [one["data-confirm"] for one in page.select("main form[data-confirm]")]
    assert len(confirmed) == 1 and "Nobody can sign in as Mia again" in str(confirmed[0])


def test_a_walk_in_may_rename_subscribe_export_and_leave(client: Client, db: Session, camp: Conference) -> None:
    mia = make.walk_in(db, "Mia")
    client.be(mia)
    client.submit("/account/name", {"name": "Mia Fern"})
    client.submit("/camp/subscribe/links", {"label": "Phone"})
    assert [link.person_id for link in db.scalars(select(FeedToken))] == [mia.id]
    assert client.get("/account/export").get_json()["person"] == {
        "name": "Mia Fern", "email": None, "has_password": False, "created_at": "2026-11-21T18:00:00+00:00",
    }  # fmt: skip
    client.submit("/account/erase", {"word": "erase"})
    assert (mia.name, mia.is_erased, mia.is_walk_in) == ("", True, False)


def test_once_a_conference_takes_no_walk_ins_any_more_they_add_an_address(
    client: Client, db: Session, people: Cast
) -> None:
    camp = make.conference(db, people.ada, walk_ins=False)
    note = make.note(db, camp, people.bo)
    client.be(make.walk_in(db, "Mia"))
    assert client.get("/camp/wall/new").location == "/account/claim?next=/camp/wall/new"
    star = client.submit(f"/camp/notes/{note.id}/star", headers={"Referer": "http://localhost/camp/wall"})
    assert star.location == "/account/claim?next=/camp/wall"
    assert client.get("/account").status_code == 200
    assert note.star_count == 0
