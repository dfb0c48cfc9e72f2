"""How the front answers: validators, codings, methods, whose cookies, what is never kept, and how much is."""

from __future__ import annotations

import gzip
import hashlib
import re
import string
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.test import Client as Visitor
from werkzeug.test import TestResponse

from barcamp.conferences.models import Conference
from barcamp.front.copies import OFTEN, Copies, make
from barcamp.front.wsgi import Front
from tests import make as rows
from tests.conftest import Client
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WALL = "/camp/wall"


@pytest.fixture
def front(app: Flask) -> Front:
    found: Front = app.extensions["front"]
    return found


@pytest.fixture
def guest(app: Flask, camp: Conference, db: Session, people: Cast) -> Visitor:
    """Somebody whom the site does not know, at a wall with notes."""
    for number in range(8):
        rows.note(db, camp, people.bo, f"Haiku {number}")
    return Visitor(app, app.response_class, use_cookies=False)


def about(answer: TestResponse) -> dict[str, str]:
    """The headers, but for the number that each answer has of its own."""
    return {name: value for name, value in answer.headers if name != "X-Request-Id"}


def test_a_page_has_a_validator_for_each_coding(guest: Visitor, front: Front) -> None:
    plain, zipped = guest.get(WALL), guest.get(WALL, headers={"Accept-Encoding": "gzip, br"})
    assert (zipped.headers["Content-Encoding"], gzip.decompress(zipped.data)) == ("gzip", plain.data)
    assert plain.headers["ETag"] == f'"{hashlib.sha256(plain.data).hexdigest()[:32]}"'
    assert zipped.headers["ETag"] == plain.headers["ETag"][:-1] + '-gz1"'
    assert (plain.headers["Cache-Control"], plain.headers["Vary"]) == ("private, no-cache", "Cookie, Accept-Encoding")
    assert len(zipped.data) * 3 < len(plain.data)
    for answer in (plain, zipped):
        again = guest.get(WALL, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
        kept = again.headers["Content-Security-Policy"], again.headers["Vary"], again.headers["Cache-Control"]
        assert kept == tuple(plain.headers[name] for name in ("Content-Security-Policy", "Vary", "Cache-Control"))
        assert "Content-Type" not in again.headers
    assert (front.figures.misses, front.figures.hits, front.figures.unchanged) == (1, 3, 2)


def test_what_many_ask_for_is_zipped_once_more_and_better(guest: Visitor, front: Front) -> None:
    tag = guest.get(WALL).headers["ETag"][:-1]
    answers = [guest.get(WALL, headers={"Accept-Encoding": "gzip"}) for _ in range(OFTEN + 3)]
    quick, well = answers[0], answers[-1]
    assert [answer.data for answer in answers] == [quick.data] * (OFTEN + 1) + [well.data] * 2
    assert gzip.decompress(quick.data) == gzip.decompress(well.data) == guest.get(WALL).data
    assert len(well.data) < len(quick.data)
    assert (quick.headers["ETag"], well.headers["ETag"]) == (tag + '-gz1"', tag + '-gz"')
    new = {"ETag": well.headers["ETag"], "Content-Length": str(len(well.data))}
    assert about(well) == about(quick) | new
    for answer in (quick, well):
        assert guest.get(WALL, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert (front.figures.misses, front.copies.used) == (1, len(well.data) + 4096)


def test_a_file_that_stays_for_good_is_zipped_well_at_once(guest: Visitor) -> None:
    page = guest.get(WALL, headers={"Accept-Encoding": "gzip"})
    address = re.search(rb'href="(/static/css/[^"]+)"', gzip.decompress(page.data))
    assert address
    sheet = guest.get(address[1].decode(), headers={"Accept-Encoding": "gzip"})
    assert (sheet.headers["ETag"][-4:], "immutable" in sheet.headers["Cache-Control"]) == ('-gz"', True)


@pytest.mark.parametrize(
    ("tags", "status"), [('"x", W/{}', 304), ("*", 304), ('"x"', 200), ("", 200), ("W/{}", 304), ("{}, {}", 304)]
)
def test_lists_stars_and_weak_tags(guest: Visitor, tags: str, status: int) -> None:
    etag = guest.get(WALL).headers["ETag"]
    assert guest.get(WALL, headers={"If-None-Match": tags.replace("{}", etag)}).status_code == status


def test_whoever_asks_first_with_a_condition_gets_their_304_and_the_others_the_page(guest: Visitor) -> None:
    etag = guest.get(WALL).headers["ETag"]
    front: Front = guest.application.extensions["front"]  # type: ignore[attr-defined]
    front.copies.clear()
    assert guest.get(WALL, headers={"If-None-Match": etag, "Accept-Encoding": "gzip"}).status_code == 304
    page = guest.get(WALL)
    assert (page.status_code, page.headers["ETag"], b"Haiku 7" in page.data) == (200, etag, True)


def test_head_is_get_without_its_body(guest: Visitor) -> None:
    for _ in range(2):
        head, page = guest.head(WALL), guest.get(WALL)
        assert (head.status_code, head.data, about(head)) == (200, b"", about(page))
    assert guest.head("/nowhere/wall").data == b""


@pytest.mark.parametrize("accepts", ["gzip;q=0", "identity", "br", "", "*;q=0", "gzip;q=oops"])
def test_who_does_not_take_gzip_gets_none(guest: Visitor, accepts: str) -> None:
    for _ in range(2):
        assert "Content-Encoding" not in guest.get(WALL, headers={"Accept-Encoding": accepts}).headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "barcamp_device=x"},
        {"Cookie": "a=b; barcamp_form=x"},
        {"Cookie": "a=b;__Host-barcamp_device=x"},
        {"Authorization": "Bearer x"},
        {"Range": "bytes=0-9"},
    ],
)
def test_whoever_may_be_somebody_is_not_answered_from_here(
    guest: Visitor, front: Front, headers: dict[str, str]
) -> None:
    for _ in range(2):
        guest.get(WALL, headers=headers)
    assert (front.figures.hits, front.figures.misses, list(front.copies)) == (0, 0, [])


