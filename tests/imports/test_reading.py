"""What is given: files and addresses, good and bad, and what is said of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.fetch import Network
from barcamp.imports import queries, reading
from barcamp.imports.models import Import
from barcamp.web.clock import utcnow
from tests.conftest import Client
from tests.imports.test_take import FIRST
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/camp.ics" else 404)
        self.end_headers()
        self.wfile.write(FIRST)

    def log_message(self, *_args: object) -> None:
        """Nothing: it would be on the screen of the tests."""


@pytest.fixture
def port() -> Iterator[int]:
    site = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield int(site.server_address[1])
    site.shutdown()
    site.server_close()


def state(db: Session) -> tuple[str, str]:
    row = db.scalars(select(Import).order_by(Import.id.desc()).options(undefer(Import.source))).first()
    assert row is not None
    assert row.source is None
    words, facts = (row.report or {}).get("why", ["", {}])
    return row.state, words.format(**facts)


def test_an_address_is_fetched_by_the_worker(
    store: Store, db: Session, people: Cast, camp: Conference, port: int
) -> None:
    network = Network(also=frozenset({("127.0.0.1", port)}))
    for path, became in (
        ("camp.ics", ("ready", "")),
        ("gone.ics", ("failed", "The server at this address answers with the status 404.")),
    ):
        db.add(
            Import(conference_id=camp.id, name=f"http://127.0.0.1:{port}/{path}", state="waiting", asked_at=utcnow())
        )
        db.flush()
        assert reading.read_waiting(store, clock=utcnow, network=network) == 1
        db.expire_all()
        assert state(db) == became


def test_an_address_of_this_machine_is_not_asked(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference
) -> None:
    answer = client.be(people.ada).submit("/camp/organize/imports", {"address": "http://127.0.0.1/schedule.ics"})
    assert answer.status_code == 303
    assert reading.read_waiting(store, clock=utcnow) == 1
    assert state(db) == ("failed", "127.0.0.1 is not on the public internet, so it is not asked.")
    page = client.get(answer.location)
    assert "127.0.0.1 is not on the public internet, so it is not asked." in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" ", "There is nothing in it."),
        (b"<!DOCTYPE html><p>", "This is a web page. Look on it for the address of a schedule.xml, .json or .ics."),
        (b"PK\x03\x04", "This is none of the formats that can be read: schedule.xml, schedule.json, iCalendar (.ics)."),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR", "There are no sessions in it that could be read."),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 6000, "There are more than 5000 events in it."),
    ],
)
def test_why_there_is_nothing(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference, content: bytes, words: str
) -> None:
    client.be(people.ada).submit("/camp/organize/imports", {"file": (BytesIO(content), "x")})
    reading.read_waiting(store, clock=utcnow)
    assert state(db) == ("failed", words)


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><schedule>&b;</schedule>',
        b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule>&x;</schedule>',
        b"<schedule", b"<a/>", b"{", b'{"schedule": 7}', b"{" * 100_000, b'{"a":' * 100_000, b"<a>" * 200_000,
    ],
)  # fmt: skip
def test_hostile_files_fail_in_words(
    client: Client, store: Store, db: Session, people: Cast, camp: Conference, content: bytes
) -> None:
    client.be(people.ada).submit("/camp/organize/imports", {"file": (BytesIO(content), "x")})
    reading.read_waiting(store, clock=utcnow)
    became, words = state(db)
    assert (became, bool(words), "not for a reason" in words) == ("failed", True, False)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Please choose a file or give an address."),
        ({"file": (BytesIO(b""), "empty.ics")}, "This file is empty."),
        ({"address": "ftp://camp.example/x"}, "Only addresses that start with https:// or http:// can be read."),
        ({"address": "https://me:pass@camp.example/x"}, "This address has a user name or a password in it."),
        (
            {"file": (BytesIO(b"x"), "x"), "address": "https://camp.example/"},
            "Please give a file or an address, not both.",
        ),
        ({"file": (BytesIO(b"x" * 5_000_001), "x")}, "This file is larger than 5 MB."),
    ],
)
def test_what_is_refused_at_once(
    client: Client, db: Session, people: Cast, camp: Conference, given: dict[str, object], words: str
) -> None:
    answer = client.be(people.ada).submit("/camp/organize/imports", given)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert db.scalars(select(Import)).all() == []


def test_only_this_address_takes_large_bodies(client: Client, people: Cast, camp: Conference) -> None:
    client.be(people.ada)
    large = {"file": (BytesIO(b"x" * 3_000_000), "x.ics")}
    assert client.submit("/camp/organize/rooms", {"name": (BytesIO(b"x" * 3_000_000), "x")}).status_code == 413
    assert client.submit("/camp/organize/imports", large).status_code == 303
    too_large = {"file": (BytesIO(b"x" * 8_000_000), "x.ics")}
    assert client.submit("/camp/organize/imports", too_large).status_code == 413


def test_more_than_three_wait_for_nobody(client: Client, people: Cast, camp: Conference) -> None:
    client.be(people.ada)
    codes = [
        client.submit("/camp/organize/imports", {"file": (BytesIO(b"x"), "x")}).status_code for _number in range(4)
    ]
    assert codes == [303, 303, 303, 422]


def test_a_reader_that_broke_off_is_followed_by_another(store: Store, db: Session, camp: Conference) -> None:
    now = utcnow()
    for beat_at in (now - 2 * queries.SILENT, now):
        db.add(Import(conference_id=camp.id, name="x", source=FIRST, state="running", asked_at=now, beat_at=beat_at))
    db.flush()
    assert reading.read_waiting(store, clock=utcnow) == 1
    db.expire_all()
    assert [row.state for row in db.scalars(select(Import).order_by(Import.id))] == ["ready", "running"]


def test_others_do_not_see_it(client: Client, db: Session, people: Cast, camp: Conference) -> None:
    db.add(Import(conference_id=camp.id, name="x", state="ready", asked_at=utcnow()))
    db.flush()
    client.be(people.cy)
    for path in ("/camp/organize/imports", "/camp/organize/imports/1"):
        assert client.get(path).status_code == 403
    client.be(people.ada)
    assert client.get("/camp/organize/imports/99").status_code == 404
