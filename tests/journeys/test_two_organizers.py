"""Two organizers at the same board: different cards both go, the same card has one winner and one who is told."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.board import cell, expect_open, free_places, send_button
from tests.journeys.conftest import Visit

TITLES = ("Mending umbrellas", "Sharpening scissors")


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


def open_card(page: Page, title: str) -> None:
    page.locator(".tray").get_by_role("link", name=title).click()
    expect_open(page, title)


def expect_in(page: Page, place: tuple[str, str], title: str) -> None:
    expect(cell(page, *place).locator(".cell-title a")).to_have_text(title)


def test_different_cards_both_go_and_the_same_card_has_one_winner(visit: Visit, camp: str) -> None:
    for who, title in zip(("uri", "ida"), TITLES, strict=True):
        visit(who).send_note(camp, title)
    umbrellas, scissors = TITLES
    olive, otto = visit("olive").go(f"/{camp}/board"), visit("otto").go(f"/{camp}/board")

    # each with a form begun: olive's move shows on otto's board without a reload, and his form is as he left it
    open_card(olive, umbrellas)
    open_card(otto, scissors)
    first, second, third = free_places(olive)[-3:]
    choose(otto, *second)
    choose(olive, *first)
    assert send(olive) == 303
    expect_in(otto, first, umbrellas)
    assert send(otto) == 303, otto.get_by_role("alert").all_inner_texts()
    expect_in(olive, second, scissors)

    # the same card: otto sees it go, and the form he has begun is still the older one
    cell(otto, *first).locator(".cell-title a").click()
    expect_open(otto, umbrellas)
    choose(otto, *third)
    with olive.expect_response(re.compile("/take-off$")):
        olive.get_by_role("button", name="Take off").click()
    expect(cell(otto, *first).locator(".cell-title a")).to_have_count(0)
    assert send(otto) == 409
    expect(otto.get_by_role("alert").filter(has_text=umbrellas)).to_have_text(
        re.compile(rf"^\s*Olive Organizer has just taken “{umbrellas}” off the board\. Nothing was changed\.\s*$")
    )
    expect(otto.get_by_role("alert").filter(has_text=umbrellas)).to_be_in_viewport()
    expect(cell(otto, *third).locator(".cell-title a")).to_have_count(0)

    # on what he sees now it is his, and undo, by olive, brings it back
    choose(otto, *third)
    assert send(otto) == 303, otto.get_by_role("alert").all_inner_texts()
    expect_in(olive, third, umbrellas)
    olive.get_by_role("button", name="Undo the last change of the board").click()
    expect(olive.get_by_text(f"Taken back: “{umbrellas}” is in the tray again.")).to_be_visible()
    expect(cell(otto, *third).locator(".cell-title a")).to_have_count(0)

    # and the history says it all, with a button to have it after all
    olive.goto(olive.url.partition("/board")[0] + "/board/history")
    expect(olive.locator(".past-change").nth(1)).to_contain_text(f"Otto Ash placed “{umbrellas}”")
    olive.locator(".past-change").first.get_by_role("button", name="Bring back").click()
    expect(olive.get_by_text(f"Redone: “{umbrellas}” is at {third[0]} · {third[1]}.")).to_be_visible()
    expect_in(otto, third, umbrellas)
