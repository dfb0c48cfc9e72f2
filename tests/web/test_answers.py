"""Small answers: addresses that stay on the site, who gets JSON, conditional requests."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from barcamp.web.answers import is_browser, safe_path, wants_json


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https:evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "\\\\evil",
     "evil", "", None, "/x\n", "/ x", "javascript:alert(1)", "/" + "x" * 500, "/\x00"],
)  # fmt: skip
def test_what_could_leave_the_site_is_not_followed(wanted: str | None) -> None:
    assert safe_path(wanted, "/home") == "/home"


@pytest.mark.parametrize("wanted", ["/", "/camp/wall?sort=new#note-1", "/camp/notes/1", "/caf%C3%A9"])
def test_a_path_of_this_site_is_followed(wanted: str) -> None:
    assert safe_path(wanted, "/home") == wanted


@given(st.text(max_size=40))
def test_whatever_is_followed_has_no_host_and_no_scheme(wanted: str) -> None:
    found = safe_path(wanted, "/home")
    assert found.startswith("/")
    assert not found.startswith("//")
    assert "\\" not in found


@pytest.mark.parametrize(
    ("method", "accept", "json", "browser"),
    [
        ("GET", "text/html,application/xhtml+xml,*/*;q=0.8", False, True),
        ("GET", "*/*", False, False),
        ("POST", "*/*", False, False),
        ("GET", "application/json", True, False),
        ("PUT", "*/*", True, False),
        ("PUT", "application/json", True, False),
        ("DELETE", "", True, False),
        ("GET", "text/html, application/json", False, True),
    ],
)
def test_programs_get_json_and_people_pages(app: Flask, method: str, accept: str, json: bool, browser: bool) -> None:
    with app.test_request_context("/", method=method, headers={"Accept": accept}):
        assert (wants_json(), is_browser()) == (json, browser)
