"""GET /<slug>/wall: what hangs there, for whom, in what order, and what the address says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.wall import queries
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.wall import read

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WALL = "/camp/wall"


def ago(minutes: int) -> Any:
    return make.NOW - timedelta(minutes=minutes)


@pytest.fixture
def three(db: Session, camp: Conference, people: Cast) -> None:
    make.note(db, camp, people.bo, "Kayaks", stars=2, posted_at=ago(30), tags=("water",), format="workshop")
    make.note(db, camp, people.cy, "Beer", stars=3, posted_at=ago(20), tags=("food", "water"))
    make.note(db, camp, people.bo, "Chickens", stars=1, posted_at=ago(10), tags=("food",), copresenters=("Wen Zed",))


@pytest.mark.usefixtures("three")
def test_the_newest_hangs_first_while_stars_are_given(client: Client) -> None:
    assert read.titles(client.get(WALL)) == ["Chickens", "Beer", "Kayaks"]


@pytest.mark.usefixtures("three")
def test_the_most_starred_hangs_first_once_stars_are_closed(client: Client, db: Session, camp: Conference) -> None:
    camp.stars_close_at = make.NOW
    db.flush()
    assert read.titles(client.get(WALL)) == ["Beer", "Kayaks", "Chickens"]
    assert read.titles(client.get(WALL + "?sort=new")) == ["Chickens", "Beer", "Kayaks"]


@pytest.mark.usefixtures("three")
def test_the_address_says_what_is_shown(client: Client) -> None:
    everything = ["Chickens", "Beer", "Kayaks"]
    expected = {
        "sort=stars": ["Beer", "Kayaks", "Chickens"],
        "sort=new": everything,
        "tag=food": ["Chickens", "Beer"],
        "tag=%23Food": ["Chickens", "Beer"],
        "format=workshop": ["Kayaks"],
        "tag=water&format=talk": ["Beer"],
        "q=bEE": ["Beer"],
        "q=bo+finch": ["Chickens", "Kayaks"],
        "q=%25": [],
        "mine=1": everything,  # a guest has none, so it is not asked
        "hidden=1": everything,
        "sort=views&format=opera&page=0&mine=yes": everything,
        "page=2": [],
        "page=99999999999999999999": everything,
        "q=%00%FF&tag=%FE": [],
    }
    answers = {asked: client.get(f"{WALL}?{asked}") for asked in expected}
    assert {asked: read.titles(answer) for asked, answer in answers.items()} == expected
    assert {answer.status_code for answer in answers.values()} == {200}


@pytest.mark.usefixtures("three")
def test_mine_shows_my_own_also_those_that_are_off(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.note(db, camp, people.bo, "Given up", withdrawn_at=make.NOW, posted_at=ago(5))
    make.note(db, camp, people.bo, "Spam", hidden_at=make.NOW, hidden_reason="An advert", posted_at=ago(4))
    mine = client.be(people.bo).get(WALL + "?mine=1")
    assert read.titles(mine) == ["Spam", "Given up", "Chickens", "Kayaks"]
    assert [read.words(flag) for flag in read.page(mine).select(".note-flag")] == [
        "hidden",
        "withdrawn",
    ]
    assert read.titles(client.get(WALL)) == ["Chickens", "Beer", "Kayaks"]


def test_who_asked_for_it_is_not_shown_what_is_hidden_from_all(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    make.note(db, camp, people.cy, "Spam", asked_by_id=people.bo.id, hidden_at=make.NOW, hidden_reason="An advert")
    make.note(db, camp, people.cy, "Thanks", asked_by_id=people.bo.id)
    make.note(db, camp, None, "A wish", asked_by_id=people.bo.id, seeks_host=True, held_at=make.NOW)
    assert sorted(read.titles(client.be(people.bo).get(WALL + "?mine=1"))) == ["A wish", "Thanks"]


@pytest.mark.usefixtures("three")
def test_organizers_find_what_is_hidden(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.note(db, camp, people.bo, "Spam", hidden_at=make.NOW, hidden_reason="An advert")
    assert read.titles(client.be(people.ada).get(WALL + "?hidden=1")) == ["Spam"]
    assert read.titles(client.be(people.dee).get(WALL + "?hidden=1")) == ["Chickens", "Beer", "Kayaks"]


@pytest.mark.usefixtures("three")
def test_the_line_under_the_title_counts(client: Client, db: Session, camp: Conference) -> None:
    camp.wall_closes_at = make.at("10:45")
    camp.stars_close_at = make.at("10:45")
    db.flush()
    assert read.words(read.page(client.get(WALL)).select_one(".lead")) == "3 notes · 6 stars · closes 10:45"


@pytest.mark.usefixtures("three")
def test_stars_that_close_at_another_time_say_so(client: Client, db: Session, camp: Conference) -> None:
    camp.wall_closes_at, camp.stars_close_at = make.at("10:45"), make.at("11:30")
    db.flush()
    lead = read.words(read.page(client.get(WALL)).select_one(".lead"))
    assert lead == "3 notes · 6 stars · closes 10:45 · stars close 11:30"


def test_chips_are_addresses(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.note(db, camp, people.bo, "Bread", tags=("food",))
    make.note(db, camp, people.cy, "Beer", tags=("food", "beer"))
    chips = read.page(client.be(people.bo).get(WALL + "?tag=food&q=b")).select(".chip")
    assert [(read.words(chip), chip["href"], chip.has_attr("aria-current")) for chip in chips] == [
        ("All", "/camp/wall", False),
        ("Most starred", "/camp/wall?q=b&sort=stars&tag=food", False),
        ("Newest", "/camp/wall?q=b&sort=new&tag=food", False),
        ("Least seen", "/camp/wall?q=b&sort=seen&tag=food", False),
        ("Mine", "/camp/wall?q=b&tag=food&mine=1", False),
        ("Talk", "/camp/wall?q=b&format=talk&tag=food", False),
        ("Discussion", "/camp/wall?q=b&format=discussion&tag=food", False),
        ("Workshop", "/camp/wall?q=b&format=workshop&tag=food", False),
        ("Lightning talk", "/camp/wall?q=b&format=lightning&tag=food", False),
        ("#food", "/camp/wall?q=b", True),
        ("#beer", "/camp/wall?q=b&tag=beer", False),
    ]


class TestCounts:
    """Counts are shown or not as the conference chooses; organizers always see them; an order by stars tells them."""

    @pytest.fixture(autouse=True)
    def _hidden_until_the_wall_closes(self, db: Session, camp: Conference, people: Cast) -> None:
        camp.stars_shown = "after_wall"
        make.note(db, camp, people.bo, "Loved", stars=3, posted_at=ago(30))
        make.note(db, camp, people.bo, "New", stars=0, posted_at=ago(10))
        db.flush()

    def test_hidden_from_attendees_in_every_way(self, client: Client, people: Cast) -> None:
        client.be(people.cy)
        answer = client.get(WALL + "?sort=stars")
        assert read.counts(answer) == {"New": "", "Loved": ""}
        assert read.titles(answer) == ["New", "Loved"]
        assert "star" not in read.words(read.page(answer).select_one(".lead"))
        assert "Most starred" not in [read.words(chip) for chip in read.page(answer).select(".chip")]

    def test_shown_to_organizers(self, client: Client, people: Cast) -> None:
        assert read.counts(client.be(people.ada).get(WALL + "?sort=stars")) == {"Loved": "3", "New": "0"}

    def test_shown_to_all_once_the_wall_is_closed(self, client: Client, db: Session, camp: Conference) -> None:
        camp.wall_closes_at = make.NOW
        db.flush()
        assert read.counts(client.get(WALL)) == {"New": "0", "Loved": "3"}

    def test_never_means_never(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        camp.stars_shown, camp.stars_close_at = "never", make.NOW
        db.flush()
        assert read.counts(client.be(people.cy).get(WALL)) == {"New": "", "Loved": ""}


def test_a_star_is_pressed_for_who_gave_it_only(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.note(db, camp, people.bo, "Kayaks", stars=[people.cy])

    def pressed(page_of: Client) -> list[str]:
        return [str(button["aria-pressed"]) for button in read.page(page_of.get(WALL)).select("button.star")]

    assert [pressed(client.be(who)) for who in (people.cy, people.dee, people.bo)] == [["true"], ["false"], []]


def test_a_guest_gets_no_form_and_no_cookie(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo, "Kayaks")
    answer = client.get(WALL)
    assert answer.headers.getlist("Set-Cookie") == []
    assert "csrf" not in answer.text
    assert [form.get("method") for form in read.page(answer).select("form")] == ["get"]
    star = read.page(answer).select_one("a.star")
    assert star is not None
    assert star["href"] == f"/camp/walk-in?next=/camp/notes/{note.id}"


def test_a_note_without_its_person_is_by_someone(client: Client, db: Session, camp: Conference) -> None:
    make.note(db, camp, None, "Left behind", copresenters=("Wen Zed",))
    assert read.words(read.page(client.get(WALL)).select_one(".note-hosts")) == "Wen Zed"


def test_a_fresh_note_says_so_for_five_minutes(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.note(db, camp, people.bo, "Old", posted_at=ago(5))
    make.note(db, camp, people.bo, "Fresh", posted_at=ago(4))
    flagged = [
        read.words(card.select_one(".note-title")) for card in read.cards(client.get(WALL)) if card.select(".note-flag")
    ]
    assert flagged == ["Fresh"]


def test_an_excerpt_is_plain_and_short(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    make.note(
        db, camp, people.bo, "Kayaks", description="**Bring** a [friend](https://example.org).\n\n" + "wet " * 100
    )
    text = read.words(read.page(client.get(WALL)).select_one(".note-text"))
    assert text.startswith("Bring a friend. wet wet")
    assert (len(text) <= 140, text.endswith("…")) == (True, True)


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({}, "The wall is still empty"),
        ({"wall_opens_at": make.at("12:00")}, "The wall opens 12:00"),
        ({"wall_closes_at": make.at("09:00")}, "Nobody posted a note"),
    ],
)
def test_an_empty_wall_says_why(
    client: Client, db: Session, camp: Conference, given: dict[str, Any], title: str
) -> None:
    for name, value in given.items():
        setattr(camp, name, value)
    db.flush()
    assert read.words(read.page(client.get(WALL)).select_one(".empty-title")) == title


@pytest.mark.usefixtures("three")
def test_posting_is_offered_while_the_wall_is_open(client: Client, db: Session, camp: Conference) -> None:
    link = read.page(client.get(WALL)).select_one("a.float-button")
    assert link is not None
    assert link["href"] == "/camp/wall/new"
    camp.wall_closes_at = make.NOW
    db.flush()
    assert read.page(client.get(WALL)).select("a.float-button") == []


def test_the_wall_costs_the_same_queries_for_1_note_and_60(
    app: Flask, client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    client.be(people.cy)

    def cost() -> int:
        with counted(app) as count:
            assert client.get(WALL + "?q=note&tag=food").status_code == 200
        return count.statements

    make.note(db, camp, people.bo, "Note", tags=("food",), copresenters=("Wen Zed",))
    first = cost()
    for number in range(59):
        author = make.person(db, f"Author {number}")
        make.note(db, camp, author, f"Note {number}", tags=("food", f"tag{number}"), copresenters=("Al", "Di"), stars=1)
    assert cost() == first


def test_more_than_a_page_has_a_next_page(
    client: Client, db: Session, camp: Conference, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barcamp.wall.routes.wall.PAGE", 2)
    for number in range(3):
        make.note(db, camp, people.bo, f"Note {number}", posted_at=ago(number), tags=("food",))
    first, second = client.get(WALL + "?tag=food"), client.get(WALL + "?tag=food&page=2")
    assert (read.titles(first), read.titles(second)) == (["Note 0", "Note 1"], ["Note 2"])
    assert [link["href"] for link in read.page(first).select(".pager a")] == ["/camp/wall?tag=food&page=2"]
    assert [link["href"] for link in read.page(second).select(".pager a")] == ["/camp/wall?tag=food"]


def test_another_conference_has_another_wall(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    other = make.conference(db, people.dee, "other")
    make.note(db, other, people.bo, "Elsewhere", tags=("food",))
    assert read.titles(client.get(WALL)) == []
    assert queries.top_tags(db, camp) == []
    assert client.get("/nowhere/wall").status_code == 404
