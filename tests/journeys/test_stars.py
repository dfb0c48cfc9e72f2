"""star.js in a real browser: at once, once, and put right by what the server says."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Request, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitor import PHONE, Visitor

# Two taps within 0.4 s are one.
TAPPED_LONG_AGO = "star => performance.now() - star.closest('form').dataset.tappedAt > 400"
STAR = re.compile(r"/notes/\d+/star$")


def state(star: Locator) -> tuple[str | None, int]:
    return star.get_attribute("aria-pressed"), int(star.locator(".star-count").inner_text())


def asked(visitor: Visitor) -> list[str]:
    """The methods of all requests about stars from now on."""
    methods: list[str] = []

    def note(request: Request) -> None:
        if STAR.search(request.url):
            methods.append(request.method)

    visitor.page.on("request", note)
    return methods


def test_a_double_tap_is_one_star(visit: Visit, devices: dict[str, str]) -> None:
    uri = visit("uri", width=PHONE)
    page, methods = uri.go("/beaver/wall"), asked(uri)
    star = uri.free_star()
    _, stars = state(star)
    with page.expect_response(STAR):
        star.dblclick()
    expect(page.locator("#announcer")).to_have_text(f"Starred · {stars + 1}")
    assert (methods, state(star)) == (["PUT"], ("true", stars + 1))
    uri.go("/beaver/wall")
    assert state(star) == ("true", stars + 1)


def test_a_star_is_taken_back_without_a_page_load(visit: Visit, devices: dict[str, str]) -> None:
    uri = visit("uri")
    page, methods = uri.go("/beaver/wall"), asked(uri)
    page.evaluate("window.isTheSamePage = true")
    star = uri.free_star()
    _, stars = state(star)
    uri.toggle(star)
    expect(page.locator("#announcer")).to_have_text(f"Starred · {stars + 1}")
    page.wait_for_function(TAPPED_LONG_AGO, arg=star.element_handle())
    uri.toggle(star)
    expect(page.locator("#announcer")).to_have_text(f"Star taken back · {stars}")
    assert (methods, state(star)) == (["PUT", "DELETE"], ("false", stars))
    assert page.evaluate("window.isTheSamePage") is True


def test_a_refused_star_comes_off_again_with_the_reason(visit: Visit, devices: dict[str, str]) -> None:
    author, uri = visit("ida"), visit("uri")
    author.post_note("beaver", "Gone by noon")
    page = uri.go("/beaver/wall?q=gone+by+noon")
    author.go("/beaver/wall?q=gone+by+noon")
    author.follow("Gone by noon")
    author.page.on("dialog", lambda dialog: dialog.accept())
    author.press("Withdraw")
    expect(author.page.get_by_role("button", name="Bring it back")).to_be_visible()

    star = uri.star("Gone by noon")
    answer = uri.toggle(star)
    assert answer.status == 409
    expect(page.locator("#announcer")).to_have_text(answer.json()["error"])
    expect(page.locator("#announcer")).to_be_in_viewport()
    assert state(star) == ("false", 0)


def test_a_star_that_does_not_reach_the_site_comes_off_again(visit: Visit, devices: dict[str, str]) -> None:
    uri = visit("uri")
    page = uri.go("/beaver/wall")
    star = uri.free_star()
    before = state(star)
    uri.context.set_offline(True)
    star.click()
    expect(page.locator("#announcer")).to_have_text("That did not reach the wall. Please try again.")
    expect(page.locator("#announcer")).to_be_in_viewport()
    assert state(star) == before
    [lost] = uri.trouble
    assert lost.endswith("net::ERR_INTERNET_DISCONNECTED")
    uri.trouble.clear()


def test_signed_out_elsewhere_a_star_leads_to_the_sign_in_page(visit: Visit, devices: dict[str, str]) -> None:
    uri = visit("uri")
    page, methods = uri.go("/beaver/wall"), asked(uri)
    star = uri.free_star()
    uri.context.clear_cookies(name="barcamp_device")  # to the site, the same as a device that was ended
    with page.expect_navigation(url=re.compile("/sign-in")):
        star.click()
    assert methods == ["PUT", "POST"]
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
