"""Every address by every method with anything in it: an answer in words, nothing half stored, never a 500.

`BARCAMP_FUZZ=20000` asks for so many examples instead of the few of an ordinary run, with other ones each time.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes, quote_plus

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse
from wtforms.fields.core import UnboundField

from barcamp.web.forms import Typed
from tests.conftest import Client
from tests.house.bad_house import VIEWERS, enter, house
from tests.house.bad_values import HOSTILE, dangers, values
from tests.house.furnished import House
from tests.house.rules import Route, routes
from tests.house.sources import ROOT
from tests.security.watched import Watched, watched

__all__ = ["house"]

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    # what Werkzeug leaves open of a form that broke off
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

ASKED = os.environ.get("BARCAMP_FUZZ", "")
EXAMPLES = int(ASKED or 250)

CLEAR = {200, 206, 301, 302, 303, 304, 308, 400, 401, 403, 404, 405, 406, 409, 410, 411, 413, 415, 416, 422, 429, 501}
#: Refused, and yet they write: a wrong guess counts, and a code that was asked for is a letter.
COUNTS = {"people.try_code", "people.change_address", "people.prove_claim", "people.sign_in_by_password"}
FORM = "application/x-www-form-urlencoded"
KINDS = (
    FORM,
    "application/json",
    "text/plain",
    "text/html; charset=utf-7",
    "application/xml",
    "multipart/mixed",
    "x",
    "",
)


def names_read() -> list[str]:
    """Every name that a form or a view reads, so that what is sent gets past the door."""

    def forms(kind: type[Any]) -> Iterator[type[Any]]:
        for one in kind.__subclasses__():
            yield one
            yield from forms(one)

    of_forms = {name for form in forms(Typed) for name in dir(form) if isinstance(getattr(form, name), UnboundField)}
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "barcamp").rglob("*.py"))
    of_views = set(re.findall(r"(?:args|values|form|files)\.(?:get|getlist)\(\s*\"([a-z_]+)\"", code))
    return sorted(of_forms | of_views | {"csrf_token", "x\x00", "a[b]", "__proto__", "self", ""})


def as_bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


@st.composite
def address(draw: st.DrawFn, route: Route, names: dict[str, Any], fields: list[str]) -> str:
    """The route's address; now and then with something hostile in a place of it, and a query."""

    def fill(place: re.Match[str]) -> str:
        name = place[1].rpartition(":")[2]
        usual = names.get(route.endpoint, names["people.link"]) if name == "token" else names[name]
        real = draw(st.integers(0, 3)) > 0
        return quote_from_bytes(as_bytes(str(usual) if real else draw(st.sampled_from(HOSTILE)))[:300], safe="")

    path = re.sub(r"<([^>]+)>", fill, route.rule)
    query = draw(st.lists(st.tuples(st.sampled_from(fields), values), max_size=3))
    return path + ("?" + pairs(query) if query else "")


def pairs(fields: list[tuple[str, str | bytes]]) -> str:
    return "&".join(f"{quote_plus(name)}={quote_plus(as_bytes(value))}" for name, value in fields)


@st.composite
def body(draw: st.DrawFn, fields: list[str]) -> tuple[str, bytes]:
    """A content type and a body that may belong to it."""
    sent = draw(st.lists(st.tuples(st.sampled_from(fields), values), max_size=6))
    how = draw(st.sampled_from(("form", "form", "form", "parts", "broken parts", "json", "raw", "packed")))
    if how == "form":
        return FORM, pairs(sent).encode()
    if how == "parts":
        return "multipart/form-data; boundary=b", in_parts(draw, sent) + b"--b--\r\n"
    if how == "broken parts":
        kind = draw(st.sampled_from(("; boundary=c", "", "; boundary=", "; boundary=" + "b" * 300, "; boundary=b\x80")))
        return f"multipart/form-data{kind}", in_parts(draw, sent)[: draw(st.integers(0, 400))]
    if how == "json":
        return "application/json", draw(jsons)
    if how == "packed":
        return FORM, gzip.compress(pairs(sent).encode())
    return draw(st.sampled_from(KINDS)), draw(st.binary(max_size=200))


def in_parts(draw: st.DrawFn, sent: list[tuple[str, str | bytes]]) -> bytes:
    """Fields, some of them as files with a name and a kind of their own."""
    told = []
    for name, value in sent:
        file = draw(st.sampled_from(("", "", '; filename="../../a.png"', '; filename="a.ics"', "; filename*=x''%00")))
        kind = draw(
            st.sampled_from(("", "Content-Type: image/svg+xml\r\n", "Content-Type: text/plain; charset=idna\r\n"))
        )
        head = f'--b\r\nContent-Disposition: form-data; name="{quote_plus(name)}"{file}\r\n{kind}\r\n'
        told.append(head.encode() + as_bytes(value) + b"\r\n")
    return b"".join(told)


