"""GET /<slug>/wall/cards: single cards for pages that are open, the very same that the page shows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log import queries as log
from barcamp.log import service as log_service
from barcamp.people.models import Person
from barcamp.wall.models import Note
from barcamp.web.pages import LIVE_PAGES
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.wall import read

TOKEN = re.compile(r'(name="csrf_token" value=")[^"]*')


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite alone: what is read here is read by the wall's own queries, which are tested on both."""
    shutil.copy(sqlite_template, tmp_path / "barcamp.sqlite3")
    return f"sqlite:///{tmp_path / 'barcamp.sqlite3'}"


def cards(client: Client, *notes: Note, **asked: str) -> Any:
    answer = client.get("/camp/wall/cards", query_string={"ids": ",".join(str(note.id) for note in notes)} | asked)
    assert answer.status_code == 200
    return answer.json


def on_the_page(client: Client, address: str = "/camp/wall") -> dict[str, str]:
    """The cards of the wall's page by id, byte by byte, without their form tokens."""
    page = TOKEN.sub(r"\1", client.get(address).text)
    found = re.findall(r"<li>(<article .*?</article>)</li>", page, re.DOTALL)
    return {re.findall(r'data-note="(\d+)"', card)[0]: card for card in found}


@pytest.fixture
def wall(db: Session, camp: Conference, people: Cast) -> list[Note]:
    return [
        make.note(db, camp, people.bo, "Kayaks & <more>", stars=[people.cy], tags=("water",), copresenters=("Wen",)),
        make.note(db, camp, people.cy, "Beer", stars=2, description="**Free** beer", format="workshop"),
        make.note(db, camp, None, "Haiku", seeks_host=True, asked_by_id=people.dee.id, posted_at=make.at("08:00")),
    ]


@pytest.mark.parametrize("who", ["", "ada", "bo", "cy", "dee"])
def test_a_card_is_what_the_page_shows(client: Client, wall: list[Note], people: Cast, who: str) -> None:
    client.be(getattr(people, who) if who else None)
    page = on_the_page(client)
    assert len(page) == 3
    assert cards(client, *wall)["cards"] == page


def test_the_figures_are_those_of_the_page(client: Client, wall: list[Note], people: Cast) -> None:
    client.be(people.cy)
    page = read.page(client.get("/camp/wall?tag=water"))
    shown = {str(line["data-figure"]): read.words(line) for line in page.select("[data-figure]")}
    assert shown == {"notes": "3 notes", "stars": "3 stars", "matching": "1 note found"}
    assert cards(client, tag="water") == {"cards": {}, "figures": shown}


def test_only_what_the_address_asks_for(client: Client, wall: list[Note], people: Cast) -> None:
    def titles(**asked: str) -> list[str]:
        found: dict[str, str] = cards(client, *wall, **asked)["cards"]
        return [note.title for note in wall if str(note.id) in found]

    client.be(people.bo)
    assert titles(format="workshop") == ["Beer"]
    assert titles(mine="1") == ["Kayaks & <more>"]
    assert titles(q="haiku") == ["Haiku"]
    assert titles(sort="stars", page="7") == ["Kayaks & <more>", "Beer", "Haiku"]


@pytest.mark.parametrize("how", ["withdrawn_at", "hidden_at", "held_at", "merged_at"])
def test_what_is_off_the_wall_is_not_there(
    client: Client, db: Session, camp: Conference, people: Cast, how: str
) -> None:
    gone = make.note(db, camp, people.bo, "Gone", **{how: make.NOW})
    for person in (None, people.bo, people.ada):
        assert cards(client.be(person), gone)["cards"] == {}


def test_another_conferences_note_is_not_there(client: Client, db: Session, wall: list[Note], people: Cast) -> None:
    other = make.conference(db, people.dee, "other")
    assert cards(client, make.note(db, other, people.bo, "Elsewhere"))["cards"] == {}


def test_hidden_counts_stay_hidden(
    client: Client, db: Session, camp: Conference, wall: list[Note], people: Cast
) -> None:
    camp.stars_shown = "never"
    db.flush()
    answer = cards(client.be(people.dee), *wall)
    assert "stars" not in answer["figures"]
    assert {re.findall(r"star-count[^>]*>([^<]*)<", card)[0] for card in answer["cards"].values()} == {""}
    assert cards(client.be(people.ada))["figures"]["stars"] == "3 stars"


