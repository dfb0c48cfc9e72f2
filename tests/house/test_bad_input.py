"""Hostile input at every form and address: an answer in words, nothing half stored, and never a 500."""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp import create_app
from barcamp.conferences.models import Conference, Sponsor
from barcamp.core.slugs import clean_text
from barcamp.feeds.models import FeedToken
from barcamp.mail import letters, service
from barcamp.mail.links import Links
from barcamp.mail.ways import compose
from barcamp.people.models import Device, Person
from barcamp.registration.models import Registration
from barcamp.schedule.models import Entry
from barcamp.settings import Settings
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import CoPresenter, Note, NoteTag
from tests import make, stage
from tests.conftest import Client
from tests.house.bad_house import VIEWERS, all_forms, database_url, enter, house
from tests.house.bad_values import SCRIPT, Field, dangers, dangers_in, encoded, rows, spoiled
from tests.house.fillings import Form
from tests.house.furnished import House
from tests.house.rules import routes

__all__ = ["database_url", "house"]

EXAMPLES = 2
CLEAR = {200, 302, 303, 304, 308, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429}
#: A wrong code is counted, and a wrong guess is what these answer with 422.
COUNTS_GUESSES = {"people.try_code", "people.change_address", "people.prove_claim"}
FORM = "application/x-www-form-urlencoded"

some = hypothesis_settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(autouse=True)
def nothing_breaks(caplog: pytest.LogCaptureFixture) -> Any:
    """Whatever a test here does, no request may have ended in the handler of last resort."""
    yield
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR] == []


