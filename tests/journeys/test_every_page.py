"""Every main page as its readers see it: axe finds nothing, the phone need not scroll sideways, no script fails.

At 360 pixels in the dark and at 1280 in the light; guests, attendees and organizers, forms with errors, empty states.
"""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import Visit
from tests.journeys.visitor import DESK, PHONE, Visitor

# Of what axe finds, how many rules hold, and what breaks one.
RUN_AXE = """async options => {
  const found = await axe.run(options);
  return [found.passes.length, found.violations];
}"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PAGES = [
    ("", "/"),
    ("", "/sign-in"),
    ("", "/register"),
    ("", "/nothing-here"),
    ("", "/beaver/"),
    ("", "/beaver/conduct"),
    ("", "/beaver/register"),
    ("", "/beaver/people"),
    ("", "/beaver/wall"),
    ("", "/beaver/wall?q=nothing-like-this"),
    ("", "/beaver/notes/2"),
    ("", "/beaver/schedule"),
    ("", "/beaver/schedule?view=now"),
    ("", "/beaver/subscribe"),
    ("", "/beaver/me"),
    ("robin", "/"),
    ("robin", "/account"),
    ("robin", "/account/erase"),
    ("robin", "/conferences/new"),
    ("robin", "/beaver/register"),
    ("robin", "/beaver/register/cancel"),
    ("robin", "/beaver/wall"),
    ("robin", "/beaver/wall/new"),
    ("robin", "/beaver/notes/1"),
    ("robin", "/beaver/notes/1/edit"),
    ("robin", "/beaver/schedule"),
    ("robin", "/beaver/subscribe"),
    ("robin", "/beaver/me"),
    ("robin", "/beaver/board"),
    ("ida", "/beaver/me"),
    ("olive", "/beaver/board"),
    ("olive", "/beaver/board?note=1"),
    ("olive", "/beaver/notes/2"),
    ("olive", "/beaver/organize/"),
    ("olive", "/beaver/organize/settings"),
    ("olive", "/beaver/organize/rooms"),
    ("olive", "/beaver/organize/rooms/2"),
    ("olive", "/beaver/organize/rooms/2/delete"),
    ("olive", "/beaver/organize/slots"),
    ("olive", "/beaver/organize/slots/new"),
    ("olive", "/beaver/organize/slots/3"),
    ("olive", "/beaver/organize/slots/3/delete"),
    ("olive", "/beaver/organize/slots/grid"),
    ("olive", "/beaver/organize/sponsors"),
    ("olive", "/beaver/organize/sponsors/1"),
    ("olive", "/beaver/organize/team"),
    ("olive", "/beaver/organize/registrations?q=finch"),
    ("olive", "/beaver/organize/publish"),
    ("olive", "/beaver/organize/copy"),
    ("", "/beaver/walk-in"),
    ("", "/beaver/wall/pitched"),
    ("", "/beaver/screen"),
    ("", "/beaver/screen?show=now"),
    ("", "/beaver/screen?show=pitch"),
    ("", "/beaver/screen?room=kec-1001"),
    ("robin", "/beaver/wall/look"),
    ("robin", "/beaver/notes/1/history"),
    ("robin", "/beaver/notes/1/invitations"),
    ("robin", "/beaver/notes/1/merge"),
    ("robin", "/beaver/notes/1/merge/2"),
    ("robin", "/beaver/notes/2/report"),
    ("olive", "/beaver/comments/1/hide"),
    ("olive", "/beaver/organize/moderation"),
    ("olive", "/beaver/organize/pitch"),
    ("olive", "/beaver/organize/screens"),
    ("olive", "/beaver/organize/poster"),
    ("robin", "/news"),
    ("robin", "/news/choices"),
    ("", "/beaver/news"),
    ("olive", "/beaver/organize/news"),
]
STATUS = {"/nothing-here": 404, ("robin", "/beaver/board"): 403}

EMPTY = [
    ("", "/"), ("", "/wall"), ("", "/schedule"), ("", "/people"), ("ida", "/register"), ("ida", "/me"),
    ("otto", "/board"), ("otto", "/organize/"), ("otto", "/organize/rooms"), ("otto", "/organize/slots"),
    ("otto", "/organize/registrations"), ("otto", "/organize/publish"), ("otto", "/organize/sponsors"),
]  # fmt: skip

# Who types what where, and the button: each comes back with messages.
WRONG: list[tuple[str, str, dict[str, str], str]] = [
    ("", "/sign-in", {"email": "nobody"}, "Send me a code"),
    ("", "/register", {"name": " ", "email": "nobody"}, "Send me a code"),
    ("ida", "/beaver/wall/new", {"title": "x" * 200}, "Stick it on the wall"),
    ("ida", "/beaver/register", {}, "Register"),
    ("ida", "/conferences/new", {"name": " ", "starts_on": "2026-11-21", "ends_on": "2026-11-20"}, "Start it"),
    ("olive", "/beaver/organize/rooms", {"name": " ", "seats": "0"}, "Add"),
    ("olive", "/beaver/organize/slots/grid", {"first": "17:00", "last": "10:00", "length": "1"}, "Preview"),
    ("olive", "/beaver/organize/settings", {"name": " ", "coordinates": "here"}, "Save"),
    ("olive", "/beaver/organize/team", {"email": "nobody"}, "Give the role"),
]


@pytest.fixture(scope="package")
def axe() -> Axe:
    return Axe()


@pytest.mark.parametrize(("who", "path"), PAGES, ids=lambda value: value or "guest")
def test_a_page(look: Visit, axe: Axe, who: str, path: str) -> None:
    visitor = look(who)
    visitor.go(path, STATUS.get((who, path)) or STATUS.get(path, 200))
    assert faults(visitor, axe) == []


@pytest.mark.parametrize(("who", "path"), EMPTY, ids=lambda value: value or "guest")
def test_a_page_with_nothing_on_it(look: Visit, axe: Axe, who: str, path: str) -> None:
    visitor = look(who)
    visitor.go(f"/empty-camp{path}")
    assert faults(visitor, axe) == []


@pytest.mark.parametrize(("who", "path", "typed", "button"), WRONG, ids=[f"{who}{path}" for who, path, *_ in WRONG])
def test_a_form_with_errors(look: Visit, axe: Axe, who: str, path: str, typed: dict[str, str], button: str) -> None:
    visitor = look(who)
    page = visitor.go(path)
    form = page.get_by_role("main").locator("form", has=page.get_by_role("button", name=button, exact=True)).first
    # Else the browser itself would stop what the site is to answer.
    form.evaluate("""form => {
      form.noValidate = true;
      for (const field of form.elements) field.removeAttribute?.('maxlength');
    }""")
    for name, text in typed.items():
        form.locator(f"[name={name}]").fill(text)
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        visitor.press(button, within=form)
    assert answer.value.status == 422
    page.wait_for_load_state()
    assert page.get_by_role("alert").count() == 1
    assert faults(visitor, axe) == []


def faults(visitor: Visitor, axe: Axe) -> list[str]:
    """What is wrong with the page as it stands, in words: light at the desk, dark on the phone.

    The themes differ by colors alone, and the widths by everything else: so each of both is seen once.
    """
    page, found = visitor.page, []
    sights: tuple[tuple[int, Literal["light", "dark"]], ...] = ((DESK, "light"), (PHONE, "dark"))
    for width, theme in sights:
        visitor.resize(width)
        if visitor.overflow():
            found.append(f"{width}: {visitor.overflow()} pixels too wide")
        # As tall as the page, so that the bars at the edges of the window do not lie on what is below them.
        visitor.resize(width, page.evaluate("document.documentElement.scrollHeight"))
        page.emulate_media(color_scheme=theme)
        found += [f"{width}, {theme}: {words}" for words in _violations(page, axe)]
    return found


def _violations(page: Page, axe: Axe) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.axe_script)
    passes, violations = page.evaluate(RUN_AXE, {"runOnly": RULES, "resultTypes": ["violations"]})
    assert passes, "axe looked at nothing"
    return [f"{one['id']}: {node['html'][:200]}" for one in violations for node in one["nodes"]]
