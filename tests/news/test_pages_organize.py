"""What organizers say to people: counted first, sent once, and on record with how many have read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.mail.models import Letter
from barcamp.news.models import Bulletin, News, PushMessage, PushSubscription
from barcamp.venue.models import Room
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/camp/organize/news"


def page(client: Client, address: str = PAGE) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def told(client: Client) -> list[list[str]]:
    """The rows of what was told: what, to whom, how many were told, how many have read it."""
    rows = page(client).select("table.data tbody tr")
    cells = [[" ".join(cell.text.split()) for cell in row.select("td")] for row in rows]
    return [[what, to, number, read] for what, to, _when, number, read in cells]


@pytest.fixture
def program(store: Store, db: Session, camp: Conference, people: Cast) -> tuple[Note, Room]:
    """Bo gives Haiku this afternoon, and Cy starred it; Dee has registered."""
    slots, rooms = stage.day(db, camp)
    haiku = make.note(db, camp, people.bo, "Haiku", stars=[people.cy])
    stage.put(store, camp, people.ada, haiku, slots[2], rooms[0])
    stage.publish(store, camp, people.ada)
    make.registration(db, camp, people.dee)
    return haiku, rooms[0]


def say(client: Client, to: str = "everybody", sure: bool = True, **more: str) -> int:
    fields = {"to": to, "title": "Lunch is ready", "text": "Second floor.", **more}
    return client.submit(PAGE, {**fields, "sure": "1"} if sure else fields).status_code


def test_before_it_is_sent_it_says_how_many_will_hear(
    client: Client, db: Session, people: Cast, program: tuple[Note, Room]
) -> None:
    haiku, room = program
    client.be(people.ada)
    found = {}
    for to in ("everybody", f"room:{room.id}", f"session:{haiku.id}"):
        answer = client.submit(PAGE, {"to": to, "title": "Lunch is ready", "text": "Second floor."})
        assert answer.status_code == 200
        soup = BeautifulSoup(answer.text, "html.parser")
        found[to.partition(":")[0]] = str(soup.select_one("h1").text)  # type: ignore[union-attr]
        kept = {str(one["name"]): one.get("value", one.text) for one in soup.select("main form [name]")}
        assert (kept["to"], kept["title"], kept["text"]) == (to, "Lunch is ready", "Second floor.")
    assert found == {
        "everybody": "3 people will hear it", "room": "2 people will hear it", "session": "2 people will hear it"
    }  # fmt: skip
    assert db.scalars(select(Bulletin)).all() == []


def test_then_they_hear_by_all_ways_and_it_is_on_record(
    client: Client, db: Session, people: Cast, program: tuple[Note, Room]
) -> None:
    db.add(PushSubscription(person_id=people.cy.id, endpoint="https://push.example/x", p256dh="k", auth="a", label="",
                            created_at=make.NOW))  # fmt: skip
    db.flush()
    assert say(client.be(people.ada)) == 303
    hears = {one.person_id for one in db.scalars(select(News))}
    assert hears == {people.bo.id, people.cy.id, people.dee.id}
    letters = db.scalars(select(Letter.person_id).where(Letter.kind == "announcement"))
    assert set(letters) == hears
    (push,) = db.scalars(select(PushMessage))
    assert (push.title, push.text, push.path) == ("Lunch is ready", "Second floor.", "/camp/")
    assert "It is on its way to 3 people." in client.get(PAGE).text
    assert told(client) == [["Lunch is ready Second floor.", "everybody", "3", "0"]]
    client.be(people.cy).submit("/news/read", {"newest": 1})
    assert told(client.be(people.ada)) == [["Lunch is ready Second floor.", "everybody", "3", "1"]]
    assert db.scalars(select(Change.kind).order_by(Change.revision.desc()).limit(1)).one() == "announced"
    assert "Ada Oak had something to say to people" in client.get("/camp/organize/").text


def test_a_double_click_says_it_once(client: Client, db: Session, people: Cast, program: tuple[Note, Room]) -> None:
    client.be(people.ada)
    assert [say(client), say(client)] == [303, 303]
    assert [one.title for one in db.scalars(select(Bulletin))] == ["Lunch is ready"]
    assert say(client, text="Third floor.") == 303
    assert len(db.scalars(select(Bulletin)).all()) == 2


def test_it_names_the_room_and_the_session(
    client: Client, db: Session, people: Cast, program: tuple[Note, Room]
) -> None:
    haiku, room = program
    client.be(people.ada)
    say(client, to=f"room:{room.id}")
    say(client, to=f"session:{haiku.id}")
    assert [to for _what, to, *_numbers in told(client)] == ["Haiku", "KEC 1001"]


def test_change_it_leads_back_to_the_form_as_it_was(
    client: Client, db: Session, people: Cast, program: tuple[Note, Room]
) -> None:
    haiku, _room = program
    answer = client.be(people.ada).submit(
        PAGE, {"to": f"session:{haiku.id}", "title": "Hi", "text": "Two\nlines", "change": "1", "sure": ""}
    )
    soup = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 200
    chosen = soup.select_one("option[selected]")
    assert chosen is not None
    assert chosen["value"] == f"session:{haiku.id}"
    assert soup.select_one("#title")["value"] == "Hi"  # type: ignore[index]
    assert soup.select_one("textarea#text").text.strip() == "Two\r\nlines".replace("\r", "")  # type: ignore[union-attr]
    assert db.scalars(select(Bulletin)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"title": "   "}, {"title": "x" * 101}, {"title": "\u200b"}, {"text": "x" * 1501}, {"to": ""},
     {"to": "room:999"}, {"to": "session:999"}, {"to": "room:1; DROP TABLE"}, {"to": "nobody"},
     {"to": "room:99999999999999999999999"}],
)  # fmt: skip
def test_what_cannot_be_said_comes_back_with_what_was_typed(
    client: Client, db: Session, people: Cast, program: tuple[Note, Room], wrong: dict[str, str]
) -> None:
    client.be(people.ada)
    for sure in (False, True):
        fields = {"to": "everybody", "title": "Lunch", "text": "Kept words"} | wrong
        answer = client.submit(PAGE, {**fields, "sure": "1"} if sure else fields)
        assert answer.status_code == 422, wrong
        if "text" not in wrong:
            assert "Kept words" in answer.text
    assert db.scalars(select(Bulletin)).all() == []


def test_another_camps_room_is_nobody_here(
    client: Client, db: Session, people: Cast, program: tuple[Note, Room]
) -> None:
    other = make.conference(db, people.ada, "other")
    room = make.room(db, other, "Elsewhere")
    client.be(people.ada)
    assert [say(client, to=f"room:{room.id}"), say(client, to=f"room:{room.id}", sure=False)] == [422, 422]


def test_ten_an_hour_are_enough(client: Client, db: Session, people: Cast, program: tuple[Note, Room]) -> None:
    client.be(people.ada)
    assert [say(client, title=f"Word {number}") for number in range(11)] == [303] * 10 + [429]
    assert len(db.scalars(select(Bulletin)).all()) == 10
    answer = client.submit(PAGE, {"to": "everybody", "title": "One more", "text": "Kept words", "sure": "1"})
    assert (answer.status_code, "Kept words" in answer.text, "Please wait a while" in answer.text) == (429, True, True)


def test_what_was_told_of_the_schedule_is_there_too(
    client: Client, db: Session, camp: Conference, people: Cast, program: tuple[Note, Room]
) -> None:
    haiku, _room = program
    place = {"state": "on", "starts_at": make.at("14:00").isoformat(), "ends_at": make.at("14:50").isoformat(),
             "room": "KEC 1001", "title": "Haiku"}  # fmt: skip
    was = {**place, "starts_at": make.at("13:00").isoformat(), "room": "KEC 1003"}
    bulletin = Bulletin(
        conference_id=camp.id, kind="changes", changes={str(haiku.id): {"was": was, "now": place}}, told_at=make.NOW,
        readers=2,
    )  # fmt: skip
    db.add(bulletin)
    db.flush()
    db.add(News(bulletin_id=bulletin.id, person_id=people.cy.id, read_at=make.NOW + timedelta(minutes=1)))
    db.flush()
    assert told(client.be(people.ada)) == [[
        "A change of the schedule Haiku: now 14:00, KEC 1001 (was 13:00, KEC 1003)",
        "who has them in their day", "2", "1",
    ]]  # fmt: skip


class TestQuiet:
    """For how long changes gather."""

    def test_it_is_set_and_logged_once(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        client.be(people.ada)
        for _ in range(2):
            assert client.submit(f"{PAGE}/quiet", {"news_quiet_minutes": "7"}).status_code == 303
        assert db.scalars(select(Conference.news_quiet_minutes)).one() == 7
        changes = db.scalars(select(Change).where(Change.kind == "conference-changed")).all()
        assert [one.after for one in changes] == [{"news_quiet_minutes": 7}]

    @pytest.mark.parametrize("minutes", ["", "-1", "61", "x", "1.5", "9" * 30])
    def test_nonsense_is_not(self, client: Client, db: Session, camp: Conference, people: Cast, minutes: str) -> None:
        answer = client.be(people.ada).submit(f"{PAGE}/quiet", {"news_quiet_minutes": minutes})
        assert answer.status_code == 422
        assert db.scalars(select(Conference.news_quiet_minutes)).one() == 3


def test_it_is_for_organizers(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.role(db, camp, people.bo, "helper")
    for who in (people.bo, people.cy):
        assert client.be(who).get(PAGE).status_code == 403
        assert say(client) == 403
