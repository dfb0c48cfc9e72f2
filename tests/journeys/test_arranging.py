"""A search for a better arrangement, on a phone and by keys, until it can be used."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.visitor import PHONE

BROKEN = """() => [...document.querySelectorAll('td.number')].filter(cell => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  return new Set([...text.getClientRects()].map(line => Math.round(line.top))).size > 1;
}).map(cell => cell.innerText)"""


def test_what_was_found_reads_well_on_a_phone_and_is_used(visit: Visit, camp: str) -> None:
    olive = visit("olive", width=PHONE)
    page = olive.go(f"/{camp}/board/arrangements")
    page.get_by_role("button", name="Search", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#arrangement")).to_contain_text("A better arrangement was found.")
    expect(page.locator("td.number").first).to_have_text(re.compile(r"^\d+\.\d %$"))
    assert (page.evaluate(BROKEN), olive.overflow()) == ([], 0)
    olive.press("Use it")
    expect(page).to_have_url(f"{olive.base}/{camp}/board")
