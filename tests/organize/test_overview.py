"""/<slug>/organize/: figures, the checklist, what has happened."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import service as log
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.venue import read

OVERVIEW = "/camp/organize/"


def figures(client: Client) -> dict[str, str]:
    found = read.soup(client.get(OVERVIEW)).select(".stat")
    return {str(one.dt and one.dt.get_text()): read.words(str(one.dd and one.dd.get_text())) for one in found}


def steps(client: Client) -> list[str]:
    return [read.words(one.get_text(" ")) for one in read.soup(client.get(OVERVIEW)).select("li.card h3")]


def news(client: Client) -> list[str]:
    page = read.soup(client.get(OVERVIEW))
    section = page.find("section", attrs={"aria-labelledby": "news"})
    assert section is not None
    return [read.words(one.get_text(" ")) for one in section.select("ul > li")]


def test_only_organizers_see_it(client: Client, camp: Conference, people: Cast) -> None:
    assert [client.be(one).get(OVERVIEW).status_code for one in (None, people.dee, people.ada)] == [303, 403, 200]


def test_the_figures(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(db, people.ada, capacity=2)
    make.registration(db, camp, people.bo)
    make.registration(db, camp, people.cy, state="waiting")
    make.registration(db, camp, people.dee, state="cancelled")
    make.note(db, camp, people.bo, "Kites", stars=3)
    make.note(db, camp, people.bo, "Gone", stars=2, withdrawn_at=make.NOW)
    other = make.conference(db, people.dee, slug="other")
    make.note(db, other, people.bo, "Elsewhere", stars=4)
    assert figures(client.be(people.ada)) == {
        "registered": "1 of 2", "waiting": "1", "notes": "1", "stars": "3", "placed": "0", "published version": "–",
    }  # fmt: skip


def test_the_checklist_follows_what_is_there(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(db, people.ada, about="", wall_opens_at=None)
    client.be(people.ada)
    planned = ["Details", "Rooms", "Slots", "Phases", "Announce"]
    held = ["Board to do", "Publish to do"]
    assert steps(client) == [*(f"{name} to do" for name in planned), *held]
    make.room(db, camp)
    make.slot(db, camp)
    camp.about, camp.wall_opens_at = "Come!", make.NOW
    db.flush()
    assert steps(client) == [*(f"{name} done" for name in planned), *held]


def test_the_news_in_words(client: Client, camp: Conference, people: Cast, db: Session) -> None:
    note, room = make.note(db, camp, people.bo, "Kites <b>"), make.room(db, camp, "Loft")
    log.write(db, camp, people.bo, "note-posted", f"note:{note.id}", after={"title": note.title}, now=make.NOW)
    log.write(db, camp, people.ada, "room-changed", f"room:{room.id}", now=make.NOW)
    log.write(db, camp, people.ada, "room-removed", "room:999", before={"name": "Cellar"}, now=make.NOW)
    log.write(db, camp, None, "role-given", f"person:{people.cy.id}", now=make.NOW)
    log.write(db, camp, people.bo, "presenter-renamed", f"person:{people.bo.id}", now=make.NOW)
    log.write(db, camp, None, "presenter-erased", f"person:{people.dee.id}", now=make.NOW)
    log.write(db, camp, people.ada, "moon-landed", "moon:1", now=make.NOW)  # not told
    db.flush()
    assert news(client.be(people.ada)) == [
        f"{words} Sat, Nov 21, 10:00"
        for words in (
            "Somebody who had posted notes has left; the notes stay",
            "Bo Finch has a new name",
            "Someone gave Cy Reed a role in the team",
            "Ada Oak removed the room Cellar",
            "Ada Oak changed the room Loft",
            "Bo Finch posted “Kites <b>”",
        )
    ]


def test_more_of_everything_costs_no_more_queries(
    app: Flask, client: Client, camp: Conference, people: Cast, db: Session
) -> None:
    def happen(number: int) -> None:
        note, room = make.note(db, camp, people.bo, stars=1), make.room(db, camp, f"Room {number}")
        for subject in (f"note:{note.id}", f"room:{room.id}", f"person:{people.cy.id}"):
            log.write(db, camp, people.ada, "changed", subject, now=make.NOW)
        db.flush()

    client.be(people.ada)
    happen(0)
    with counted(app) as few:
        client.get(OVERVIEW)
    for number in range(1, 10):
        happen(number)
    with counted(app) as many:
        client.get(OVERVIEW)
    assert many.statements == few.statements


def test_every_page_of_the_second_row_is_there(client: Client, camp: Conference, people: Cast) -> None:
    links = read.soup(client.be(people.ada).get(OVERVIEW)).select(".subnav a")
    assert {str(link["href"]): client.get(str(link["href"])).status_code for link in links} == {
        "/camp/organize/": 200, "/camp/organize/settings": 200, "/camp/organize/rooms": 200,
        "/camp/organize/slots": 200, "/camp/organize/imports": 200, "/camp/organize/news": 200,
        "/camp/organize/sponsors": 200, "/camp/organize/team": 200, "/camp/organize/registrations": 200,
        "/camp/organize/moderation": 200, "/camp/organize/pitch": 200, "/camp/organize/screens": 200,
        "/camp/organize/status": 200,
        "/camp/organize/publish": 200,
    }  # fmt: skip


def test_the_share_of_walk_ins_is_told_where_there_is_one(client: Client, people: Cast, db: Session) -> None:
    camp = make.conference(db, people.ada)
    kites = make.note(db, camp, people.bo, "Kites", stars=4)
    shares = "main ul.muted.small li"
    assert [
        one.text for one in read.soup(client.be(people.ada).get(OVERVIEW)).select(shares) if "walk-in" in one.text
    ] == []
    phones = [make.walk_in(db, name) for name in ("Mia", "Noa", "Lea")]
    make.note(db, camp, phones[0], "Bread")
    make.note(db, camp, None, "Solar", seeks_host=True, asked_by_id=phones[0].id)
    make.note(db, camp, phones[1], "Gone", withdrawn_at=make.NOW, stars=[phones[2]])
    for phone in phones[:2]:
        make.star(db, kites, phone)
    told = [one.text for one in read.soup(client.get(OVERVIEW)).select(shares) if "walk-in" in one.text]
    assert told == ["2 of 6 stars (33%) come from 2 walk-ins.", "2 of 3 notes (67%) come from 1 walk-in."]
