"""Pages that are open hear of what others do, and whoever is in the middle of something is not disturbed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from barcamp.log import service as log
from tests.journeys import camps
from tests.journeys.board import cell, expect_open, free_places, send_button
from tests.journeys.conftest import Visit
from tests.journeys.visitor import DESK, PHONE, Visitor
from tests.servers import site

# What a page was told: the numbers of the log's lines, in their order.
LISTEN = """() => {
  window.told = [];
  document.addEventListener('barcamp:change', ({detail}) => {
    if (!['stars', 'phase-changed'].includes(detail.kind)) told.push(detail.revision);
  });
}"""
TOLD = "told.map(one => one - document.body.dataset.revision)"
SHOW = """state => {
  Object.defineProperty(document, 'visibilityState', {get: () => state, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
PLACES = "[...document.querySelectorAll('.note')].map(note => [note.id, note.offsetLeft, note.offsetTop])"
STREAM = re.compile(r"/live\?")
TOP = "note => note.getBoundingClientRect().top"


def expect_note(page: Page, title: str, count: int = 1) -> None:
    expect(page.locator(".note .note-title").filter(has_text=re.compile(f"^{re.escape(title)}$"))).to_have_count(count)


def open_note(who: Visitor, camp: str, title: str) -> None:
    who.go(f"/{camp}/wall?q=" + title.replace(" ", "+"))
    who.follow(title)


def edit(who: Visitor, camp: str, called: str, /, **changed: str) -> None:
    open_note(who, camp, called)
    who.follow("Edit")
    who.fill(**changed)
    who.press("Save")
    expect(who.page.get_by_text("Your changes are saved.")).to_be_visible()


@contextmanager
def streams(who: Visitor) -> Iterator[set[str]]:
    """The streams that a browser has open, over all its tabs."""
    opened: set[Request] = set()
    found: set[str] = set()

    def is_stream(request: Request) -> bool:
        return urlsplit(request.url).path.endswith("/live")

    def tell() -> None:
        found.clear()
        found.update(f"{number}" for number, _ in enumerate(opened))

    def begins(request: Request) -> None:
        if is_stream(request):
            opened.add(request)
        tell()

    def ends(request: Request) -> None:
        opened.discard(request)
        tell()

    who.context.on("request", begins)
    who.context.on("requestfinished", ends)
    who.context.on("requestfailed", ends)
    yield found


def test_what_one_does_the_others_see(visit: Visit, camp: str) -> None:
    """Who does it has no JavaScript; who sees it sits at a desk, or has a phone and never signed in."""
    ida, otto = visit("ida", scripts=False), visit("otto", scripts=False)
    desk, phone = visit("uri").go(f"/{camp}/wall"), visit(width=PHONE).go(f"/{camp}/wall")
    for page in (desk, phone):
        page.evaluate("window.isTheSamePage = true")

    ida.post_note(camp, "Whittling spoons")
    for page in (desk, phone):
        expect_note(page, "Whittling spoons")
    expect(desk.locator("#announcer")).to_have_text(re.compile(r"^New notes: \d+$"))

    otto.go(f"/{camp}/wall?q=whittling")
    otto.star("Whittling spoons").click()
    for page in (desk, phone):
        expect(page.locator(".note", has_text="Whittling spoons").locator(".star-count")).to_have_text("1")

    edit(ida, camp, "Whittling spoons", title="Whittling forks")
    for page in (desk, phone):
        expect_note(page, "Whittling forks")
        expect_note(page, "Whittling spoons", 0)

    ida.send_note(camp, "Carving forks")
    open_note(otto, camp, "Carving forks")
    otto.page.get_by_role("link", name=re.compile("^Merge")).click()
    otto.follow("Whittling forks")
    otto.press("Merge them")
    for page in (desk, phone):
        expect_note(page, "Carving forks", 0)
    open_note(otto, camp, "Whittling forks")
    otto.page.get_by_role("button", name=re.compile("^Take it out")).click()
    for page in (desk, phone):
        expect_note(page, "Carving forks")

    open_note(ida, camp, "Whittling forks")
    ida.press("Withdraw")
    for page in (desk, phone):
        expect_note(page, "Whittling forks", 0)
        assert page.evaluate("window.isTheSamePage") is True


def test_the_first_note_comes_to_an_empty_wall_and_the_button_goes_when_it_closes(visit: Visit, new_camp: str) -> None:
    guest, otto = visit().go(f"/{new_camp}/wall"), visit("otto")
    expect(guest.locator(".empty")).to_be_visible()
    otto.post_note(new_camp, "Somebody has to be first")
    expect_note(guest, "Somebody has to be first")
    expect(guest.locator(".lead")).to_have_text(re.compile("^\\s*1 note ·"))
    expect(guest.locator(".float-button")).to_be_visible()
    otto.go(f"/{new_camp}/organize/settings")
    otto.fill(wall_closes_at="2020-01-01T10:00")
    otto.press("Save")
    expect(guest.locator(".float-button")).to_have_count(0, timeout=15_000)


def test_tabs_share_a_stream_and_hidden_ones_let_go(visit: Visit, camp: str) -> None:
    ida, uri = visit("ida"), visit("uri")
    with streams(uri) as opened:
        one = uri.go(f"/{camp}/wall")
        with uri.context.expect_event("request", lambda request: "/changes" in request.url):
            two = uri.context.new_page()
            two.goto(uri.base + f"/{camp}/wall?sort=new")
        assert len(opened) == 1
        for page in (one, two):
            page.evaluate(LISTEN)
        ida.send_note(camp, "Tabs, first")
        for page in (one, two):
            expect_note(page, "Tabs, first")

        one.evaluate(SHOW, "hidden")  # it was the one that read the stream: the other takes over
        ida.send_note(camp, "Tabs, second")
        expect_note(two, "Tabs, second")
        assert len(opened) == 1
        two.evaluate(SHOW, "hidden")
        expect_note(one, "Tabs, second", 0)
        ida.send_note(camp, "Tabs, third")
        assert len(opened) == 0

        for page in (one, two):
            page.evaluate(SHOW, "visible")
            expect_note(page, "Tabs, third")
        expect_note(one, "Tabs, second")
        assert len(opened) == 1
    # each line once and in order, for the one that missed some and for the other
    assert (one.evaluate(TOLD), two.evaluate(TOLD)) == ([1, 2, 3], [1, 2, 3])


def test_where_no_stream_can_be_had_it_asks_now_and_then(visit: Visit, camp: str) -> None:
    ida, uri = visit("ida"), visit("uri")
    uri.page.clock.install()
    uri.context.route("**/live?*", lambda route: route.fulfill(status=429))
    page = uri.go(f"/{camp}/wall")
    page.evaluate(LISTEN)
    ida.send_note(camp, "Asked for")
    for _ in range(400):
        if page.evaluate("told.length"):
            break
        page.clock.run_for(1000)
        page.wait_for_timeout(50)  # the network goes by another clock
    assert page.evaluate(TOLD) == [1]
    page.clock.run_for(5000)
    expect_note(page, "Asked for")


def test_a_restart_loses_nothing(visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site is killed, somebody writes while the page cannot hear, and it is started again."""
    with site.start(tmp_path / "data") as first:
        guest = visit(at=first)
        with guest.page.expect_response(STREAM):
            page = guest.go("/beaver/wall")
        page.evaluate(LISTEN)
        port = first.port
        first.kill()
    with camps.opened(first) as store:
        for _ in range(3):
            with store.writing() as db:
                log.write(db, camps.find(db, "beaver"), None, "note-edited", "note:1", now=datetime.now(UTC))
    monkeypatch.setattr(site, "free_port", lambda: port)
    with site.start(tmp_path / "data"):
        page.wait_for_function("() => told.length >= 3", timeout=30_000)
        assert page.evaluate(TOLD) == [1, 2, 3]
        page.close()
    guest.trouble.clear()  # of course it could not be reached


def test_an_old_page_says_so(visit: Visit) -> None:
    guest = visit()
    guest.page.clock.install()
    with guest.page.expect_response(STREAM):
        page = guest.go("/beaver/wall")
    line = page.locator("#live-status")
    expect(line).to_be_empty()
    page.clock.run_for(25_000)  # without a ping, since those come by another clock
    expect(line).to_have_text(re.compile(r"^As of \d\d:\d\d · reconnecting…$"))
    page.clock.run_for(30_000)  # the connection is given up for another, which works; its pause is in true seconds
    expect(line).to_be_empty(timeout=40_000)
    guest.context.set_offline(True)
    expect(line).to_have_text(re.compile(r"^As of"))
    expect(line).to_be_in_viewport()


class TestNobodyIsDisturbed:
    """What somebody looks at, types or has open stays as it is while the rest of the page changes."""

    def test_the_reader_of_one_column_keeps_the_place(self, visit: Visit, camp: str) -> None:
        page = visit("uri", width=PHONE).go(f"/{camp}/wall")
        page.locator(".wall.is-packed").wait_for()
        card = page.locator(".wall > li").nth(9)
        card.locator("a").first.focus()
        card.evaluate("card => card.scrollIntoView({block: 'center', behavior: 'instant'})")
        before = card.evaluate(TOP)
        handle = card.element_handle()
        visit("ida").send_note(camp, "Above the reader")
        expect_note(page, "Above the reader")
        assert handle.evaluate(TOP) == pytest.approx(before, abs=2)
        assert handle.evaluate("card => card.contains(document.activeElement)")

    def test_in_columns_new_notes_wait_above(self, visit: Visit, camp: str) -> None:
        page = visit("uri").go(f"/{camp}/wall")
        page.locator(".wall.is-packed").wait_for()
        page.evaluate("scrollTo({top: 900, behavior: 'instant'})")
        places = page.evaluate(PLACES)
        visit("ida").send_note(camp, "Waits above")
        button = page.get_by_role("button", name="New notes: 1")
        expect(button).to_be_in_viewport()
        assert page.evaluate("scrollY") == 900
        assert page.evaluate(PLACES) == places
        button.click()
        expect_note(page, "Waits above")
        expect(page.locator(".note", has_text="Waits above")).to_be_in_viewport()
        expect(button).to_be_hidden()

    def test_a_card_that_changes_keeps_the_focus(self, visit: Visit, camp: str) -> None:
        ida = visit("ida")
        ida.send_note(camp, "Focus here")
        page = visit("uri").go(f"/{camp}/wall?q=focus+here")
        page.get_by_role("link", name="Focus here").focus()
        edit(ida, camp, "Focus here", title="Focus here still", description="Longer than it was.")
        expect_note(page, "Focus here still")
        expect(page.get_by_role("link", name="Focus here still")).to_be_focused()

    def test_a_half_typed_text_and_what_is_open_stay(self, visit: Visit, camp: str) -> None:
        ida = visit("ida")
        ida.send_note(camp, "Under discussion")
        otto = visit("otto")
        open_note(otto, camp, "Under discussion")
        page = otto.page
        page.get_by_text("Hide this note").click()
        page.locator("[name=reason]").fill("Half a reas")
        edit(ida, camp, "Under discussion", title="Under more discussion", description="And more.")
        expect(page.get_by_role("heading", level=1)).to_have_text("Under more discussion")
        expect(page.locator("[name=reason]")).to_have_value("Half a reas")
        expect(page.locator("[name=reason]")).to_be_focused()
        expect(page.locator("details.more").filter(has=page.locator("[name=reason]"))).to_have_attribute("open", "")


def test_the_board_follows_and_a_form_in_use_keeps_what_its_user_saw(visit: Visit, camp: str) -> None:
    visit("uri").send_note(camp, "Mending kettles")
    olive, otto = visit("olive").go(f"/{camp}/board"), visit("otto").go(f"/{camp}/board")
    for page in (olive, otto):
        page.locator(".tray").get_by_role("link", name="Mending kettles").click()
        expect_open(page, "Mending kettles")
    here, there = free_places(olive)[-2:]

    choose(otto, *there)  # not sent yet
    choose(olive, *here)
    send_button(olive).click()
    expect(cell(otto, *here).get_by_role("link")).to_have_text("Mending kettles")
    expect(otto.locator("#move-room option:checked")).to_have_text(re.compile(f"^{re.escape(there[1])}"))
    with otto.expect_response(re.compile("/place$")) as answer:
        send_button(otto).click()
    assert answer.value.status == 409

    otto.goto(olive.url)
    olive.get_by_role("button", name=re.compile("^Take off")).click()
    expect(cell(otto, *here).get_by_role("link")).to_have_count(0)
    choose(otto, *there)  # on the board as it has become meanwhile
    with otto.expect_response(re.compile("/place$")) as answer:
        send_button(otto).click()
    assert answer.value.status == 303

    guest = visit(width=DESK).go(f"/{camp}/schedule")
    olive.goto(guest.url.replace("/schedule", "/organize/publish"))
    olive.get_by_role("button", name=re.compile("^Publish")).click()
    expect(cell(guest, *there).get_by_role("link", name="Mending kettles", exact=True)).to_be_visible()

    otto.get_by_role("button", name=re.compile("^Take off")).click()
    expect(otto.locator(".tray").get_by_role("link", name="Mending kettles")).to_be_visible()


def test_a_time_that_is_chosen_once_more_is_a_choice_too(visit: Visit, camp: str) -> None:
    visit("uri").send_note(camp, "Mending clocks")
    olive, otto = visit("olive").go(f"/{camp}/board"), visit("otto").go(f"/{camp}/board")
    olive.locator(".tray").get_by_role("link", name="Mending clocks").click()
    expect_open(olive, "Mending clocks")
    here = free_places(olive)[-1]
    choose(olive, *here)
    send_button(olive).click()
    expect(cell(olive, *here).get_by_role("link")).to_have_text("Mending clocks")

    otto.goto(olive.url)
    time = otto.locator("#move-slot")
    time.select_option(time.input_value())  # what it shows already; the room is still to be chosen
    olive.get_by_role("button", name=re.compile("^Take off")).click()
    expect(cell(otto, *here).get_by_role("link")).to_have_count(0)
    expect(time.locator("option:checked")).to_have_text(re.compile(f"^{here[0]}"))
    with otto.expect_response(re.compile("/place$")) as answer:
        send_button(otto).click()
    assert answer.value.status == 409


def choose(page: Page, clock: str, room: str) -> None:
    for field, wanted in (("slot", clock), ("room", room)):
        select = page.locator(f"#move-{field}")
        option = select.locator("option", has_text=re.compile(rf"^{re.escape(wanted)}\b")).first
        select.select_option(option.get_attribute("value"))
