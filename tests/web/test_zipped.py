"""Answers for one reader in fewer bytes, but where somebody could learn from how few."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp import create_app
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.settings import Settings
from barcamp.web import zipped
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SITE = "https://camp.example.org"
GZIP = {"Accept-Encoding": "gzip, deflate, br"}
TOKENS = re.compile(r'(csrf-token" content=|name="csrf_token"[^>]* value=)"[^"]+"')


@pytest.fixture
def wall(client: Client, db: Session, camp: Conference, people: Cast) -> str:
    for number in range(12):
        make.note(db, camp, people.bo, f"Haiku {number}")
    return "/camp/wall"


def read(answer: TestResponse) -> str:
    """The page, with its form tokens, which are other ones each second, taken out."""
    body = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    return TOKENS.sub("a token", body.decode())


def coding(answer: TestResponse) -> str | None:
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    return answer.headers.get("Content-Encoding")


def test_a_page_for_one_person_is_zipped_for_who_takes_it(client: Client, people: Cast, wall: str) -> None:
    client.be(people.ada)
    plain, small = client.get(wall), client.get(wall, headers=GZIP)
    assert (coding(plain), coding(small)) == (None, "gzip")
    assert read(small) == read(plain)
    assert len(small.data) * 3 < len(plain.data)
    assert {plain.headers["Vary"], small.headers["Vary"]} == {"Accept-Encoding, Cookie"}
    assert coding(client.get(wall, headers={"Accept-Encoding": "gzip;q=0, br"})) is None


@pytest.mark.parametrize(
    ("asked_by", "expected"),
    [("same-origin", "gzip"), ("none", "gzip"), ("cross-site", None), ("same-site", None), (None, None)],
)
def test_over_https_only_what_our_own_pages_ask_for_is(
    settings: Settings, people: Cast, wall: str, app: Flask, asked_by: str | None, expected: str | None
) -> None:
    public = create_app(replace(settings, base_url=SITE))
    public.extensions["test_session"] = app.extensions["test_session"]
    public.test_client_class = Client
    client = public.test_client()
    assert isinstance(client, Client)
    device = client.be(people.ada).get_cookie("barcamp_device")
    assert device is not None
    client.set_cookie("__Host-barcamp_device", device.value, domain="camp.example.org", secure=True)
    headers = GZIP if asked_by is None else GZIP | {"Sec-Fetch-Site": asked_by}
    answer = client.get(wall, base_url=SITE, headers=headers)
    assert "Ada Oak" in read(answer)
    assert coding(answer) == expected


def test_what_is_small_or_is_told_bit_by_bit_is_not(client: Client, people: Cast, wall: str) -> None:
    client.be(people.ada)
    for path in ("/healthz", "/camp/live"):
        assert "Content-Encoding" not in client.get(path, headers=GZIP).headers


def test_a_tag_of_two_codings_is_weak_and_still_found_again(
    client: Client, people: Cast, wall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "ONE_PACKET", 10)
    client.be(people.ada)
    path = "/camp/changes?since=0"
    plain, small = client.get(path), client.get(path, headers=GZIP)
    assert (coding(plain), coding(small)) == (None, "gzip")
    assert small.headers["ETag"] == "W/" + plain.headers["ETag"]
    again = client.get(path, headers=GZIP | {"If-None-Match": small.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_a_view_zips_and_keeps_is_zipped_once_for_all(
    app: Flask, db: Session, store: Store, camp: Conference, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    (slot, *_), (room, *_) = stage.day(db, camp)
    stage.put(store, camp, people.ada, make.note(db, camp, people.bo), slot, room)
    stage.publish(store, camp, people.ada)
    squeezed: list[int] = []
    squeeze = zipped.squeeze

    def noticed(plain: bytes) -> bytes:
        squeezed.append(len(plain))
        return squeeze(plain)

    monkeypatch.setattr(zipped, "squeeze", noticed)
    guest = app.test_client(use_cookies=False)
    plain, small = guest.get("/camp/schedule.ics"), guest.get("/camp/schedule.ics", headers=GZIP)
    assert (coding(plain), coding(small)) == (None, "gzip")
    assert gzip.decompress(small.data) == plain.data
    assert squeezed == [len(plain.data)]
    assert small.headers["ETag"] == plain.headers["ETag"][:-1] + '-gz"'


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(some.binary(max_size=5000))
def test_what_is_squeezed_says_how_long_it_was(database_url: str, plain: bytes) -> None:
    small = zipped.squeeze(plain)
    assert (zipped.length(small), zipped.unsqueeze(small)) == (len(plain), plain)
    assert zipped.squeeze(plain) == small
