"""The public page of a speaker: one table of here and elsewhere, for people and for programs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.slugs import clean_line
from barcamp.db import Store
from barcamp.log import service as log
from barcamp.speakers.models import FormerName, Picture
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.speakers.talks import CLOUDS, OPS, OSCON, ROWS_OF_2012, of_2012, page, tables, talk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HEAD = ["When", "Conference", "Where", "Talk title"]
HOSTILE = "</script><script>alert(1)</script>\u2028 & \"Ops\" 'n' <b>bold</b> \\ 🦦 שלום"


@pytest.fixture
def given(db: Session, store: Store, camp: Conference, people: Cast) -> Note:
    """Bo gives Haiku at 10:00 in KEC 1001, together with Cy, who has an account, and with Eve, who has none."""
    slots, rooms = stage.day(db, camp)
    note = make.note(db, camp, people.bo, "Haiku", copresenters=("Eve Lark",))
    make.cohost(db, note, people.cy)
    stage.put(store, camp, people.ada, note, slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    return note


def test_the_three_rows_of_2012_are_shown_as_given(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    of_2012(db, people.bo)
    assert tables(client.get("/speakers/bo-finch").text) == [[HEAD, *ROWS_OF_2012]]
    assert tables(client.get("/speakers/bo-finch/embed").text) == [[HEAD, *ROWS_OF_2012]]
    told = client.get("/speakers/bo-finch.json").get_json()["talks"]
    assert [[one["when"], one["conference"], one["where"], one["title"]] for one in told] == ROWS_OF_2012
    assert [(one["starts_on"], one["ends_on"], one["starts_at"]) for one in told] == [
        ("2012-06-26", "2012-06-29", None), ("2012-06-26", "2012-06-29", None), ("2012-07-26", "2012-07-27", None),
    ]  # fmt: skip


def test_what_is_repeated_is_there_for_readers_and_seen_once(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    of_2012(db, people.bo)
    soup = BeautifulSoup(client.get("/speakers/bo-finch").text, "html.parser")
    bodies = soup.select("table.talks tbody")
    assert [len(body.find_all("tr")) for body in bodies] == [2, 1]
    hidden = [[len(cell.select(".visually-hidden")) for cell in row.find_all("td")] for row in bodies[0].find_all("tr")]
    assert hidden == [[0, 0, 0, 0], [1, 1, 1, 0]]


def test_what_one_gives_here_fills_in_by_itself(client: Client, db: Session, people: Cast, given: Note) -> None:
    page(db, people.bo)
    of_2012(db, people.bo)
    coming, over = tables(client.get("/speakers/bo-finch").text)
    assert coming == [HEAD, ["November 21, 2026", "Otter BarCamp", "Otter Hall", "Haiku"]]
    assert over == [HEAD, *ROWS_OF_2012]
    row = BeautifulSoup(client.get("/speakers/bo-finch").text, "html.parser").select("tr.h-event")[0]
    assert row.select_one(".talk-more").get_text(" ", strip=True) == (  # type: ignore[union-attr]
        "10:00 – 10:50 America/Los Angeles · KEC 1001 with Cy Reed, Eve Lark"
    )
    assert [link["href"] for link in row.select("a")] == [
        "http://127.0.0.1:8000/camp/", f"http://127.0.0.1:8000/camp/notes/{given.id}",
    ]  # fmt: skip


def test_a_cohost_has_it_on_their_page_with_the_others(client: Client, db: Session, people: Cast, given: Note) -> None:
    page(db, people.cy, "cy-reed")
    [told] = client.get("/speakers/cy-reed.json").get_json()["talks"]
    assert told == {
        "uid": given.uid, "title": "Haiku", "conference": "Otter BarCamp",
        "conference_url": "http://127.0.0.1:8000/camp/", "where": "Otter Hall", "when": "November 21, 2026",
        "starts_on": "2026-11-21", "ends_on": "2026-11-21", "starts_at": "2026-11-21T18:00:00Z",
        "ends_at": "2026-11-21T18:50:00Z", "zone": "America/Los_Angeles", "room": "KEC 1001",
        "with": ["Bo Finch", "Eve Lark"], "url": f"http://127.0.0.1:8000/camp/notes/{given.id}", "slides_url": None,
        "recording_url": None, "status": "confirmed", "here": True,
    }  # fmt: skip


def titles(client: Client) -> list[tuple[str, str]]:
    return [(one["title"], one["status"]) for one in client.get("/speakers/bo-finch.json").get_json()["talks"]]


def change(db: Session, store: Store, camp: Conference, note: Note) -> None:
    """What a change of a note does to what is published, whatever it is: a line in the log, and new words."""
    log.write(db, camp, None, "note-edited", f"note:{note.id}", now=make.NOW)
    stage.refresh(store, camp)


def test_cancelled_shows_hidden_and_unlisted_do_not(
    client: Client, db: Session, store: Store, people: Cast, camp: Conference, given: Note
) -> None:
    page(db, people.bo)
    talk(db, people.bo, "Kites", cancelled=True)
    talk(db, people.bo, "Gone", gone_at=make.NOW)
    assert titles(client) == [("Haiku", "confirmed"), ("Kites", "cancelled")]
    given.withdrawn_at = make.NOW
    change(db, store, camp, given)
    assert titles(client) == [("Haiku", "cancelled"), ("Kites", "cancelled")]
    assert len(BeautifulSoup(client.get("/speakers/bo-finch").text, "html.parser").select(".talk-title s")) == 2
    given.withdrawn_at, given.hidden_at = None, make.NOW
    change(db, store, camp, given)
    assert titles(client) == [("Kites", "cancelled")]
    given.hidden_at, camp.listed = None, False
    change(db, store, camp, given)
    assert titles(client) == [("Kites", "cancelled")]


def test_upcoming_is_soonest_first_and_over_is_the_latest_year_first(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    for title, days in (("In May", -200), ("In June", -170), ("Last year", -400), ("Soon", 3), ("Later", 90)):
        day = make.DAY + timedelta(days=days)
        talk(db, people.bo, title, starts_on=day, ends_on=day)
    coming, over = tables(client.get("/speakers/bo-finch").text)
    assert [row[3] for row in coming[1:]] == ["Soon", "Later"]
    assert [row[3] for row in over[1:]] == ["In May", "In June", "Last year"]


@pytest.mark.parametrize("days", [0, 1])
def test_it_is_not_over_while_it_is_that_day_anywhere(client: Client, db: Session, people: Cast, days: int) -> None:
    """Days without a zone: it is 10:00 in Oregon, and in the furthest west still the same day."""
    page(db, people.bo)
    day = make.DAY - timedelta(days=days)
    talk(db, people.bo, starts_on=day, ends_on=day)
    [caption] = BeautifulSoup(client.get("/speakers/bo-finch").text, "html.parser").select("table.talks caption")
    assert caption.text == ("Upcoming talks of Bo Finch" if days == 0 else "Past talks of Bo Finch")


# ---- who sees it -----------------------------------------------------------------------------------------------------


def test_only_its_owner_sees_a_page_that_is_not_public(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo, public=False)
    addresses = [f"/speakers/bo-finch{part}" for part in ("", ".json", ".atom", "/embed", "/picture")]
    for who in (None, people.ada, people.cy):
        assert [client.be(who).get(address).status_code for address in addresses] == [404] * 5
    own = client.be(people.bo).get("/speakers/bo-finch")
    assert (own.status_code, own.headers["X-Robots-Tag"]) == (200, "noindex")
    assert "Only you see this page" in own.text
    assert client.get("/speakers/bo-finch.json").status_code == 404
    assert "Bo Finch" not in client.be(None).get("/speakers").text


def test_a_former_name_leads_to_the_page_and_keeps_what_was_asked(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo, "bo")
    db.add(FormerName(slug="bo-finch", person_id=people.bo.id, left_at=make.NOW))
    db.flush()
    for old, new in (
        ("/speakers/bo-finch", "/speakers/bo"),
        ("/speakers/bo-finch?name=x&_external=1", "/speakers/bo?name=x&_external=1"),
        ("/speakers/bo-finch.json", "/speakers/bo.json"),
        ("/speakers/bo-finch.atom", "/speakers/bo.atom"),
        ("/speakers/bo-finch/embed", "/speakers/bo/embed"),
    ):
        answer = client.get(old)
        assert (answer.status_code, answer.location) == (301, new)
    speaker = db.get_one(type(page(db, people.cy, "cy")), people.bo.id)
    speaker.public = False
    db.flush()
    assert client.get("/speakers/bo-finch").status_code == 404


@pytest.mark.parametrize("name", ["speakers", "x", "-x", "Bo-Finch", "bo finch", "%00", "a" * 61, "..", "bo.finch"])
def test_odd_names_are_not_here(client: Client, name: str) -> None:
    assert client.get(f"/speakers/{name}").status_code == 404


def test_the_list_has_the_public_pages_with_what_comes_next(
    client: Client, db: Session, people: Cast, given: Note
) -> None:
    page(db, people.bo, bio="I like **otters**.")
    page(db, people.cy, "cy-reed")
    page(db, people.dee, "dee-moss", public=False)
    talk(db, people.cy, starts_on=make.DAY - timedelta(days=1), ends_on=make.DAY)
    soup = BeautifulSoup(client.get("/speakers").text, "html.parser")
    assert [[part.get_text(strip=True) for part in card.find_all(["h2", "p"])] for card in soup.select("article")] == [
        ["Bo Finch", "I like otters.", "November 21, 2026 · Otter BarCamp"],
        ["Cy Reed", "November 20 - 21, 2026 · Rivercon"],
    ]
    found = BeautifulSoup(client.get("/speakers?q=REED").text, "html.parser").select("article h2")
    assert [one.text for one in found] == ["Cy Reed"]
    assert "Nobody by that name" in client.get("/speakers?q=<b>").text


def test_names_on_the_schedule_and_on_the_note_lead_to_public_pages(
    client: Client, db: Session, people: Cast, given: Note
) -> None:
    def links(address: str) -> set[tuple[str, str]]:
        soup = BeautifulSoup(client.get(address).text, "html.parser")
        return {(str(link["href"]), link.text) for link in soup.select("a.presenter")}

    addresses = ["/camp/schedule", f"/camp/notes/{given.id}"]
    assert [links(address) for address in addresses] == [set(), set()]
    page(db, people.bo, public=False)
    cy = page(db, people.cy, "cy-reed")
    assert [links(address) for address in addresses] == [{("/speakers/cy-reed", "Cy Reed")}] * 2
    cy.public = False
    db.flush()
    assert [links(address) for address in addresses] == [set(), set()]


# ---- programs --------------------------------------------------------------------------------------------------------


def test_hostile_words_come_back_letter_for_letter_and_run_nothing(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo, bio=HOSTILE, links=[{"name": HOSTILE, "url": "https://x.example/?a=1&b=%22"}])
    talk(db, people.bo, HOSTILE, conference=HOSTILE, place=HOSTILE, cospeakers=[HOSTILE], url="https://x.example/?a&b")
    html = client.get("/speakers/bo-finch").text
    soup = BeautifulSoup(html, "html.parser")
    scripts = soup.find_all("script")
    [data] = [script for script in scripts if script.get("type") == "application/ld+json"]
    assert [script for script in scripts if not script.get("src")] == [data]
    graph = json.loads(data.text)["@graph"]
    assert (graph[0]["name"], graph[1]["name"], graph[1]["superEvent"]["name"]) == ("Bo Finch", HOSTILE, HOSTILE)
    assert soup.find_all("b", string="bold") == []
    told = client.get("/speakers/bo-finch.json").get_json()
    assert (told["bio"], told["links"][0]["name"]) == (HOSTILE, HOSTILE)
    assert [told["talks"][0][name] for name in ("title", "conference", "where")] == [HOSTILE] * 3
    assert told["talks"][0]["with"] == [HOSTILE]
    entry = ElementTree.fromstring(client.get("/speakers/bo-finch.atom").data).find("{*}entry")
    assert entry is not None
    assert entry.findtext("{*}title") == clean_line(HOSTILE)
    embedded = BeautifulSoup(client.get("/speakers/bo-finch/embed").text, "html.parser")
    assert embedded.find_all(["script", "form"]) == []


def test_linked_data_says_who_and_what(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo, bio="I like **otters**.", links=[{"name": "Blog", "url": "https://bo.example/"}])
    talk(db, people.bo, CLOUDS, **OSCON, cospeakers=["Eve Lark"], cancelled=True, url="https://oscon.example/7")
    soup = BeautifulSoup(client.get("/speakers/bo-finch").text, "html.parser")
    data = json.loads(soup.select_one('script[type="application/ld+json"]').text)  # type: ignore[union-attr]
    me = "http://127.0.0.1:8000/speakers/bo-finch"
    place = {"@type": "Place", "name": "Portland, OR", "address": "Portland, OR"}
    assert data == {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Person", "@id": me, "name": "Bo Finch", "url": me, "description": "I like otters.",
             "sameAs": ["https://bo.example/"]},
            {"@type": "Event", "name": CLOUDS, "startDate": "2012-07-26", "endDate": "2012-07-27",
             "eventStatus": "https://schema.org/EventCancelled", "location": place, "url": "https://oscon.example/7",
             "performer": [{"@type": "Person", "@id": me, "name": "Bo Finch"}, {"@type": "Person", "name": "Eve Lark"}],
             "superEvent": {"@type": "Event", "name": "OSCON 2012", "startDate": "2012-07-26", "endDate": "2012-07-27",
                            "location": place}},
        ],
    }  # fmt: skip


def test_microformats_say_who_and_what(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo, links=[{"name": "Blog", "url": "https://bo.example/"}])
    talk(db, people.bo, CLOUDS, **OSCON)
    soup = BeautifulSoup(client.get("/speakers/bo-finch").text, "html.parser")
    card, event = soup.select_one(".h-card"), soup.select_one(".h-event")
    assert card is not None and event is not None
    assert card.select_one(".p-name").text == "Bo Finch"  # type: ignore[union-attr]
    assert [(link["href"], link["rel"]) for link in card.select("a[rel]")] == [
        ("https://bo.example/", ["me", "noopener"])
    ]
    assert event.select_one(".p-name").text == CLOUDS  # type: ignore[union-attr]
    assert event.select_one(".p-location").text == "Portland, OR"  # type: ignore[union-attr]
    assert event.select_one(".dt-start")["datetime"] == "2012-07-26"  # type: ignore[index]
    assert event.select_one(".dt-end")["value"] == "2012-07-27"  # type: ignore[index]


def test_the_atom_feed_has_a_name_for_life_for_each(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    one = talk(db, people.bo, CLOUDS, **OSCON)
    talk(db, people.bo, OPS, **OSCON, stamped_at=make.NOW + timedelta(hours=1), cancelled=True)
    feed = ElementTree.fromstring(client.get("/speakers/bo-finch.atom").data)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    entries = feed.findall("{*}entry")
    assert [entry.findtext("{*}title") for entry in entries] == [f"[Cancelled] {OPS}", CLOUDS]
    assert [entries[1].findtext(f"{{*}}{name}") for name in ("id", "updated", "content")] == [
        f"urn:uuid:{one.uid}",
        "2026-11-21T18:00:00Z",
        "<ul><li>July 26 - 27, 2012</li><li>OSCON 2012</li><li>Portland, OR</li></ul>",
    ]


def test_the_frame_is_for_every_site_and_the_page_for_none(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    of_2012(db, people.bo)
    embedded, shown = client.be(people.bo).get("/speakers/bo-finch/embed"), client.get("/speakers/bo-finch")
    assert "frame-ancestors *" in embedded.headers["Content-Security-Policy"]
    assert "script-src" not in embedded.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in shown.headers["Content-Security-Policy"]
    again = client.get("/speakers/bo-finch/embed", headers={"If-None-Match": embedded.headers["ETag"]})
    assert (again.status_code, again.headers["Content-Security-Policy"]) == (
        304, embedded.headers["Content-Security-Policy"],
    )  # fmt: skip
    assert "Set-Cookie" not in embedded.headers
    links = BeautifulSoup(embedded.text, "html.parser").select("a")
    assert {link.get("target") for link in links} == {"_blank"}
    assert all("noopener" in link["rel"] for link in links)
    snippet = BeautifulSoup(shown.text, "html.parser").select_one("#embed")
    assert snippet is not None
    frame = BeautifulSoup(str(snippet["value"]), "html.parser").iframe
    assert frame is not None
    assert frame["src"] == "http://127.0.0.1:8000/speakers/bo-finch/embed"


@pytest.mark.parametrize("kind", [".json", ".atom", "/embed"])
def test_a_304_asks_the_database_once(
    app: Flask, client: Client, db: Session, people: Cast, given: Note, kind: str
) -> None:
    page(db, people.bo)
    of_2012(db, people.bo)
    address = f"/speakers/bo-finch{kind}"
    client.set_cookie("barcamp_form", "somebody")  # others are answered before Flask (tests/front)
    first = client.get(address)
    for headers in ({"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]}):
        with counted(app) as count:
            assert client.get(address, headers=headers).status_code == 304
        assert count.statements == 1
    assert client.get(address).data == first.data


def test_the_page_asks_as_often_for_one_talk_as_for_forty(
    app: Flask, client: Client, db: Session, store: Store, people: Cast, camp: Conference, given: Note
) -> None:
    page(db, people.bo)
    db.add(Picture(person_id=people.bo.id, media_type="image/jpeg", content=b"x", etag="e", changed_at=make.NOW))

    def cost() -> dict[str, int]:
        found = {}
        for address in ("/speakers", "/speakers/bo-finch", "/camp/schedule", f"/camp/notes/{given.id}"):
            client.get(address)
            with counted(app) as count:
                assert client.get(address).status_code == 200
            found[address] = count.statements
        return found

    few = cost()
    rooms: list[Any] = [make.room(db, camp, f"Room {number}") for number in range(20)]
    for number, room in enumerate(rooms):
        cohost = make.person(db, f"Co {number}")
        page(db, cohost, f"co-{number}")
        talk(db, people.bo, f"Talk {number}", conference=f"Conference {number}")
        note = make.note(db, camp, people.bo, f"Note {number}", copresenters=(f"Name {number}",))
        make.cohost(db, note, cohost)
        stage.put(
            store, camp, people.ada, note, make.slot(db, camp, f"{16 + number // 6}:{number % 6 * 10:02}", 10), room
        )
    stage.publish(store, camp, people.ada)
    assert cost() == few
