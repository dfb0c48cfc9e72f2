"""A whole camp, from "Start a conference" to the calendar, as its people would do it: with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from barcamp.web.guard import COOKIE
from tests.core.readers import READERS, Reading
from tests.journeys.board import cell, expect_open, send_button
from tests.journeys.conftest import Visit
from tests.journeys.visitor import PHONE, Visitor, code_in, text_of, wait_for_letter
from tests.servers import postgres as postgres_server
from tests.servers import site
from tests.servers.site import Site
from tests.servers.smtp import Smtp

ZONE = ZoneInfo("America/Los_Angeles")
ROOMS = {"Great Hall": 80, "Attic": 12}
OTHERS = {"Bo Finch": "How to fold a canoe", "Cy Reed": "Soup for fifty", "Dee Moss": "Knots worth knowing"}
VI, VI_NOTE = "Vi Lark", "Night walks by ear"
MOVED = "Knots worth knowing"


@dataclass(frozen=True)
class Camp:
    """One telling of the story: where, and with which names, so that several fit on one site."""

    site: Site
    database_url: str | None
    slug: str
    scripts: bool
    day: date

    @property
    def name(self) -> str:
        return f"River Camp {self.slug}"

    def email(self, who: str) -> str:
        return f"{who.lower().replace(' ', '.')}+{self.slug}@example.org"

    def at(self, clock: str) -> datetime:
        return datetime.combine(self.day, time.fromisoformat(clock), ZONE).astimezone(UTC)


@pytest.fixture(params=["sqlite", "postgresql-without-scripts"])
def camp(request: pytest.FixtureRequest, post_office: Smtp, tmp_path: Path) -> Iterator[Camp]:
    kind: str = request.param
    day = datetime.now(UTC).date() + timedelta(days=3)
    if kind == "sqlite":
        # as `python3 app.py` serves it the first time: with the demo beside it
        with site.start(tmp_path / "data", smtp_url=post_office.url) as served:
            yield Camp(served, None, "river", scripts=True, day=day)
        return
    server: postgres_server.Server = request.getfixturevalue("postgres")
    url = server.create_database("journey")
    with site.start(tmp_path / "data", url, demo="0", smtp_url=post_office.url) as served:
        yield Camp(served, url, "ferry", scripts=False, day=day)
    server.drop_database("journey")


def test_from_the_first_page_to_the_calendar(camp: Camp, visit: Visit, post_office: Smtp) -> None:
    olga = visit(scripts=camp.scripts, at=camp.site)
    links = camp.site.flask("sign-in-link", *map(camp.email, ["Olga", *OTHERS]))
    olga_link, *other_links = links.split()
    olga.sign_in(olga_link)
    start_the_camp(olga, camp)
    add_rooms(olga, camp)
    make_the_grid(olga, camp)

    vi = visit(width=PHONE, scripts=camp.scripts, at=camp.site)
    register(vi, camp, post_office)
    writers = {VI_NOTE: vi}
    for title, link in zip(OTHERS.values(), other_links, strict=True):
        writers[title] = visit(width=PHONE, scripts=camp.scripts, at=camp.site)
        writers[title].sign_in(link)
    for title, writer in writers.items():
        writer.write_note(camp.slug, title)
    for title, writer in writers.items():
        writer.stick_note(camp.slug, title)
    star_the_others(vi, camp)

    arrange(olga, camp)
    move(olga, camp, MOVED, "14:00", "Attic")
    pin(olga, MOVED)
    publish(olga, camp, 1, changes=4)
    guest = visit(width=PHONE, scripts=camp.scripts, at=camp.site)
    guest.go(f"/{camp.slug}/schedule")
    expect(cell(guest.page, "14:00", "Attic")).to_contain_text(MOVED)

    first = feed(camp, f"/{camp.slug}/schedule.ics")
    assert set(first) == {VI_NOTE, *OTHERS.values()}
    assert (first[MOVED].starts_at, first[MOVED].ends_at) == (camp.at("14:00"), camp.at("14:50"))
    assert first[MOVED].place.startswith("Attic")

    move(olga, camp, MOVED, "11:00", "Great Hall")
    publish(olga, camp, 2)
    guest.go(f"/{camp.slug}/schedule")
    expect(cell(guest.page, "11:00", "Great Hall")).to_contain_text(f"{MOVED} Dee Moss moved from 14:00, Attic")
    second = feed(camp, f"/{camp.slug}/schedule.ics")
    assert (second[MOVED].uid, second[MOVED].starts_at) == (first[MOVED].uid, camp.at("11:00"))
    assert second[MOVED].sequence > first[MOVED].sequence

    # she starred three and gives the fourth; her own calendar says that she is busy then
    busy = {title: replace(session, transparency="OPAQUE") for title, session in second.items()}
    assert feed(camp, own_feed(vi, camp)) == busy
    see_my_day(vi, camp, second)
    sign_out(vi)


def start_the_camp(olga: Visitor, camp: Camp) -> None:
    olga.go("/")
    olga.follow("Start a conference")
    day = camp.day.isoformat()
    olga.fill(name=camp.name, slug=camp.slug, tagline="One day by the water", starts_on=day, ends_on=day)
    olga.page.get_by_label("Time zone").select_option("America/Los_Angeles")
    olga.fill(venue="River House", address="1 Ferry Lane", coordinates="44.567, -123.279")
    olga.press("Start it")
    olga.go(f"/{camp.slug}/organize/settings")
    olga.fill(sizes="S, M, L")
    olga.press("Save")


def add_rooms(olga: Visitor, camp: Camp) -> None:
    olga.go(f"/{camp.slug}/organize/rooms")
    for name, seats in ROOMS.items():
        olga.fill(name=name, seats=str(seats))
        olga.press("Add")
        expect(olga.page.get_by_role("rowheader", name=name)).to_be_visible()


def make_the_grid(olga: Visitor, camp: Camp) -> None:
    """Four slots and a lunch in one go."""
    olga.go(f"/{camp.slug}/organize/slots")
    olga.follow("Make the grid in one go")
    olga.fill(first="10:00", last="14:50", length="50", pause="10", sponsor_1="the Ferry Inn")
    olga.press("Preview")
    expect(olga.page.get_by_role("heading", name="This is how the day will be")).to_be_visible()
    olga.press("Make this grid")
    expect(olga.page.get_by_role("rowheader")).to_have_text(
        ["10:00 – 10:50", "11:00 – 11:50", "12:00 – 13:00", "13:00 – 13:50", "14:00 – 14:50"]
    )


def register(vi: Visitor, camp: Camp, post_office: Smtp) -> None:
    """From the site's front page, with the code of a real letter; then a shirt and lunch."""
    vi.go("/")
    vi.follow(camp.name)
    vi.follow("Register")
    vi.fill(name=VI, email=camp.email(VI))
    vi.press("Go on")
    vi.fill(code=code_in(wait_for_letter(post_office, camp.email(VI), "Your code for BarCamp")))
    vi.press("Sign in", within=vi.page.get_by_role("main"))

    vi.page.get_by_role("radio", name="M", exact=True).check()
    vi.page.get_by_role("checkbox", name=re.compile("^Lunch")).check()
    vi.page.get_by_role("checkbox", name=re.compile("^I will keep to the code of conduct")).check()
    vi.press("Register")
    expect(vi.page.get_by_role("main")).to_contain_text("You are coming")
    expect(vi.page.get_by_role("radio", name="M", exact=True)).to_be_checked()
    expect(vi.page.get_by_role("checkbox", name=re.compile("^Lunch"))).to_be_checked()

    welcome = text_of(wait_for_letter(post_office, camp.email(VI), f"Welcome to {camp.name}"))
    assert f"{camp.site.url}/{camp.slug}/wall" in welcome
    assert f"{camp.site.url}/{camp.slug}/me" in welcome