QUERIES = [
    "page=-1", "page=99999999999999999999", "page=1e5", "q=%00", "q=%ff%fe", "q=" + "a" * 5_000, "q=%25_%5c", "sort=x",
    "note=9999999999999999999999", "note=x", "view=%00", "day=2026-02-30", "tag=" + "%23," * 900, "format=%00",
    "state=x", "mine=%00", "%ff=%ff", "x=%ed%a0%80", "&&&=", "next=http://[",
]  # fmt: skip
ELSEWHERE = [
    "//evil.example", "///evil.example", "https:evil.example", "https://evil.example", "/\t/evil.example",
    "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", " //evil.example", "/\x00/evil.example",
    "evil.example",
]  # fmt: skip
HEADERS = [
    {"Accept-Language": "garbage;;;q=x,\x80"}, {"Accept": "text/html;q=abc"}, {"Cookie": "barcamp_device=%00; =; ;;"},
    {"Cookie": "barcamp_form=.eJw; barcamp_device=\xff\xfe"}, {"If-None-Match": "garbage"}, {"Host": "["}, {"Host": ""},
    {"If-Modified-Since": "Sat, 99 Nov 9999 99:99:99 GMT"}, {"Referer": "http://[evil"}, {"Origin": "http://[evil"},
    {"Range": "bytes=99-1"}, {"Content-Length": "x"}, {"Content-Type": "multipart/form-data"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript", "X-Forwarded-For": "\xff"},
]  # fmt: skip
NESTED = b"[" * 100_000


def test_every_form_takes_hostile_values(app: Flask, db: Session, client: Client, house: House) -> None:
    for form in all_forms(app, db, client, house):
        attack(db, client, house, form)


def attack(db: Session, client: Client, house: House, form: Form) -> None:
    @some
    @given(spoiled(form.filled("as it stands")))
    def once(sent: list[Field]) -> None:
        enter(client, db, house, form.viewer)
        send(db, client, form, sent)

    once()


def send(db: Session, client: Client, form: Form, sent: list[Field]) -> None:
    """Send a form; refused, it must leave every row as it was and show again what was typed."""
    token = client.token()
    before = rows(db)
    answer = client.post(form.address, data=encoded([*sent, ("csrf_token", token)]), content_type=FORM)
    told = (form.address, sent, answer.status_code)
    page = BeautifulSoup(answer.text if answer.mimetype == "text/html" else "", "html.parser")
    assert answer.status_code in CLEAR, told
    if answer.status_code >= 400:
        if form.endpoint not in COUNTS_GUESSES:
            assert rows(db) == before, told
        assert page.find("main"), told
    if answer.mimetype == "text/html":
        assert list(dangers_in(page)) == [], told
    if answer.status_code == 422:
        assert lost(page, form, sent) == [], told
    if answer.status_code in (302, 303):
        assert answer.location.startswith("/") and not answer.location.startswith(("//", "/\\")), told


def lost(page: BeautifulSoup, form: Form, sent: list[Field]) -> list[Field]:
    """What was typed, could be read, and is not in a field of the same name on the page that came back."""
    typed: dict[str, Any] = {}
    for field in form.fields:
        kind = str(field.get("type", "text"))
        if field.name == "textarea" or (field.name == "input" and kind in ("text", "email", "number", "date", "time")):
            typed[str(field["name"])] = kind
    once = {name: value for name, value in sent if [one for one, _ in sent].count(name) == 1}
    shown: dict[str, list[str]] = {}
    for field in page.find_all(["input", "textarea"], attrs={"name": True}):
        value = field.text if field.name == "textarea" else str(field.get("value", ""))
        shown.setdefault(str(field["name"]), []).append(value.strip().casefold())
    return [
        (name, value)
        for name, value in once.items()
        if name in typed
        and isinstance(value, str)
        and len(value) < 300
        and value == clean_text(value)
        and "\n" not in value
        and value.casefold() not in shown.get(name, [])
    ]


# ---- addresses, headers, bodies -------------------------------------------------------------------------------------


def test_no_address_minds_what_is_asked_of_it(app: Flask, db: Session, client: Client, house: House) -> None:
    gets = [route.address(app, house.names) for route in routes(app) if route.method == "GET"]
    enter(client, db, house, "organizer")
    for number, address in enumerate(gets):
        # a fifth of the questions each: they are read by the same few lines wherever they are read at all
        for query in QUERIES[number % 5 :: 5]:
            assert client.get(f"{address}?{query}").status_code in CLEAR, (address, query)


def test_no_address_minds_odd_headers(app: Flask, db: Session, client: Client, house: House) -> None:
    enter(client, db, house, "attendee")
    asked = [(route, headers) for number, route in enumerate(routes(app)) for headers in HEADERS[number % 7 :: 7]]
    for route, headers in asked:
        answer = client.open(route.address(app, house.names), method=route.method, headers=headers)
        assert answer.status_code in CLEAR, (str(route), headers)
        assert "evil.example" not in answer.text, (str(route), headers)


def test_ids_that_are_none(app: Flask, db: Session, client: Client, house: House) -> None:
    enter(client, db, house, "organizer")
    before = rows(db)
    for route in routes(app):
        named = [name for name in route.arguments if name.endswith("_id")]
        for wrong in ("0", "-1", "x", "1e5", "007", "%00", str(10**17), str(10**40)) if named else ():
            address = route.rule.replace("<slug:slug>", "camp").replace("<id:", "<")
            for name in named:
                address = address.replace(f"<{name}>", wrong)
            fields = {"revision": "0", "slot": "1", "room": "1"}
            answer = client.open(address, method=route.method, data=fields, headers={"X-CSRF-Token": client.token()})
            assert answer.status_code in (303, 404, 405, 409), (str(route), wrong)
    assert rows(db) == before


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_nowhere_else(app: Flask, client: Client, house: House, wanted: str) -> None:
    page = client.get("/sign-in", query_string={"next": wanted})
    assert "evil" not in page.text and "javascript:" not in page.text
    client.be(house.attendee)
    assert client.get("/sign-in", query_string={"next": wanted}).location == "/"
    star = f"/camp/notes/{house.notes[1].id}/star"
    assert client.submit(star, {"next": wanted}).location == f"{star.removesuffix('/star')}#note-{house.notes[1].id}"


@pytest.mark.parametrize(
    "kind", [FORM, "application/json", "text/plain", "multipart/form-data; boundary=x", "application/octet-stream"]
)
def test_a_body_of_more_than_a_mebibyte_is_too_large(app: Flask, client: Client, house: House, kind: str) -> None:
    client.be(house.organizer)
    placement = f"/camp/board/notes/{house.names['note_id']}/placement"
    for method, address in (("POST", "/camp/wall/notes"), ("PUT", placement)):
        answer = client.open(address, method=method, data=b"x" * (1024 * 1024 + 1), content_type=kind)
        assert answer.status_code == 413


def test_json_that_is_none(client: Client, house: House) -> None:
    """Also brackets in brackets, until the reader of JSON gives up."""
    client.be(house.organizer)
    address = f"/camp/board/notes/{house.names['note_id']}/placement"
    headers = {"X-CSRF-Token": client.token()}
    deep = b'{"slot":' + b"[" * 900 + b"]" * 900 + b',"room":1,"revision":"x"}'
    for body in (NESTED, deep, b"\xff", b"[1]", b'{"slot":NaN,"room":1e999,"revision":' + b"9" * 5_000 + b"}", b""):
        for method in ("PUT", "DELETE"):
            answer = client.open(address, method=method, data=body, content_type="application/json", headers=headers)
            assert answer.status_code == 400, body[:20]


def test_a_site_with_a_name_answers_to_no_other(settings_of_a_site: Settings) -> None:
    client = create_app(settings_of_a_site).test_client()
    for host in ("evil.example", "camp.example.org.evil.example", "camp.example.org@evil.example"):
        answer = client.get("/sign-in", headers={"Host": host, "Accept": "text/html"})
        assert (answer.status_code, "evil" in answer.text) == (400, False)


@pytest.fixture
def settings_of_a_site(settings: Settings) -> Settings:
    return replace(settings, base_url="https://camp.example.org")


# ---- what is stored and shown ---------------------------------------------------------------------------------------

SHOWN: dict[Any, tuple[str, ...]] = {
    Person: ("name",), Conference: ("name", "tagline", "about", "conduct", "venue", "address"), Device: ("label",),
    Sponsor: ("name", "gives"), Room: ("name", "where"), Slot: ("name", "sponsor"), FeedToken: ("label",),
    Note: ("title", "description", "hidden_reason"), NoteTag: ("tag",), CoPresenter: ("name",),
    Registration: ("diet_note", "shirt_size"), Entry: ("title", "hosts", "room"),
}  # fmt: skip


# 404 for who does not own it, and where nothing was asked for
NOT_FOR_ALL = {
    "speakers.talk_source", "speakers.edit_talk", "feeds.oembed_answer", "home.security_txt", "watch.metrics",
}  # fmt: skip


def test_what_is_stored_is_shown_and_never_run(app: Flask, db: Session, client: Client, house: House) -> None:
    """Worse than any form lets through: straight into every column that pages, feeds and files show."""
    for table, columns in SHOWN.items():
        for row in db.scalars(select(table)):
            for column in columns:
                setattr(row, column, f"=1+1{getattr(row, inspect(table).primary_key[0].name)}\r\nX-Evil:1{SCRIPT}")
    db.flush()
    stage.refresh(app.extensions["store"], db.get_one(Conference, house.camp.id, populate_existing=True))
    for viewer in VIEWERS:
        enter(client, db, house, viewer)
        for route in routes(app):
            if route.method == "GET":
                answer = client.get(route.address(app, house.names))
                assert answer.status_code in (200, 303, 403) or route.endpoint in NOT_FOR_ALL, (str(route), viewer)
                assert answer.headers.get("X-Evil") is None
                check(answer, str(route))


def check(answer: TestResponse, told: str) -> None:
    if answer.mimetype == "text/html":
        assert list(dangers(answer.text)) == [], told
        assert "49%" not in answer.text, told  # {{7*7}} is not computed
    if answer.mimetype == "text/csv":
        table = list(csv.reader(io.StringIO(answer.text)))
        assert [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
        assert len({len(row) for row in table}) == 1
    if answer.mimetype == "text/calendar":
        assert [line for line in answer.text.splitlines() if line.startswith("X-Evil")] == []


def test_a_letter_has_no_more_headers_than_it_should(app: Flask, db: Session, house: House) -> None:
    person = make.person(db, f"Bo\r\nBcc: evil@example.org{SCRIPT}", email="bo@example.org")
    house.camp.name = "Camp\r\nBcc: evil@example.org\r\n\r\nHello"
    with app.extensions["store"].writing() as writing:
        links = Links("https://camp.example.org")
        letters.welcome(writing, person, house.camp, links=links, waiting=False, now=make.NOW)
        writing.flush()
        claims = [claim for claim in service.claim(writing, limit=100, now=make.NOW) if claim.to == "bo@example.org"]
    sent = message_from_bytes(compose(claims[0], "Camp <camp@example.org>"), policy=default)
    assert (len(claims), sent["Bcc"], sent["To"]) == (1, None, "bo@example.org")
