"""News reach pages that are open, are read with one press, and are shown by a browser that was pushed to."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from barcamp.db import Store
from barcamp.mail import unsubscribe
from barcamp.news.models import PushSubscription
from barcamp.people.models import Person
from tests.journeys import camps
from tests.journeys.conftest import Visit
from tests.journeys.visitor import PHONE, Visitor
from tests.servers.push import Browser
from tests.servers.site import Site

ENDPOINT = "https://push.example/send/robin"

# A browser's push service, which no test can reach: it gives an address and keys, and takes them back.
PUSH_SERVICE = """said => {
  let there = null;
  const give = (options) => ({
    endpoint: said.endpoint, options, toJSON: () => said, unsubscribe: async () => { there = null; return true; },
  });
  PushManager.prototype.subscribe = async (options) => (there = give(options));
  PushManager.prototype.getSubscription = async () => there;
}"""
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker.getNotifications()).map(({title, body, tag, data}) => ({title, body, tag, data}));
}"""


def say(olive: Visitor, camp: str, title: str) -> None:
    """An organizer tells everybody, by the page for it."""
    olive.go(f"/{camp}/organize/news")
    olive.fill(title=title, text="Second floor.")
    olive.press("See who will hear it")
    olive.page.get_by_role("button", name=re.compile(r"^Say it to \d+ people$")).click()
    expect(olive.page.get_by_text(re.compile("It is on its way to"))).to_be_visible()


def test_an_open_page_hears_without_a_reload(visit: Visit, camp: str) -> None:
    robin, guest = visit("robin", width=PHONE), visit()
    page, guests = robin.go(f"/{camp}/schedule"), guest.go(f"/{camp}/wall")
    for one in (page, guests):
        one.evaluate("window.isTheSamePage = true")
    expect(page.locator("#news-banner")).not_to_contain_text("Lunch is ready")

    say(visit("olive", scripts=False), camp, "Lunch is ready")
    for one in (page, guests):
        expect(one.locator("#news-banner")).to_contain_text("Lunch is ready", timeout=15_000)
    expect(page.locator("#news-link .news-count")).to_have_text(re.compile(r"^\d+ unread"))
    assert robin.overflow() == 0

    page.get_by_role("button", name="Got it").click()
    expect(page.locator("#news-banner")).not_to_contain_text("Lunch is ready")
    expect(page.locator("#main")).to_be_focused()
    for one in (page, guests):
        assert one.evaluate("window.isTheSamePage") is True
    item = robin.go("/news").locator(".news-item", has_text="Lunch is ready")
    expect(item).to_have_count(1)
    expect(item).not_to_have_class(re.compile("is-unread"))


def test_without_scripts_a_form_does_it(visit: Visit, camp: str) -> None:
    say(visit("olive", scripts=False), camp, "Doors are open")
    robin = visit("robin", scripts=False)
    page = robin.go(f"/{camp}/schedule")
    expect(page.locator("#news-banner")).to_contain_text("Doors are open")
    robin.press("Got it")
    assert page.url.endswith(f"/{camp}/schedule")
    expect(page.locator("#news-banner")).not_to_contain_text("Doors are open")


def test_a_letter_leads_to_no_more_letters(visit: Visit, served: Site, database: Store) -> None:
    """By a real browser, which says where a form comes from only as the page lets it."""
    key = (served.data / "secret_key").read_text(encoding="utf-8").strip()
    with database.reading() as db:
        uri = db.scalars(select(Person.id).where(Person.email == camps.ATTENDEES["uri"])).one()
    guest = visit(scripts=False)
    guest.go(f"/news/unsubscribe/{unsubscribe.token_of(uri, key)}")
    guest.press("No more letters")
    expect(guest.page.get_by_text("You get no more letters")).to_be_visible()


def test_a_browser_asks_to_hear_and_asks_no_more(visit: Visit, database: Store) -> None:
    robin = visit("robin", permissions=["notifications"])
    browser = Browser()
    robin.context.add_init_script(f"({PUSH_SERVICE})({json.dumps({'endpoint': ENDPOINT, 'keys': browser.keys})})")
    page = robin.go("/news/choices")
    robin.press("Notify me on this browser")
    expect(page.get_by_role("button", name="No more on this browser")).to_be_visible()
    assert kept(database) == [(ENDPOINT, browser.keys["p256dh"], True)]
    robin.press("No more on this browser")
    expect(page.get_by_role("button", name="Notify me on this browser")).to_be_visible()
    assert kept(database) == []


def kept(database: Store) -> list[tuple[str, str, bool]]:
    """Robin's browsers: address, key, and whether each hangs on a sign-in."""
    with database.reading() as db:
        robins = select(Person.id).where(Person.email == camps.ATTENDEES["robin"])
        rows = db.scalars(select(PushSubscription).where(PushSubscription.person_id.in_(robins))).all()
        return [(one.endpoint, one.p256dh, one.device_id is not None) for one in rows]


def test_where_it_cannot_be_had_the_words_say_so(visit: Visit) -> None:
    """A private window, as every one of these tests is, has no push service; and somebody may say no."""
    robin = visit("robin", permissions=["notifications"])
    page = robin.go("/news/choices")
    robin.press("Notify me on this browser")
    expect(page.get_by_role("status").filter(has_text="push service cannot be reached")).to_be_visible()
    robin.trouble.clear()  # the browser explains it on its console, too

    page = visit("robin", scripts=False).go("/news/choices")
    expect(page.get_by_text("This browser cannot show notifications here.")).to_be_visible()
    expect(page.get_by_role("button", name="Notify me on this browser")).to_be_hidden()


@pytest.mark.parametrize(
    ("pushed", "shown"),
    [
        (
            json.dumps({"title": "Otter", "text": "Haiku: now 14:00", "path": "/beaver/me", "tag": "news-7"}),
            {"title": "Otter", "body": "Haiku: now 14:00", "tag": "news-7", "data": {"path": "/beaver/me"}},
        ),
        ("nonsense", {"title": "BarCamp", "body": "", "tag": "", "data": {"path": "/news"}}),
    ],
)
def test_the_worker_shows_what_is_pushed(visit: Visit, pushed: str, shown: dict[str, Any]) -> None:
    robin = visit("robin", permissions=["notifications"])
    page = robin.go("/news/choices")
    page.evaluate("() => navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller.scriptURL") == f"{robin.base}/sw.js"
    browser = robin.context.new_cdp_session(page)
    known: list[str] = []
    browser.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(one["registrationId"] for one in event["registrations"]),
    )
    browser.send("ServiceWorker.enable")
    while not known:
        page.wait_for_timeout(20)
    for _ in range(2):  # the same one twice, as after a worker that was killed, is shown once
        browser.send(
            "ServiceWorker.deliverPushMessage", {"origin": robin.base, "registrationId": known[-1], "data": pushed}
        )
    expected, found = [shown] * (1 if shown["tag"] else 2), None
    for _again in range(100):  # one that takes another's place is away for a moment
        page.wait_for_timeout(200)
        found = page.evaluate(SHOWN)
        if found == expected:
            break
    assert found == expected