def star_the_others(vi: Visitor, camp: Camp) -> None:
    vi.go(f"/{camp.slug}/wall")
    for title in OTHERS.values():
        star = vi.star(title)
        expect(star).to_have_attribute("aria-pressed", "false")
        vi.toggle(star)
        expect(star).to_have_attribute("aria-pressed", "true")
        expect(star.locator(".star-count")).to_have_text("1")
    vi.go(f"/{camp.slug}/wall")
    expect(vi.page.locator("button.star[aria-pressed=true] .star-count")).to_have_text(["1", "1", "1"])
    expect(vi.page.get_by_role("main")).to_contain_text("4 notes · 3 stars")
    expect(vi.star(VI_NOTE)).to_have_count(0)  # never one's own


def arrange(olga: Visitor, camp: Camp) -> None:
    olga.go(f"/{camp.slug}/board")
    olga.press("Arrange by popularity")
    expect(olga.page.get_by_role("status").first).to_have_text("4 notes placed.")
    expect(olga.page.locator("td article")).to_have_count(4)
    expect(olga.page.locator(".tray article")).to_have_count(0)


def move(olga: Visitor, camp: Camp, title: str, clock: str, room: str) -> None:
    """Open a card and send its form; whatever is there changes places with it."""
    olga.go(f"/{camp.slug}/board")
    olga.page.locator(".cell-card").get_by_role("link", name=title).click()
    expect_open(olga.page, title)
    panel = olga.page.get_by_role("complementary")
    option = panel.locator("select[name=slot] option").filter(has_text=clock).get_attribute("value")
    panel.get_by_label("Time").select_option(option)
    panel.get_by_label("Room").select_option(f"{room} · {ROOMS[room]}")
    panel.get_by_label("If it is taken, change places").check()
    send_button(olga.page).click()
    expect(cell(olga.page, clock, room)).to_contain_text(title)


