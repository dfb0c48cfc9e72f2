"""Pieces of pages are made once and kept, and a page made of them is the page that is made anew, byte for byte."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Hashable
from dataclasses import dataclass

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.people.models import Person
from barcamp.wall.models import Note
from barcamp.web import fragments
from barcamp.web.fragments import Piece, Pieces
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.web.anew import made_anew, shown

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/camp/wall"
HOSTILE = 'Kayaks" <b> <input type="hidden" name="csrf_token" value="">'


@pytest.fixture
def wall(db: Session, camp: Conference, people: Cast) -> list[Note]:
    return [
        make.note(db, camp, people.bo, HOSTILE, tags=("water",), copresenters=("<i>Wen</i>",)),
        make.note(db, camp, people.cy, "Beer", stars=[people.bo], description="**Free** beer", format="workshop"),
        make.note(db, camp, people.dee, "Haiku", stars=2),
        make.note(db, camp, None, "Maps", seeks_host=True, asked_by_id=people.dee.id),
    ]


def pieces(app: Flask) -> Pieces:
    with app.app_context():
        return fragments.pieces()


@on_sqlite
class TestPages:
    @given(data=st.data())
    @settings(
        max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_whoever_looks_in_whatever_order_sees_what_is_made_anew(
        self, app: Flask, db: Session, client: Client, wall: list[Note], people: Cast, data: st.DataObject
    ) -> None:
        visitors: list[Person | None] = [None, people.ada, people.bo, people.cy, people.dee]
        for _step in range(4):
            visitor = data.draw(st.sampled_from(visitors))
            client.be(visitor)
            note = data.draw(st.sampled_from(wall))
            verb = data.draw(st.sampled_from(["star", "unstar", "look", "rename"]))
            if verb == "rename":
                note.title = data.draw(st.sampled_from([HOSTILE, "Haiku", "“Haiku” & more"]))
                db.flush()
            elif verb != "look" and visitor is not None:
                client.submit(f"/camp/notes/{note.id}/{verb}")
            assert shown(client, PATH) == made_anew(app, client, PATH)

    def test_after_one_edit_one_card_is_made(
        self, app: Flask, db: Session, client: Client, wall: list[Note], people: Cast
    ) -> None:
        client.be(people.cy).get("/camp/wall")
        before = pieces(app).made
        client.get("/camp/wall")
        assert pieces(app).made == before
        wall[2].title = "Haiku, anew"
        db.flush()
        assert "Haiku, anew" in client.get("/camp/wall").text
        assert pieces(app).made == before + 1

    def test_people_who_see_the_same_share_the_pieces(
        self, app: Flask, client: Client, wall: list[Note], people: Cast, db: Session
    ) -> None:
        client.be(make.person(db, "Eve")).get("/camp/wall")
        before = pieces(app).made
        client.be(make.person(db, "Fay")).get("/camp/wall")
        assert pieces(app).made == before

    def test_each_page_has_its_own_token_in_every_form(self, client: Client, wall: list[Note], people: Cast) -> None:
        pages = [client.be(who).get("/camp/wall").text for who in (people.bo, people.cy)]
        own = [set(re.findall(r'name="csrf_token" value="([^"]*)"', page)) for page in pages]
        assert [len(tokens) for tokens in own] == [1, 1]
        assert all(token.count(".") == 2 for tokens in own for token in tokens)
        assert not any(fragments._CUT in page for page in pages)

    def test_a_guest_gets_no_cookie(self, client: Client, wall: list[Note]) -> None:
        answer = client.be(None).get("/camp/wall")
        assert answer.headers.getlist("Set-Cookie") == []
        assert "csrf_token" not in answer.text.replace("name=&#34;csrf_token&#34;", "")


@dataclass(frozen=True)
class Words:
    text: str


def asked_for(shelf: Pieces, key: Hashable, piece: Piece) -> Piece:
    found = shelf.find(key)
    if found is None:
        shelf.put(key, piece)
    return found or piece


@on_sqlite
class TestNarrow:
    @given(text=st.text(max_size=300) | st.text("“”…·a\x85\ufffe\ufdd0", max_size=300))
    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_piece_says_the_same_in_no_more_bytes(self, app: Flask, text: str) -> None:
        with app.test_request_context():
            heading = fragments.kept("parts/schedule.html", "day_heading")
            (piece,) = heading.piece(text)
            made = heading._template.module.day_heading(text)  # type: ignore[attr-defined]
        assert html.unescape(piece) == html.unescape(made)
        assert sys.getsizeof(piece) <= sys.getsizeof(made)

    def test_one_quotation_mark_does_not_double_a_card(self, app: Flask, client: Client, wall: list[Note]) -> None:
        assert "&#8220;" in client.get(PATH).text
        kept = [part for piece, _size in pieces(app)._young.values() for part in piece if len(part) > 100]
        assert [part for part in kept if max(part) > "\xff"] == []  # up to there a letter is one byte
        assert len(kept) > 4


class TestRoom:
    @given(asked=st.lists(st.integers(0, 30), max_size=200))
    def test_it_gives_the_right_piece_and_never_keeps_more_than_its_room(self, asked: list[int]) -> None:
        shelf = Pieces(room=20_000)
        for number in asked:
            key = Words(str(number) * 100)
            piece = (Markup(f"<p>{number}</p>"),)
            assert asked_for(shelf, key, piece) == piece
            kept = [size for generation in (shelf._young, shelf._old) for _piece, size in generation.values()]
            assert sum(kept) <= 20_000

    def test_what_is_asked_for_stays_and_what_is_not_goes(self) -> None:
        shelf = Pieces(room=20_000)
        for number in range(500):
            asked_for(shelf, "often", (Markup("often"),))
            asked_for(shelf, number, (Markup("once"),))
        assert (shelf.find("often"), shelf.find(0)) == ((Markup("often"),), None)


def test_what_is_written_out_in_gatherings_is_the_same(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is gathered, nothing is lost, doubled, or out of its place."""
    with app.test_request_context():
        heading = fragments.kept("parts/schedule.html", "day_heading")
        days = [f"Day {number}" for number in range(7)]
        whole = "".join(f"<li>{heading(day)}</li>" for day in days)
        for most, parts in ((0, 7), (len(whole) // 3, 3), (len(whole), 1)):
            monkeypatch.setattr(fragments, "GATHERED", most)
            found = list(heading.each(days, "<li>", "</li>"))
            assert ("".join(found), len(found)) == (whole, parts)
        assert list(heading.each([], "<li>", "</li>")) == []
