"""The inbox, the banner, the bell: what somebody has not read is shown where they are, until they have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.news.models import Audience, Bulletin, News, NewsChoice
from barcamp.people.models import Person
from barcamp.wall.models import Note
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def place(clock: str, room: str, title: str, state: str = "on") -> dict[str, Any]:
    starts = make.at(clock)
    return {
        "state": state, "starts_at": starts.isoformat(), "ends_at": (starts + timedelta(minutes=50)).isoformat(),
        "room": room, "title": title,
    }  # fmt: skip


def moved(db: Session, camp: Conference, *notes: Note, to: Person, minutes: int = 0) -> Bulletin:
    """Tell somebody that these have moved."""
    changes = {
        str(note.id): {"was": place("11:00", "KEC 2114", note.title), "now": place("14:00", "KEC 1005", note.title)}
        for note in notes
    }
    made = Bulletin(conference_id=camp.id, kind="changes", changes=changes, told_at=make.NOW, readers=1)
    return hand(db, made, to, [note.id for note in notes])


def said(db: Session, camp: Conference, title: str, text: str = "", *to: Person, audience: Audience = "everybody",
         ago: timedelta = timedelta(0)) -> Bulletin:  # fmt: skip
    made = Bulletin(
        conference_id=camp.id, kind="announcement", title=title, text=text, audience=audience, told_at=make.NOW - ago,
        readers=len(to),
    )  # fmt: skip
    db.add(made)
    db.flush()
    for one in to:
        hand(db, made, one, [])
    return made


def hand(db: Session, bulletin: Bulletin, to: Person, note_ids: list[int]) -> Bulletin:
    db.add(bulletin)
    db.flush()
    db.add(News(bulletin_id=bulletin.id, person_id=to.id, note_ids=note_ids))
    db.flush()
    return bulletin


def soup(client: Client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return BeautifulSoup(answer.text, "html.parser")


def banner(page: BeautifulSoup) -> list[str]:
    """The lines of the banner; [] for none."""
    return [" ".join(line.text.split()) for line in page.select(".news-lines p, .news-actions a")]


def bell(page: BeautifulSoup) -> str | None:
    found = page.select_one("#news-link .news-count")
    return None if found is None else str(found.find(string=True)).strip()


@pytest.fixture
def haiku(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "Haiku", stars=[people.cy])


def test_the_banner_says_what_has_moved_until_it_is_read(
    client: Client, db: Session, camp: Conference, people: Cast, haiku: Note
) -> None:
    bulletin = moved(db, camp, haiku, to=people.cy)
    page = soup(client.be(people.cy), "/camp/wall")
    assert banner(page) == ["Haiku: now 14:00, KEC 1005 (was 11:00, KEC 2114)"]
    assert page.select_one("#news-banner a")["href"] == f"/camp/notes/{haiku.id}"  # type: ignore[index]
    assert bell(page) == "1"
    assert bell(soup(client, "/")) == "1"

    answer = client.submit("/news/read", {"bulletin": bulletin.id}, headers={"Referer": "http://localhost/camp/wall"})
    assert (answer.status_code, answer.location) == (303, "/camp/wall")
    page = soup(client, "/camp/wall")
    assert (banner(page), bell(page)) == ([], None)
    assert db.scalars(select(News.read_at)).one() is not None
    assert banner(soup(client.be(people.dee), "/camp/wall")) == []


def test_it_shows_three_lines_the_newest_first_and_how_many_more(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    notes = [make.note(db, camp, people.bo, f"Note {number}") for number in range(4)]
    moved(db, camp, *notes, to=people.cy)
    said(db, camp, "Lunch is ready", "Second floor.\nBring a plate.", people.cy)
    other = make.conference(db, people.ada, "other")
    said(db, other, "Elsewhere", "", people.cy)
    page = soup(client.be(people.cy), "/camp/schedule")
    assert banner(page) == [
        "Lunch is ready Second floor. Bring a plate.",
        "Note 0: now 14:00, KEC 1005 (was 11:00, KEC 2114)",
        "Note 1: now 14:00, KEC 1005 (was 11:00, KEC 2114)",
        "and 2 more",
    ]
    assert bell(page) == "3"
    assert banner(soup(client, "/other/wall")) == ["Elsewhere"]


def test_what_waits_beyond_three_bulletins_is_counted_too(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    for number in range(6):
        said(db, camp, f"Word {number}", "", people.cy)
    assert banner(soup(client.be(people.cy), "/camp/")) == ["Word 5", "Word 4", "Word 3", "and 3 more"]
    form = soup(client, "/camp/").select_one("form[data-news-read]")
    assert form is not None
    ids = [field["value"] for field in form.select("[name=bulletin]")]
    client.submit("/news/read", {"bulletin": ids})
    assert banner(soup(client, "/camp/")) == ["Word 2", "Word 1", "Word 0"]


def test_a_script_is_told_how_many_are_left(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    first, _second = said(db, camp, "One", "", people.cy), said(db, camp, "Two", "", people.cy)
    answer = client.be(people.cy).submit("/news/read", {"bulletin": first.id}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()) == (200, {"unread": 1})


def test_who_wants_nothing_on_pages_sees_nothing_and_has_the_inbox(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    said(db, camp, "Lunch is ready", "", people.cy)
    db.add(NewsChoice(person_id=people.cy.id, on_pages=False, changed_at=make.NOW))
    db.flush()
    page = soup(client.be(people.cy), "/camp/wall")
    assert (banner(page), bell(page)) == ([], None)
    assert "Lunch is ready" in soup(client, "/news").text


def test_guests_see_the_newest_word_to_everybody_for_two_hours(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    said(db, camp, "Welcome", "", ago=timedelta(minutes=50))
    said(db, camp, "Lunch is ready", "Second floor.", people.cy)
    said(db, camp, "For KEC 1005 alone", "", people.cy, audience="room")
    page = soup(client.be(None), "/camp/schedule")
    assert banner(page) == ["Lunch is ready Second floor."]
    assert page.select("#news-banner form, #news-link") == []
    assert banner(soup(client, "/camp/news")) == ["Lunch is ready Second floor."]
    with time_machine.travel(make.NOW + timedelta(hours=2, minutes=1)):
        assert banner(soup(client, "/camp/schedule")) == []


def test_the_part_that_open_pages_ask_for_is_the_one_of_the_page(
    client: Client, db: Session, camp: Conference, people: Cast, haiku: Note
) -> None:
    moved(db, camp, haiku, to=people.cy)
    whole = soup(client.be(people.cy), "/camp/wall")
    part = whole.select_one("#news-banner")
    assert part is not None
    assert part["aria-live"] == "polite"
    assert part["data-fresh"] == "news- announced"
    alone = soup(client, str(part["data-fresh-url"]))
    assert [str(line) for line in alone.select("#news-banner p")] == [str(line) for line in part.select("p")]
    assert bell(alone) == "1"


def test_what_was_hidden_since_is_not_named(
    client: Client, db: Session, camp: Conference, people: Cast, haiku: Note
) -> None:
    moved(db, camp, haiku, to=people.cy)
    haiku.hidden_at = make.NOW
    db.flush()
    assert banner(soup(client.be(people.cy), "/camp/wall")) == ["A session: now 14:00, KEC 1005 (was 11:00, KEC 2114)"]
    assert "Haiku" not in soup(client, "/news").text


def test_hostile_words_stay_words(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    bad = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    note = make.note(db, camp, people.bo, bad)
    moved(db, camp, note, to=people.cy)
    said(db, camp, bad, bad, people.cy)
    for address in ("/camp/wall", "/news"):
        page = soup(client.be(people.cy), address)
        assert page.select("img, [onerror]") == []
        assert [script for script in page.select("script") if not script.get("src")] == []
        assert page.text.count(bad) >= 2


class TestInbox:
    """All that somebody was told, over all conferences."""

    def test_it_is_of_all_conferences_with_each_change_in_words(
        self, client: Client, db: Session, camp: Conference, people: Cast, haiku: Note
    ) -> None:
        other = make.conference(db, people.ada, "other", name="Heron Camp")
        said(db, other, "Doors are open", "Come in.", people.cy)
        moved(db, camp, haiku, to=people.cy)
        read = said(db, camp, "Welcome", "", people.cy)
        db.get_one(News, (read.id, people.cy.id)).read_at = make.NOW
        db.flush()
        page = soup(client.be(people.cy), "/news")
        assert [" ".join(item.text.split()) for item in page.select(".news-item")] == [
            "Otter BarCamp · Sat, Nov 21, 10:00 Welcome",
            (
                "new Otter BarCamp · Sat, Nov 21, 10:00 A change in your day "
                "Haiku: now 14:00, KEC 1005 (was 11:00, KEC 2114) My day Otter BarCamp Got it Sat, Nov 21, 10:00"
            ),
            "new Heron Camp · Sat, Nov 21, 10:00 Doors are open Come in. Got it Doors are open",
        ]

    def test_only_the_changes_that_concern_one_are_there(
        self, client: Client, db: Session, camp: Conference, people: Cast, haiku: Note
    ) -> None:
        kites = make.note(db, camp, people.bo, "Kites")
        bulletin = moved(db, camp, haiku, kites, to=people.cy)
        hand(db, bulletin, people.dee, [kites.id])
        page = soup(client.be(people.dee), "/news")
        assert ("Kites" in page.text, "Haiku" in page.text) == (True, False)

    def test_all_is_all_that_was_seen(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        said(db, camp, "One", "", people.cy)
        form = soup(client.be(people.cy), "/news").select_one("form[action='/news/read']")
        assert form is not None
        newest = form.select_one("[name=newest]")
        assert newest is not None
        said(db, camp, "Two, a moment later", "", people.cy)
        client.submit("/news/read", {"newest": newest["value"]})
        assert banner(soup(client, "/camp/")) == ["Two, a moment later"]

    def test_it_is_paged(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        for number in range(45):
            said(db, camp, f"Word {number}", "", people.cy)
        sizes, address = [], "/news"
        while address:
            page = soup(client.be(people.cy), address)
            sizes.append(len(page.select(".news-item")))
            older = page.find("a", string=lambda text: text is not None and "Older" in text) or next(
                (link for link in page.select(".pager a") if "Older" in link.text), None
            )
            address = str(older["href"]) if older is not None else ""
        assert sizes == [20, 20, 5]
        assert soup(client, "/news?page=999999999").select(".news-item") == []
        assert soup(client, "/news?page=nonsense").select(".news-item") != []

    def test_thirty_cost_what_one_costs(
        self, app: Flask, client: Client, db: Session, camp: Conference, people: Cast, haiku: Note
    ) -> None:
        moved(db, camp, haiku, to=people.cy)
        client.be(people.cy).get("/news")
        with counted(app) as few:
            client.get("/news")
        for number in range(30):
            moved(db, camp, make.note(db, camp, people.bo, f"Note {number}"), to=people.cy)
        client.get("/news")  # as before: what all pages ask for is known
        with counted(app) as many:
            client.get("/news")
        assert many.statements == few.statements

    def test_guests_are_led_to_sign_in_and_walk_ins_are_not(self, client: Client, db: Session, people: Cast) -> None:
        assert client.be(None).get("/news").location == "/sign-in?next=/news"
        assert client.be(make.walk_in(db, "Wim")).get("/news").status_code == 200

    @pytest.mark.parametrize("field", [{"bulletin": "x"}, {"newest": "x"}, {"newest": "-1"}, {"newest": 10**30}])
    def test_nonsense_is_refused(
        self, client: Client, db: Session, camp: Conference, people: Cast, field: dict[str, object]
    ) -> None:
        said(db, camp, "One", "", people.cy)
        assert client.be(people.cy).submit("/news/read", field).status_code == 400
        assert db.scalars(select(News.read_at)).all() == [None]

    def test_others_news_stay_unread(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        bulletin = said(db, camp, "One", "", people.cy, people.dee)
        client.be(people.dee).submit("/news/read", {"bulletin": [bulletin.id, 999, 10**15]})
        read = {one.person_id: one.read_at is not None for one in db.scalars(select(News))}
        assert read == {people.cy.id: False, people.dee.id: True}
