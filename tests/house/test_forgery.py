"""Forged requests, stolen and stale sign-ins, other people's ids: refused, and nothing is changed by them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.people.models import Device
from barcamp.web.guard import COOKIE, token_hash
from tests.conftest import Client
from tests.house.bad_values import rows
from tests.house.furnished import House, furnish
from tests.house.rules import Route, routes
from tests.test_people import post

EMAIL = "camp-c@example.org"  # the attendee's

#: What a forged request carries: which token ("own", "another", ""), and which headers.
FORGERIES: dict[str, tuple[str, dict[str, str]]] = {
    "no token": ("", {}),
    "the token of another browser": ("another", {}),
    "a token that is none": ("garbage", {}),
    "another site": ("own", {"Origin": "https://evil.example"}),
    "another port": ("own", {"Origin": "http://localhost:1"}),
    "a sandbox": ("own", {"Origin": "null"}),
    "no origin that one could read": ("own", {"Origin": "http://[evil"}),
    "the browser says so": ("own", {"Sec-Fetch-Site": "cross-site"}),
    "a neighbour's subdomain": ("own", {"Sec-Fetch-Site": "same-site"}),
}
#: Their secret stands in the address, and what asks has no form token: a letter's link, a mail program.
BY_SECRET = ("POST /sign-in/link/<token>", "POST /news/unsubscribe/<token>")


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_request_changes_nothing(app: Flask, db: Session, client: Client, house: House, forgery: str) -> None:
    which, headers = FORGERIES[forgery]
    token = {"own": client.be(house.organizer).token(), "another": another_browsers_token(app), "garbage": "x"}
    before = rows(db)
    asked = {
        str(route): client.open(
            route.address(app, house.names),
            method=route.method,
            headers={**headers, **({"X-CSRF-Token": token[which]} if which else {})},
        ).status_code
        for route in routes(app)
        if route.writes and not (str(route) in BY_SECRET and not headers)
    }
    assert asked == dict.fromkeys(asked, 400)
    assert rows(db) == before


def test_the_link_alone_needs_no_token(app: Flask, db: Session, client: Client, house: House) -> None:
    asked = client.post(f"/sign-in/link/{house.names['people.link']}")
    assert (asked.status_code, asked.location) == (303, "/")


def another_browsers_token(app: Flask) -> str:
    other = app.test_client()
    assert isinstance(other, Client)
    return other.token()


# ---- who is signed in -----------------------------------------------------------------------------------------------


def test_a_planted_cookie_is_never_taken_over(app: Flask, db: Session, client: Client, house: House) -> None:
    planted = uuid4().hex
    client.set_cookie(COOKIE, planted)
    client.submit("/sign-in", {"email": EMAIL})
    before = form_secret(client)
    client.submit("/sign-in/code", {"code": post.code(db, EMAIL)})
    assert client.get("/account").status_code == 200
    assert cookie(client) != planted
    assert form_secret(client) != before
    assert db.scalars(select(Device).where(Device.token_hash == token_hash(planted))).all() == []


@pytest.mark.parametrize("end", ["/sign-out", "/account/sign-out-everywhere", "/account/erase"])
def test_an_old_cookie_is_worth_nothing(app: Flask, client: Client, house: House, end: str) -> None:
    stolen = cookie(client.be(house.attendee))
    assert client.submit(end, {"word": "erase"}).status_code == 303
    client.set_cookie(COOKIE, stolen)
    assert client.get("/account").status_code == 303
    assert client.submit("/camp/wall/notes", {"title": "Still here"}).status_code == 401
    assert client.get("/camp/wall?q=Still").text.count("Still here") == 0


def test_signing_out_everywhere_ends_the_other_browser(app: Flask, client: Client, house: House) -> None:
    other = app.test_client()
    assert isinstance(other, Client)
    other.be(house.attendee)
    client.be(house.attendee).submit("/account/sign-out-everywhere")
    assert (other.get("/account").status_code, client.get("/account").status_code) == (401, 303)


def test_a_new_sign_in_ends_the_one_before_on_this_browser(
    app: Flask, db: Session, client: Client, house: House
) -> None:
    old = cookie(client.be(house.organizer))
    client.post(f"/sign-in/link/{house.names['people.link']}")
    assert client.get("/account/export").get_json()["person"]["email"] == EMAIL
    client.set_cookie(COOKIE, old)
    assert client.get("/account").status_code == 303


def test_five_guesses_and_the_right_code_is_dead(db: Session, client: Client, house: House) -> None:
    client.submit("/sign-in", {"email": EMAIL})
    right = post.code(db, EMAIL)
    tried = [client.submit("/sign-in/code", {"code": post.other_than(right)}).status_code for _ in range(5)]
    assert (tried, client.submit("/sign-in/code", {"code": right}).status_code) == ([422] * 5, 422)
    assert client.get("/account").status_code == 303


def test_a_code_is_for_its_address_and_its_purpose(db: Session, client: Client, house: House) -> None:
    client.submit("/sign-in", {"email": EMAIL})
    mine = post.code(db, EMAIL)
    with client.session_transaction() as kept:
        kept["signing_in"] = "camp-a@example.org"
    assert client.submit("/sign-in/code", {"code": mine}).status_code == 422

    client.be(house.stranger).submit("/account/email", {"email": "new@example.org"})
    proof = post.code(db, "new@example.org")
    client.be(None)
    with client.session_transaction() as kept:
        kept["signing_in"] = "new@example.org"
    assert client.submit("/sign-in/code", {"code": proof}).status_code == 422
    client.be(house.attendee)
    with client.session_transaction() as kept:
        kept["new_address"] = "new@example.org"
    assert client.submit("/account/email/code", {"code": proof}).status_code == 422


def test_two_tabs_are_one_sign_in(app: Flask, db: Session, client: Client, house: House) -> None:
    """The first tab asks, the second asks again: the newest letter counts, and pressing twice signs in once."""
    client.submit("/sign-in", {"email": EMAIL})
    first = post.code(db, EMAIL)
    client.submit("/sign-in", {"email": EMAIL})
    second = post.code(db, EMAIL)
    if first != second:
        assert client.submit("/sign-in/code", {"code": first}).status_code == 422
    assert client.submit("/sign-in/code", {"code": second}).status_code == 303
    signed_in = cookie(client)
    assert client.submit("/sign-in/code", {"code": second}).status_code == 303  # the other tab, a moment later
    assert cookie(client) == signed_in


# ---- whose it is ----------------------------------------------------------------------------------------------------


def test_the_organizer_of_another_conference_is_nobody_here(
    app: Flask, db: Session, client: Client, house: House
) -> None:
    rival = furnish(app, db, "other").organizer
    assert touched(app, db, client.be(rival), house, {"organizer", "helper"}) == {403}


def test_another_attendee_reaches_nothing_of_mine(app: Flask, db: Session, client: Client, house: House) -> None:
    names = house.names
    hidden = house.notes[3].id
    client.be(house.stranger)
    before = rows(db)
    asked = {
        address: client.submit(address, {"title": "Mine now"}).status_code
        for address in (
            f"/camp/notes/{names['note_id']}/edit",
            f"/camp/notes/{names['note_id']}/withdraw",
            f"/camp/notes/{names['note_id']}/restore",
            f"/camp/notes/{hidden}/edit",
            f"/camp/notes/{hidden}/star",
            f"/camp/subscribe/links/{names['link_id']}/revoke",
            f"/account/devices/{names['device_id']}/end",
        )
    }
    assert list(asked.values()) == [403, 403, 403, 404, 404, 404, 404]
    assert client.get(f"/camp/notes/{names['note_id']}/edit").status_code == 403
    assert client.get(f"/camp/notes/{hidden}").status_code == 404
    assert rows(db) == before


def test_an_organizer_cannot_act_as_an_attendee(app: Flask, db: Session, client: Client, house: House) -> None:
    names = house.names
    client.be(house.organizer)
    before = rows(db)
    asked = [
        client.submit(address).status_code
        for address in (
            f"/camp/notes/{names['note_id']}/withdraw",
            f"/camp/subscribe/links/{names['link_id']}/revoke",
            f"/account/devices/{names['device_id']}/end",
        )
    ]
    assert (asked, rows(db)) == ([403, 404, 404], before)


def touched(app: Flask, db: Session, client: Client, house: House, guards: set[str]) -> set[int]:
    """The answers to every request behind these guards; none of them may have changed a row."""
    before = rows(db)
    found = {answer(app, client, route, house) for route in routes(app) if route.guard in guards}
    assert rows(db) == before
    return found


def answer(app: Flask, client: Client, route: Route, house: House) -> int:
    address, headers = route.address(app, house.names), {"X-CSRF-Token": client.token()}
    return client.open(address, method=route.method, headers=headers).status_code


def cookie(client: Client) -> str:
    found = client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def form_secret(client: Client) -> str | None:
    with client.session_transaction() as kept:
        found: str | None = kept.get("csrf_token")
    return found
