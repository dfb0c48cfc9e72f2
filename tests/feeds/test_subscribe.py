"""/<slug>/subscribe: what there is to follow, and how each calendar does it."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.speakers.models import Speaker
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def day(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    slots, rooms = stage.day(db, camp)
    notes = [
        make.note(db, camp, people.bo, "Haiku", tags=["food", "日本語"]),
        make.note(db, camp, people.dee, "Bread", tags=["food", "c++"]),
    ]
    for note, slot in zip(notes, slots, strict=False):
        stage.put(store, camp, people.ada, note, slot, rooms[0])
    stage.publish(store, camp, people.ada)
    db.add_all(
        [
            Speaker(person_id=people.bo.id, slug="bo-finch", public=True, changed_at=make.NOW),
            Speaker(person_id=people.dee.id, slug="dee-moss", public=False, changed_at=make.NOW),
            Speaker(person_id=people.cy.id, slug="cy-reed", public=True, changed_at=make.NOW),  # gives nothing here
        ]
    )
    db.flush()


def shown(client: Client, path: str) -> tuple[str, str]:
    """The heading of what can be followed, and its address."""
    page = BeautifulSoup(client.get(path).text, "html.parser")
    heading, field = page.select_one("#whole-title"), page.select_one("#whole-address")
    assert heading is not None and field is not None
    return heading.text, str(field["value"])


def test_rooms_tags_and_public_speakers_of_this_schedule_can_be_followed(client: Client, day: None) -> None:
    page = BeautifulSoup(client.get("/camp/subscribe").text, "html.parser")
    chips = {nav["aria-label"]: [link.text for link in nav.select("a")] for nav in page.select("details nav.chips")}
    assert chips == {
        "Rooms": ["KEC 1001", "KEC 1003"], "Tags": ["#food", "#c++", "#日本語"], "Speakers": ["Bo Finch"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "heading", "feed"),
    [
        ("", "The whole schedule", "/camp/schedule.ics"),
        ("?room=kec-1003", "Only KEC 1003", "/camp/rooms/kec-1003.ics"),
        ("?tag=c%2B%2B", "Only #c++", "/camp/tags/c++.ics"),
        ("?tag=rare", "Only #rare", "/camp/tags/rare.ics"),
        ("?speaker=bo-finch", "Only Bo Finch", "/speakers/bo-finch.ics"),
        ("?room=nowhere", "The whole schedule", "/camp/schedule.ics"),
        ("?tag=%3Cb%3E", "The whole schedule", "/camp/schedule.ics"),
        ("?speaker=dee-moss", "The whole schedule", "/camp/schedule.ics"),
    ],
)
def test_what_is_chosen_is_shown_with_an_address_that_answers(
    client: Client, day: None, asked: str, heading: str, feed: str
) -> None:
    assert shown(client, f"/camp/subscribe{asked}") == (heading, f"http://127.0.0.1:8000{feed}")
    assert client.get(feed).status_code == 200


def test_it_costs_the_same_for_many_rooms_and_tags(
    client: Client, app: Flask, db: Session, camp: Conference, people: Cast, day: None
) -> None:
    with counted(app) as few:
        client.get("/camp/subscribe")
    for number in range(20):
        make.room(db, camp, f"Room {number}")
    with counted(app) as many:
        client.get("/camp/subscribe")
    assert many.statements == few.statements


def test_before_there_is_a_schedule_the_page_is_there(client: Client, camp: Conference) -> None:
    assert shown(client, "/camp/subscribe") == ("The whole schedule", "http://127.0.0.1:8000/camp/schedule.ics")
