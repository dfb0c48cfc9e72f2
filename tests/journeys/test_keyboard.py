"""By keys alone: past the header, onto a star, and a session into another room."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.board import cell, expect_open, free_places, send_button
from tests.journeys.conftest import Visit

MOST_STOPS = 400


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} is not within {MOST_STOPS} stops of the Tab key")


def test_the_skip_link_is_first_and_leads_past_the_header(visit: Visit) -> None:
    page = visit("ida").go("/beaver/wall")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main").get_by_role("link", name=re.compile("^Quick look"))).to_be_focused()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_star_is_pressed_by_key(visit: Visit, camp: str, key: str) -> None:
    ida = visit("ida")
    page = ida.go(f"/{camp}/wall")
    star = ida.free_star()
    tab_to(page, star)
    with page.expect_response(re.compile("/star$")) as answer:
        page.keyboard.press(key)
    assert answer.value.status == 200
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    expect(page.locator("#announcer")).to_contain_text("Starred")


def test_a_card_is_opened_and_placed_by_keys(visit: Visit, camp: str) -> None:
    title = "Whistling with two fingers"
    visit("uri").send_note(camp, title)
    page = visit("olive").go(f"/{camp}/board")
    clock, room = free_places(page)[0]
    tab_to(page, page.locator(".tray").get_by_role("link", name=title))
    page.keyboard.press("Enter")
    expect_open(page, title)

    tab_to(page, page.locator("#move-slot"))
    page.keyboard.type(clock)
    tab_to(page, page.locator("#move-room"))
    page.keyboard.type(room)
    tab_to(page, send_button(page))
    with page.expect_navigation(url=re.compile(r"/board\?note=\d+#card-\d+$")):
        page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_have_count(0)
    expect(cell(page, clock, room).get_by_role("link")).to_have_text(title)
    heads, card = (page.locator(place).bounding_box() for place in ("thead th:first-child", "td .is-selected"))
    assert heads is not None and card is not None
    assert card["y"] >= heads["y"] + heads["height"]  # scrolled to, and not under the names of the rooms
