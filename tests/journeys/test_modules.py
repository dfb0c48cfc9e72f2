"""The small modules of static/js, each in a real browser. What they improve works without them, too."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.visitor import DESK, PHONE

# Of every column the notes from top to bottom: [left, top, bottom], as the browser has laid them out.
BOXES = """() => [...document.querySelectorAll('.wall > li > *')].map(note => {
  const left = note.offsetLeft, top = note.offsetTop;
  return [left, top, top + note.offsetHeight];
})"""
GAP = "parseFloat(getComputedStyle(document.querySelector('.wall')).columnGap)"


def test_copy_puts_the_address_into_the_clipboard(visit: Visit) -> None:
    guest = visit(permissions=["clipboard-read", "clipboard-write"])
    page = guest.go("/beaver/subscribe")
    whole = page.get_by_role("region", name="The whole schedule")
    guest.press("Copy", within=whole)
    expect(page.locator("#announcer")).to_have_text("Copied")
    expect(whole.get_by_role("button", name="Copy")).to_have_class(re.compile("is-done"))
    assert page.evaluate("navigator.clipboard.readText()") == f"{guest.base}/beaver/schedule.ics"


def test_without_scripts_there_is_no_copy_button(visit: Visit) -> None:
    page = visit(scripts=False).go("/beaver/subscribe")
    expect(page.get_by_label("Address to paste")).to_be_visible()
    expect(page.locator("[data-copy]:visible")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_withdrawing_asks_first_where_it_can(visit: Visit, camp: str, scripts: bool) -> None:
    title = f"Shall I stay {'with' if scripts else 'without'} scripts"
    ida = visit("ida", scripts=scripts)
    ida.post_note(camp, title)
    ida.follow(title)

    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.message)
        if len(questions) == 1:
            dialog.dismiss()
        else:
            dialog.accept()

    ida.page.on("dialog", answer)
    if scripts:
        ida.press("Withdraw")
        expect(ida.page.get_by_role("button", name="Withdraw", exact=True)).to_be_visible()
    ida.press("Withdraw")
    expect(ida.page.get_by_role("button", name="Bring it back")).to_be_visible()
    assert questions == ["Take your note off the wall?"] * (2 if scripts else 0)


def test_count_says_how_many_characters_are_left(visit: Visit) -> None:
    page = visit("ida").go("/beaver/wall/new")
    title = page.get_by_label("What is it about?")
    left = page.locator(".field").filter(has=title).locator(".counter")
    expect(left).to_have_text("120 characters left")
    title.fill("Kayak 🛶")
    expect(left).to_have_text("113 characters left")  # a boat is one character, as for the server
    title.evaluate("(field, text) => { field.value = text; field.dispatchEvent(new Event('input', {bubbles: true})) }",
                   "x" * 123)  # fmt: skip
    expect(left).to_have_text("-3 characters left")
    expect(left).to_have_class(re.compile("is-over"))


def columns(page: Page) -> list[list[tuple[int, int]]]:
    """The (top, bottom) of the notes, by column from left to right, from top to bottom."""
    found: dict[int, list[tuple[int, int]]] = {}
    for left, top, bottom in page.evaluate(BOXES):
        found.setdefault(round(left), []).append((round(top), round(bottom)))
    return [sorted(found[left]) for left in sorted(found)]


def assert_is_packed(page: Page) -> int:
    """No note lies on another, and none hangs lower than it must; return the number of columns."""
    gap = page.evaluate(GAP)
    walls = columns(page)
    gaps = [below[0] - above[1] for column in walls for above, below in pairwise(column)]
    assert gaps
    assert all(gap - 1 <= one <= gap + 6 for one in gaps), gaps  # packing counts in steps of 4 pixels
    return len(walls)


def test_pack_closes_the_gaps_at_every_width(visit: Visit) -> None:
    guest = visit()
    page = guest.go("/beaver/wall")
    counts = []
    for width in (DESK, 768, PHONE):
        guest.resize(width)
        counts.append(assert_is_packed(page))
        assert guest.overflow() == 0
    assert counts == sorted(counts, reverse=True)
    assert counts[0] >= 3
    assert counts[-1] in (1, 2)


def test_pack_keeps_up_when_notes_come_and_go(visit: Visit) -> None:
    page = visit().go("/beaver/wall")
    assert_is_packed(page)
    page.evaluate(
        """async () => {
          const wall = document.querySelector('.wall');
          wall.prepend(wall.lastElementChild);
          wall.children[2].remove();
          await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        }"""
    )
    assert_is_packed(page)


# A list of choices and a text, [as the page has them, as the site says now, what must show then].
MORPHED = """async ([old, fresh]) => {
  const { morph } = await import(document.querySelector("script[src*='/morph.js']").src);
  const box = document.createElement('div');
  box.replaceChildren(...new DOMParser().parseFromString(old, "text/html").body.childNodes);
  morph(box, new DOMParser().parseFromString(`<div>${fresh}</div>`, 'text/html').querySelector('div'));
  return box.querySelector('select, textarea').value;
}"""


@pytest.mark.parametrize(
    ("old", "fresh", "value"),
    [
        (
            "<select><option>a<option selected>b</select>",
            "<select><option>new<option>a<option selected>b</select>",
            "b",
        ),
        ("<select><option>a<option selected>b</select>", "<select><option selected>a<option>b</select>", "a"),
        ("<select><option>a<option>b<option selected>c</select>", "<select><option>b<option selected>c</select>", "c"),
        ("<textarea></textarea>", "<textarea>What the site has now</textarea>", "What the site has now"),
    ],
)
def test_a_field_that_nobody_uses_shows_what_the_site_says(visit: Visit, old: str, fresh: str, value: str) -> None:
    page = visit().go("/beaver/schedule")
    assert page.evaluate(MORPHED, [old, fresh]) == value
