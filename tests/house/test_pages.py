"""What holds of every page: its head, its headings, its names, and HTML that needs no mending."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from tests.house.nesting import faults
from tests.house.visits import Visit

# Pages that lead on, since there is nothing for an organizer to do there.
LEADS_ON = {
    "feeds.oembed_answer": 404,  # without the address of a page
    "home.security_txt": 404,  # without BARCAMP_SECURITY_CONTACT
    "watch.metrics": 404,  # without BARCAMP_METRICS_TOKEN
    "people.link": 200,
    "people.register": 303,
    "people.sign_in": 303,
    "people.walk_in": 303,
    "registration.ask_to_cancel": 303,
    "speakers.links": 403,  # slides are for those who present to add
}


def test_nothing_breaks_and_the_organizer_reaches_all(visits: list[Visit]) -> None:
    odd = [f"{visit}: {visit.answer.status_code}" for visit in visits if visit.answer.status_code >= 500]
    assert odd == []
    reached = {
        visit.endpoint: visit.answer.status_code
        for visit in visits
        if visit.viewer == "organizer"
        and visit.endpoint
        and ("/camp/" in visit.address or "/" not in visit.address[1:])
    }
    assert reached == {endpoint: LEADS_ON.get(endpoint, 200) for endpoint in reached}


def test_every_page_says_its_language_and_is_named_once(pages: list[Visit]) -> None:
    found = {}
    for page in pages:
        languages = [html.get("lang") for html in page.soup.find_all("html")]
        titles = [title.text.strip() for title in page.soup.find_all("title")]
        if languages != ["en"] or len(titles) != 1 or not titles[0]:
            found[str(page)] = (languages, titles)
    assert found == {}


def test_no_two_kinds_of_page_have_the_same_title(pages: list[Visit]) -> None:
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for page in pages:
        if page.answer.status_code == 200 and page.endpoint and page.soup.title:
            kinds[page.soup.title.text].add(page.endpoint)
    assert {title: sorted(endpoints) for title, endpoints in kinds.items() if len(endpoints) > 1} == {}


def test_one_first_heading_and_no_level_left_out(pages: list[Visit]) -> None:
    found = {}
    for page in pages:
        levels = [int(heading.name[1]) for heading in page.soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]
        jumps = [(above, below) for above, below in pairwise(levels) if below > above + 1]
        if levels.count(1) != 1 or levels[0] != 1 or jumps:
            found[str(page)] = levels
    assert found == {}


def test_ids_are_unique_and_whatever_names_one_finds_it(pages: list[Visit]) -> None:
    found = []
    for page in pages:
        ids = Counter(str(tag["id"]) for tag in page.soup.select("[id]"))
        found += [f"{page}: #{name} is there {count} times" for name, count in ids.items() if count > 1]
        found += [f"{page}: {name!r} names no id" for name in sorted(_named(page) - set(ids))]
    assert found == []


def _named(page: Visit) -> set[str]:
    named = {
        name
        for attribute in ("for", "form", "list", "aria-describedby", "aria-labelledby", "aria-controls")
        for tag in page.soup.select(f"[{attribute}]")
        for name in str(tag[attribute]).split()
    }
    return named | {str(tag["href"])[1:] for tag in page.soup.select("a[href^='#']")}


def test_the_html_needs_no_mending(pages: list[Visit]) -> None:
    assert {str(page): found for page in pages if (found := faults(page.answer.text))} == {}
