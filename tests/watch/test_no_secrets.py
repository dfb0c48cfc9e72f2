"""With everything logged, no log holds what opens somebody's door or says who they are."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from barcamp.settings import Settings
from barcamp.web.guard import COOKIE
from tests.conftest import Client
from tests.house.furnished import House, furnish

CODE = re.compile(r"\b\d{6}\b")
LINK = re.compile(r"/sign-in/link/([\w-]+)")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, log_requests=True)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line that anybody writes, in the form of the log."""
    from barcamp.watch.logs import Json

    found: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(self.format(record))

    handler, root = Collecting(), logging.getLogger()
    handler.setFormatter(Json())
    levels = {log: log.level for log in (root, logging.getLogger("barcamp"))}
    for log in levels:
        log.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield found
    root.removeHandler(handler)
    for log, level in levels.items():
        log.setLevel(level)


@pytest.fixture
def house(app: Flask, db: Session) -> House:
    return furnish(app, db)


def walk_through(client: Client, db: Session, house: House) -> set[str]:
    """Sign in by code and by link, walk in, join, read feeds and unsubscribe; return all that must stay secret."""
    names = house.names
    secrets = {str(value) for key, value in names.items() if "." in key}
    client.submit("/sign-in", {"email": "secret.person@example.org"})
    letter = str(db.execute(text("SELECT text FROM letter WHERE to_address LIKE 'secret.person%'")).scalar_one())
    code, link = CODE.search(letter), LINK.search(letter)
    assert code is not None and link is not None
    client.submit("/sign-in/code", {"code": "000000"})
    client.get(f"/sign-in/link/{link[1]}")
    client.submit(f"/sign-in/link/{link[1]}")
    client.submit("/sign-in/name", {"name": "Secretive Sam"})
    for endpoint, path in (
        ("wall.join", f"/{names['slug']}/notes/{names['note_id']}/join/{{}}"),
        ("feeds.agenda_ics", "/feeds/{}.ics"),
        ("news.unsubscribe", "/news/unsubscribe/{}"),
        ("people.link", "/sign-in/link/{}"),
    ):
        client.get(path.format(names[endpoint]))
        client.get(f"/sgin-in{path.format(names[endpoint])}")
        client.get(f"{path.format(names[endpoint])}?token={names[endpoint]}&email=secret.person@example.org")
    client.submit(f"/news/unsubscribe/{names['news.stop_letters']}")
    client.be(house.attendee).get("/account?email=secret.person@example.org")
    cookies = {str(client.get_cookie(name).value) for name in (COOKIE, "barcamp_form") if client.get_cookie(name)}  # type: ignore[union-attr]
    client.be(None)
    client.submit(f"/{names['slug']}/walk-in", {"name": "Secretive Sam"})
    people = [str(email) for (email,) in db.execute(text("SELECT email FROM person WHERE email IS NOT NULL"))]
    return {*secrets, *cookies, code[0], link[1], "secret.person", "Secretive", *people}


def test_nothing_secret_is_logged(client: Client, db: Session, house: House, lines: list[str]) -> None:
    secrets = walk_through(client, db, house)
    assert len([line for line in lines if '"barcamp.requests"' in line]) >= 20, "requests were logged"
    assert found_in(lines, secrets) == []


def test_nor_when_everything_breaks(app: Flask, client: Client, db: Session, house: House, lines: list[str]) -> None:
    """Each view raises what a driver would, with the values in its words, which ends in a traceback in the log."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    secrets = walk_through(client, db, house)
    lines.clear()

    def broken(**names: Any) -> Any:
        raise RuntimeError(
            f"duplicate key\nDETAIL:  Key (email)=(secret.person@example.org) already exists.\n"
            f"[parameters: ('Secretive Sam', {names!r})]\nfor <secret.person@example.org>"
        )

    for view in list(app.view_functions):
        app.view_functions[view] = broken
    names = house.names
    for path in (
        f"/sign-in/link/{names['people.link']}", f"/feeds/{names['feeds.agenda_ics']}.ics",
        f"/news/unsubscribe/{names['news.unsubscribe']}", "/account?email=secret.person@example.org",
        f"/camp/notes/{names['note_id']}/join/{names['wall.join']}",
    ):  # fmt: skip
        assert client.get(path).status_code == 500, path
    told = [json.loads(line) for line in lines]
    assert sum("exception" in line for line in told) == 5
    assert found_in(lines, secrets) == []


def found_in(lines: list[str], secrets: set[str]) -> list[tuple[str, str]]:
    assert all(len(secret) >= 6 for secret in secrets), secrets
    return [(secret, line) for line in lines for secret in secrets if secret in line]
