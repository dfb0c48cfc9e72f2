"""Slides and recording of a talk given here: its presenters say where they are, and the note shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.speakers import queries
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.speakers import elsewhere

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LINKS = {"slides_url": "https://s.example/d.pdf", "recording_url": "https://r.example/v"}


def test_hosts_say_where_slides_and_recording_are(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo)
    make.cohost(db, note, people.cy)
    speaker = elsewhere.page_of(db, people.bo)
    revision = speaker.revision
    path = f"/camp/notes/{note.id}/links"
    assert client.be(people.cy).get(path).status_code == 200
    assert client.submit(path, LINKS).location == f"/camp/notes/{note.id}"
    assert (note.slides_url, note.recording_url) == (LINKS["slides_url"], LINKS["recording_url"])
    shown = BeautifulSoup(client.be(None).get(f"/camp/notes/{note.id}").text, "html.parser").select(".session-links a")
    assert [(link.text, link["href"], link["rel"]) for link in shown] == [
        ("Slides", LINKS["slides_url"], ["noopener", "nofollow", "ugc"]),
        ("Recording", LINKS["recording_url"], ["noopener", "nofollow", "ugc"]),
    ]
    fresh = queries.find_own(db, people.bo.id, fresh=True)
    assert fresh is not None and fresh.revision == revision + 1  # what the page of a presenter shows has changed

    client.be(people.cy).submit(path, LINKS)  # the same again
    lines = db.scalars(select(Change).where(Change.kind == "note-linked")).all()
    assert [(line.subject, line.actor_id, line.after) for line in lines] == [
        (f"note:{note.id}", people.cy.id, LINKS | {"title": "Haiku"})
    ]
    assert "Cy Reed put slides or a recording on “Haiku”" in client.be(people.ada).get("/camp/organize/").text


def test_also_after_the_camp_and_taken_back(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo)
    with time_machine.travel(make.NOW + timedelta(days=30), tick=True):
        client.be(people.bo).submit(f"/camp/notes/{note.id}/links", LINKS)
        assert note.slides_url == LINKS["slides_url"]
        client.submit(f"/camp/notes/{note.id}/links", {"slides_url": "", "recording_url": ""})
    assert (note.slides_url, note.recording_url) == ("", "")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "//x.example", "https://" + "x" * 600, "x"]
)
def test_only_web_addresses(client: Client, db: Session, camp: Conference, people: Cast, url: str) -> None:
    note = make.note(db, camp, people.bo)
    answer = client.be(people.bo).submit(f"/camp/notes/{note.id}/links", {"slides_url": url, "recording_url": ""})
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one("#slides_url")["value"] == url  # type: ignore[index]
    assert note.slides_url == ""


def test_nobody_else(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo)
    hidden = make.note(db, camp, people.bo, "Hidden", hidden_at=make.NOW)
    block = make.note(db, camp, None, "Block", talk_minutes=5, format="lightning")
    other = make.note(db, make.conference(db, people.ada, "other"), people.bo, "Other")
    notes = (note, hidden, block, other)
    found = {
        who: [client.be(person).submit(f"/camp/notes/{one.id}/links", LINKS).status_code for one in notes]
        for who, person in (("organizer", people.ada), ("stranger", people.dee), ("host", people.bo))
    }  # fmt: skip
    assert found == {
        "organizer": [403, 404, 404, 404],
        "stranger": [403, 404, 404, 404],
        "host": [303, 303, 404, 404],
    }
    assert client.be(people.dee).get(f"/camp/notes/{note.id}").text.count("Change the links") == 0
