"""Every "no": a page for people, JSON for programs, the right status, and nothing of the inside shown."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from barcamp import db as database
from barcamp.conferences.models import Conference
from barcamp.errors import N_, Busy, NotYours, Refused, TooMany
from barcamp.people.models import Person
from barcamp.web.guard import anyone
from tests.conftest import Client
from tests.people import Cast

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def refusing(app: Flask) -> Flask:
    """An app with addresses that always say no."""
    problems: dict[str, Exception] = {
        "refused": Refused(N_("{name} is full."), name="Otter Hall"),
        "not-yours": NotYours(N_("This is for organizers.")),
        "too-many": TooMany(N_("Please wait a little."), 90),
        "busy": Busy(),
        "broken": RuntimeError("secret detail"),
    }

    @app.route("/test/<which>", methods=["GET", "POST"])
    @anyone
    def refuse(which: str) -> str:
        if database.session().info.get("never"):  # opens this request's session, and the gate with it
            return ""
        raise problems[which]

    return app


@pytest.mark.parametrize(
    ("which", "status", "words", "retry"),
    [
        ("refused", 409, "Otter Hall is full.", None),
        ("not-yours", 403, "This is for organizers.", None),
        ("too-many", 429, "Please wait a little.", "90"),
        ("busy", 503, "Too much is happening at once.", "2"),
        ("broken", 500, "Something broke on our side.", None),
    ],
)
def test_a_no_is_a_page_for_people_and_json_for_programs(
    refusing: Flask, client: Client, which: str, status: int, words: str, retry: str | None
) -> None:
    page = client.get(f"/test/{which}")
    program = client.get(f"/test/{which}", headers={"Accept": "application/json"})
    assert (page.status_code, page.mimetype, words in page.text) == (status, "text/html", True)
    assert (program.status_code, list(program.get_json()), words in program.get_json()["error"]) == (
        status, ["error"], True,
    )  # fmt: skip
    assert (page.headers.get("Retry-After"), program.headers.get("Retry-After")) == (retry, retry)
    assert "secret detail" not in page.text + program.text


def test_after_a_no_the_gate_is_open(refusing: Flask, client: Client, db: Session) -> None:
    for which in ("refused", "broken", "refused"):
        client.submit(f"/test/{which}")
    assert not refusing.extensions["store"].gate.locked()


def test_what_broke_is_in_the_log(refusing: Flask, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        client.get("/test/broken")
    assert "secret detail" in caplog.text


def test_a_stranger_is_led_to_sign_in_and_back_a_program_gets_401(client: Client, camp: Conference) -> None:
    page = client.get("/camp/board?note=1")
    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in?next=/camp/board?note%3D1")
    assert client.get("/camp/board", headers={"Accept": "*/*"}).status_code == 401


def test_no_page_can_be_framed_or_load_from_elsewhere(client: Client, camp: Conference) -> None:
    headers = client.get("/camp/wall").headers
    policy = headers["Content-Security-Policy"]
    assert ("unsafe" in policy, "default-src 'none'" in policy, "frame-ancestors 'none'" in policy) == (
        False,
        True,
        True,
    )
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "private, no-cache")


def test_a_form_without_a_token_or_with_anothers_does_nothing(
    client: Client, app: Flask, db: Session, people: Cast
) -> None:
    other = app.test_client()
    assert isinstance(other, Client)
    client.be(people.bo)
    for token in ("", "nonsense", other.token()):
        answer = client.post("/account/name", data={"name": "Changed", "csrf_token": token})
        assert answer.status_code in (400, 404)
    assert db.get_one(Person, people.bo.id).name == "Bo Finch"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_does_nothing(client: Client, people: Cast, headers: dict[str, str]) -> None:
    answer = client.be(people.bo).submit("/sign-out", headers=headers)
    assert (answer.status_code, "another site" in answer.text) == (400, True)
    assert client.get("/account").status_code == 200


def test_too_large_a_form_is_refused(client: Client, people: Cast, camp: Conference) -> None:
    answer = client.be(people.bo).submit("/camp/wall/notes", {"title": "x", "description": "y" * 2_000_000})
    assert answer.status_code == 413


def test_the_wrong_method_is_named(client: Client, camp: Conference) -> None:
    answer = client.submit("/camp/wall")
    assert (answer.status_code, "GET" in answer.headers["Allow"]) == (405, True)


@pytest.mark.parametrize(
    "path", ["/SIGN-IN", "/a/wall", "/static/wall", "/camp/notes/0", "/camp/notes/01", "/camp/notes/" + "9" * 30]
)
def test_odd_addresses_are_404(client: Client, camp: Conference, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"method": "GET"},
        {"method": "POST", "headers": {"Origin": "null"}},
        {"method": "POST", "headers": {"Sec-Fetch-Site": "cross-site"}},
        {"method": "POST", "data": b"x" * 2_000_000},
    ],
    ids=["read", "another site", "the browser says so", "too large"],
)
def test_a_host_that_cannot_be_one_is_refused_whatever_else_is_wrong(
    client: Client, camp: Conference, sent: dict[str, Any]
) -> None:
    headers = {"Host": "a" * 64 + ".example", **sent.get("headers", {})}
    answer = client.open("/camp/wall", **{**sent, "headers": headers})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
