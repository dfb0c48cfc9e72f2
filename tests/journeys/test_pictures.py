"""The pictures of the README, made from the demo by the browser that tests it.

BARCAMP_TEST_PICTURES=1 python3 -m tests tests/journeys/test_pictures.py       # writes them into docs/pictures/
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitor import DESK, PHONE
from tests.servers.site import ROOT

# An empty page of these sizes has some 5 kB; a README should not weigh more than three of the largest.
LEAST, MOST = 20_000, 300_000


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Where pictures go: into the docs only when asked to, since every one differs by the minute."""
    if os.environ.get("BARCAMP_TEST_PICTURES") != "1":
        return tmp_path
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def wall(visit: Visit) -> Page:
    robin = visit("robin")
    robin.resize(DESK, 720)
    page = robin.go("/beaver/wall?sort=stars")
    expect(page.locator(".note").first).to_be_visible()
    return page


def projector(visit: Visit) -> Page:
    page = visit("robin", width=1280).go("/beaver/screen?show=wall")
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(page.locator(".note").first).to_be_visible()
    return page


def schedule_on_the_phone(visit: Visit) -> Page:
    page = visit("robin", width=PHONE, device_scale_factor=2).go("/beaver/schedule")
    expect(page.locator(".entry, .cell-card").first).to_be_visible()
    return page


def board(visit: Visit) -> Page:
    olive = visit("olive")
    card = olive.go("/beaver/board").locator("td article").nth(1).get_by_role("link").get_attribute("href")
    page = olive.go(str(card).partition("#")[0])
    expect(page.get_by_role("heading", name="Move to…")).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("name", "show"),
    [("wall", wall), ("schedule-phone", schedule_on_the_phone), ("board", board), ("screen", projector)],
)
def test_a_picture(visit: Visit, album: Path, name: str, show: Callable[[Visit], Page]) -> None:
    page = show(visit)
    page.wait_for_load_state("load")  # never "networkidle": an open page listens
    picture = album / f"{name}.png"
    page.screenshot(path=picture, animations="disabled")
    assert LEAST < picture.stat().st_size < MOST
