"""The pages of talks elsewhere: one by one, pasted, as CSV; and whatever hostile or double input does to them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.core.pasted import read_talks
from barcamp.speakers import queries, talks
from barcamp.speakers.models import TalkSource
from barcamp.speakers.routes.talks import content_of
from barcamp.speakers.talks import TalkContent
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.speakers import elsewhere

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TALKS = "/account/speaker/talks"
DUCKS = {"title": "Ducks", "conference": "PondConf", "when": "June 26 - 29, 2012", "place": "Portland, OR", "zone": ""}


@pytest.fixture
def bo(client: Client, db: Session, people: Cast) -> Client:
    """Bo at a browser, who has a page."""
    elsewhere.page_of(db, people.bo)
    return client.be(people.bo)


def soup(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def of_bo(db: Session, people: Cast) -> list[TalkContent]:
    return [TalkContent.of(talk) for talk in queries.talks(db, people.bo.id)]


def errors(page: str) -> list[str]:
    return [item.get_text(" ", strip=True) for item in soup(page).select(".error-summary li")]


def rows(page: str) -> list[list[str]]:
    return [
        [" ".join(cell.get_text(" ", strip=True).split()) for cell in row.find_all(["td", "th"])]
        for row in soup(page).select("tbody tr")
    ]


# ---- one by one ------------------------------------------------------------------------------------------------------


def test_added_changed_and_removed(bo: Client, db: Session, people: Cast) -> None:
    answer = bo.submit(TALKS, DUCKS | {"cospeakers": "Ann, Bob", "slides_url": "https://s.example/d.pdf"})
    assert (answer.status_code, answer.location) == (303, TALKS)
    ducks = TalkContent(
        title="Ducks", conference="PondConf", place="Portland, OR", starts_on=date(2012, 6, 26),
        ends_on=date(2012, 6, 29), cospeakers=("Ann", "Bob"), slides_url="https://s.example/d.pdf",
    )  # fmt: skip
    assert of_bo(db, people) == [ducks]
    assert rows(bo.get(TALKS).text) == [["June 26 - 29, 2012", "PondConf", "Portland, OR", "Ducks with Ann, Bob"]]

    (talk,) = queries.talks(db, people.bo.id)
    address = f"{TALKS}/{talk.id}"
    page = bo.get(address).text
    form = {str(field["name"]): field.get("value", "") for field in soup(page).select("form.form input[name]")}
    assert (form["when"], form["seen"]) == ("June 26 - 29, 2012", ducks.edition)
    del form["csrf_token"], form["cancelled"]
    answer = bo.submit(address, form | {"title": "Geese", "zone": ""})
    assert answer.status_code == 303
    assert [one.title for one in of_bo(db, people)] == ["Geese"]

    assert bo.submit(f"{address}/remove").status_code == 303
    assert of_bo(db, people) == []
    assert bo.get(address).status_code == 404


def test_a_talk_with_a_time(bo: Client, db: Session, people: Cast) -> None:
    bo.submit(TALKS, DUCKS | {"when": "2026-06-26", "starts": "10:00", "ends": "10:45", "zone": "Europe/Berlin"})
    (talk,) = queries.talks(db, people.bo.id)
    assert talks.when_words(talk) == "June 26, 2026, 10:00 – 10:45 Europe/Berlin"
    page = soup(bo.get(f"{TALKS}/{talk.id}").text)
    assert [page.select_one(f"#{name}")["value"] for name in ("starts", "ends")] == ["10:00", "10:45"]  # type: ignore[index]
    assert page.select_one("#zone option[selected]")["value"] == "Europe/Berlin"  # type: ignore[index]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": " \u200b\x00 "}, ["Talk title : Please fill this in."]),
        ({"title": "D" * 2000}, ["Talk title : Please keep this to 200 characters."]),
        ({"conference": ""}, ["Conference : Please fill this in."]),
        ({"when": ""}, ["When : Please fill this in."]),
        ({"when": "June 2012"}, ["When : Which day? Please add the day to the month."]),
        ({"when": "06/07/2012"}, ["When : “06/07/2012” can be two things: which number is the month? Write it as a word, or year first."]),  # noqa: E501
        ({"url": "javascript:alert(1)"}, ["Page of the talk : Please give a whole address that starts with https:// or http://."]),
        ({"slides_url": "https://x.example/ a"}, ["Slides : Please give a whole address that starts with https:// or http://."]),
        ({"recording_url": "data:text/html,x"}, ["Recording : Please give a whole address that starts with https:// or http://."]),
        ({"cospeakers": ",".join("abcdefgh")}, ["Who speaks with you? : A talk names 6 co-speakers at the most."]),
        ({"starts": "10:00"}, ["To : A time needs all three: from, to and the time zone.", "Time zone there : A time needs all three: from, to and the time zone."]),  # noqa: E501
        ({"starts": "10:00", "ends": "09:00", "zone": "UTC", "when": "2012-06-26"}, ["To : The end must be after the start."]),  # noqa: E501
        ({"starts": "02:30", "ends": "04:00", "zone": "Europe/Berlin", "when": "2026-03-29"}, ["From : The clocks go forward at that moment, so 02:30 does not exist on Sunday, March 29, 2026."]),  # noqa: E501
        ({"starts": "25:99", "ends": "x"}, ["From : Not a valid time value.", "To : Not a valid time value."]),
        ({"zone": "Nowhere/Land"}, ["Time zone there : Not a valid choice."]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    bo: Client, db: Session, people: Cast, typed: dict[str, str], said: list[str]
) -> None:
    answer = bo.submit(TALKS, DUCKS | {"place": "Typed place"} | typed)
    found = errors(answer.text)
    assert answer.status_code == 422
    if "starts" in typed and "02:30" in typed["starts"]:
        assert [one.partition(" : ")[0] for one in found] == ["From"]
    else:
        assert found == said
    assert soup(answer.text).select_one("#place")["value"] == "Typed place"  # type: ignore[index]
    assert of_bo(db, people) == []


def test_two_tabs(bo: Client, db: Session, people: Cast) -> None:
    """The same form twice makes one talk; an old form does not overwrite what is newer, and says what is."""
    assert [bo.submit(TALKS, DUCKS).status_code for _ in range(2)] == [303, 303]
    again = bo.submit(TALKS, DUCKS | {"title": "DUCKS", "place": "Elsewhere"})
    assert again.status_code == 409
    assert errors(again.text) == ["You have “DUCKS” at this conference on these days already. Change that one instead."]
    (talk,) = queries.talks(db, people.bo.id)
    seen = TalkContent.of(talk).edition
    assert bo.submit(f"{TALKS}/{talk.id}", DUCKS | {"title": "Geese", "seen": seen}).status_code == 303
    stale = bo.submit(f"{TALKS}/{talk.id}", DUCKS | {"title": "Swans", "seen": seen})
    assert (stale.status_code, "Talk title: Geese" in stale.text) == (409, True)
    assert [one.title for one in of_bo(db, people)] == ["Geese"]
    newer = soup(stale.text).select_one("#seen")["value"]  # type: ignore[index]
    assert bo.submit(f"{TALKS}/{talk.id}", DUCKS | {"title": "Swans", "seen": newer}).status_code == 303


@pytest.mark.parametrize("path", ["", "/new", "/paste", ".csv"])
def test_whoever_has_no_page_is_led_to_make_one(client: Client, people: Cast, path: str) -> None:
    assert client.be(people.cy).get(TALKS + path).location == "/account/speaker"
    assert client.be(None).get(TALKS + path).location.startswith("/sign-in")


def test_the_talks_of_others_are_not_there(bo: Client, db: Session, people: Cast) -> None:
    elsewhere.page_of(db, people.cy)
    talk = elsewhere.talk(db, people.cy)
    assert [
        bo.get(f"{TALKS}/{talk.id}").status_code,
        bo.submit(f"{TALKS}/{talk.id}", DUCKS).status_code,
        bo.submit(f"{TALKS}/{talk.id}/remove").status_code,
    ] == [404, 404, 404]
    assert [one.title for one in queries.talks(db, people.cy.id)] == ["Ducks"]


def test_a_walk_in_and_a_forger_change_nothing(client: Client, db: Session) -> None:
    walk_in = make.walk_in(db, "Lin")
    assert client.be(walk_in).submit(TALKS, DUCKS).location.startswith("/account/claim")
    assert client.post(TALKS, data=DUCKS).status_code == 400


# ---- pasting ---------------------------------------------------------------------------------------------------------


def test_three_rows_of_2012_are_looked_at_and_then_added(bo: Client, db: Session, people: Cast) -> None:
    page = bo.submit(f"{TALKS}/paste", {"text": elsewhere.TABLE})
    assert [row[1:] for row in rows(page.text)] == [
        ["June 26 - 29, 2012", "Open Source Bridge 2012", "Portland, OR", elsewhere.CLOUDS],
        ["June 26 - 29, 2012", "Open Source Bridge 2012", "Portland, OR", elsewhere.OPS],
        ["July 26 - 27, 2012", "OSCON 2012", "Portland, OR", elsewhere.CLOUDS],
    ]
    assert of_bo(db, people) == []  # only looked at
    form = soup(page.text).select_one("form[action$='/pasted']")
    assert form is not None
    ticked = [box["value"] for box in form.select("input[name=row][checked]")]
    text = form.select_one("input[name=text]")["value"]  # type: ignore[index]
    for said in ("3 talks are added.", "3 were there already."):
        answer = bo.submit(f"{TALKS}/pasted", {"text": text, "row": ticked}, follow_redirects=True)
        assert said in answer.text
        assert of_bo(db, people) == elsewhere.THREE


def test_only_ticked_rows_and_nothing_that_was_sent_along(bo: Client, db: Session, people: Cast) -> None:
    forged = {"text": elsewhere.TABLE, "row": ["3", "77", "-1", "x", "9" * 50], "title": "Evil", "person_id": "1"}
    bo.submit(f"{TALKS}/pasted", forged)
    assert of_bo(db, people) == elsewhere.THREE[1:2]
    none = bo.submit(f"{TALKS}/pasted", {"text": elsewhere.TABLE})
    assert (none.status_code, errors(none.text)) == (422, ["No row is ticked, so nothing was added."])


def test_bad_rows_are_shown_with_their_reason(bo: Client, people: Cast) -> None:
    text = elsewhere.TABLE + "\nsoon\tLakeConf\tThere\t<script>alert(1)</script>\tmore"
    page = bo.submit(f"{TALKS}/paste", {"text": text}).text
    said = (
        "This row has 5 cells and only 4 are expected. Put quotes around a cell with a comma in it."
        " soon | LakeConf | There | <script>alert(1)</script> | more"
    )
    assert rows(page)[3] == ["row 5", said]
    assert "<script>alert" not in page


@pytest.mark.parametrize("text", ["", "nothing\nto see", "x" * 70_000, "\x00\x01"])
def test_what_is_no_table_is_refused_in_words(bo: Client, db: Session, people: Cast, text: str) -> None:
    for path in ("paste", "pasted"):
        answer = bo.submit(f"{TALKS}/{path}", {"text": text, "row": ["1"]})
        assert (answer.status_code, len(errors(answer.text))) == (422, 1)
    assert of_bo(db, people) == []


def test_a_thousand_and_no_more(bo: Client, db: Session, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talks, "MOST_TALKS", 2)
    answer = bo.submit(f"{TALKS}/pasted", {"text": elsewhere.TABLE, "row": ["2", "3", "4"]})
    assert (answer.status_code, "takes 2 talks" in answer.text) == (409, True)
    assert of_bo(db, people) == []


# ---- taking along ----------------------------------------------------------------------------------------------------


def test_the_csv_says_what_is_there_and_can_be_pasted_again(bo: Client, db: Session, people: Cast) -> None:
    formula = TalkContent(
        title='=HYPERLINK("x")', conference="+1", place="@home", starts_on=make.DAY, ends_on=make.DAY,
        cospeakers=("Ann", "Bob"), url="https://d.example/", slides_url="https://s.example/",
        recording_url="https://r.example/",
    )  # fmt: skip
    talks.add_many(db, people.bo.id, [*elsewhere.THREE, formula], now=make.NOW)
    answer = bo.get(f"{TALKS}.csv")
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == ("text/csv", 'attachment; filename="talks.csv"')
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert b"\"'=HYPERLINK" in answer.data
    back = [content_of(row.talk) for row in read_talks(answer.data.decode(), today=make.DAY).rows if row.talk]
    assert sorted(back, key=repr) == sorted([*elsewhere.THREE, formula], key=repr)


def test_the_list_costs_the_same_for_one_and_for_many(app: Flask, bo: Client, db: Session, people: Cast) -> None:
    def cost(path: str) -> int:
        bo.get(path)
        with counted(app) as count:
            assert bo.get(path).status_code == 200
        return count.statements

    paths = [TALKS, f"{TALKS}.csv", "/account/speaker/calendars"]
    elsewhere.talk(db, people.bo)
    few = [cost(path) for path in paths]
    for number in range(30):
        elsewhere.talk(db, people.bo, f"Ducks {number}", starts_on=make.DAY, ends_on=make.DAY + timedelta(days=number))
    for number in range(5):
        db.add(
            TalkSource(person_id=people.bo.id, url=f"https://c.example/{number}", added_at=make.NOW, due_at=make.NOW)
        )
    db.flush()
    assert [cost(path) for path in paths] == few
