""" "I'll be there": who may say so, who sees what of it, and that it is one however often it is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.speakers import page as pages
from barcamp.speakers import queries, visits
from barcamp.speakers.models import Visit
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast
from tests.speakers.talks import page, talk

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
VISITS = "/speakers/bo-finch/visits"


@pytest.fixture
def at_camp(db: Session, store: Store, camp: Conference, people: Cast) -> str:
    """Bo has a page and a session at the camp."""
    slots, rooms = stage.day(db, camp)
    stage.put(store, camp, people.ada, make.note(db, camp, people.bo), slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    page(db, people.bo)
    return f"conference-{camp.id}"


def told(client: Client, bo: Person) -> list[str]:
    """What bo reads about who will be there, a line for each conference."""
    soup = BeautifulSoup(client.be(bo).get("/account/speaker").text, "html.parser")
    return [card.find_all("p")[1].get_text(" ", strip=True) for card in soup.select(".visits .card")]


@on_sqlite
def test_the_speaker_sees_the_names_of_those_who_say_so_and_how_many_others(
    client: Client, db: Session, people: Cast, at_camp: str
) -> None:
    assert told(client, people.bo) == ["Nobody has said so yet."]
    client.be(people.cy).submit(VISITS, {"at": at_camp, "named": "y"})
    assert told(client, people.bo) == ["Cy Reed"]
    client.be(people.dee).submit(VISITS, {"at": at_camp})
    client.be(make.walk_in(db, "Mia")).submit(VISITS, {"at": at_camp})
    assert told(client, people.bo) == ["Cy Reed and 2 others."]
    client.be(people.cy).submit(VISITS, {"at": at_camp})
    assert told(client, people.bo) == ["3 visitors, without their names."]
    client.be(people.cy).submit(f"{VISITS}/remove", {"at": at_camp})
    client.submit(f"{VISITS}/remove", {"at": at_camp})
    assert told(client, people.bo) == ["2 visitors, without their names."]


@on_sqlite
def test_the_public_sees_nothing_of_it_and_a_visitor_what_they_said(
    client: Client, db: Session, people: Cast, at_camp: str
) -> None:
    addresses = [f"/speakers/bo-finch{part}" for part in ("", ".json", ".atom", "/embed")]
    before = [client.be(None).get(address).data for address in addresses]
    client.be(people.cy).submit(VISITS, {"at": at_camp, "named": "y"})
    client.get("/speakers")  # and hears that it is taken
    assert [client.be(None).get(address).data for address in addresses] == before
    assert "Bo Finch knows that you, Cy Reed, will be there." in client.be(people.cy).get("/speakers/bo-finch").text
    assert "knows that" not in client.be(people.dee).get("/speakers/bo-finch").text
    assert "Will you be there?" not in client.be(people.bo).get("/speakers/bo-finch").text


@on_sqlite
def test_talks_elsewhere_can_be_visited_once_a_conference(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    first, second = talk(db, people.bo, "One"), talk(db, people.bo, "Two")
    for one in (first, second, second):
        client.be(people.cy).submit(VISITS, {"at": f"talk-{one.id}"})
    assert [visit.talk_id for visit in db.scalars(select(Visit))] == [first.id]
    client.submit(f"{VISITS}/remove", {"at": f"talk-{second.id}"})
    assert db.scalars(select(Visit)).all() == []


@on_sqlite
def test_a_guest_signs_in_first_and_a_walk_in_need_not(client: Client, db: Session, people: Cast, at_camp: str) -> None:
    assert client.be(None).submit(VISITS, {"at": at_camp}).status_code == 303
    assert "Sign in to say so" in client.get("/speakers/bo-finch").text
    assert db.scalars(select(Visit)).all() == []
    client.be(make.walk_in(db, "Mia")).submit(VISITS, {"at": at_camp, "named": "y"})
    assert told(client, people.bo) == ["Mia"]


@on_sqlite
@pytest.mark.parametrize(
    "at", ["", "x", "conference-", "conference-0", "conference-999", "talk-1", "talk-99999999999999999999", "other-1",
           "conference-1 OR 1=1"],
)  # fmt: skip
def test_what_is_not_on_the_page_is_not_here(client: Client, db: Session, people: Cast, at_camp: str, at: str) -> None:
    client.be(people.cy)
    answers = [client.submit(address, {"at": at}).status_code for address in (VISITS, f"{VISITS}/remove")]
    assert (answers, db.scalars(select(Visit)).all()) == ([404, 404], [])


@on_sqlite
def test_it_is_refused_where_the_speaker_does_not_ask_or_it_is_over_or_ones_own(
    client: Client, db: Session, people: Cast, at_camp: str
) -> None:
    speaker = db.get_one(type(page(db, people.dee, "dee")), people.bo.id)
    yesterday = make.DAY - timedelta(days=1)
    over = talk(db, people.bo, starts_on=yesterday, ends_on=yesterday)
    off = talk(db, people.bo, conference="Otherwhere", cancelled=True)
    assert client.be(people.cy).submit(VISITS, {"at": f"talk-{over.id}"}).status_code == 409
    assert client.submit(VISITS, {"at": f"talk-{off.id}"}).status_code == 409
    assert client.be(people.bo).submit(VISITS, {"at": at_camp}).status_code == 409
    speaker.visits_open = False
    db.flush()
    assert client.be(people.cy).submit(VISITS, {"at": at_camp}).status_code == 409
    assert "Will you be there?" not in client.get("/speakers/bo-finch").text
    speaker.public = False
    db.flush()
    assert client.submit(VISITS, {"at": at_camp}).status_code == 404
    assert db.scalars(select(Visit)).all() == []


def test_said_twice_at_once_it_is_said_once(
    db: Session, store: Store, camp: Conference, people: Cast, at_camp: str
) -> None:
    def say(named: bool) -> None:
        with store.writing() as writing:
            speaker = queries.find_own(writing, people.bo.id)
            assert speaker is not None
            stops = pages.stops(pages.lines(speaker, queries.given_here(writing, people.bo.id), [], "http://x.example"))
            visitor = writing.get_one(Person, people.cy.id)
            visits.announce(writing, speaker, stops[0], visitor, named=named, now=make.NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(say, [True] * 8))
    assert [(one.visitor_id, one.named) for one in db.scalars(select(Visit))] == [(people.cy.id, True)]
