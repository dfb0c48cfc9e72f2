"""A row of the schedule's grid is kept whole for those who see it alike: the page is the one that is made anew."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.schedule.errors import NothingToPublish
from barcamp.wall.models import Note
from barcamp.web import fragments
from tests import stage
from tests.conftest import Client
from tests.people import Cast
from tests.schedule.hands import Grid
from tests.web.anew import made_anew, shown

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/camp/schedule"


@pytest.fixture
def published(store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]) -> list[Note]:
    """One and Two beside each other at 10:00, Three alone at 11:00."""
    for note, slot, room in zip(notes, (0, 0, 1), (0, 1, 0), strict=True):
        stage.put(store, camp, people.ada, note, board.slots[slot], board.rooms[room])
    stage.publish(store, camp, people.ada)
    return notes


@given(data=st.data())
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_looks_in_whatever_order_sees_what_is_made_anew(
    app: Flask, store: Store, db: Session, camp: Conference, board: Grid, client: Client, published: list[Note],
    people: Cast, data: st.DataObject,
) -> None:  # fmt: skip
    host = db.get_one(Person, published[0].author_id)
    visitors: list[Person | None] = [None, people.ada, people.bo, people.cy, host]
    for _step in range(4):
        visitor = data.draw(st.sampled_from(visitors))
        client.be(visitor)
        note = data.draw(st.sampled_from(published))
        verb = data.draw(st.sampled_from(["star", "unstar", "look", "move"]))
        if verb == "move":  # Three has the later rows for itself
            slot, room = data.draw(st.sampled_from(board.slots[1:])), data.draw(st.sampled_from(board.rooms))
            stage.put(store, camp, people.ada, published[2], slot, room)
            with suppress(NothingToPublish):
                stage.publish(store, camp, people.ada)
        elif verb != "look" and visitor is not None:
            client.submit(f"/camp/notes/{note.id}/{verb}")
        assert shown(client, PATH) == made_anew(app, client, PATH)


def test_after_a_change_its_cell_and_its_row_are_made(
    app: Flask, store: Store, db: Session, camp: Conference, client: Client, published: list[Note], people: Cast
) -> None:
    shown(client.be(None), PATH)
    with app.app_context():
        pieces = fragments.pieces()
    before = pieces.made
    shown(client, PATH)
    assert pieces.made == before
    published[0].title = "One, anew"
    db.flush()
    stage.refresh(store, camp)
    assert "One, anew" in shown(client, PATH)
    assert pieces.made == before + 3  # and the one in the list of what comes next


def test_a_row_is_whole_for_who_has_starred_none_of_it(client: Client, published: list[Note], people: Cast) -> None:
    """And each form of it has the token of whoever looks, who shares it with others."""
    one = published[0]
    assert client.be(people.bo).submit(f"/camp/notes/{one.id}/star").status_code == 303
    pages = {}
    for who in (people.bo, people.cy, people.dee):
        client.delete_cookie("barcamp_form")
        pages[who.name] = client.be(who).get("/camp/schedule").text
    pressed = {who: page.count('aria-pressed="true"') for who, page in pages.items()}
    assert pressed == {"Bo Finch": 2, "Cy Reed": 0, "Dee Moss": 0}  # in the grid, and in what comes next
    tokens = [set(re.findall(r'name="csrf_token" value="([^"]*)"', page)) for page in pages.values()]
    assert ([len(own) for own in tokens], len(set().union(*tokens))) == ([1, 1, 1], 3)
    assert not any(fragments._CUT in page for page in pages.values())