deep = st.integers(1, 4000).map(lambda depth: b"[" * depth + b"]" * depth)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("slot", "room", "revision", "x")), inner)
    ),
    max_leaves=5,
).map(lambda value: json.dumps(value).encode())
jsons = st.one_of(deep, plain, st.sampled_from((b"", b"null", b"{", b'{"slot":1e999}', b"\xff", b'{"a":"\\ud800"}')))

HEADERS = {
    "HTTP_ACCEPT": ("text/html", "application/json", "*/*", "", "text/html;q=x", "\xff", "a/b," * 500),
    "HTTP_ACCEPT_LANGUAGE": ("de", "", "x" * 5000, "de-\xff", "en;q=1e400", "*;q=-1"),
    "HTTP_ACCEPT_ENCODING": ("gzip", "gzip;q=nan", "br", "\x80"),
    "HTTP_IF_NONE_MATCH": ('"0"', "*", "W/", '"' * 3000, "\xff"),
    "HTTP_IF_MODIFIED_SINCE": ("Sat, 99 Nov 9999 99:99:99 GMT", "0", "Sat, 21 Nov 2026 18:00:00 GMT"),
    "HTTP_RANGE": ("bytes=0-", "bytes=9-1", "x", "bytes=" + "0-0," * 500),
    "HTTP_REFERER": ("http://[", "//evil.example/", "http://localhost/camp/wall\xff", "\x00"),
    "HTTP_X_FORWARDED_FOR": ("\xff", "1.2.3.4, x"),
    "HTTP_X_FORWARDED_HOST": ("evil.example",),
    "HTTP_X_HTTP_METHOD_OVERRIDE": ("DELETE",),
    "HTTP_LAST_EVENT_ID": ("9" * 30, "-1", "x", "\xb2"),
    "HTTP_X_REFRESH": ("1",),
    "HTTP_USER_AGENT": ("", "x" * 5000, "\xff\x00"),
    "HTTP_COOKIE": ("", "barcamp_device=\xff", "a=b; " * 300, "barcamp_form=.eJw", 'barcamp_known="\\377"'),
    "CONTENT_LENGTH": ("0", "1", "99999999999999999999", "-1", "x"),
}
headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), st.integers(0, 9), max_size=2).map(
    lambda chosen: {name: HEADERS[name][number % len(HEADERS[name])] for name, number in chosen.items()}
)


def test_whatever_is_sent_nothing_breaks(
    app: Flask, db: Session, client: Client, house: House, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    there, fields = list(routes(app)), names_read()
    broken: dict[str, Any] = {}  # the first request of each kind; no shrinking, which costs more than reading it

    @settings(
        max_examples=EXAMPLES, derandomize=not ASKED, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def once(data: st.DataObject) -> None:
        route = data.draw(st.sampled_from(there))
        kind, content = data.draw(body(fields)) if route.writes else ("", b"")
        sent: dict[str, Any] = {
            "path": data.draw(address(route, house.names, fields)),
            "method": route.method,
            "data": content,
            "content_type": kind,
            "environ_overrides": data.draw(headers),
        }
        viewer, token = data.draw(st.sampled_from(VIEWERS)), data.draw(st.integers(0, 9)) > 0
        enter(client, db, house, viewer)
        caplog.clear()
        answer = client.open(**sent, headers={"X-CSRF-Token": client.token()} if token else {})
        faults = [
            *wrong(answer, route, site),
            *(record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR),
        ]
        answer.close()
        for fault in faults:
            broken.setdefault(f"{route}: {fault}", {**sent, "viewer": viewer, "token": token})

    with watched(db, database_url, "sign_in_code") as site:
        once()
    assert not broken, "\n".join(f"{fault}\n    {sent}" for fault, sent in broken.items())


def page_of(answer: TestResponse) -> str:
    """Some of what is sent asks for it zipped."""
    is_zipped = answer.headers.get("Content-Encoding") == "gzip"
    return gzip.decompress(answer.data).decode() if is_zipped else answer.text


def wrong(answer: TestResponse, route: Route, site: Watched) -> Iterator[str]:
    """What is wrong with an answer. Whatever was done is taken back, for the next one."""
    if answer.status_code not in CLEAR:
        yield f"status {answer.status_code}"
    if answer.mimetype == "text/html":
        page = page_of(answer)
        yield from dangers(page)
        if answer.status_code >= 400 and BeautifulSoup(page, "html.parser").select_one("main") is None:
            yield "a page without words"
    if "evil.example" in answer.headers.get("Location", ""):
        yield "leads elsewhere"
    changed = site.changed()
    if changed:
        if route.writes and answer.status_code >= 400 and route.endpoint not in COUNTS:
            yield f"refused with {answer.status_code}, and yet changed {sorted(changed)}"
        site.put_back()
