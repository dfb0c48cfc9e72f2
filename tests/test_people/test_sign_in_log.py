"""Each try to sign in is a line of the log, with its way and what came of it, and without who it was."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.people import passwords
from barcamp.watch.logs import Json
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.test_people import post
from tests.test_people.test_sign_in import fresh
from tests.test_people.test_walk_in import come_in

#: Pages alone: what is logged hangs on no database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BO, NOBODY = "bo.finch@example.org", "nobody@example.org"
PASSWORD = "correct horse 42 ä"


class Lines(logging.Handler):
    """What the log says of sign-ins, as programs read it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(Json())
        self.raw: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.raw.append(self.format(record))

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.raw]

    def outcomes(self) -> list[tuple[str, str]]:
        found = [(line["by"], line["outcome"]) for line in self.told()]
        self.raw.clear()
        return found


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, log = Lines(), logging.getLogger("barcamp.sign-in")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield handler
    log.removeHandler(handler)
    log.setLevel(before)


@pytest.fixture
def bo(db: Session, people: Cast, monkeypatch: pytest.MonkeyPatch) -> str:
    """Bo has a password; a hash takes a tenth of a second, so here it is its own."""
    monkeypatch.setattr(passwords, "is_right", lambda password, kept: password == kept)
    monkeypatch.setattr(passwords, "renewed", lambda _password, _kept: None)
    people.bo.password_hash = PASSWORD
    db.flush()
    return BO


def by_password(client: Client, email: str, password: str) -> int:
    return client.submit("/sign-in/password", {"email": email, "password": password}).status_code


def test_passwords(client: Client, app: Flask, bo: str, lines: Lines) -> None:
    for _ in range(5):
        by_password(client, bo, "not this one")
    by_password(client, bo, PASSWORD)
    assert lines.outcomes() == [("password", "wrong")] * 5 + [("password", "too-many")]
    by_password(fresh(app), "cy.reed@example.org", PASSWORD)
    assert lines.outcomes() == [("password", "wrong")]


def test_a_right_password(client: Client, bo: str, lines: Lines) -> None:
    assert by_password(client, bo, PASSWORD) == 303
    assert lines.outcomes() == [("password", "right")]


def test_codes_and_links(client: Client, app: Flask, db: Session, people: Cast, lines: Lines) -> None:
    client.submit("/sign-in", {"email": BO})
    client.submit("/sign-in/code", {"code": post.other_than(post.code(db, BO))})
    client.submit("/sign-in/code", {"code": post.code(db, BO)})
    assert lines.outcomes() == [("code", "wrong"), ("code", "right")]
    client.be(None)
    client.submit("/sign-in", {"email": BO})
    link = post.link(db, BO)
    client.get(link)
    client.post(link)
    fresh(app).post(link)
    assert lines.outcomes() == [("link", "right"), ("link", "gone")]


def test_a_code_for_a_new_address(client: Client, db: Session, people: Cast, lines: Lines) -> None:
    client.be(people.bo)
    client.submit("/account/email", {"email": NOBODY})
    client.submit("/account/email/code", {"code": post.other_than(post.code(db, NOBODY))})
    client.submit("/account/email/code", {"code": post.code(db, NOBODY)})
    assert lines.outcomes() == [("address-code", "wrong"), ("address-code", "right")]


def test_a_walk_in_and_the_address_they_claim(
    client: Client, db: Session, camp: Conference, people: Cast, lines: Lines
) -> None:
    come_in(client, "Mia")
    client.submit("/account/claim", {"email": BO})
    client.submit("/account/claim/code", {"code": post.other_than(post.code(db, BO))})
    client.submit("/account/claim/code", {"code": post.code(db, BO)})
    assert lines.outcomes() == [("name", "right"), ("address-code", "wrong"), ("address-code", "right")]


def test_no_line_tells_who_has_an_account_or_what_was_typed(
    client: Client, app: Flask, db: Session, bo: str, lines: Lines
) -> None:
    """Known or not, with a password or without one: the same line but for its numbers and the mark of the address."""
    for email in (bo, "ada.oak@example.org", NOBODY):
        by_password(fresh(app), email, "hunter2-hunter2")
        asked = fresh(app)
        asked.submit("/sign-in", {"email": email})
        asked.submit("/sign-in/code", {"code": post.other_than(post.code(db, email))})
    by_password(client, bo, PASSWORD)
    failed = [{**line, "time": 0, "request": 0} for line in lines.told()[:-1]]
    shapes = {json.dumps(line, sort_keys=True).replace(line["mark"], "…") for line in failed}
    assert (len(failed), len(shapes)) == (6, 2)  # passwords, codes
    assert "mark" not in lines.told()[-1]  # else the mark of a failure would say that there is an account
    everything = " ".join(lines.raw)
    for secret in ("hunter2", PASSWORD, "finch", "ada.oak", "nobody", "example.org"):
        assert secret not in everything


def test_the_mark_of_an_address_is_the_same_for_a_day(client: Client, app: Flask, bo: str, lines: Lines) -> None:
    with time_machine.travel(make.NOW, tick=False) as clock:
        for email in (bo, bo.upper(), NOBODY):
            by_password(fresh(app), email, "wrong-wrong-1")
        clock.shift(timedelta(days=1))
        by_password(fresh(app), bo, "wrong-wrong-1")
    marks = [line["mark"] for line in lines.told()]
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3
