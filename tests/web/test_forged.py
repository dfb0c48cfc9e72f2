"""A form token that is not this browser's: what it was for is not done, and who signed out is led to sign in."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.wall.models import Note, Star
from tests import make
from tests.conftest import Client
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PROGRAM = {"Accept": "application/json"}


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    """At a camp that asks for a sign-in."""
    camp.walk_ins = False
    return make.note(db, camp, people.bo)


@pytest.fixture
def stale(client: Client, people: Cast) -> dict[str, Any]:
    """The token of a page that is still open while its browser has signed out."""
    token = client.be(people.cy).token()
    client.submit("/sign-out")
    return {"csrf_token": token}


def stars(db: Session) -> int | None:
    return db.scalar(select(func.count()).select_from(Star))


def test_a_star_on_a_page_from_before_the_sign_out_is_told_to_sign_in(
    client: Client, db: Session, note: Note, stale: dict[str, Any]
) -> None:
    star = f"/camp/notes/{note.id}/star"
    program = client.put(star, headers={**PROGRAM, "X-CSRF-Token": stale["csrf_token"]})
    form = client.post(star, data=stale, headers={"Referer": "http://localhost/camp/wall"})
    assert (program.status_code, program.get_json()) == (401, {"error": "Please sign in first."})
    assert (form.status_code, form.location) == (303, "/sign-in?next=/camp/wall")
    assert stars(db) == 0


def test_where_a_name_is_enough_a_name_is_asked_for(
    client: Client, db: Session, camp: Conference, note: Note, stale: dict[str, Any]
) -> None:
    camp.walk_ins = True
    db.flush()
    for slug, way_in in (("camp", "/camp/walk-in"), ("elsewhere", "/sign-in")):
        assert client.post(f"/{slug}/notes/{note.id}/star", data=stale).location == way_in


def test_what_was_typed_is_shown_to_whoever_typed_it_here(
    client: Client, camp: Conference, stale: dict[str, Any]
) -> None:
    form = stale | {"title": "Kites & bread"}
    own = client.post("/camp/wall/notes", data=form, headers={"Origin": "http://localhost"})
    perhaps_not = client.post("/camp/wall/notes", data=form)
    assert (own.status_code, "Kites &amp; bread" in own.text, "/sign-in" in own.text) == (401, True, True)
    assert (perhaps_not.status_code, "Kites" in perhaps_not.text) == (303, False)


def test_whoever_is_signed_in_and_what_needs_nobody_is_out_of_date(
    client: Client, db: Session, note: Note, people: Cast, stale: dict[str, Any]
) -> None:
    assert client.post("/sign-in", data=stale | {"email": "cy@example.org"}, headers=PROGRAM).status_code == 400
    client.be(people.ada)
    assert client.put(f"/camp/notes/{note.id}/star", headers=PROGRAM).status_code == 400
    assert stars(db) == 0