def test_cookies_of_others_on_the_same_host_mean_nothing(guest: Visitor, front: Front) -> None:
    for cookie in ("theme=dark", "notbarcamp_device=x", ""):
        guest.get(WALL, headers={"Cookie": cookie})
    assert (front.figures.hits, front.figures.misses) == (2, 1)


def test_a_page_for_one_is_never_a_page_for_all(
    client: Client, guest: Visitor, front: Front, people: Cast, camp: Conference
) -> None:
    for path in (WALL, "/camp/", "/camp/schedule", "/camp/me", "/"):
        before = guest.get(path).data
        mine = client.be(people.ada).get(path).text
        assert "Ada Oak" in mine or "/account" in mine
        assert guest.get(path).data == before
        assert "Ada Oak" not in before.decode().replace("organized by Ada Oak", "")


def test_other_addresses_go_to_flask_and_leave_nothing(guest: Visitor, front: Front) -> None:
    for path in ("/sign-in", "/nowhere/wall", "/nothing", "/healthz", "/camp/live", WALL + "?q=" + "x" * 400, "/%00"):
        for _ in range(2):
            guest.get(path)
    guest.post(WALL)
    assert ([key for key, _ in front.copies], front.figures.hits) == ([], 0)


def test_host_scheme_and_language_are_part_of_the_question(guest: Visitor, front: Front) -> None:
    for base in ("http://localhost/", "http://camp.example/", "https://localhost/"):
        guest.get(WALL, base_url=base)
    guest.get(WALL, headers={"Accept-Language": "en-GB, de;q=0.5"})  # English, as for whoever says nothing
    assert (front.figures.hits, front.figures.misses) == (1, 3)


def test_static_files_are_kept_for_good_and_for_everybody(guest: Visitor, front: Front) -> None:
    address = guest.get(WALL).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    whole = guest.get(address)
    assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    front._clock = lambda: 0.0
    again = guest.get(address, headers={"Cookie": "barcamp_device=x", "Accept-Encoding": "gzip"})
    assert (again.headers["Content-Encoding"], gzip.decompress(again.data)) == ("gzip", whole.data)
    since = guest.get(address, headers={"If-Modified-Since": whole.headers["Last-Modified"]})
    assert (since.status_code, front.figures.hits) == (304, 2)


