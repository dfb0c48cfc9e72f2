"""Publishing in a browser: how many people it concerns, one change first, then another; the way from old to new."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.board import cell, expect_open, free_places, send_button
from tests.journeys.conftest import Visit
from tests.journeys.visitor import Visitor

FIRST, SECOND = "Clocks that run backwards", "Letters to nobody"


def test_one_change_goes_out_and_then_all_with_the_way_to_the_new_place(visit: Visit, camp: str) -> None:
    ida, olive = visit("ida"), visit("olive")
    uri = visit("uri")
    for title in (FIRST, SECOND):
        uri.send_note(camp, title)
    ida.go(f"/{camp}/wall?sort=new")
    ida.toggle(ida.star(FIRST))

    places = [place(olive, camp, title) for title in (FIRST, SECOND)]
    page = olive.go(f"/{camp}/organize/publish")
    expect(change(page, FIRST)).to_contain_text("2 people")  # uri, who presents it, and ida
    expect(change(page, SECOND)).to_contain_text("1 person")
    expect(page.locator(".affected")).to_have_text(
        re.compile(
            r"^\s*\d+ people will hear of these \d+ changes, each of those in their own day\.\s*"
            r"\d+ gets? a letter\.\s*$"
        )
    )

    for line in page.locator(".change").all():
        if FIRST not in line.inner_text():
            line.get_by_role("checkbox").uncheck()
    publish(page)
    expect(cell(page, *places[0]).get_by_role("link", name=FIRST)).to_be_visible()
    expect(page.get_by_text(SECOND)).to_have_count(0)

    place(olive, camp, FIRST)
    page = olive.go(f"/{camp}/organize/publish")
    expect(change(page, FIRST)).to_contain_text(places[0][1])
    publish(page)
    guest = visit(width=360).go(f"/{camp}/schedule")
    trace = cell(guest, *places[0]).locator(".ghost", has_text=FIRST)
    expect(trace).to_contain_text("moved to")
    trace.get_by_role("link").click()
    expect(guest.locator(":target .cell-title")).to_have_text(re.compile(FIRST))
    expect(guest.locator(":target")).to_be_in_viewport()


def place(olive: Visitor, camp: str, title: str) -> tuple[str, str]:
    """Put a note into the last free place of the board, wherever it is now; return that place."""
    page = olive.go(f"/{camp}/board")
    card = page.locator("#whole-board").get_by_role("link", name=title, exact=True).first
    olive.go(str(card.get_attribute("href")))
    expect_open(page, title)
    where = free_places(page)[-1]  # those that this card can have: its presenter may be elsewhere at some time
    for field, wanted in (("slot", where[0]), ("room", where[1])):
        select = page.locator(f"#move-{field}")
        option = select.locator("option", has_text=re.compile(rf"^{re.escape(wanted)}\b")).first
        select.select_option(option.get_attribute("value"))
    send_button(page).click()
    expect(cell(page, *where).get_by_role("link", name=title)).to_be_visible()
    return where


def change(page: Page, title: str) -> Locator:
    return page.locator(".change").filter(has_text=title)


def publish(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Publish version")).click()
    expect(page.get_by_role("status").first).to_have_text(re.compile(r"^Version \d+ is published\.$"))
