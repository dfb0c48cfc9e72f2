"""A card of the board moved by mouse, finger, keys and form; each says what it would mean before it is done."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.board import cell, expect_open, free_places
from tests.journeys.conftest import Visit
from tests.journeys.visitor import DESK, PHONE

PRICE = re.compile(
    r"^(swap: )?(same|\+\d+ (person|people) seated|\d+ new clash(es)?|\d+ more without a seat"
    r"|\d+ (person|people) fewer seated)(, a wish (not )?kept)?( · has begun)?$"
)
TITLE = "How to kayak"
RESTING = 450  # milliseconds that a finger rests on a card before it is taken up


def board(visit: Visit, camp: str, **how: Any) -> Page:
    """Olive's board, once its scripts are ready."""
    page = visit("olive", **how).go(f"/{camp}/board")
    page.locator("body.can-drag.can-take-up").wait_for()
    return page


def grid_card(page: Page) -> tuple[str, Locator]:
    """A card of the grid that any room suits, by its title and by its id."""
    card = page.locator("td .cell-card").filter(has=page.get_by_role("link", name=TITLE, exact=True))
    return TITLE, page.locator(f"#{card.get_attribute('id')}")


def middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def place_of(target: Locator) -> tuple[str, str]:
    """The (time, room) of a cell."""
    clock = target.locator("xpath=../th//time").inner_text().strip()
    return clock, str(target.locator(".cell-room").text_content()).strip()


def expect_moved(page: Page, title: str, clock: str, room: str) -> None:
    expect(page.locator("#board-said")).to_have_text(f"{title} is now at {clock}, {room}.")
    expect(cell(page, clock, room).locator(".cell-title a")).to_have_text(title)
    expect(page.locator("#board-alert")).to_be_hidden()


def in_sight(page: Page, targets: Locator) -> Locator:
    """The first of these that a pointer can reach where the page stands."""
    for number in range(targets.count()):
        x, y = middle(targets.nth(number))
        found = page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.closest('td, .tray')?.outerHTML", [x, y])
        if found is not None and found == targets.nth(number).evaluate("one => one.outerHTML"):
            return targets.nth(number)
    pytest.fail("none of them is in sight")


def take_up(page: Page, card: Locator) -> None:
    """Press the mouse on a card, and pull a little."""
    card.scroll_into_view_if_needed()
    x, y = middle(card)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 12, steps=3)
    expect(page.locator("td[data-price]").first).to_be_visible()


def test_a_card_is_dragged_to_a_free_place_and_into_the_tray(visit: Visit, camp: str) -> None:
    page = board(visit, camp)
    title, card = grid_card(page)
    take_up(page, card)
    prices = page.locator("td[data-price]").evaluate_all("cells => cells.map(cell => cell.dataset.price)")
    assert [price for price in prices if not PRICE.match(price)] == []
    target = in_sight(page, page.locator("td.is-free[data-price]"))
    clock, room = place_of(target)
    page.mouse.move(*middle(target), steps=5)
    words = target.get_attribute("data-price")
    expect(page.locator(".drag-words")).to_have_text(f"{clock}, {room}: {words}")
    page.mouse.up()
    expect_moved(page, title, clock, room)

    take_up(page, card)
    page.mouse.move(middle(page.locator(".tray"))[0], middle(card)[1], steps=5)
    page.mouse.up()
    expect(page.locator(".tray").get_by_role("link", name=title, exact=True)).to_be_visible()
    expect(page.locator("#board-said")).to_have_text(f"{title} is off the board.")
    for _ in range(2):
        page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator(".tray").get_by_role("link", name=title, exact=True)).to_have_count(0)


def test_escape_leaves_a_dragged_card_where_it_is(visit: Visit) -> None:
    page = board(visit, "beaver")
    title, card = grid_card(page)
    take_up(page, card)
    page.keyboard.press("Escape")
    expect(page.locator("td[data-price], .drag-ghost")).to_have_count(0)
    expect(page.locator("#board-said")).to_have_text(f"{title} stays where it is.")
    page.mouse.up()
    assert page.url.endswith("/beaver/board")  # nor is its link followed


def test_a_taken_place_offers_to_change_places(visit: Visit, camp: str) -> None:
    page = board(visit, camp)
    title, card = grid_card(page)
    home = place_of(page.locator("td").filter(has=card))
    take_up(page, card)
    target = in_sight(page, page.locator("td.is-swap"))
    other, there = target.locator(".cell-title a").inner_text().strip(), place_of(target)
    page.mouse.move(*middle(target), steps=5)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{other} is there. Change places with it?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(cell(page, *home).locator(".cell-title a")).to_have_text(title)

    take_up(page, card)
    page.mouse.move(*middle(target), steps=5)
    page.mouse.up()
    dialog.get_by_role("button", name="Change places").click()
    expect_moved(page, title, *there)
    expect(cell(page, *home).locator(".cell-title a")).to_have_text(other)
    page.get_by_role("button", name=re.compile("^Undo")).click()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_finger_that_rests_takes_a_card_up_and_one_that_swipes_scrolls(visit: Visit, camp: str, width: int) -> None:
    page = board(visit, camp, width=width, has_touch=True, is_mobile=width == PHONE)
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    title, card = grid_card(page)
    card.scroll_into_view_if_needed()
    x, y = middle(card)
    if width == PHONE:
        touch("touchStart", (x, y))
        for step in range(1, 5):
            touch("touchMove", (x, y - 15 * step))
        touch("touchEnd")
        expect(page.locator(".drag-ghost")).to_have_count(0)
        page.wait_for_timeout(1500)  # the page swings on
        x, y = middle(card)
    touch("touchStart", (x, y))
    page.wait_for_timeout(RESTING)
    expect(page.locator("td.is-free[data-price]").first).to_be_attached()
    touch("touchMove", (x + 10, y + 10))
    target = in_sight(page, page.locator("td[data-price]"))
    clock, room = place_of(target)
    touch("touchMove", middle(target))
    expect(page.locator(".drag-words")).to_contain_text(f"{clock}, {room}: ")
    is_taken = target.locator(".cell-card").count() == 1
    touch("touchEnd")
    if is_taken:
        page.get_by_role("dialog").get_by_role("button", name="Change places").click()
    expect_moved(page, title, clock, room)


