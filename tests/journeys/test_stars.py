"""star.js in a real browser: at once, once, and put right by what the server says."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Request, expect

from barcamp.web.guard import COOKIE
from tests.journeys.conftest import Visit
from tests.journeys.visitor import PHONE, Visitor

# Two taps within 0.4 s are one.
TAPPED_LONG_AGO = "star => performance.now() - star.closest('form').dataset.tappedAt > 400"
STAR = re.compile(r"/notes/\d+/star$")
KEPT = "Your star is kept on this device and sent as soon as it gets through."
SENT = "The stars kept on this device have been sent."
# In one turn of the browser, since the stream tells again of the count as it is; asked again until star.js is there.
HEARS = """([note, stars]) => {
  const detail = {kind: 'stars', counts: {[note]: stars}};
  document.dispatchEvent(new CustomEvent('barcamp:change', {detail}));
  const star = document.querySelector(`[data-note="${note}"] button.star`);
  return star.ariaPressed === 'false' && star.querySelector('.star-count').textContent === String(stars);
}"""


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


def offline(visitor: Visitor, is_offline: bool) -> None:
    """Cut the network off, or have it back. What the browser says about other requests meanwhile is no trouble."""
    visitor.context.set_offline(is_offline)
    if not is_offline:
        visitor.trouble[:] = [trouble for trouble in visitor.trouble if "ERR_INTERNET_DISCONNECTED" not in trouble]


def test_a_double_tap_is_one_star(visit: Visit, camp: str) -> None:
    uri = visit("uri", width=PHONE)
    page, methods = uri.go(f"/{camp}/wall"), asked(uri)
    star = uri.free_star()
    _, stars = state(star)
    with page.expect_response(STAR):
        star.dblclick()
    expect(page.locator("#announcer")).to_have_text(f"Starred · {stars + 1}")
    assert (methods, state(star)) == (["PUT"], ("true", stars + 1))
    uri.go(f"/{camp}/wall")
    assert state(star) == ("true", stars + 1)


def test_a_star_is_taken_back_without_a_page_load(visit: Visit, camp: str) -> None:
    uri = visit("uri")
    page, methods = uri.go(f"/{camp}/wall"), asked(uri)
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


def test_a_refused_star_comes_off_again_with_the_reason(visit: Visit) -> None:
    uri = visit("uri")
    page = uri.go("/beaver/wall")
    page.route(STAR, lambda route: route.fulfill(status=409, json={"error": "Gone by noon."}))
    star = uri.free_star()
    before = state(star)
    uri.toggle(star)
    expect(page.locator("#announcer")).to_have_text("Gone by noon.")
    expect(page.locator("#announcer")).to_be_in_viewport()
    assert state(star) == before
    assert page.evaluate("Object.values(localStorage)") == ["{}"]


def test_a_star_without_a_network_is_kept_and_sent_later(visit: Visit, camp: str) -> None:
    uri = visit("uri")
    page, methods = uri.go(f"/{camp}/wall"), asked(uri)
    star = uri.free_star()
    _, stars = state(star)
    offline(uri, True)
    star.click()
    expect(page.locator("#announcer")).to_have_text(KEPT)
    expect(page.locator("#announcer")).to_be_in_viewport()
    expect(page.locator("form.is-kept")).to_have_count(1)
    expect(star).to_have_attribute("aria-description", KEPT)
    assert (methods, state(star)) == ([], ("true", stars + 1))

    offline(uri, False)
    expect(page.locator("#announcer")).to_have_text(SENT)
    expect(page.locator("form.is-kept")).to_have_count(0)
    assert (methods, state(star)) == (["PUT"], ("true", stars + 1))
    uri.go(f"/{camp}/wall")
    assert state(star) == ("true", stars + 1)


def test_what_was_kept_is_sent_by_the_next_page(visit: Visit, camp: str) -> None:
    """The last wish for each note, although the page on which it was made is long gone."""
    uri = visit("uri")
    page = uri.go(f"/{camp}/wall")
    star = uri.free_star()
    _, stars = state(star)
    offline(uri, True)
    star.click()
    other = uri.free_star()
    _, others = state(other)
    other.click()
    page.wait_for_function(TAPPED_LONG_AGO, arg=other.element_handle())
    other.click()
    ids = [one.evaluate("star => star.closest('.note').id") for one in (star, other)]
    page.close()

    offline(uri, False)
    uri.page = uri.context.new_page()
    uri.watch()
    methods = asked(uri)
    page = uri.go(f"/{camp}/wall")
    expect(page.locator("#announcer")).to_have_text(SENT)
    star, other = (page.locator(f"#{one} button.star") for one in ids)
    assert (sorted(methods), state(star), state(other)) == (["DELETE", "PUT"], ("true", stars + 1), ("false", others))


def test_nobody_sends_what_another_wished_on_this_browser(visit: Visit, devices: dict[str, str]) -> None:
    uri = visit("uri")
    page = uri.go("/beaver/wall")
    offline(uri, True)
    uri.free_star().click()
    expect(page.locator("form.is-kept")).to_have_count(1)
    page.close()  # it is still uri's, and back in the network it would send what uri wished
    uri.context.add_cookies([{"name": COOKIE, "value": devices["ida"], "url": uri.base}])
    offline(uri, False)
    uri.page = uri.context.new_page()
    uri.watch()
    methods = asked(uri)
    page = uri.go("/beaver/wall")
    expect(page.locator(".you-link").first).to_contain_text("Ida")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('barcamp-stars'))") == []
    assert methods == []


def test_a_server_that_is_too_busy_is_asked_again(visit: Visit, camp: str) -> None:
    uri = visit("uri")
    page, methods = uri.go(f"/{camp}/wall"), asked(uri)
    page.route(STAR, lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}), times=1)
    star = uri.free_star()
    star.click()
    expect(page.locator("#announcer")).to_have_text(KEPT)
    expect(page.locator("#announcer")).to_have_text(SENT)
    assert (methods, state(star)[0]) == (["PUT", "PUT"], "true")
    assert [trouble for trouble in uri.trouble if "503" not in trouble] == []
    uri.trouble.clear()


def test_counts_that_others_change_are_shown(visit: Visit, camp: str) -> None:
    uri = visit("uri")
    page = uri.go(f"/{camp}/wall")
    star = uri.free_star()
    note = star.evaluate("star => star.closest('.note').dataset.note")
    page.wait_for_function(HEARS, arg=[note, 41])
    uri.toggle(star)
    expect(page.locator("#announcer")).to_contain_text("Starred")


def test_signed_out_elsewhere_a_star_leads_to_where_one_gets_in(visit: Visit) -> None:
    uri = visit("uri")
    page, methods = uri.go("/beaver/wall"), asked(uri)
    star = uri.free_star()
    uri.context.clear_cookies(name="barcamp_device")  # to the site, the same as a device that was ended
    with page.expect_navigation(url=re.compile("/beaver/walk-in")):
        star.click()
    assert methods == ["PUT", "POST"]
    expect(page.get_by_role("link", name="Sign in by mail")).to_be_visible()
