"""Every page of the site, looked at once by everybody: what the tests of pages and words read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.people import codes
from tests import make
from tests.conftest import Client
from tests.house.furnished import House
from tests.house.rules import Route, routes

VIEWERS = ("organizer", "helper", "attendee", "walk-in", "guest")
A_WEEK = timedelta(days=7)

# Pages that look different by what the address asks for.
ASKED = [
    "/camp/board?note={note_id}",
    "/camp/wall?q=nothing-like-this",
    "/camp/wall?sort=stars&format=workshop",
    "/camp/wall?mine=1",
    "/camp/wall?hidden=1",
    "/camp/organize/registrations?q=nothing-like-this",
    "/camp/notes/{hidden_id}",
    "/camp/notes/{withdrawn_id}",
    "/camp/nothing-here",
    "/nothing-here",
    "/sign-in/link/used-up",
]


@dataclass(frozen=True)
class Visit:
    """One look at one address by one person."""

    viewer: str
    address: str
    endpoint: str  # "" for what no route takes
    answer: TestResponse

    def __str__(self) -> str:
        return f"{self.viewer} at {self.address}"

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.answer.text, "html.parser")

    @property
    def is_page(self) -> bool:
        return self.answer.mimetype == "text/html" and not 300 <= self.answer.status_code < 400


def everywhere(app: Flask, db: Session, house: House, client: Client) -> list[Visit]:
    """Every GET address of the furnished conference, of one that is empty, of one to come and of one that is over."""
    addresses = list(_addresses(app, db, house))
    found = []
    for viewer in VIEWERS:
        client.be(house.viewer(viewer))
        for endpoint, address in addresses:
            if endpoint.startswith("people."):  # nobody else reads it, and each of them may empty it
                _fill_form_cookie(client, db, house)
            found.append(Visit(viewer, address, endpoint, client.get(address)))
    return found


def _addresses(app: Flask, db: Session, house: House) -> Iterator[tuple[str, str]]:
    gets = [route for route in routes(app) if route.method == "GET"]
    yield from ((route.endpoint, route.address(app, house.names)) for route in gets)
    yield from (("", address.format_map(_ids(house))) for address in ASKED)
    for slug in _other_conferences(db, house):
        yield from _of_conference(app, gets, slug)


def _ids(house: House) -> dict[str, int]:
    return house.names | {"hidden_id": house.notes[3].id, "withdrawn_id": house.notes[4].id}


def _of_conference(app: Flask, gets: list[Route], slug: str) -> Iterator[tuple[str, str]]:
    for route in gets:
        if route.arguments == {"slug"}:
            yield route.endpoint, route.address(app, {"slug": slug})


def _other_conferences(db: Session, house: House) -> list[str]:
    """One with nothing in it; one whose phases and day are a week ahead; one where all of it is a week ago."""
    soon, past = make.NOW + A_WEEK, make.NOW - A_WEEK
    ahead = {"registration_opens_at": soon, "wall_opens_at": soon, "stars_open_at": soon, "schedule_expected_at": soon}
    ago = {"registration_closes_at": past, "wall_closes_at": past, "stars_close_at": past}
    for slug, phases, days in (("empty", {}, 0), ("ahead", ahead, 7), ("ago", ago, -7)):
        day = make.DAY + timedelta(days=days)
        camp = make.conference(
            db, house.organizer, slug, name="Κάστορας", tagline="", venue="", address="",
            starts_on=day, ends_on=day, **phases,
        )  # fmt: skip
        make.role(db, camp, house.helper, "helper")
    return ["empty", "ahead", "ago"]


def _fill_form_cookie(client: Client, db: Session, house: House) -> None:
    """What the form cookie holds in the middle of signing in and of changing one's address."""
    token = codes.make_link(db, "new@example.org", now=make.NOW)
    db.flush()
    code = codes.look_at_link(db, token, now=make.NOW)
    with client.session_transaction() as kept:
        kept["signing_in"] = kept["new_address"] = "new@example.org"
        kept["claiming"] = {"email": "new@example.org", "next": "/"}
        kept["proven"] = {"code": code.id, "email": code.email, "next": "/"}
