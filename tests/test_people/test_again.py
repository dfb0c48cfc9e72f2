"""Before one changes how one signs in, or goes for good, one has just signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.news.models import PushSubscription
from barcamp.people.models import Device
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.test_people import post

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BO = "bo.finch@example.org"
ASKED = {
    "/account/password": {"password": "tuesday rain on tin roofs"},
    "/account/password/remove": {},
    "/account/email": {"email": "new@example.org"},
    "/account/erase": {"word": "erase"},
}


def signed_in_for(db: Session, client: Client, person: object, time: timedelta) -> Device:
    client.be(person)  # type: ignore[arg-type]
    device = db.scalars(select(Device).order_by(Device.id.desc())).first()
    assert device is not None
    device.created_at = make.NOW - time
    db.flush()
    return device


@pytest.mark.parametrize("address", ASKED)
def test_a_browser_left_open_is_not_enough(client: Client, db: Session, people: Cast, address: str) -> None:
    signed_in_for(db, client, people.bo, timedelta(minutes=16))
    people.bo.password_hash = "kept"
    db.flush()
    answer = client.submit(address, ASKED[address])
    assert (answer.status_code, answer.location.startswith("/sign-in?again=1&next=/account")) == (303, True)
    assert "Please sign in once more" in client.get(answer.location).text
    assert (people.bo.email, people.bo.password_hash, people.bo.is_erased) == (BO, "kept", False)
    assert post.letters(db, "new@example.org") == []


def test_signing_in_once_more_is_enough_and_the_browser_goes_on_hearing(
    client: Client, db: Session, people: Cast
) -> None:
    before = signed_in_for(db, client, people.bo, timedelta(days=3)).id
    told = PushSubscription(
        person_id=people.bo.id, device_id=before, endpoint="https://push.example/1", p256dh="k", auth="a", label="",
        created_at=make.NOW,
    )  # fmt: skip
    db.add(told)
    db.flush()
    client.submit("/sign-in", {"email": BO, "next": "/account#your-address"})
    assert client.submit("/sign-in/code", {"code": post.code(db, BO)}).location == "/account#your-address"
    [now_here] = db.scalars(select(Device)).all()
    assert (now_here.id != before, told.device_id) == (True, now_here.id)
    assert client.submit("/account/email", {"email": "new@example.org"}).location == "/account/email/code"


def test_who_has_just_signed_in_and_a_walk_in_are_not_asked(
    client: Client, db: Session, people: Cast, camp: Conference
) -> None:
    signed_in_for(db, client, people.bo, timedelta(minutes=14))
    assert client.submit("/account/erase", {"word": "erase"}).location == "/"
    signed_in_for(db, client, make.walk_in(db, "Mia"), timedelta(days=3))
    assert client.submit("/account/erase", {"word": "erase"}).location == "/"
