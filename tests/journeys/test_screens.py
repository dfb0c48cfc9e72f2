"""The screens in a real browser: they fit, turn their pages, hear what changes, and follow a pitch round."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.test_every_page import faults
from tests.journeys.visitor import PHONE, Visitor

SIZES = [(1920, 1080), (1280, 720), (768, 1024)]
TITLES = [
    "Kayak", "What is a BarCamp and why does a town need one?", "Donaudampfschifffahrtselektrizitätenhauptwerkbau" * 2,
    "מה למדנו מעשר שנים של קוד פתוח", "كيف نبني مجتمعا تقنيا مفتوحا", "5 minutes on sourdough", "x" * 120,
    "A title as long as one may type it, since there was still room and nobody said that it was time to end",
]  # fmt: skip
# Make the wall hold so many notes, as if the server had sent it so.
FILL = """([count, titles]) => {
  const list = document.querySelector('.screen-notes');
  const made = Array.from({ length: count }, (_, number) => {
    const item = list.firstElementChild.cloneNode(true);
    item.id = `made-${count}-${number}`;
    item.querySelector('.note-title').textContent = titles[number % titles.length];
    item.querySelector('.note-hosts').textContent = titles[(number + 3) % titles.length];
    return item;
  });
  list.replaceChildren(...made);
  document.dispatchEvent(new CustomEvent('screen:swapped'));
}"""
# Let everything on a screen have this name.
NAME = """(name) => {
  for (const tag of document.querySelectorAll('.note-title, .entry-title, .later-title, .room-name, .left-title')) {
    tag.textContent = name;
  }
  document.dispatchEvent(new CustomEvent('screen:swapped'));
}"""
# What does not fit, and how large the smallest title is, in hundredths of the screen's height.
FAULTS = """() => {
  const root = document.documentElement;
  const seen = [...document.querySelectorAll('main *')]
    .filter(tag => tag.checkVisibility() && !tag.closest('.visually-hidden'));
  const boxes = document.querySelectorAll('[data-screen-fits], .screen-join, .screen-words, .pitch-side');
  const head = document.querySelector('.screen-head');  // one line, which the boxes of some fonts are higher than
  return [
    ...(root.scrollHeight > innerHeight || root.scrollWidth > innerWidth ? ['the page scrolls'] : []),
    ...[...boxes].filter(box => box.scrollHeight > box.clientHeight + 2 || box.scrollWidth > box.clientWidth + 2)
      .map(box => `${box.className} is cut off`),
    ...(head?.scrollWidth > head?.clientWidth + 2 ? ['screen-head is cut off'] : []),
    ...seen.filter(tag => {
      const box = tag.getBoundingClientRect();
      return box.bottom > innerHeight + 2 || box.right > innerWidth + 2 || box.left < -2;
    }).map(tag => `${tag.className || tag.tagName} is outside`),
  ];
}"""
TITLE = """() => Math.min(...[...document.querySelectorAll('.note-title, .entry-title, .room-name, .pitch-title')]
  .filter(tag => tag.checkVisibility()).map(tag => parseFloat(getComputedStyle(tag).fontSize) / innerHeight * 100))"""
IDS = "[...document.querySelector('[data-screen-pages]').children].filter(one => !one.hidden).map(one => one.id)"


def opened(visit: Visit, path: str, size: tuple[int, int] = (1280, 720), **more: object) -> Visitor:
    visitor = visit(**more)
    visitor.resize(*size)
    visitor.go(path)
    return visitor


def pages(page: Page) -> tuple[int, int]:
    """(page, pages) as the screen says them."""
    line = page.locator("[data-screen-count]")
    if line.is_hidden():
        return 1, 1
    found = re.fullmatch(r"(\d+) of (\d+)", line.inner_text())
    assert found is not None
    return int(found[1]), int(found[2])


def hear_nothing(visitor: Visitor) -> None:
    """With every minute a screen asks what there is now: here that would undo what a test has put on it."""
    visitor.page.route(
        "**/screen?*",
        lambda route: route.fulfill(status=429) if route.request.resource_type == "fetch" else route.fallback(),
    )


@pytest.mark.parametrize("count", [5, 40, 200])
def test_any_wall_fits_and_every_note_has_its_turn(visit: Visit, count: int) -> None:
    guest = opened(visit, "/beaver/screen?show=wall")
    hear_nothing(guest)
    page = guest.page
    for size in SIZES:
        guest.resize(*size)
        page.evaluate(FILL, [count, TITLES])
        seen: list[str] = []
        _, most = pages(page)
        for number in range(1, most + 1):
            assert pages(page) == (number, most)
            assert page.evaluate(FAULTS) == [], (size, number)
            seen += page.evaluate(IDS)
            page.keyboard.press("ArrowRight")
        assert seen == [f"made-{count}-{number}" for number in range(count)]
        assert pages(page)[0] == 1
        if size != SIZES[2]:
            assert page.evaluate(TITLE) >= 4


def test_screens_fit_and_can_be_read_in_both_themes(visit: Visit) -> None:
    axe, guest = Axe(), visit()
    hear_nothing(guest)
    found: list[tuple[str, object, str]] = []
    for path in ("?show=wall", "?show=now", "?show=pitch", "?room=kec-1001"):
        for theme in ("light", "dark"):
            guest.go(f"/beaver/screen{path}&theme={theme}")
            for size in SIZES:
                guest.resize(*size)
                for name in TITLES[-2:] if theme == "light" else []:
                    guest.page.evaluate(NAME, name)
                    found += [(path, size, fault) for fault in guest.page.evaluate(FAULTS)]
            rules = {"runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced"]}}
            answer = axe.run(guest.page, options={**rules, "resultTypes": ["violations"]}).response
            assert answer["passes"], "axe looked at nothing"
            found += [(path, theme, node["html"]) for one in answer["violations"] for node in one["nodes"]]
    assert found == []


def test_a_new_note_has_its_turn_at_once(visit: Visit, camp: str) -> None:
    guest, ida = opened(visit, f"/{camp}/screen?show=wall"), visit("ida")
    page = guest.page
    page.keyboard.press("ArrowRight")
    assert pages(page)[0] == 2
    page.evaluate("window.isTheSamePage = true")
    ida.send_note(camp, "Straight onto the big screen")
    expect(page.locator("li:not([hidden]) .note-title", has_text="Straight onto the big screen")).to_be_visible()
    assert (pages(page)[0], page.evaluate("window.isTheSamePage")) == (1, True)
    assert page.evaluate(FAULTS) == []


def test_swapping_all_day_long_leaves_nothing_behind(visit: Visit) -> None:
    guest = opened(visit, "/beaver/screen?show=wall")
    hear_nothing(guest)
    page = guest.page
    counters = page.context.new_cdp_session(page)

    def nodes() -> int:
        counters.send("HeapProfiler.collectGarbage")
        found: int = counters.send("Memory.getDOMCounters")["nodes"]
        return found

    swap = """async (times) => {
      for (let time = 0; time < times; time += 1) {
        const main = document.querySelector('main');
        main.replaceWith(main.cloneNode(true));
        document.dispatchEvent(new CustomEvent('screen:swapped'));
        await new Promise((done) => requestAnimationFrame(done));
      }
    }"""
    page.evaluate(swap, 5)
    before = nodes()
    page.evaluate(swap, 40)
    assert nodes() < before * 1.5


def test_without_scripts_the_screen_still_goes_on(visit: Visit) -> None:
    guest = opened(visit, "/beaver/screen?show=wall&page=1", scripts=False)
    expect(guest.page.locator(".screen-notes > li:visible")).to_have_count(6)
    guest.go("/beaver/screen?show=wall&page=2")
    expect(guest.page.locator("[data-screen-count]")).to_have_text(re.compile(r"^2 of \d+$"))


@pytest.fixture
def olive(visit: Visit, camp: str) -> Visitor:
    """The organizer on the stage, on a phone, with everything queued."""
    olive: Visitor = visit("olive", width=PHONE)
    olive.page.on("dialog", lambda dialog: dialog.accept())
    page = olive.go(f"/{camp}/organize/pitch")
    page.get_by_role("button", name=re.compile("^Add (all|the) ")).click()
    return olive


def test_a_pitch_round_from_the_stage(visit: Visit, camp: str, olive: Visitor) -> None:
    screen, uri = opened(visit, f"/{camp}/screen"), visit("uri", width=PHONE)
    uri.go(f"/{camp}/wall")
    stage = olive.page.locator(".pitch-stage .note h2")
    olive.page.get_by_label("30", exact=True).check()
    olive.press("Start")
    first = stage.inner_text()
    expect(screen.page.locator(".pitch-note h1")).to_have_text(first)
    expect(screen.page.locator("[data-ring-left]")).to_have_text(re.compile(r"^[12]\d$"))
    expect(uri.page.locator("#pitched b")).to_have_text(first)
    assert screen.page.evaluate(FAULTS) == []

    stars = screen.page.locator(".pitch-note .star-count")
    mine = uri.page.locator("#pitched button.star")
    if mine.count():  # else it is uri's own
        step = -1 if mine.get_attribute("aria-pressed") == "true" else 1
        expected = int(stars.inner_text()) + step
        uri.toggle(mine)
        expect(stars).to_have_text(str(expected))

    olive.page.keyboard.press("ArrowRight")
    expect(stage).not_to_have_text(first)
    second = stage.inner_text()
    expect(screen.page.locator(".pitch-note h1")).to_have_text(second)
    expect(uri.page.locator("#pitched b")).to_have_text(second)
    olive.page.get_by_role("button", name=re.compile("^Back")).click()
    expect(stage).to_have_text(first)
    expect(screen.page.locator(".pitch-note h1")).to_have_text(first)
    olive.press("End the round")
    expect(screen.page.locator("main")).not_to_have_class(re.compile("screen-pitch"))
    expect(uri.page.locator("#pitched b")).to_have_count(0)


def test_the_organizers_pages_are_for_everybody(visit: Visit, camp: str, olive: Visitor) -> None:
    olive.press("Start")
    assert faults(olive, Axe()) == []
    olive.go(f"/{camp}/organize/screens")
    assert faults(olive, Axe()) == []


def test_the_round_by_plain_forms(visit: Visit, camp: str, olive: Visitor) -> None:
    plain, late = visit("olive", scripts=False), visit("olive", scripts=False)
    plain.go(f"/{camp}/organize/pitch")
    plain.press("Start")
    late.go(f"/{camp}/organize/pitch")
    stage = plain.page.locator(".pitch-stage .note h2")
    first = stage.inner_text()
    plain.page.get_by_role("button", name=re.compile("^Next: ")).click()
    second = stage.inner_text()
    assert second != first
    late.page.get_by_role("button", name=re.compile("^Next: ")).click()
    expect(late.page.get_by_role("alert")).to_have_text(re.compile(f"it is the turn of “{re.escape(second)}”"))
    expect(late.page.locator(".pitch-stage .note h2")).to_have_text(second)
