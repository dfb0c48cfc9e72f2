"""/<slug>/screen: what a projector and a door show, to a hall that may see what everybody may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Sponsor
from barcamp.db import Store
from barcamp.settings import Settings
from barcamp.wall import service
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast

SCREEN = "/camp/screen"


@pytest.fixture
def database_url(one_database: str) -> str:
    return one_database


def screen(client: Client, query: str = "") -> BeautifulSoup:
    answer = client.get(f"{SCREEN}{query}")
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text(" ").split())


def shown(page: BeautifulSoup) -> list[str]:
    """The titles on the page of the wall that is shown."""
    return [words(one) for one in page.select(".screen-notes > li:not([hidden]) .note-title")]


def kind(page: BeautifulSoup) -> str:
    main = page.select_one("main")
    assert main is not None
    return str(main["class"][-1])


@pytest.fixture
def scheduled(db: Session, camp: Conference, people: Cast, store: Store) -> list[Note]:
    """It is 10:00. Kayak runs in KEC 1001; Beer moved there from KEC 1003 at 11:00; Zines is cancelled at 10:00."""
    slots, rooms = stage.day(db, camp)
    names = ["Kayak", "Beer", "Zines", "Last"]
    kayak, beer, zines, last = notes = [
        make.note(db, camp, make.person(db, f"Of {name}"), name, stars=0) for name in names
    ]
    for note, slot, room in ((kayak, 0, 0), (beer, 1, 1), (zines, 0, 1), (last, 2, 1)):
        stage.put(store, camp, people.ada, note, slots[slot], rooms[room])
    stage.publish(store, camp, people.ada)
    stage.put(store, camp, people.ada, beer, slots[1], rooms[0])
    stage.take_off(store, camp, people.ada, zines)
    stage.publish(store, camp, people.ada)
    return notes


def test_the_wall_until_something_is_published(
    client: Client, db: Session, camp: Conference, people: Cast, store: Store
) -> None:
    for minute, title in enumerate(("First", "Second")):
        make.note(db, camp, people.bo, title, stars=minute + 1, posted_at=make.NOW - timedelta(minutes=20 - minute))
    make.note(db, camp, people.bo, "Hidden", hidden_at=make.NOW)
    make.note(db, camp, people.bo, "Held", held_at=make.NOW)
    make.note(db, camp, people.bo, "Gone", withdrawn_at=make.NOW)
    new = make.note(db, camp, people.bo, "Brand new")
    page = screen(client)
    assert (kind(page), shown(page)) == ("screen-wall", ["Brand new", "Second", "First"])
    assert [words(one) for one in page.select(".screen-notes .star-count")] == ["0", "2", "1"]
    assert [one["id"] for one in page.select("li:has(.is-new)")] == [f"note-{new.id}"]
    assert words(page.select_one(".screen-words p")) == "3 notes · 3 stars · open"
    assert words(page.select_one(".screen-join")) == "Put up a note, star what you want: localhost/camp"


def test_hidden_counts_are_hidden_from_the_hall_whoever_is_signed_in(
    client: Client, db: Session, people: Cast, store: Store
) -> None:
    camp = make.conference(db, people.ada, stars_shown="never")
    make.note(db, camp, people.bo, "First", stars=3)
    client.be(people.ada)
    with store.writing() as writing:
        service.queue_all(writing, camp, people.ada, presented_before=set(), now=make.NOW)
        service.open_round(writing, camp, people.ada, 30, now=make.NOW)
    for query in ("?show=wall", "?show=pitch"):
        page = screen(client, query)
        assert (page.select(".star-count"), "3 stars" in words(page.body)) == ([], False)


def test_without_scripts_pages_go_by_the_address_or_by_time(client: Client, db: Session, camp: Conference) -> None:
    for number in range(8):
        make.note(db, camp, None, f"Note {number}", posted_at=make.NOW + timedelta(minutes=number))
    first, second = [f"Note {number}" for number in (7, 6, 5, 4, 3, 2)], ["Note 1", "Note 0"]
    assert [shown(screen(client, f"?page={page}")) for page in (1, 2, 3)] == [first, second, first]
    turns = []
    for seconds in (0, 30, 60):
        with time_machine.travel(make.NOW + timedelta(seconds=seconds), tick=False):
            page = screen(client)
            turns.append((shown(page), words(page.select_one(".screen-pages"))))
    assert turns == [(first, "1 of 2"), (second, "2 of 2"), (first, "1 of 2")]
    refresh = screen(client).select_one("head > noscript > meta[http-equiv=refresh]")
    assert refresh is not None
    assert refresh["content"] == "30"


def test_now_and_next_once_published(client: Client, scheduled: list[Note]) -> None:
    page = screen(client)
    lines = [
        (words(one.h2), words(one.select_one(".room-now")), words(one.select_one(".room-next")))
        for one in page.select(".screen-rooms > li")
    ]
    assert (kind(page), lines) == (
        "screen-now",
        [
            ("KEC 1001", "Now until 10:50 Kayak Of Kayak", "11:00 Beer Of Beer moved from KEC 1003"),
            ("KEC 1003", "Now until 10:50 Zines Cancelled Of Zines", "13:00 Last Of Last"),
        ],
    )
    assert [words(one) for one in page.select(".screen-pause")] == ["12:00 Lunch · thanks to OSEL"]
    with time_machine.travel(make.at("12:30")):
        assert [words(one) for one in screen(client).select(".screen-pause")] == [
            "Lunch · thanks to OSEL until 13:00"
        ]  # fmt: skip


def test_the_sign_at_a_door(client: Client, scheduled: list[Note]) -> None:
    page = screen(client, "?room=kec-1003")
    assert [words(one) for one in page.select(".screen-door > *")] == [
        "KEC 1003 45 seats",
        "Now until 10:50 Zines Cancelled Of Zines 13:00 next Last Of Last",
        "Beer moved to KEC 1001, 11:00",
    ]
    assert [words(one) for one in screen(client, "?room=kec-1001").select(".screen-door > *")] == [
        "KEC 1001 150 seats", "Now until 10:50 Kayak Of Kayak 11:00 next Beer Of Beer moved from KEC 1003",
    ]  # fmt: skip
    assert client.get(f"{SCREEN}?room=nowhere").status_code == 404
    assert client.get(f"{SCREEN}?room=").status_code == 404


def test_after_the_last_one_it_says_thank_you(
    client: Client, db: Session, camp: Conference, scheduled: list[Note]
) -> None:
    db.add(Sponsor(conference_id=camp.id, name="OSEL"))
    db.flush()
    with time_machine.travel(make.at("18:00")):
        assert words(screen(client).select_one(".screen-empty")) == (
            "That was Otter BarCamp Thank you for coming, for asking and for telling. Thanks to OSEL"
        )


def test_a_pitch_fills_the_screen(
    client: Client, db: Session, camp: Conference, people: Cast, store: Store, scheduled: list[Note]
) -> None:
    with store.writing() as writing:
        service.queue_all(writing, camp, people.ada, presented_before=set(), now=make.NOW)
        service.open_round(writing, camp, people.ada, 60, now=make.NOW)
    with time_machine.travel(make.NOW + timedelta(seconds=20), tick=False):
        page = screen(client)
    assert (kind(page), words(page.select_one(".pitch-note")), words(page.select_one(".pitch-next"))) == (
        "screen-pitch", "Kayak Of Kayak 0 stars", "Next Beer Of Beer 1 of 4",
    )  # fmt: skip
    assert words(page.select_one(".pitch-ring")) == "40 seconds left"
    assert [kind(screen(client, f"?show={asked}")) for asked in ("wall", "now", "pitch", "x")] == [
        "screen-wall", "screen-now", "screen-pitch", "screen-pitch",
    ]  # fmt: skip


def test_pinned_to_what_is_not_there_it_says_so(client: Client, camp: Conference) -> None:
    assert [words(screen(client, f"?show={asked}").h1) for asked in ("pitch", "now", "wall")] == [
        "The pitches start soon", "The schedule is not out yet", "The wall",
    ]  # fmt: skip


def test_a_screen_is_bare_and_takes_a_theme(client: Client, camp: Conference) -> None:
    page = screen(client)
    assert page.select("nav, form, footer, a") == []
    themes = [screen(client, f"?theme={theme}").html for theme in ("dark", "light", "x")]
    assert [one and one.get("class") for one in themes] == [["theme-dark"], ["theme-light"], None]
    assert page.body is not None
    assert (page.body["data-live"], page.body["data-revision"]) == ("/camp/live", "0")


def test_the_address_to_join_is_one_that_phones_can_reach(
    app: Flask, client: Client, camp: Conference, settings: Settings
) -> None:
    def join() -> str:
        page = BeautifulSoup(client.get(SCREEN, base_url="http://10.0.0.7:8000").text, "html.parser")
        return words(page.select_one(".join-address"))

    assert join() == "10.0.0.7:8000/camp"
    app.extensions["settings"] = replace(settings, base_url="https://camp.example")
    assert join() == "camp.example/camp"


def test_many_cost_what_few_cost(
    app: Flask, client: Client, db: Session, camp: Conference, scheduled: list[Note]
) -> None:
    queries = ("?show=wall", "?show=now", "?show=pitch", "?room=kec-1001")

    def costs() -> list[int]:
        found = []
        for query in queries:
            with counted(app) as count:
                screen(client, query)
            found.append(count.statements)
        return found

    few = costs()
    for number in range(12):
        make.room(db, camp, f"Room {number}")
        make.note(db, camp, make.person(db, f"Person {number}"), f"Note {number}", copresenters=("Co",))
    assert costs() == few


def test_the_list_of_screens(
    client: Client, db: Session, camp: Conference, people: Cast, scheduled: list[Note]
) -> None:
    page = BeautifulSoup(client.be(people.ada).get("/camp/organize/screens").text, "html.parser")
    assert [field["value"] for field in page.select("input[readonly]")] == [
        "http://localhost/camp/screen",
        "http://localhost/camp/screen?room=kec-1001",
        "http://localhost/camp/screen?room=kec-1003",
    ]
    assert len(page.select("svg.qr")) == 3
