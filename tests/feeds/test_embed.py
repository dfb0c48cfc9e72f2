"""The schedule in other people's pages: a frame without scripts, oEmbed, links to other formats, and JSON-LD."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.speakers.models import Speaker
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BASE = "http://127.0.0.1:8000"
EVIL = "</script><script>alert(1)</script><!-- & “x”"
LATER = make.NOW + timedelta(minutes=30)


@pytest.fixture
def notes(db: Session, store: Store, camp: Conference, people: Cast) -> list[Note]:
    """A session in each of two rooms, on two days."""
    camp = db.get_one(Conference, camp.id)
    camp.ends_on = make.DAY + timedelta(days=1)
    db.flush()
    rooms = [make.room(db, camp, "KEC 1001"), make.room(db, camp, "Annex <2>")]
    slots = [make.slot(db, camp, "10:00"), make.slot(db, camp, "11:00", day=camp.ends_on)]
    make.slot(db, camp, "12:00", 60, kind="meal", name="Lunch")
    titles = ("How to kayak", EVIL)
    made = [
        make.note(db, camp, who, title, copresenters=["Eli Fern"])
        for who, title in zip((people.bo, people.cy), titles, strict=True)
    ]
    for note, slot, room in zip(made, slots, rooms, strict=True):
        stage.put(store, camp, people.ada, note, slot, room)
    stage.publish(store, camp, people.ada)
    return made


def page(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def titles(soup: BeautifulSoup) -> list[str]:
    return [one.text for one in soup.select(".embed-talk a")]


def test_a_frame_anywhere_may_show_it_and_it_runs_nothing(client: Client, notes: list[Note], people: Cast) -> None:
    answer = client.be(people.ada).get("/camp/embed")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'; style-src 'self' http://127.0.0.1:8000; ")
    assert (answer.headers.get("Set-Cookie"), answer.headers.get("X-Frame-Options")) == (None, None)
    soup = BeautifulSoup(answer.text, "html.parser")
    assert soup.select("script, form, nav, [style], style, meta[name=csrf-token]") == []
    assert {(a["target"], *a["rel"]) for a in soup.select("a")} == {("_blank", "noopener")}
    assert "Ada" not in answer.text
    assert answer.data == client.be(None).get("/camp/embed").data


def test_all_of_it_or_a_room_or_a_day(client: Client, notes: list[Note]) -> None:
    both = ["How to kayak", EVIL]
    assert titles(page(client, "/camp/embed")) == both
    assert [day.text for day in page(client, "/camp/embed").select("h2")] == [
        "Saturday, November 21, 2026", "Sunday, November 22, 2026",
    ]  # fmt: skip
    assert titles(page(client, "/camp/embed?room=kec-1001")) == both[:1]
    assert titles(page(client, f"/camp/embed?room={quote('Annex <2>')}")) == both[1:]
    assert titles(page(client, "/camp/embed?day=2026-11-22")) == both[1:]
    assert titles(page(client, "/camp/embed?day=yesterday")) == both
    assert titles(page(client, "/camp/embed?room=nowhere")) == []
    assert [one.text for one in page(client, "/camp/embed?day=2026-11-21").select(".embed-pause span")] == ["Lunch"]
    assert page(client, "/camp/embed?room=kec-1001").select(".embed-pause") == []


def test_each_part_has_its_own_validator(client: Client, notes: list[Note]) -> None:
    tags = [client.get(f"/camp/embed{query}").headers["ETag"] for query in ("", "?room=a", "?day=2026-11-22")]
    assert len(set(tags)) == 3


def test_a_hostile_room_is_only_words(client: Client, notes: list[Note]) -> None:
    answer = client.get("/camp/embed?room=" + quote("<script>\x00" + "x" * 5000))
    assert answer.status_code == 200
    assert "<script>" not in answer.text


# ── oEmbed ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def ask(client: Client, url: str, **more: str) -> Any:
    return client.get("/oembed", query_string={"url": url, **more})


@pytest.mark.parametrize("path", ["/camp/", "/camp/schedule", "/camp/schedule?view=now", "/camp/embed"])
def test_an_address_of_ours_becomes_a_frame(client: Client, camp: Conference, path: str) -> None:
    answer = ask(client, BASE + path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    said = answer.json
    frame = BeautifulSoup(said.pop("html"), "html.parser").iframe
    assert frame is not None
    assert (frame["src"], frame["title"], frame["width"], frame["height"], frame["sandbox"]) == (
        f"{BASE}/camp/embed", "Schedule of Otter BarCamp", "640", "720",
        ["allow-popups", "allow-popups-to-escape-sandbox"],
    )  # fmt: skip
    assert said == {
        "type": "rich", "version": "1.0", "title": "Schedule of Otter BarCamp", "provider_name": "Otter BarCamp",
        "provider_url": f"{BASE}/", "cache_age": 3600, "width": 640, "height": 720,
    }  # fmt: skip


def test_no_cache_gives_the_words_of_one_language_to_another(client: Client, camp: Conference) -> None:
    answers = [ask(client, f"{BASE}/camp/"), client.get("/camp/embed")]
    assert [answer.headers["Vary"] for answer in answers] == ["Accept-Encoding, Accept-Language"] * 2
    assert answers[0].headers["Cache-Control"].startswith("public")


def test_the_room_and_the_day_go_along_and_the_size_is_kept_to(client: Client, camp: Conference) -> None:
    said = ask(client, f"{BASE}/camp/embed?room=a%22%3E&day=2026-11-21&x=1", maxwidth="300", maxheight="99999").json
    frame = BeautifulSoup(said["html"], "html.parser").iframe
    assert frame is not None
    assert frame["src"] == f"{BASE}/camp/embed?room=a%22%3E&day=2026-11-21"
    assert (said["width"], said["height"]) == (300, 720)
    assert ask(client, f"{BASE}/camp/", maxwidth="-3").json["width"] == 640
    assert ask(client, f"{BASE}/camp/", maxwidth="1").json["width"] == 200


def test_a_speakers_page_becomes_a_frame_with_the_table(client: Client, db: Session, people: Cast) -> None:
    db.add(Speaker(person_id=people.bo.id, slug="bo", public=True, links=[], changed_at=make.NOW))
    db.flush()
    said = ask(client, f"{BASE}/speakers/bo").json
    assert said["title"] == people.bo.name
    assert f'src="{BASE}/speakers/bo/embed"' in said["html"]
    db.get_one(Speaker, people.bo.id).public = False
    db.flush()
    assert ask(client, f"{BASE}/speakers/bo").status_code == 404


def test_xml_says_the_same(client: Client, db: Session, camp: Conference) -> None:
    db.get_one(Conference, camp.id).name = "Otter & <Camp>"
    db.flush()
    answer = ask(client, f"{BASE}/camp/schedule", format="xml")
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    said = {one.tag: one.text for one in ET.fromstring(answer.data)}
    wanted = ask(client, f"{BASE}/camp/schedule").json
    assert said == {name: str(value) for name, value in wanted.items()}


@pytest.mark.parametrize(
    "url",
    ["", "https://elsewhere.example/camp/", f"{BASE}/nowhere/", f"{BASE}/camp/board", f"{BASE}/account", BASE,
     f"{BASE}@evil.example/camp/", f"{BASE}/camp", f"{BASE}/../camp/", "javascript:alert(1)", f"{BASE}/[::", "\x00"],
)  # fmt: skip
def test_other_addresses_are_404(client: Client, camp: Conference, url: str) -> None:
    assert ask(client, url).status_code == 404


def test_another_format_is_501(client: Client, camp: Conference) -> None:
    assert ask(client, f"{BASE}/camp/", format="yaml").status_code == 501


# ── on the pages ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/camp/", "/camp/schedule", "/camp/wall"])
def test_pages_lead_to_every_format(client: Client, notes: list[Note], path: str) -> None:
    found = {(one["type"], one["href"]) for one in page(client, path).select("head link[rel=alternate]")}
    assert {kind for kind, _ in found} == {
        "text/calendar", "application/xml", "application/json", "application/calendar+json", "application/atom+xml",
        "application/json+oembed", "text/xml+oembed",
    }  # fmt: skip
    assert [href for _, href in found if client.get(str(href)).status_code != 200] == []


def test_the_subscribe_page_has_the_html_to_paste(client: Client, notes: list[Note]) -> None:
    field = page(client, "/camp/subscribe").select_one("#embed-code")
    assert field is not None
    pasted = BeautifulSoup(str(field.get("value") or field.text), "html.parser").iframe
    assert pasted is not None
    assert pasted["src"] == f"{BASE}/camp/embed"


def linked(client: Client, path: str) -> Any:
    scripts = page(client, path).select('head script[type="application/ld+json"]')
    assert len(scripts) == 1
    return json.loads(str(scripts[0].string))


@pytest.mark.parametrize("path", ["/camp/", "/camp/schedule"])
def test_search_engines_read_the_whole_conference(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, notes: list[Note], path: str
) -> None:
    stage.put(store, camp, people.ada, notes[0], make.slot(db, camp, "15:00"), make.room(db, camp, "Attic"))
    stage.take_off(store, camp, people.ada, notes[1])
    stage.publish(store, camp, people.ada, LATER)
    said = linked(client, path)
    assert (said["@type"], said["name"], said["startDate"], said["endDate"]) == (
        "Event", "Otter BarCamp", "2026-11-21", "2026-11-22",
    )  # fmt: skip
    moved, cancelled = said["subEvent"]
    assert moved == {
        "@type": "Event", "name": "How to kayak", "url": f"{BASE}/camp/notes/{notes[0].id}",
        "startDate": "2026-11-21T15:00-08:00", "endDate": "2026-11-21T15:50-08:00",
        "previousStartDate": "2026-11-21T10:00-08:00", "eventStatus": "https://schema.org/EventRescheduled",
        "location": {"@type": "Place", "name": "Attic, Otter Hall", "address": "1 River Road"},
        "performer": [{"@type": "Person", "name": "Bo Finch"}, {"@type": "Person", "name": "Eli Fern"}],
    }  # fmt: skip
    assert (cancelled["name"], cancelled["eventStatus"]) == (EVIL, "https://schema.org/EventCancelled")


def test_search_engines_read_one_session(client: Client, notes: list[Note]) -> None:
    said = linked(client, f"/camp/notes/{notes[1].id}")
    assert (said["name"], said["startDate"], said["superEvent"]["name"], said["offers"]["price"]) == (
        EVIL, "2026-11-22T11:00-08:00", "Otter BarCamp", 0,
    )  # fmt: skip


def test_a_note_that_has_no_place_is_no_event(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo, "Only an idea")
    assert page(client, f"/camp/notes/{note.id}").select('script[type="application/ld+json"]') == []
