"""What many ask for is found once, until something that it was read from changes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from barcamp import create_app, touched
from barcamp import db as database
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.front.remembered import Memory, remembered
from barcamp.settings import Settings
from barcamp.wall.models import Note
from barcamp.web.guard import COOKIE
from barcamp.web.load import conference_or_404
from tests import make
from tests.conftest import Client
from tests.people import Cast


@pytest.fixture
def asked(app: Flask, camp: Conference) -> Iterator[None]:
    with app.app_context():
        wait_for_marks(app)
        yield


def wait_for_marks(app: Flask) -> None:
    while app.extensions["front"].marks.look() is None:  # PostgreSQL is being connected to
        time.sleep(0.01)


def titles(db: Session) -> list[str]:
    return list(db.scalars(select(Note.title).order_by(Note.id)))


def memory(app: Flask) -> Memory:
    found: Memory = app.extensions["memory"]
    return found


def test_it_is_found_once_until_a_commit_changes_it(
    app: Flask, store: Store, db: Session, camp: Conference, people: Cast, asked: None
) -> None:
    note = make.note(db, camp, people.bo, "Haiku")
    assert [remembered("titles", titles) for _ in range(3)] == [["Haiku"]] * 3
    finds = memory(app).finds
    with store.writing() as writing:
        writing.get_one(Note, note.id).title = "Kayaks"
    assert remembered("titles", titles) == ["Kayaks"]
    assert memory(app).finds == finds + 1


def test_what_it_was_not_read_from_does_not_matter(
    app: Flask, store: Store, db: Session, camp: Conference, people: Cast, asked: None
) -> None:
    note = make.note(db, camp, people.bo, "Haiku")
    remembered("titles", titles)
    finds = memory(app).finds
    with store.writing() as writing:
        writing.get_one(Note, note.id).star_count += 1
    assert remembered("titles", titles) == ["Haiku"]
    assert memory(app).finds == finds


def test_it_is_found_again_in_a_new_minute(app: Flask, asked: None) -> None:
    """Whatever changed it in a way that nobody noticed."""
    finds = []
    for now in (0.0, 59.9, 60.0):
        app.extensions["front"]._clock = lambda now=now: now
        remembered("titles", titles)
        finds.append(memory(app).finds)
    assert finds == [1, 1, 2]


def test_the_conference_is_one_for_all_who_read_and_each_writers_own(app: Flask, camp: Conference) -> None:
    wait_for_marks(app)
    found = []
    for method in ("GET", "GET", "POST"):
        with app.test_request_context("/camp/wall", method=method):
            conference = conference_or_404("camp")
            found.append((conference, object_session(conference) is database.session()))
            database.rollback()
    (one, ones), (other, others), (own, owns) = found
    assert (one is other, own is one) == (True, False)
    assert (ones, others, owns) == (False, False, True)


def test_a_page_that_is_kept_knows_what_it_is_made_of_either_time(asked: None) -> None:
    for _time in ("found", "known"):
        with touched.noticing() as tables:
            remembered("titles", titles)
        assert tables == {"note"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_request_reads_beside_its_own_session_once_until_something_changes(
    app: Flask, store: Store, db: Session, camp: Conference, people: Cast
) -> None:
    wait_for_marks(app)
    note = make.note(db, camp, people.bo, "Haiku")
    with app.app_context():
        one, other = (remembered(number, lambda session: session) for number in range(2))
        with store.writing() as writing:
            writing.get_one(Note, note.id).title = "Kayaks"
        later, told = remembered("later", lambda session: (session, titles(session)))
        with pytest.raises(ZeroDivisionError):
            remembered("broken", lambda _session: 1 // 0)
        after = remembered("after", lambda session: session)
        assert len({id(session) for session in (database.session(), one, later, after)}) == 4
        assert (one is other, told, after.in_transaction()) == (True, ["Kayaks"], False)
        titles(after)
    assert store.reader.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_nobody_holds_one_connection_while_they_wait_for_another(store: Store, asked: None) -> None:
    """Else all who come at once after a change hold one each, and none gets a second."""
    database.session().execute(select(Note.title))

    def connections(session: Session) -> int:
        session.execute(select(Note.title))
        return int(store.writer.pool.checkedout())  # type: ignore[attr-defined]

    assert remembered("connections", connections) == 1


def test_it_has_room_for_so_much(app: Flask, asked: None) -> None:
    app.extensions["memory"] = Memory(room=30)
    for number in range(10):
        remembered(number, titles, rows=lambda _found: 8)
    assert memory(app).used == 24
    remembered("too much", titles, rows=lambda _found: 11)
    assert memory(app).used == 24


def test_what_is_ones_own_is_remembered_where_marks_are_those_of_the_last_commit(store: Store, asked: None) -> None:
    """Where they come by message, whoever signs out on one machine would still be in on another for a moment."""
    asked_for = []
    for _time in range(2):
        remembered("mine", lambda _session: asked_for.append("mine"), own=True)
    assert len(asked_for) == (1 if store.on_sqlite else 2)


def test_who_has_signed_out_through_one_process_is_out_in_another(
    settings: Settings, app: Flask, client: Client, people: Cast
) -> None:
    other = create_app(settings)
    elsewhere = other.test_client()
    cookie = client.be(people.bo).get_cookie(COOKIE)
    assert cookie is not None
    elsewhere.set_cookie(COOKIE, cookie.value)
    try:
        wait_for_marks(other)
        assert [elsewhere.get("/account").status_code for _ in range(2)] == [200, 200]
        client.submit("/sign-out")
        assert elsewhere.get("/account").status_code == 401
    finally:
        other.extensions["hub"].close()
        other.extensions["front"].close()
        other.extensions["store"].dispose()


def test_tokens_that_were_made_up_take_no_room(app: Flask, client: Client, camp: Conference) -> None:
    wait_for_marks(app)
    client.get("/camp/wall/new")
    used = memory(app).used
    for number in range(5):
        client.set_cookie(COOKIE, f"made up {number}")
        client.get("/camp/wall/new")
    assert memory(app).used == used
