"""What every journey walks on: one browser, one post office and one served site with the demo on it.

`/beaver/` and `/empty-camp/` are for all journeys, to look at. Whoever changes something has a `camp` of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from barcamp.db import Store
from barcamp.web.guard import COOKIE
from tests.journeys import camps
from tests.journeys.visitor import DESK, HEIGHT, Visitor
from tests.servers import browser as browsers
from tests.servers import site, smtp
from tests.servers.site import Site

SHARED = ("beaver", "empty-camp")
PATIENCE = 20_000  # milliseconds: what comes at once takes a while where others keep the machine busy
_numbers = count(1)

Visit = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with browsers.driver() as playwright:
        launched = browsers.launch(playwright)
        expect.set_options(timeout=PATIENCE)
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def post_office() -> Iterator[smtp.Smtp]:
    with smtp.start() as started:
        yield started


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory, post_office: smtp.Smtp) -> Iterator[Site]:
    """The site on SQLite, with the demo arranged and published, and a conference that has only just been started."""
    folder = tmp_path_factory.mktemp("served") / "data"
    with site.start(folder, smtp_url=post_office.url, demo="0") as started:
        with camps.opened(started) as store:
            camps.load(store, "beaver", datetime.now(UTC), listed=True)
            camps.start_empty(store, "empty-camp", datetime.now(UTC), listed=True)
        yield started


@pytest.fixture(scope="package")
def database(served: Site) -> Iterator[Store]:
    with camps.opened(served) as store:
        yield store


@pytest.fixture(scope="package")
def devices(database: Store) -> dict[str, str]:
    """The cookie of everybody who is signed in, by name."""
    return camps.sign_in_all(database, datetime.now(UTC))


@pytest.fixture
def camp(database: Store) -> str:
    """The slug of a camp of this test's own: the demo, arranged and published, as `beaver` is."""
    slug = f"camp-{next(_numbers)}"
    camps.load(database, slug, datetime.now(UTC))
    return slug


@pytest.fixture
def new_camp(database: Store) -> str:
    """The slug of a conference of this test's own that otto has only just started."""
    slug = f"new-{next(_numbers)}"
    camps.start_empty(database, slug, datetime.now(UTC))
    return slug


@pytest.fixture(autouse=True)
def shared_stays_as_it_is(database: Store) -> Iterator[None]:
    """What one test leaves behind, another would stumble over."""
    before = [camps.state(database, slug) for slug in SHARED]
    yield
    assert [camps.state(database, slug) for slug in SHARED] == before, "who changes something needs a `camp`"


@pytest.fixture
def visit(browser: Browser, served: Site, devices: dict[str, str]) -> Iterator[Visit]:
    """Open a browser window: `visit("ida", width=PHONE)` for somebody at the demo, `visit()` for a guest.

    `at` is another site. At the end of the test no window may have seen trouble.
    """
    windows: list[Visitor] = []

    def visit(who: str = "", *, at: Site = served, **how: Any) -> Visitor:
        windows.append(_window(browser, at, devices[who] if who else "", **how))
        return windows[-1]

    yield visit
    for window in windows:
        window.context.close()
    assert [trouble for window in windows for trouble in window.trouble] == []


@pytest.fixture(scope="package")
def kept(browser: Browser, served: Site, devices: dict[str, str]) -> Iterator[Visit]:
    """The window of somebody, opened once and kept from test to test."""
    windows: dict[str, Visitor] = {}

    def window(who: str = "") -> Visitor:
        if who not in windows:
            windows[who] = _window(browser, served, devices[who] if who else "")
        return windows[who]

    yield window
    for one in windows.values():
        one.context.close()


@pytest.fixture
def look(kept: Visit) -> Iterator[Visit]:
    """`look("ida")` goes on in a window that is open already, at the desk and in the light: for whoever looks at page
    after page and changes nothing. A new window for each would cost the browser twice the time.
    """
    windows: list[Visitor] = []

    def look(who: str = "") -> Visitor:
        window = kept(who)
        window.page.set_viewport_size({"width": DESK, "height": HEIGHT})
        window.page.emulate_media(color_scheme="light")
        window.trouble.clear()
        windows.append(window)
        return window

    yield look
    assert [trouble for window in windows for trouble in window.trouble] == []


def _window(
    browser: Browser,
    at: Site,
    device: str,
    *,
    width: int = DESK,
    scripts: bool = True,
    dark: bool = False,
    **more: Any,
) -> Visitor:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(PATIENCE)
    if device:
        context.add_cookies([{"name": COOKIE, "value": device, "url": at.url}])
    visitor = Visitor(context, context.new_page(), at.url, scripts)
    visitor.watch()
    return visitor
