"""The pages of a speaker's calendars: adding one, choosing talks, what the report says, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from barcamp.speakers import queries, talk_queries
from barcamp.speakers.models import TalkSource
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.speakers import elsewhere

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CALENDARS = "/account/speaker/calendars"
EVENT: dict[str, Any] = {
    "uid": "1", "sequence": 0, "modified": None, "starts": "2026-11-28", "ends": "2026-11-30", "whole_days": True,
    "zone": "UTC", "title": "Ducks <b>", "place": "Corvallis", "url": "", "cancelled": False,
}  # fmt: skip
REPORT: dict[str, Any] = {
    "name": "Bo speaks", "status": "read", "why": None, "changed": 0, "gone": 0, "ours": 2, "followed": {},
    "proposed": [EVENT, EVENT | {"uid": "2", "title": "Dentist", "cancelled": True}], "more_proposed": 3,
    "problems": [["“{title}” has no start.", {"title": "Swans"}]], "more_problems": 0,
}  # fmt: skip


@pytest.fixture
def bo(client: Client, db: Session, people: Cast) -> Client:
    elsewhere.page_of(db, people.bo)
    return client.be(people.bo)


@pytest.fixture
def source(db: Session, people: Cast) -> TalkSource:
    made = TalkSource(
        person_id=people.bo.id, url="https://c.example/bo.ics", state="good", added_at=make.NOW, due_at=make.NOW,
        fetched_at=make.NOW, report=REPORT,
    )  # fmt: skip
    db.add(made)
    db.flush()
    return made


def words(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ", strip=True).split())


def test_an_address_is_added_and_waits_for_the_worker(bo: Client, db: Session, people: Cast) -> None:
    assert bo.submit(CALENDARS, {"url": " webcal://c.example/bo.ics "}).status_code == 303
    assert [(one.url, one.state) for one in talk_queries.sources(db, people.bo.id)] == [
        ("https://c.example/bo.ics", "waiting")
    ]
    page = bo.get(CALENDARS).text
    assert "being read" in page


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "file:///etc/passwd", "http://a:b@c.example/", "x" * 600])
def test_odd_addresses_are_said_on_the_field(bo: Client, db: Session, people: Cast, url: str) -> None:
    answer = bo.submit(CALENDARS, {"url": url})
    assert answer.status_code in (409, 422)
    assert len(BeautifulSoup(answer.text, "html.parser").select("#url-error li")) == 1
    assert talk_queries.sources(db, people.bo.id) == []


def test_what_is_found_and_what_was_not_understood_is_shown(bo: Client, source: TalkSource) -> None:
    page = bo.get(f"{CALENDARS}/{source.id}").text
    said = words(page)
    for expected in ("Ducks <b>", "November 28 - 29, 2026", "Corvallis", "cancelled", "“Swans” has no start.",
                     "3 more are not shown.", "Given here, so left out 2"):  # fmt: skip
        assert expected in said
    assert "Ducks <b>" not in page


def test_ticked_events_become_talks_and_others_are_left_out(
    bo: Client, db: Session, people: Cast, source: TalkSource
) -> None:
    path = f"{CALENDARS}/{source.id}/talks"
    assert bo.submit(path, {"uid": ["1", "evil"], "conference": "PondConf"}).status_code == 303
    (talk,) = queries.talks(db, people.bo.id)
    assert (talk.title, talk.conference, talk.source_id, talk.source_uid) == ("Ducks <b>", "PondConf", source.id, "1")
    assert bo.submit(path, {"uid": ["1"], "conference": "PondConf"}).status_code == 303  # sent twice
    assert len(queries.talks(db, people.bo.id)) == 1
    assert bo.submit(path, {"uid": "2", "are": "none"}).status_code == 303
    assert (source.report or {})["proposed"] == []
    assert (source.report or {})["left_out"] == ["2"]


def test_nothing_ticked_and_no_conference_are_said(bo: Client, db: Session, people: Cast, source: TalkSource) -> None:
    path = f"{CALENDARS}/{source.id}/talks"
    for sent in ({"conference": "PondConf"}, {"uid": "1", "conference": " "}):
        answer = bo.submit(path, sent)
        assert answer.status_code == 422
        assert "error-summary" in answer.text
    assert queries.talks(db, people.bo.id) == []


def test_a_failing_one_says_why_and_that_nothing_is_lost(bo: Client, db: Session, source: TalkSource) -> None:
    source.state, source.failures = "failing", 3
    source.report = REPORT | {
        "status": "failed",
        "why": ["This address answers with an error ({status}).", {"status": 500}],
    }
    db.flush()
    assert "This address answers with an error (500)." in words(bo.get(CALENDARS).text)
    assert "What was read before stays as it was" in words(bo.get(f"{CALENDARS}/{source.id}").text)


def test_removing_keeps_the_talks(bo: Client, db: Session, people: Cast, source: TalkSource) -> None:
    bo.submit(f"{CALENDARS}/{source.id}/talks", {"uid": "1", "conference": "PondConf"})
    assert bo.submit(f"{CALENDARS}/{source.id}/remove").status_code == 303
    assert (talk_queries.sources(db, people.bo.id), len(queries.talks(db, people.bo.id))) == ([], 1)


def test_the_calendars_of_others_are_not_there(client: Client, db: Session, people: Cast, source: TalkSource) -> None:
    elsewhere.page_of(db, people.cy)
    client.be(people.cy)
    assert client.get(f"{CALENDARS}/{source.id}").status_code == 404
    assert [client.submit(f"{CALENDARS}/{source.id}/{verb}", {"uid": "1", "conference": "x"}).status_code
            for verb in ("talks", "read", "remove")] == [404, 404, 404]  # fmt: skip
    assert source.url not in client.get(CALENDARS).text


def test_nobody_has_this_site_ask_all_day(bo: Client, source: TalkSource) -> None:
    statuses = [bo.submit(f"{CALENDARS}/{source.id}/read").status_code for _ in range(25)]
    assert statuses == [303] * 20 + [429] * 5
