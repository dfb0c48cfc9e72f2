"""QR codes: what is drawn is what the code says, and it can be read in both themes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import segno
from bs4 import BeautifulSoup, Tag
from flask import Flask

from barcamp import create_app
from barcamp.settings import Settings
from barcamp.web import qr

WALL = "https://camp.example.org/otter/wall"


def drawn(svg: str) -> list[list[int]]:
    """The dark modules of the picture, its quiet zone included."""
    picture = BeautifulSoup(svg, "html.parser").svg
    assert picture is not None
    side = int(str(picture["viewbox"]).split()[2])
    modules = [[0] * side for _ in range(side)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", str(paths(picture)[1]["d"])):
        for column in range(int(x), int(x) + int(width)):
            modules[int(y)][column] = 1
    return modules


def paths(picture: Tag) -> list[Tag]:
    return list(picture.find_all("path"))


@pytest.mark.parametrize("text", [WALL, "a", "Ωμέγα 日本", "x" * 900])
def test_the_picture_is_the_code_with_its_quiet_zone(text: str) -> None:
    code = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    assert drawn(str(qr.svg(text))) == code


def test_it_has_a_name_for_those_who_do_not_see_it_or_none_at_all() -> None:
    named = BeautifulSoup(str(qr.svg(WALL, "The wall <of> camp", "qr big")), "html.parser").svg
    hidden = BeautifulSoup(str(qr.svg(WALL)), "html.parser").svg
    assert named is not None and named.title is not None and hidden is not None
    assert (named["role"], named["class"], named.title.text) == ("img", ["qr", "big"], "The wall <of> camp")
    assert (hidden["aria-hidden"], hidden.title) == ("true", None)


def test_it_is_black_on_white_whatever_the_theme_and_styles_nothing_inline() -> None:
    picture = BeautifulSoup(str(qr.svg(WALL)), "html.parser").svg
    assert picture is not None
    assert [path["fill"] for path in paths(picture)] == ["#fff", "#000"]
    assert "style" not in str(picture)


@pytest.mark.parametrize(
    ("base_url", "whole"),
    [
        ("https://camp.example.org", "https://camp.example.org/camp/wall"),
        ("http://127.0.0.1:8000", "http://10.0.0.7:8000/camp/wall"),
        ("http://[::1]:8000", "http://10.0.0.7:8000/camp/wall"),
    ],
)
def test_other_phones_reach_what_it_says(settings: Settings, base_url: str, whole: str) -> None:
    app: Flask = create_app(replace(settings, base_url=base_url))
    app.config["TRUSTED_HOSTS"] = None
    with app.test_request_context("/", base_url="http://10.0.0.7:8000"):
        assert qr.reachable("/camp/wall") == whole
    app.extensions["store"].dispose()
