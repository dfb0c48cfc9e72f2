"""What every journey walks on: one browser, one post office and one served site with the demo on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from barcamp.web.guard import COOKIE
from tests.journeys.visitor import DESK, HEIGHT, Visitor
from tests.servers import browser as browsers
from tests.servers import site, smtp
from tests.servers.site import Site

ORGANIZERS = {"olive": "organizer@example.org", "otto": "otto.ash@example.org"}
# robin posted the first note of the demo; the others are new.
ATTENDEES = {"robin": "robin.alder@example.org", "ida": "ida.fern@example.org", "uri": "uri.moss@example.org"}

Visit = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = browsers.launch(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def post_office() -> Iterator[smtp.Smtp]:
    with smtp.start() as started:
        yield started


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory, post_office: smtp.Smtp) -> Iterator[Site]:
    """The site on SQLite, as `python3 app.py` serves it the first time: with the demo."""
    with site.start(tmp_path_factory.mktemp("served") / "data", smtp_url=post_office.url) as started:
        yield started


@pytest.fixture(scope="package")
def devices(served: Site) -> dict[str, str]:
    """The demo, arranged and published, and the cookie of everybody who is signed in there, by name."""
    links = served.flask("sign-in-link", "--organizer", "beaver", *ORGANIZERS.values())
    links += served.flask("sign-in-link", *ATTENDEES.values())
    served.flask("arrange", "beaver")
    served.flask("publish", "beaver")
    return dict(zip([*ORGANIZERS, *ATTENDEES], [_use(served, link) for link in links.split()], strict=True))


@pytest.fixture(scope="package")
def empty_camp(browser: Browser, served: Site, devices: dict[str, str]) -> str:
    """The slug of a conference that otto has only just started."""
    with browser.new_context() as context:
        context.add_cookies([{"name": COOKIE, "value": devices["otto"], "url": served.url}])
        otto = Visitor(context, context.new_page(), served.url)
        otto.go("/conferences/new")
        otto.fill(name="Empty Camp", slug="empty-camp", starts_on="2030-05-04", ends_on="2030-05-04")
        otto.page.get_by_label("Time zone").select_option("Europe/Lisbon")
        otto.press("Start it")
        otto.page.wait_for_url("**/empty-camp/**")
    return "empty-camp"


@pytest.fixture
def visit(browser: Browser, served: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Open a browser window: `visit("ida", width=PHONE)` for somebody at the demo, `visit()` for a guest.

    `at` is another site. At the end of the test no window may have seen trouble.
    """
    windows: list[Visitor] = []

    def visit(
        who: str = "", *, width: int = DESK, scripts: bool = True, dark: bool = False, at: Site = served, **more: Any
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(20_000)
        if who:
            devices: dict[str, str] = request.getfixturevalue("devices")
            context.add_cookies([{"name": COOKIE, "value": devices[who], "url": at.url}])
        visitor = Visitor(context, context.new_page(), at.url, scripts)
        visitor.watch()
        windows.append(visitor)
        return visitor

    yield visit
    for window in windows:
        window.context.close()
    assert [trouble for window in windows for trouble in window.trouble] == []


def _use(served: Site, link: str) -> str:
    """Press the button of a sign-in link, without a browser; return the device's cookie."""
    connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("POST", link.removeprefix(served.url))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    cookies = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or []))
    return cookies[COOKIE].value
