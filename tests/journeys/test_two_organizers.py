"""Two organizers at the same board: whoever is second is told, and sees what the first one did."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.board import cell, expect_open, free_places, send_button
from tests.journeys.conftest import Visit

TITLE = "Mending umbrellas"


def choose(page: Page, clock: str, room: str) -> None:
    """Choose where the open card shall go. From here on the form is in use, and stays as it is."""
    for field, wanted in (("slot", clock), ("room", room)):
        select = page.locator(f"#move-{field}")
        option = select.locator("option", has_text=re.compile(rf"^{re.escape(wanted)}\b")).first
        select.select_option(option.get_attribute("value"))


def send(page: Page) -> int:
    """Send the open card to the chosen place; return the status of the answer."""
    with page.expect_response(re.compile("/place$")) as answer:
        send_button(page).click()
    page.wait_for_load_state()
    return answer.value.status


def test_a_stale_move_is_refused_in_words_with_the_fresh_board(visit: Visit, devices: dict[str, str]) -> None:
    visit("uri").post_note("beaver", TITLE)
    olive, otto = visit("olive").go("/beaver/board"), visit("otto").go("/beaver/board")
    for page in (olive, otto):
        page.locator(".tray").get_by_role("link", name=TITLE).click()
        expect_open(page, TITLE)
    here, there = free_places(olive)[-2:]

    choose(otto, *there)
    choose(olive, *here)
    assert send(olive) == 303
    assert send(otto) == 409
    expect(otto.get_by_role("alert")).to_have_text(
        re.compile(r"^\s*Olive Organizer has just changed the board.*Here is the board as it is now\.\s*$")
    )
    expect(otto.get_by_role("alert")).to_be_in_viewport()
    for page in (olive, otto):
        expect(cell(page, *here).get_by_role("link")).to_have_text(TITLE)
        expect(cell(page, *there).get_by_role("link")).to_have_count(0)

    choose(otto, *there)
    assert send(otto) == 303, otto.get_by_role("alert").all_inner_texts()  # on what he sees now
    expect(otto.get_by_role("alert")).to_have_count(0)
    expect(cell(otto, *there).get_by_role("link")).to_have_text(TITLE)
    expect(cell(otto, *here).get_by_role("link")).to_have_count(0)
