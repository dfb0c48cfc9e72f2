"""Taking a note off the wall: withdraw and restore by its author, hide and show by organizers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.wall.models import Note
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.wall import read

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "Kayaks", description="Wet feet", stars=2)


def log(db: Session) -> list[tuple[str, int | None, object]]:
    return [
        (change.kind, change.actor_id, change.after) for change in db.scalars(select(Change).order_by(Change.revision))
    ]


def post(client: Client, note: Note, verb: str, **typed: str) -> int:
    return client.submit(f"/camp/notes/{note.id}/{verb}", typed).status_code


class TestWithdraw:
    def test_the_title_stays_and_the_author_can_bring_it_back(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        assert [post(client.be(people.bo), note, "withdraw") for _ in range(2)] == [303, 303]
        page = client.be(people.cy).get(f"/camp/notes/{note.id}")
        assert (page.status_code, read.words(read.page(page).select_one("h1"))) == (200, "Kayaks")
        assert ("Withdrawn by its presenter." in page.text, "Wet feet" in page.text) == (True, False)
        assert read.titles(client.get("/camp/wall")) == []
        assert "Wet feet" in client.be(people.bo).get(f"/camp/notes/{note.id}").text

        assert [post(client, note, "restore") for _ in range(2)] == [303, 303]
        assert read.counts(client.get("/camp/wall")) == {"Kayaks": "2"}
        title = {"title": "Kayaks"}
        assert log(db) == [("note-withdrawn", people.bo.id, title), ("note-restored", people.bo.id, title)]

    @pytest.mark.parametrize("verb", ["withdraw", "restore"])
    def test_only_by_its_author(self, client: Client, db: Session, note: Note, people: Cast, verb: str) -> None:
        assert [post(client.be(who), note, verb) for who in (people.ada, people.cy)] == [403, 403]
        assert client.be(None).submit(f"/camp/notes/{note.id}/{verb}").location == "/camp/walk-in"
        assert client.be(people.bo).post(f"/camp/notes/{note.id}/{verb}").status_code == 400
        assert client.get(f"/camp/notes/{note.id}/{verb}").status_code == 405
        assert log(db) == []

    def test_not_once_the_conference_is_over(
        self, client: Client, db: Session, note: Note, people: Cast, clock: time_machine.Traveller
    ) -> None:
        clock.shift(timedelta(days=2))
        assert [post(client.be(people.bo), note, verb) for verb in ("withdraw", "restore")] == [409, 409]
        assert log(db) == []


class TestHide:
    def test_only_the_author_and_organizers_see_it_with_the_reason(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        assert post(client.be(people.ada), note, "hide", reason=" It is  an advert ") == 303
        path = f"/camp/notes/{note.id}"
        seen = {who.name: client.be(who).get(path) for who in (people.ada, people.bo, people.cy)}
        assert {name: page.status_code for name, page in seen.items()} == {
            "Ada Oak": 200,
            "Bo Finch": 200,
            "Cy Reed": 404,
        }
        assert ["It is an advert" in seen[name].text for name in ("Ada Oak", "Bo Finch")] == [True, True]
        assert client.be(None).get(path).status_code == 404
        assert read.titles(client.get("/camp/wall?q=kayaks")) == []
        assert [post(client.be(people.cy), note, verb) for verb in ("star", "unstar")] == [404, 404]

        assert [post(client.be(people.ada), note, "show") for _ in range(2)] == [303, 303]
        assert client.be(None).get(path).status_code == 200
        title = {"title": "Kayaks"}
        assert log(db) == [
            ("note-hidden", people.ada.id, title | {"reason": "It is an advert"}), ("note-shown", people.ada.id, title)
        ]  # fmt: skip

    def test_twice_with_the_same_reason_is_once(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        client.be(people.ada)
        assert [post(client, note, "hide", reason=reason) for reason in ("Spam", "Spam", "An advert")] == [303] * 3
        assert [after for _kind, _actor, after in log(db)] == [
            {"title": "Kayaks", "reason": "Spam"}, {"title": "Kayaks", "reason": "An advert"}
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("reason", "message"),
        [("", "Please say why: the author reads it."), (" \x00\u200b", "Please say why: the author reads it."),
         ("x" * 201, "Please keep this to 200 characters.")],
    )  # fmt: skip
    def test_a_reason_must_be_given(
        self, client: Client, db: Session, note: Note, people: Cast, reason: str, message: str
    ) -> None:
        answer = client.be(people.ada).submit(f"/camp/notes/{note.id}/hide", {"reason": reason})
        assert (answer.status_code, read.errors(answer)) == (422, {"reason": [message]})
        assert (log(db), client.be(None).get(f"/camp/notes/{note.id}").status_code) == ([], 200)

    @pytest.mark.parametrize("verb", ["hide", "show"])
    def test_only_by_an_organizer_of_this_conference(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast, verb: str
    ) -> None:
        make.conference(db, people.dee, "other")
        make.role(db, camp, people.cy, "helper")
        assert [post(client.be(who), note, verb, reason="No") for who in (people.bo, people.cy, people.dee)] == [
            403
        ] * 3
        assert client.be(people.dee).submit(f"/other/notes/{note.id}/{verb}", {"reason": "No"}).status_code == 404
        assert log(db) == []

    def test_the_author_can_still_withdraw_and_edit(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        post(client.be(people.ada), note, "hide", reason="Spam")
        assert post(client.be(people.bo), note, "withdraw") == 303
        form = read.fields(client.get(f"/camp/notes/{note.id}/edit"))
        assert post(client, note, "edit", **(form | {"title": "Honest kayaks"})) == 303
        assert client.be(people.cy).get(f"/camp/notes/{note.id}").status_code == 404
        assert [kind for kind, _actor, _after in log(db)] == ["note-hidden", "note-withdrawn", "note-edited"]