def test_a_card_is_moved_by_keys_and_each_place_is_announced(visit: Visit, camp: str) -> None:
    page = board(visit, camp)
    title, card = grid_card(page)
    said = page.locator("#board-said")
    card.locator("a").focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text(f"{title} taken up.")
    expect(page.locator("td.is-target").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("td.is-chosen")
    clock, room = place_of(chosen)
    expect(said).to_have_text(f"{clock}, {room}: {chosen.get_attribute('data-price')}")
    page.keyboard.press("Escape")
    expect(said).to_have_text(f"{title} stays where it is.")

    page.keyboard.press("Space")
    expect(page.locator("td.is-target").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    clock, room = place_of(chosen)
    is_taken = chosen.locator("[data-card]").count() > 0
    page.keyboard.press("Enter")
    if is_taken:
        expect(page.get_by_role("dialog").get_by_role("button", name="Change places")).to_be_focused()
        page.keyboard.press("Enter")
    expect_moved(page, title, clock, room)
    expect(card.locator("a")).to_be_focused()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_without_scripts_a_card_goes_where_a_priced_button_says(visit: Visit, camp: str, width: int) -> None:
    page = visit("olive", width=width, scripts=False).go(f"/{camp}/board")
    title, card = grid_card(page)
    card.locator("a").click()
    expect_open(page, title)
    clock, room = free_places(page)[0]
    button = cell(page, clock, room).get_by_role("button", name=re.compile(f"^Move to {clock}, {re.escape(room)}: "))
    button.click()
    expect(cell(page, clock, room).locator(".cell-title a")).to_have_text(title)


def test_a_drag_goes_on_while_others_change_other_cards(visit: Visit, camp: str) -> None:
    page, otto = board(visit, camp), visit("otto").go(f"/{camp}/board")
    title, card = grid_card(page)
    other = otto.locator("td .cell-card:not(:has(.pin))").filter(has_not_text=title).last
    number = other.get_attribute("id")
    other.locator("a").click()
    take_up(page, card)
    otto.get_by_role("button", name="Pin here").click()
    expect(page.locator(f"#{number} .pin")).to_be_attached()
    expect(page.locator("td[data-price]").first).to_be_visible()
    target = in_sight(page, page.locator("td[data-price]"))
    clock, room = place_of(target)
    page.mouse.move(*middle(target), steps=5)
    expect(page.locator(".drag-words")).to_have_text(f"{clock}, {room}: {target.get_attribute('data-price')}")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("#board-said")).to_have_text(f"{title} stays where it is.")
    otto.get_by_role("button", name="Take the pin out").click()


def test_a_card_that_others_move_leaves_the_hand_that_holds_it(visit: Visit, camp: str) -> None:
    page, otto = board(visit, camp), visit("otto").go(f"/{camp}/board")
    title, card = grid_card(page)
    home = place_of(page.locator("td").filter(has=card))
    otto.locator(f"#{card.get_attribute('id')} a").click()
    take_up(page, card)
    with otto.expect_response(re.compile("/take-off$")) as answer:
        otto.get_by_role("button", name="Take off").click()
    if answer.value.status == 409:  # it has begun: the day of the demo is today
        otto.get_by_role("button", name="Do it anyway").click()
    expect(page.locator("#board-alert")).to_have_text(f"Someone has just moved “{title}”. It is where they put it.")
    expect(page.locator(".drag-ghost, td[data-price]")).to_have_count(0)
    page.mouse.up()
    expect(page.locator(".tray").get_by_role("link", name=title, exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(cell(page, *home).locator(".cell-title a")).to_have_text(title)


def test_opening_a_card_far_below_leaves_the_toolbar_and_its_panel_in_sight(visit: Visit) -> None:
    page = board(visit, "beaver")
    page.locator("td .cell-card a").last.click()
    page.locator("#move-title").wait_for()
    for part in (".toolbar", "#card-title", "td .cell-card.is-selected"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scripts", [True, False])
def test_on_the_phone_a_refusal_is_in_sight_beside_the_opened_card(visit: Visit, scripts: bool) -> None:
    page = visit("olive", width=PHONE, scripts=scripts).go("/beaver/board")
    _, card = grid_card(page)
    taken = page.locator("td:has(.cell-card)").filter(has_not_text=TITLE).first
    slot, room = taken.evaluate("cell => [cell.parentElement.dataset.slot, cell.dataset.room]")
    card.locator("a").click()
    page.locator("#move-slot").select_option(slot)
    page.locator("#move-room").select_option(room)
    with page.expect_response(re.compile("/place$")) as answer:
        page.get_by_role("button", name="Move", exact=True).click()
    assert answer.value.status == 409
    refusal = page.get_by_role("alert").filter(has_text=re.compile("."))
    expect(refusal).to_be_in_viewport(ratio=1)
    panel = page.locator(".opened").bounding_box()
    box = refusal.bounding_box()
    assert panel is not None
    assert box is not None
    assert box["y"] + box["height"] <= panel["y"]
    assert [page.locator("#move-slot").input_value(), page.locator("#move-room").input_value()] == [slot, room]