def test_ids_that_are_none_are_left_out_and_too_many_refused(client: Client, wall: list[Note]) -> None:
    def status(ids: str) -> int:
        return client.get("/camp/wall/cards", query_string={"ids": ids}).status_code

    assert list(cards(client, ids=f"x,-1,,1.5,²,{'9' * 30},999999,{wall[0].id}")["cards"]) == [str(wall[0].id)]
    assert status(",".join(str(number) for number in range(50))) == 200
    assert status(",".join(str(number) for number in range(51))) == 400
    assert client.get("/nowhere/wall/cards?ids=1").status_code == 404


def test_an_unchanged_answer_is_a_304_and_a_star_changes_it(
    client: Client, db: Session, wall: list[Note], people: Cast
) -> None:
    address = f"/camp/wall/cards?ids={wall[1].id}"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")
    make.star(db, wall[1], people.dee)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("goes", ["renamed", "erased"])
def test_a_name_under_a_wish_is_not_kept(client: Client, wall: list[Note], people: Cast, goes: str) -> None:
    client.be(people.dee)
    assert "Dee Moss" in cards(client, wall[2])["cards"][str(wall[2].id)]
    if goes == "renamed":
        client.submit("/account/name", {"name": "Dee Fen"})
    else:
        client.submit("/account/erase", {"word": "erase"})
    client.be(None)
    assert "Dee Moss" not in cards(client, wall[2])["cards"][str(wall[2].id)]


def test_fifty_cards_cost_what_one_costs(
    app: Flask, client: Client, db: Session, camp: Conference, wall: list[Note], people: Cast
) -> None:
    client.be(people.cy)
    client.get("/camp/wall")  # notes that cy was seen

    def cost(*notes: Note) -> int:
        cards(client, *notes)  # what everybody is told the same is remembered from here on
        with counted(app) as count:
            cards(client, *notes)
        return count.statements

    few = cost(wall[0])
    more = [make.note(db, camp, people.bo, f"Note {number}", tags=("food",), stars=1) for number in range(47)]
    assert cost(*wall, *more) == few


class TestLivePages:
    """Which pages listen, and from which revision on."""

    @pytest.fixture
    def addresses(self, wall: list[Note]) -> dict[str, str]:
        return {
            "agenda.show": "/camp/me",
            "board.show": "/camp/board",
            "conferences.show": "/camp/",
            "schedule.show": "/camp/schedule",
            "wall.note": f"/camp/notes/{wall[0].id}",
            "wall.show": "/camp/wall",
        }

    def test_each_says_how_far_it_has_come(
        self, client: Client, db: Session, camp: Conference, addresses: dict[str, str], people: Cast
    ) -> None:
        log_service.write(db, camp, people.ada, "note-edited", "note:1", now=make.NOW)
        client.be(people.ada)
        for address in addresses.values():
            body = read.page(client.get(address)).select_one("body")
            assert body is not None
            assert {name: value for name, value in body.attrs.items() if name.startswith("data-")} == {
                "data-live": "/camp/live",
                "data-changes": "/camp/changes",
                "data-revision": str(log.revision(db, camp.id)),
                "data-listener": f"barcamp-live-camp-{people.ada.id}",
            }

    def test_none_is_forgotten(self, addresses: dict[str, str]) -> None:
        assert set(addresses) <= LIVE_PAGES

    def test_others_do_not_listen(self, client: Client, wall: list[Note], people: Cast) -> None:
        client.be(people.ada)
        answers = [
            client.get("/camp/wall/new"),
            client.get("/camp/notes/999999"),
            client.get("/"),
            client.submit("/camp/board/undo", {"revision": "99"}),
        ]
        assert [read.page(answer).select("[data-live]") for answer in answers] == [[], [], [], []]

    def test_a_look_by_a_script_leaves_the_messages_for_the_person(
        self, client: Client, db: Session, wall: list[Note], people: Cast
    ) -> None:
        author: Person = people.bo
        client.be(author).submit(f"/camp/notes/{wall[0].id}/withdraw")
        seen = [
            read.words(read.page(client.get("/camp/wall", headers=headers)).select_one(".flash"))
            for headers in ({"X-Refresh": "1"}, {})
        ]
        assert db.scalars(select(Note.withdrawn_at).where(Note.id == wall[0].id)).one() is not None
        assert seen == ["", "Your note is off the wall."]


def test_large_figures_are_grouped_on_the_page_and_in_what_it_is_told(
    client: Client, db: Session, wall: list[Note], people: Cast
) -> None:
    wall[0].star_count = 36025
    db.flush()
    page = client.be(people.ada).get("/camp/wall").text
    assert re.findall(r'data-figure="stars">([^<]*)<', page) == ["36,027 stars"]
    assert cards(client, wall[0])["figures"]["stars"] == "36,027 stars"
