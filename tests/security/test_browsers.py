"""What browsers are told on a site with a public name: cookies that only it can set, https for good, nothing kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp import create_app
from barcamp.people import codes
from barcamp.settings import Settings
from tests import make
from tests.conftest import Client
from tests.house.rules import routes
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SITE = "https://camp.example.org"


@pytest.fixture
def public(settings: Settings, app: Flask) -> Client:
    """A client of the same site, under its public name."""
    made = create_app(replace(settings, base_url=SITE))
    made.test_client_class = Client
    client = made.test_client()
    assert isinstance(client, Client)
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    return client


def get(client: Client, path: str) -> TestResponse:
    return client.get(path, base_url=SITE)


def press(client: Client, path: str, **headers: str) -> TestResponse:
    """POST as a page of the site would, with its token."""
    token = get(client, "/account").text.partition('<meta name="csrf-token" content="')[2].partition('"')[0]
    assert token
    return client.post(path, base_url=SITE, data={"csrf_token": token}, headers=headers)


def set_by(answer: TestResponse) -> dict[str, set[str]]:
    """The cookies that an answer sets, each with its flags."""
    lines = [line.split("; ") for line in answer.headers.getlist("Set-Cookie")]
    return {line[0].partition("=")[0]: set(line[1:]) for line in lines}


def link(db: Session, email: str) -> str:
    token = codes.make_link(db, email, now=make.NOW)
    db.flush()
    return f"/sign-in/link/{token}"


def test_cookies_are_for_this_host_over_https_alone(public: Client, db: Session, people: Cast) -> None:
    flags = {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}
    assert set_by(get(public, "/sign-in")) == {"__Host-barcamp_form": flags}
    signed_in = set_by(public.post(link(db, str(people.bo.email)), base_url=SITE))
    device = signed_in["__Host-barcamp_device"]
    assert {flag for flag in device if not flag.startswith(("Expires", "Max-Age"))} == flags
    assert get(public, "/account").status_code == 200


def test_a_cookie_without_the_prefix_is_nobodys(public: Client, client: Client, db: Session, people: Cast) -> None:
    """Whoever can set cookies for the name, over http or from a neighbour's host, signs nobody in as themselves."""
    kept = client.be(people.bo).get_cookie("barcamp_device")
    assert kept is not None
    public.set_cookie("barcamp_device", kept.value, domain="camp.example.org")
    assert get(public, "/account").location == "/sign-in?next=/account"


def test_an_origin_without_https_is_another(public: Client, db: Session, people: Cast) -> None:
    public.post(link(db, str(people.bo.email)), base_url=SITE)
    answers = [press(public, "/sign-out", Origin=origin).status_code for origin in (SITE.replace("s:", ":"), SITE)]
    assert answers == [400, 303]


def test_what_is_left_behind_after_signing_out(public: Client, db: Session, people: Cast) -> None:
    public.post(link(db, str(people.bo.email)), base_url=SITE)
    for page in ("/account", "/account/export", "/news"):
        assert "no-store" in get(public, page).headers["Cache-Control"], page
    answer = press(public, "/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "Max-Age=0" in set_by(answer)["__Host-barcamp_device"]


def test_headers_of_a_public_site(public: Client) -> None:
    headers = get(public, "/sign-in").headers
    assert {
        name: headers[name]
        for name in ("Strict-Transport-Security", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy")
    } == {
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert "camera=()" in headers["Permissions-Policy"]
    assert get(public, "/static/css/base.css").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert get(public, "/conferences.ics").headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_every_text_says_its_letters(app: Flask, public: Client) -> None:
    told = {}
    for route in routes(app):
        if route.method == "GET" and not route.arguments:
            answer = get(public, route.rule)
            kind = answer.content_type or ""
            if answer.data and kind.startswith(("text/", "application/xml")):
                told[route.rule] = kind.lower()
    assert {rule: kind for rule, kind in told.items() if "charset=utf-8" not in kind} == {}
    assert len(told) > 8
