"""A furnished house on either database, and the forms on its pages, for the tests of hostile input."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import Client, empty_database
from tests.house.fillings import Form, forms
from tests.house.furnished import House, furnish
from tests.house.rules import routes
from tests.house.visits import Visit, _fill_form_cookie

VIEWERS = ("organizer", "attendee", "walk-in", "guest")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both databases, where the other house tests are content with one."""
    return empty_database(request, tmp_path)


@pytest.fixture
def house(app: Flask, db: Session) -> House:
    return furnish(app, db)


def enter(client: Client, db: Session, house: House, viewer: str) -> None:
    """Be somebody, in the middle of signing in and of changing one's address."""
    client.be(house.viewer(viewer))
    _fill_form_cookie(client, db, house)


def all_forms(app: Flask, db: Session, client: Client, house: House) -> list[Form]:
    """Every form of the conference's pages, those with fields first: the others do what they do at once."""
    visits = []
    for viewer in VIEWERS:
        enter(client, db, house, viewer)
        for route in routes(app):
            if route.method == "GET":
                address = route.address(app, house.names)
                visits.append(Visit(viewer, address, route.endpoint, client.get(address)))
    found = forms(app, [visit for visit in visits if visit.is_page])
    return sorted(found, key=lambda form: len(form.filled("as it stands")) == 0)
