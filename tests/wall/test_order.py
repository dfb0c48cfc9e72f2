"""Order on the wall: reports, first notes that are held, what organizers changed, and the trap for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.conferences.models import Conference
from barcamp.log.models import Change
from barcamp.schedule import draft
from barcamp.wall.models import Note, Report
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.wall import read

WALL = "/camp/wall"
MODERATION = "/camp/organize/moderation"


def reports(db: Session) -> list[tuple[int, int | None, int, str, bool]]:
    found = db.scalars(select(Report).order_by(Report.id))
    return [(one.note_id, one.comment_id, one.reporter_id, one.reason, one.settled_at is not None) for one in found]


def lines(db: Session) -> list[tuple[str, str, int | None]]:
    return [(one.kind, one.subject, one.actor_id) for one in db.scalars(select(Change).order_by(Change.revision))]


def matters(answer: TestResponse) -> dict[str, list[str]]:
    """The titles on the moderation page, by section."""
    return {
        str(section["aria-labelledby"]): [read.words(title) for title in section.select("h3")]
        for section in read.page(answer).select("section.section")
    }


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "Buy my boat")


class TestReports:
    def test_a_report_reaches_the_organizers_and_nobody_reads_whose_it_is(
        self, client: Client, db: Session, people: Cast, note: Note
    ) -> None:
        client.be(people.cy)
        answer = client.submit(f"/camp/notes/{note.id}/report", {"kind": "ad", "words": "  It is for sale. "})
        assert answer.status_code == 303
        assert reports(db) == [(note.id, None, people.cy.id, "ad: It is for sale.", False)]
        assert lines(db) == [("report-made", f"note:{note.id}", None)]
        assert "You reported this note." in client.get(f"/camp/notes/{note.id}").text

        assert "reported" not in client.be(people.bo).get(f"/camp/notes/{note.id}").text
        page = client.be(people.ada).get(MODERATION)
        assert matters(page) == {"reported": ["Buy my boat"]}
        assert "Advertising or spam: It is for sale." in page.text
        assert "Cy Reed" not in page.text

    def test_the_same_person_reports_once(self, client: Client, db: Session, people: Cast, note: Note) -> None:
        client.be(people.cy)
        for kind in ("ad", "hurtful"):
            client.submit(f"/camp/notes/{note.id}/report", {"kind": kind})
        assert reports(db) == [(note.id, None, people.cy.id, "ad", False)]

    def test_ones_own_is_not_reported_but_taken_off(
        self, client: Client, db: Session, people: Cast, note: Note
    ) -> None:
        answer = client.be(people.bo).submit(f"/camp/notes/{note.id}/report", {"kind": "ad"})
        assert (answer.status_code, reports(db)) == (409, [])

    def test_a_comment_is_reported_by_itself(self, client: Client, db: Session, people: Cast, note: Note) -> None:
        said = make.comment(db, note, people.dee, "Nonsense, you fool")
        other = make.note(db, note_camp(db), people.dee, "Other")
        client.be(people.cy).submit(f"/camp/notes/{note.id}/report", {"kind": "hurtful", "comment": said.id})
        assert reports(db) == [(note.id, said.id, people.cy.id, "hurtful", False)]
        assert "Nonsense, you fool" in client.be(people.ada).get(MODERATION).text
        for wrong in (other.id, note.id):
            path = f"/camp/notes/{wrong}/report"
            comment = said.id if wrong == other.id else "9" * 30
            assert client.be(people.cy).submit(path, {"kind": "ad", "comment": comment}).status_code == 404

    @pytest.mark.parametrize("typed", [{}, {"kind": "boring"}, {"kind": "ad", "words": "x" * 201}])
    def test_a_bad_report_is_nothing(
        self, client: Client, db: Session, people: Cast, note: Note, typed: dict[str, Any]
    ) -> None:
        assert client.be(people.cy).submit(f"/camp/notes/{note.id}/report", typed).status_code == 422
        assert reports(db) == []

    def test_the_most_reported_comes_first_and_is_settled_by_keeping_or_hiding(
        self, client: Client, db: Session, camp: Conference, people: Cast, note: Note
    ) -> None:
        worse = make.note(db, camp, people.bo, "Worse")
        for who, on in ((people.cy, note), (people.cy, worse), (people.dee, worse)):
            client.be(who).submit(f"/camp/notes/{on.id}/report", {"kind": "ad"})
        client.be(people.ada)
        assert matters(client.get(MODERATION)) == {"reported": ["Worse", "Buy my boat"]}

        assert client.submit(f"/camp/notes/{note.id}/keep", {"next": "moderation"}).location == MODERATION
        client.submit(f"/camp/notes/{worse.id}/hide", {"reason": "An ad."})
        assert matters(client.get(MODERATION)) == {"hidden": ["Worse"]}
        assert {settled for *_rest, settled in reports(db)} == {True}
        client.submit(f"/camp/notes/{worse.id}/show", {"next": "moderation"})
        assert matters(client.get(MODERATION)) == {}

    def test_only_organizers_moderate(self, client: Client, people: Cast, note: Note) -> None:
        for who, status in ((people.cy, 403), (None, 303)):
            client.be(who)
            assert client.get(MODERATION).status_code == status
            for act in ("keep", "release", "hide", "show"):
                assert client.submit(f"/camp/notes/{note.id}/{act}", {"reason": "x"}).status_code == status


def note_camp(db: Session) -> Conference:
    return db.scalars(select(Conference)).one()


class TestFirstNotes:
    @pytest.fixture(autouse=True)
    def hold(self, db: Session, camp: Conference) -> None:
        camp.hold_first_notes = True
        db.flush()

    def post(self, client: Client, title: str) -> TestResponse:
        return client.submit("/camp/wall/notes", {"title": title, "format": "talk", "length": "1"})

    def test_a_first_note_waits_and_nobody_else_sees_it(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        self.post(client.be(people.bo), "Kayaks")
        note = db.scalars(select(Note)).one()
        path = f"/camp/notes/{note.id}"
        assert lines(db) == [("note-held", f"note:{note.id}", people.bo.id)]
        assert "Waiting for an organizer" in client.get(path).text

        client.be(people.cy)
        assert read.titles(client.get(WALL)) == read.titles(client.get(f"{WALL}?q=kayaks")) == []
        assert client.get(path).status_code == client.submit(f"{path}/star").status_code == 404
        assert draft.read(db, camp).notes == ()

    def test_letting_one_up_lets_up_all_by_the_same_person_as_of_now(
        self, client: Client, db: Session, camp: Conference, people: Cast, clock: time_machine.Traveller
    ) -> None:
        for who, title in ((people.bo, "One"), (people.bo, "Two"), (people.cy, "Other")):
            self.post(client.be(who), title)
        assert matters(client.be(people.ada).get(MODERATION)) == {"held": ["One", "Two", "Other"]}

        clock.shift(600)
        first = db.scalars(select(Note).where(Note.title == "One")).one()
        client.submit(f"/camp/notes/{first.id}/release", {"next": "moderation"})
        assert matters(client.get(MODERATION)) == {"held": ["Other"]}
        assert sorted(read.titles(client.be(people.dee).get(WALL))) == ["One", "Two"]
        db.expire_all()
        assert first.posted_at == make.NOW + timedelta(minutes=10)
        self.post(client.be(people.bo), "Three")
        assert "Three" in read.titles(client.get(WALL))

    def test_the_team_and_those_with_a_note_up_need_not_wait(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        make.note(db, camp, people.cy, "Up already")
        self.post(client.be(people.ada), "From paper")
        self.post(client.be(people.cy), "Another")
        assert sorted(read.titles(client.get(WALL))) == ["Another", "From paper", "Up already"]

    def test_taking_up_what_others_ask_for_is_no_way_around(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        wish = make.note(db, camp, None, "A wish", asked_by_id=people.cy.id, seeks_host=True)
        assert client.be(people.bo).submit(f"/camp/notes/{wish.id}/host").status_code == 303
        self.post(client, "Ad")
        assert read.titles(client.be(people.cy).get(WALL)) == ["A wish"]

    def test_a_hidden_first_note_lets_nothing_up(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        self.post(client.be(people.bo), "Ad")
        note = db.scalars(select(Note)).one()
        client.be(people.ada).submit(f"/camp/notes/{note.id}/hide", {"reason": "An ad."})
        self.post(client.be(people.bo), "Ad again")
        assert matters(client.be(people.ada).get(MODERATION)) == {"held": ["Ad again"], "hidden": ["Ad"]}
        client.submit(f"/camp/notes/{note.id}/show")
        assert read.titles(client.be(people.cy).get(WALL)) == ["Ad"]


class TestHistory:
    def test_an_organizers_edit_is_shown_to_all_and_a_presenters_to_the_team(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        note = make.note(db, camp, people.bo, "Buy my boat")
        path = f"/camp/notes/{note.id}"
        self.edit(client.be(people.bo), path, title="Buy my old boat")
        assert self.history(client.be(people.cy), path) == []
        assert "/history" not in client.get(path).text
        self.edit(client.be(people.ada), path, title="See my old boat", description="No sale.")

        by_ada = ("by an organizer", {"Title": ["-Buy ", "+See "], "Description": ["+No sale."]})
        by_bo = ("by who presents it", {"Title": ["+old "]})
        assert self.history(client.be(people.cy), path) == [by_ada]
        assert "/history" in client.get(path).text
        assert self.history(client.be(people.bo), path) == [by_ada, by_bo]

    def test_when_somebody_cannot_is_for_the_team_alone(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        note, slot = make.note(db, camp, people.bo, "Haiku"), make.slot(db, camp, "11:00")
        make.slot(db, camp, "13:00")
        path = f"/camp/notes/{note.id}"
        self.edit(client.be(people.ada), path, away=[slot.id])
        assert self.history(client.be(people.cy), path) == []
        assert self.history(client.be(people.bo), path) == [
            ("by an organizer", {"Cannot": ["+Sat, Nov 21, 11:00 – 11:50"]})
        ]

    def edit(self, client: Client, path: str, **changed: Any) -> None:
        typed = read.fields(client.get(f"{path}/edit")) | changed
        assert client.submit(f"{path}/edit", typed).status_code == 303

    def history(self, client: Client, path: str) -> list[tuple[str, dict[str, list[str]]]]:
        page = read.page(client.get(f"{path}/history"))
        found = []
        for edit in page.select("section.edit"):
            fields: dict[str, list[str]] = {}
            for label, text in zip(edit.select("dt"), edit.select("dd"), strict=True):
                for hidden in text.select(".visually-hidden"):
                    hidden.decompose()
                fields[read.words(label)] = [
                    ("-" if piece.name == "del" else "+") + piece.text for piece in text.select("del, ins")
                ]
            found.append((read.words(edit.select_one("h2 .muted")), fields))
        return found


class TestTheTrap:
    def test_a_fast_or_greedy_program_reads_why_and_a_person_presses_again(
        self, client: Client, db: Session, camp: Conference, people: Cast, clock: time_machine.Traveller
    ) -> None:
        typed = read.fields(client.be(people.bo).get("/camp/wall/new")) | {"title": "Kayaks"}
        quick = client.submit("/camp/wall/new", typed)
        assert (quick.status_code, read.fields(quick)["title"]) == (422, "Kayaks")
        assert "That was quick!" in quick.text

        clock.shift(3)
        greedy = client.submit("/camp/wall/new", read.fields(quick) | {"website": "http://spam.example"})
        assert (greedy.status_code, db.scalars(select(Note)).all()) == (422, [])
        assert client.submit("/camp/wall/new", read.fields(greedy)).status_code == 303
        assert [note.title for note in db.scalars(select(Note))] == ["Kayaks"]

    def test_a_program_that_sends_neither_field_is_taken_at_its_word(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        answer = client.be(people.bo).submit("/camp/wall/notes", {"title": "Kayaks", "format": "talk", "length": "1"})
        assert answer.status_code == 303
