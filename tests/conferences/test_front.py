"""/<slug>/ and /<slug>/conduct: what everybody sees."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Sponsor
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.venue import read


def phases(client: Client) -> list[str]:
    return [read.words(one.get_text(" ")) for one in read.soup(client.get("/camp/")).select(".phase")]


def buttons(client: Client) -> list[str]:
    return [read.words(one.get_text()) for one in read.soup(client.get("/camp/")).select(".hero .button")]


def test_the_phases_in_words(client: Client, people: Cast, db: Session) -> None:
    make.conference(
        db, people.ada, registration_closes_at=make.at("10:30"), wall_opens_at=make.at("10:00"),
        wall_closes_at=make.at("10:45"), stars_open_at=make.at("10:45"), schedule_expected_at=make.at("11:00"),
    )  # fmt: skip
    with time_machine.travel(make.at("10:00") - timedelta(days=2), tick=False):
        assert phases(client) == [
            "Registration Open until Saturday 10:30 PST", "The wall Opens Saturday 10:00 PST",
            "Stars Open Saturday 10:45 PST", "The schedule Expected Saturday 11:00 PST",
        ]  # fmt: skip
        assert buttons(client) == ["Register", "See the wall"]
    with time_machine.travel(make.at("10:40"), tick=False):
        assert phases(client) == [
            "Registration Closed since 10:30 PST", "The wall Open for notes until 10:45 PST",
            "Stars Open 10:45 PST", "The schedule Expected 11:00 PST",
        ]  # fmt: skip
        assert buttons(client) == ["Registration", "Post a note", "See the wall"]


def test_who_is_registered_finds_their_registration(
    client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    make.registration(db, camp, people.bo)
    make.registration(db, camp, people.cy, state="cancelled")
    first = [buttons(client.be(one))[0] for one in (None, people.bo, people.cy)]
    assert first == ["Register", "Your registration", "Register"]


def test_all_that_is_told(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(
        db, people.ada, ends_on=make.DAY + timedelta(days=1), latitude=44.567, longitude=-123.279,
        about="# Hello\n<script>alert(1)</script> [x](javascript:alert(1))",
    )  # fmt: skip
    make.slot(db, camp, "11:00", 50)
    make.slot(db, camp, "12:00", 60, kind="meal", name="Lunch", sponsor="OSEL")
    db.add(Sponsor(conference_id=camp.id, name="Duck Press", gives="T-shirts", url="https://duck.example.org"))
    db.flush()
    page = client.get("/camp/")
    text = read.words(read.soup(page).get_text(" "))
    for words in (
        "Saturday, November 21, 2026 – Sunday, November 22, 2026", "Otter Hall, 1 River Road",
        "12:00 Lunch thanks to OSEL",
        "Duck Press T-shirts", "Free and open to everyone.", "America/Los Angeles",
    ):  # fmt: skip
        assert words in text, words
    links = [one.get("href") for one in read.soup(page).select("main a")]
    assert "https://www.openstreetmap.org/?mlat=44.567&mlon=-123.279#map=17/44.567/-123.279" in links
    assert not any("javascript:" in str(link) for link in links)
    assert "<script>alert" not in page.text


def test_a_code_of_conduct_is_always_there(client: Client, camp: Conference, db: Session) -> None:
    assert "Be kind. Listen, and let others finish." in client.get("/camp/conduct").text
    camp.conduct = "Only **friends** here."
    db.flush()
    assert "Only <strong>friends</strong> here." in client.get("/camp/conduct").text


def test_nobody_is_at_another_address(client: Client, camp: Conference) -> None:
    assert [client.get(path).status_code for path in ("/nope/", "/nope/conduct", "/camp/organize/none")] == [404] * 3


def test_a_guest_gets_no_cookie(client: Client, camp: Conference) -> None:
    assert [client.get(path).headers.getlist("Set-Cookie") for path in ("/", "/camp/", "/camp/conduct")] == [[], [], []]


def test_more_sponsors_and_meals_cost_no_more_queries(
    app: Flask, client: Client, camp: Conference, db: Session
) -> None:
    with counted(app) as few:
        client.get("/camp/")
    for number in range(8):
        db.add(Sponsor(conference_id=camp.id, name=f"Sponsor {number}"))
        make.slot(db, camp, f"{10 + number}:00", 20, kind="break", name="Tea")
    db.flush()
    with counted(app) as many:
        client.get("/camp/")
    assert many.statements == few.statements