def test_while_the_database_is_away_an_old_page_is_better_than_none(guest: Visitor, front: Front) -> None:
    page = guest.get(WALL)
    flask, away = front.app, [True]

    def app(environ, start_response):  # type: ignore[no-untyped-def]
        if not away[0]:
            return flask(environ, start_response)
        start_response("503 SERVICE UNAVAILABLE", [("Content-Type", "text/html"), ("Retry-After", "2")])
        return [b"One moment"]

    front.app = app
    began = front._clock()
    front._clock = lambda: began + 300
    stale, other = guest.get(WALL), guest.get("/camp/schedule")
    assert (stale.status_code, stale.data, other.status_code, other.data) == (200, page.data, 503, b"One moment")
    assert front.figures.stale == 1
    front._clock = lambda: began + 4000
    assert guest.get(WALL).status_code == 503  # too old to be true
    away[0] = False
    assert guest.get(WALL).status_code == 200


def test_who_waits_for_what_cannot_be_made_hears_so_in_their_own_way(app: Flask, guest: Visitor, front: Front) -> None:
    """A page and a program at once: while one is at it, the other must not be told what was meant for the first."""
    kinds = ["text/html", "application/json", "text/html", "application/json"]
    asked = list[str]()

    def away(environ, start_response):  # type: ignore[no-untyped-def]
        asked.append(kind := environ["HTTP_ACCEPT"])
        until(lambda: len(asked) + front.figures.waits == len(kinds))
        start_response("503 SERVICE UNAVAILABLE", [("Content-Type", kind)])
        return [b"One moment"]

    def ask(kind: str) -> tuple[int, str | None]:
        answer = Visitor(app, app.response_class).get(WALL, headers={"Accept": kind})
        return answer.status_code, answer.mimetype

    front.app = away
    with ThreadPoolExecutor(len(kinds)) as visitors:
        assert list(visitors.map(ask, kinds)) == [(503, kind) for kind in kinds]
    assert sorted(asked) == ["application/json", "text/html"]  # one for each kind


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.005)


def test_what_cannot_be_known_to_be_right_is_not_kept(guest: Visitor, front: Front) -> None:
    look, front.marks.look = front.marks.look, lambda: None  # type: ignore[method-assign]
    assert [guest.get(WALL).status_code for _ in range(2)] == [200, 200]
    assert (list(front.copies), front.figures.hits) == ([], 0)
    front.marks.look = look  # type: ignore[method-assign]
    assert [guest.get(WALL).status_code for _ in range(2)] == [200, 200]
    assert front.figures.hits == 1


def test_an_app_that_breaks_lets_the_next_one_try(guest: Visitor, front: Front) -> None:
    flask = front.app

    def broken(_environ, _start_response):  # type: ignore[no-untyped-def]
        raise OperationalError("SELECT 1", None, Exception("away"))

    front.app = broken
    with pytest.raises(OperationalError):
        guest.get(WALL)
    front.app = flask
    assert guest.get(WALL).status_code == 200


# ---- the room --------------------------------------------------------------------------------------------------------


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(some.lists(some.tuples(some.sampled_from(string.ascii_lowercase), some.integers(0, 9000)), max_size=40))
def test_the_room_is_never_overrun_and_the_last_ones_asked_for_stay(
    database_url: str, story: list[tuple[str, int]]
) -> None:
    copies = Copies(room=40_000)
    for key, size in story:
        copies.put(key, make(bytes(size), Headers({"Content-Type": "image/png"}), (), {}, None, 0.0))
        kept = dict(copies)
        assert copies.used == sum(copy.size for copy in kept.values()) <= 40_000
        assert (key in kept) == (size + 4096 <= 10_000)


def test_an_answer_as_large_as_the_room_is_given_and_not_kept(app: Flask, front: Front, guest: Visitor) -> None:
    front.copies.room = 1000
    assert [guest.get(WALL).status_code for _ in range(2)] == [200, 200]
    assert (list(front.copies), front.copies.used) == ([], 0)
