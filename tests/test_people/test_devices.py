"""Sign-ins live on the server: ended there, a kept cookie opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people import service
from barcamp.people.models import Device
from barcamp.web.guard import COOKIE
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.test_people.test_sign_in import fresh


def cookie(client: Client) -> str:
    found = client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def is_in(app: Flask, kept: str) -> tuple[int, int]:
    """What a browser and a program get at the account page with a kept cookie."""
    one = fresh(app)
    one.set_cookie(COOKIE, kept)
    return one.get("/account").status_code, one.get("/account", headers={"Accept": "application/json"}).status_code


def test_after_signing_out_a_kept_cookie_is_worth_nothing(client: Client, app: Flask, people: Cast) -> None:
    client.be(people.ada)
    kept = cookie(client)
    assert is_in(app, kept) == (200, 200)
    answer = client.submit("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get_cookie(COOKIE) is None
    assert is_in(app, kept) == (303, 401)
    assert client.submit("/sign-out").status_code == 303  # twice does no harm


def test_sign_out_everywhere(client: Client, app: Flask, db: Session, people: Cast) -> None:
    client.be(people.ada)
    first = cookie(client)
    client.be(people.ada)
    second = cookie(client)
    client.be(people.bo)
    others = cookie(client)
    client.set_cookie(COOKIE, second)
    assert client.submit("/account/sign-out-everywhere").status_code == 303
    assert [is_in(app, kept) for kept in (first, second, others)] == [(303, 401), (303, 401), (200, 200)]


def test_one_device_is_ended_and_only_ones_own(client: Client, app: Flask, db: Session, people: Cast) -> None:
    client.be(people.ada)
    first = cookie(client)
    client.be(people.bo)
    of_ada, of_bo = db.scalars(select(Device.id).order_by(Device.id)).all()
    assert client.submit(f"/account/devices/{of_ada}/end").status_code == 404
    assert client.submit("/account/devices/99999/end").status_code == 404
    assert is_in(app, first) == (200, 200)

    client.be(people.ada)
    assert client.submit(f"/account/devices/{of_ada}/end").location == "/account#devices"
    assert is_in(app, first) == (303, 401)
    [here] = db.scalars(select(Device.id).where(Device.person_id == people.ada.id)).all()
    assert client.submit(f"/account/devices/{here}/end").location == "/"
    assert client.get("/account").status_code == 303
    assert db.scalars(select(Device.id)).all() == [of_bo]


def test_the_list_names_each_browser_and_marks_this_one(client: Client, store: Store, people: Cast) -> None:
    with store.writing() as writing:
        token = service.sign_in(writing, people.ada, label="Firefox · Linux", now=make.NOW)
        service.sign_in(writing, people.ada, label="", now=make.NOW + timedelta(hours=1))
        service.sign_in(writing, people.bo, label="Of Bo", now=make.NOW)
    client.set_cookie(COOKIE, token)
    with time_machine.travel(make.NOW, tick=False):
        page = client.get("/account").text
    assert ("Unknown browser" in page, page.count("this one"), "Of Bo" in page) == (True, 1, False)
    assert page.index("Unknown browser") < page.index("Firefox · Linux") < page.index("this one")


def test_when_a_browser_was_seen_is_written_down_once_an_hour(client: Client, db: Session, people: Cast) -> None:
    client.be(people.ada)
    for minutes, seen in ((59, 0), (60, 60), (119, 60), (121, 121)):
        with time_machine.travel(make.NOW + timedelta(minutes=minutes), tick=False):
            answer = client.get("/account")
        assert (COOKIE in answer.headers.get("Set-Cookie", "")) == (minutes in (60, 121))
        assert db.scalars(select(Device.seen_at)).one() == make.NOW + timedelta(minutes=seen)


def test_a_page_is_not_failed_for_the_note_of_the_hour(client: Client, app: Flask, db: Session, people: Cast) -> None:
    client.be(people.ada)
    with time_machine.travel(make.NOW + timedelta(hours=2), tick=False):
        app.extensions["store"].writer.dispose()
        if app.extensions["store"].on_sqlite:
            db.execute(select(func.count(Device.id)))
            db.connection().exec_driver_sql("BEGIN IMMEDIATE")  # somebody else writes for long
            try:
                assert client.get("/account").status_code == 200
            finally:
                db.connection().exec_driver_sql("ROLLBACK")


def test_browsers_not_seen_for_90_days_are_forgotten(client: Client, store: Store, db: Session, people: Cast) -> None:
    client.be(people.ada)
    for days, left in ((90, 1), (91, 0)):
        with store.writing() as writing:
            service.forget_old(writing, now=make.NOW + timedelta(days=days))
        assert db.scalars(select(func.count(Device.id))).one() == left


@pytest.mark.parametrize("over", [{"seen_at": timedelta(days=90)}, {"created_at": timedelta(days=365)}])
def test_a_sign_in_ends_by_itself_before_anybody_cleans_up(
    client: Client, db: Session, people: Cast, camp: Conference, over: dict[str, timedelta]
) -> None:
    note = make.note(db, camp, people.bo, "Kites")
    client.be(people.cy)
    [device] = db.scalars(select(Device)).all()
    for name, age in over.items():
        setattr(device, name, make.NOW - age + timedelta(hours=1))
    db.flush()
    assert client.get("/account").status_code == 200
    for name, age in over.items():
        setattr(device, name, make.NOW - age - timedelta(seconds=1))
    db.flush()
    assert client.get("/account").location == "/sign-in?next=/account"
    assert client.submit(f"/camp/notes/{note.id}/star").location.startswith("/camp/walk-in")
