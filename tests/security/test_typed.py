"""What was typed into a form is not lost with the sign-in; and where to write when one finds a hole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp.conferences.models import Conference
from barcamp.settings import Settings
from barcamp.wall.models import Note
from tests import make
from tests.conftest import Client
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOTE = {"title": "Kites <b>& bread</b>", "description": "Two lines\nof words.", "format": "talk", "password": "a b c"}


def texts(page: str) -> list[str]:
    return [field.text.strip() for field in BeautifulSoup(page, "html.parser").select("textarea[readonly]")]


def test_a_form_sent_after_its_sign_in_has_ended_shows_what_was_typed(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    answer = client.submit("/camp/wall/notes", NOTE, headers={"Referer": "http://localhost/camp/wall/new"})
    assert (answer.status_code, texts(answer.text)) == (401, ["Kites <b>& bread</b>", "Two lines\nof words."])
    assert answer.headers["Cache-Control"].startswith("private, no-")
    assert "/camp/walk-in?next=/camp/wall/new" in answer.text
    assert db.scalar(select(func.count(Note.id))) == 0


def test_a_form_whose_token_went_with_a_new_sign_in_shows_what_was_typed(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    from_here = {"Origin": "http://localhost", "Referer": "http://localhost/camp/wall/new", "Accept": "text/html"}
    answer = client.be(people.bo).post("/camp/wall/notes", data=NOTE, headers=from_here)
    assert (answer.status_code, texts(answer.text)) == (400, ["Kites <b>& bread</b>", "Two lines\nof words."])
    assert 'href="/camp/wall/new"' in answer.text
    unsaid = client.post("/camp/wall/notes", data=NOTE, headers={"Accept": "text/html"})
    assert (unsaid.status_code, "Kites" in unsaid.text) == (400, False)
    assert db.scalar(select(func.count(Note.id))) == 0


def test_without_words_or_from_elsewhere_nothing_is_shown(client: Client, db: Session, camp: Conference) -> None:
    assert client.submit("/camp/wall/notes", {"title": "Haiku"}).status_code == 303
    assert client.submit("/camp/wall/notes", {"title": "a " * 20_000}).status_code == 303
    forged = client.submit("/camp/wall/notes", NOTE, headers={"Origin": "https://evil.example"})
    assert (forged.status_code, "Kites" in forged.text) == (400, False)
    program = client.submit("/camp/wall/notes", NOTE, headers={"Accept": "application/json"})
    assert (program.status_code, "Kites" in program.text) == (401, False)


def test_where_to_write(client: Client, settings: Settings) -> None:
    address = "/.well-known/security.txt"
    assert client.get(address).status_code == 404
    told = create_app(replace(settings, security_contact="mailto:holes@camp.example")).test_client().get(address)
    assert (told.status_code, told.content_type) == (200, "text/plain; charset=utf-8")
    assert told.text.splitlines() == [
        "Contact: mailto:holes@camp.example",
        f"Expires: {make.NOW.replace(year=2027, month=5, day=22):%Y-%m-%d}T00:00:00Z",
        "Canonical: http://127.0.0.1:8000/.well-known/security.txt",
    ]
