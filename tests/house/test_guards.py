"""Every route says who may use it, and what it says holds."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.schedule import queries as schedule
from barcamp.schedule.models import Placement
from barcamp.tables import Base
from tests import make
from tests.conftest import Client
from tests.house.furnished import House, furnish
from tests.house.rules import Route, routes

GUARDS = {"anyone", "named", "signed_in", "organizer", "helper"}

# Routes that change something and ask nobody who they are, each with its reason.
OPEN_TO_ALL = {
    "POST /register": "nobody has an account before this",
    "POST /sign-in": "one is not signed in before signing in",
    "POST /sign-in/code": "the code is the proof",
    "POST /sign-in/link/<token>": "the link is the proof",
    "POST /sign-in/name": "the form cookie holds the proof just given",
    "POST /sign-in/password": "the password is the proof",
    "POST /sign-out": "signing out twice is signing out once",
    "POST /<slug:slug>/walk-in": "a name is all it asks for",
    "POST /news/unsubscribe/<token>": "the secret in the letter is the proof (RFC 8058)",
}


def test_every_route_has_a_guard(app: Flask) -> None:
    bare = [str(route) for route in routes(app) if route.guard not in GUARDS]
    assert bare == [], "put @anyone, @named, @signed_in, @helper or @organizer (barcamp/web/guard.py) under the route"


def test_what_changes_something_knows_who_asks(app: Flask) -> None:
    found = {str(route) for route in routes(app) if route.writes and route.guard == "anyone"}
    assert found == set(OPEN_TO_ALL)


def test_the_team_pages_are_below_a_conference(app: Flask) -> None:
    """A role is held at the conference in the address, so there has to be one."""
    assert [
        str(route) for route in routes(app) if route.guard in ("organizer", "helper") and "slug" not in route.arguments
    ] == []


def test_a_guest_is_led_to_sign_in(app: Flask, client: Client, house: House) -> None:
    asked = {route: ask(client.be(None), route, app, house) for route in routes(app) if route.guard != "anyone"}
    assert asked == dict.fromkeys(asked, 303)


def test_a_guest_program_is_told_401(app: Flask, client: Client, house: House) -> None:
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    asked = {route: ask(client.be(None), route, app, house) for route in routes(app) if route.guard != "anyone"}
    assert asked == dict.fromkeys(asked, 401)


def test_a_walk_in_is_led_to_add_an_address_where_a_name_is_not_enough(
    app: Flask, client: Client, house: House
) -> None:
    asked = [route for route in routes(app) if route.guard in ("signed_in", "organizer", "helper")]
    led = {route: ask(client.be(house.walk_in), route, app, house) for route in asked}
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    told = {route: ask(client.be(house.walk_in), route, app, house) for route in asked}
    assert (led, told) == (dict.fromkeys(asked, 303), dict.fromkeys(asked, 403))


def test_a_stranger_reaches_no_page_of_the_team(app: Flask, client: Client, house: House) -> None:
    asked = {
        route: ask(client.be(house.stranger), route, app, house)
        for route in routes(app)
        if route.guard in ("organizer", "helper")
    }
    assert asked == dict.fromkeys(asked, 403)


def test_a_helper_reaches_the_helpers_pages_alone(app: Flask, client: Client, house: House) -> None:
    asked = {
        route: ask(client.be(house.helper), route, app, house) in (401, 403)
        for route in routes(app)
        if route.guard in ("organizer", "helper")
    }
    assert asked == {route: route.guard == "organizer" for route in asked}


def test_an_organizer_sees_every_page_of_the_team(app: Flask, client: Client, house: House) -> None:
    asked = {
        route: ask(client.be(house.organizer), route, app, house)
        for route in routes(app)
        if route.guard in ("organizer", "helper") and not route.writes
    }
    assert asked == dict.fromkeys(asked, 200)


def test_who_is_refused_changes_nothing(app: Flask, db: Session, client: Client, house: House) -> None:
    before = rows(db)
    for route in routes(app):
        if route.writes and route.guard in ("organizer", "helper"):
            for person in (None, house.stranger, house.attendee):
                ask(client.be(person), route, app, house)
    client.be(None)
    # each of them came on a new device, which is the one thing that may be new
    assert {name: count for name, count in rows(db).items() if name != "device"} == {
        name: count for name, count in before.items() if name != "device"
    }


def test_an_organizer_of_two_finds_nothing_of_one_in_the_other(
    app: Flask, db: Session, client: Client, house: House
) -> None:
    """Rows are looked up by conference as well as by id: what is the other's is not there."""
    other = furnish(app, db, "other")
    make.role(db, other.camp, house.organizer)
    names, before = {**other.names, "slug": house.camp.slug}, places(db)
    # what the board's forms send besides: all of it right, so that only the id in the address is wrong
    fields = {
        "revision": schedule.draft_revision(db, house.camp),
        "slot": house.names["slot_id"],
        "room": house.names["room_id"],
    }
    asked = {
        str(route): ask(client.be(house.organizer), route, app, house, names, fields)
        for route in routes(app)
        if "slug" in route.arguments and any(name.endswith("_id") for name in route.arguments)
    }
    assert asked == dict.fromkeys(asked, 404)
    assert places(db) == before


def ask(
    client: Client,
    route: Route,
    app: Flask,
    house: House,
    names: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
) -> int:
    """The status of a request with its form token, and otherwise without a field unless some are given."""
    address = route.address(app, names or house.names)
    if not route.writes:
        return client.get(address).status_code
    token = {"X-CSRF-Token": client.token()}
    return client.open(address, method=route.method, headers=token, data=fields).status_code


def rows(db: Session) -> dict[str, int]:
    return {
        table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }


def places(db: Session) -> list[tuple[int, int, int, bool]]:
    return [
        (one.note_id, one.slot_id, one.room_id, one.pinned)
        for one in db.scalars(select(Placement).order_by(Placement.note_id))
    ]
