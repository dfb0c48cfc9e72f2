"""The organizers' board as tests read it: what stands where, and what is free."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def cell(page: Page, clock: str, room: str) -> Locator:
    """The grid's cell at a time ("14:00") and in a room, on the board or on the schedule."""
    row = page.locator("tr").filter(has=page.locator("th", has_text=re.compile(rf"^\s*{clock}")))
    name = re.compile(rf"^{re.escape(room)}$")
    return row.locator("td").filter(has=page.locator(".cell-room", has_text=name))


def expect_open(page: Page, title: str) -> None:
    """The panel shows this card, with its forms."""
    expect(page.get_by_role("complementary").get_by_role("heading", name=title)).to_be_visible()


def send_button(page: Page) -> Locator:
    """The button of the form that moves the open card, or places it where it has no place yet."""
    return page.get_by_role("button", name=re.compile("^(Move|Place)$"))


def free_places(page: Page) -> list[tuple[str, str]]:
    """The free cells from top to bottom, as (time, room); where a card is open, those that it can have."""
    page.wait_for_load_state("domcontentloaded")  # a page that is still arriving has only some of its cells
    found: list[list[str]] = page.locator("td.is-free:not(.is-barred)").evaluate_all(
        """cells => cells.map(cell => [
          cell.parentElement.querySelector('th').firstChild.textContent.trim(),
          cell.querySelector('.cell-room').textContent.trim(),
        ])"""
    )
    return [(clock, room) for clock, room in found]