def pin(olga: Visitor, title: str) -> None:
    olga.press("Pin here")
    card = olga.page.locator("td article").filter(has_text=title)
    expect(card.locator(".pin")).to_have_text("pinned")


def publish(olga: Visitor, camp: Camp, number: int, changes: int | None = None) -> None:
    olga.go(f"/{camp.slug}/board")
    olga.page.get_by_role("link", name="Publish…").click()
    expect(olga.page.locator("li.change").filter(has_text=MOVED)).to_have_count(1)
    if changes is not None:
        expect(olga.page.get_by_role("heading", name=f"{changes} changes")).to_be_visible()
    olga.press(f"Publish version {number}")
    expect(olga.page.get_by_role("status").first).to_have_text(f"Version {number} is published.")


def feed(camp: Camp, path: str) -> dict[str, Reading]:
    """The sessions of a feed by title, as every reader understands it; all of them must agree."""
    with urlopen(camp.site.url + path, timeout=20) as answer:
        octets = answer.read()
    readings = [read(octets).events for read in READERS.values()]
    assert all(reading == readings[0] for reading in readings)
    return {event.title: event for event in readings[0]}


def own_feed(vi: Visitor, camp: Camp) -> str:
    """Make a secret calendar link; return its path."""
    vi.go(f"/{camp.slug}/me")
    vi.follow("In my calendar")
    vi.fill(label="my phone")
    vi.press("Make a link")
    address = vi.page.locator("#mine").get_by_label("Address to paste").input_value()
    assert address.startswith(f"{camp.site.url}/feeds/")
    return address.removeprefix(camp.site.url)


def see_my_day(vi: Visitor, camp: Camp, sessions: dict[str, Reading]) -> None:
    vi.go(f"/{camp.slug}/me")
    in_order = sorted(sessions.values(), key=lambda session: (session.starts_at, session.place))
    titles = vi.page.locator(".entry-title").all_inner_texts()
    assert sorted(titles) == sorted(session.title for session in in_order)
    assert titles[0] in {session.title for session in in_order if session.starts_at == in_order[0].starts_at}


def sign_out(vi: Visitor) -> None:
    """It ends the session: neither the back button nor the kept cookie leads in again."""
    vi.go("/account")
    kept = [cookie for cookie in vi.context.cookies() if cookie["name"] == COOKIE]
    vi.page.locator("li.card", has_text="this one").get_by_role("button").click()
    expect(vi.page.get_by_role("status").first).to_have_text("You are signed out.")

    vi.page.go_back()
    expect(vi.page).to_have_url(re.compile(r"/sign-in\?next=/account$"))
    vi.context.add_cookies([{"name": COOKIE, "value": kept[0]["value"], "url": vi.base}])
    vi.go("/account")
    expect(vi.page).to_have_url(re.compile(r"/sign-in\?next=/account$"))
