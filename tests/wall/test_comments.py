"""The thread of questions under a note."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
import time_machine
from bs4 import Tag
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.wall import queries, service
from barcamp.wall.errors import ThreadIsFull
from barcamp.wall.models import Comment, Note
from tests import make
from tests.conftest import Client, empty_database
from tests.counting import counted
from tests.people import Cast
from tests.wall import read

#: For what depends on the database: the rest of this file is content with one.
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return empty_database(request, tmp_path)


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "Kayaks")


def thread(client: Client, note: Note) -> list[tuple[str, str]]:
    """Who says what under a note, as the page shows it; "*" marks a host, "-" what is hidden."""
    return [(_by(line), line.select(".comment-text")[0].text) for line in _lines(client, note)]


def _by(line: Tag) -> str:
    marks = [badge.text for badge in line.select(".badge")]
    return read.words(line.select_one("b")) + ("*" if "host" in marks else "") + ("-" if "hidden" in marks else "")


def _lines(client: Client, note: Note) -> list[Tag]:
    return read.page(client.get(f"/camp/notes/{note.id}")).select("li.comment")


def ask(client: Client, note: Note, text: str) -> int:
    return client.submit(f"/camp/notes/{note.id}/comments", {"text": text}).status_code


def log(db: Session) -> list[tuple[str, str, int | None, object]]:
    rows = db.scalars(select(Change).order_by(Change.revision))
    return [(change.kind, change.subject, change.actor_id, change.after) for change in rows]


class TestAsking:
    @on_both
    def test_the_newest_stands_last_and_hosts_are_marked(
        self, client: Client, db: Session, note: Note, people: Cast, clock: time_machine.Traveller
    ) -> None:
        make.cohost(db, note, people.dee)
        for who, text in ((people.cy, "When?"), (people.bo, "At two."), (people.dee, "Or three.")):
            assert ask(client.be(who), note, text) == 303
            clock.shift(timedelta(minutes=1))
        said = [("Cy Reed", "When?"), ("Bo Finch*", "At two."), ("Dee Moss*", "Or three.")]
        assert thread(client.be(None), note) == said
        (first, _second, _third) = db.scalars(select(Comment).order_by(Comment.id))
        assert log(db)[0] == ("comment-posted", f"note:{note.id}", people.cy.id, {"comment": first.id})
        assert [kind for kind, *_ in log(db)] == ["comment-posted"] * 3

    def test_it_leads_back_to_what_was_written(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        answer = client.be(people.cy).submit(f"/camp/notes/{note.id}/comments", {"text": "When?"})
        (comment,) = db.scalars(select(Comment))
        assert answer.location == f"/camp/notes/{note.id}#comment-{comment.id}"

    def test_lines_stay_lines_and_nothing_is_live(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        words = "One\r\n\r\n<b>two</b> https://evil.example **three**"
        assert ask(client.be(people.cy), note, words) == 303
        assert thread(client, note) == [("Cy Reed", "One\n\n<b>two</b> https://evil.example **three**")]
        assert _lines(client, note)[0].select("a, .comment-text *") == []

    @pytest.mark.parametrize(
        ("text", "message"),
        [("", "Please write something first."), (" \n\x00\u200b\u202e ", "Please write something first."),
         ("x" * 501, "Please keep this to 500 characters."), ("ω" * 10_000, "Please keep this to 500 characters.")],
    )  # fmt: skip
    def test_what_cannot_be_taken_comes_back(
        self, client: Client, db: Session, note: Note, people: Cast, text: str, message: str
    ) -> None:
        answer = client.be(people.cy).submit(f"/camp/notes/{note.id}/comments", {"text": text})
        assert (answer.status_code, read.errors(answer)) == (422, {"comment-text": [message]})
        if text.strip() == text:
            assert read.fields(answer)["text"] == text
        assert (db.scalars(select(Comment)).all(), log(db)) == ([], [])

    @on_both
    def test_odd_letters_are_cleaned(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        assert ask(client.be(people.cy), note, " a\x00b\u202e \u200b שלום ") == 303
        assert db.scalars(select(Comment.text)).all() == ["ab  שלום"]

    def test_no_word_of_it_is_in_the_log(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        ask(client.be(people.cy), note, "Xylophone")
        (comment,) = db.scalars(select(Comment))
        client.be(people.bo).submit(f"/camp/comments/{comment.id}/hide", {"reason": "Zither"})
        rows = [str((change.kind, change.before, change.after)) for change in db.scalars(select(Change))]
        assert [row for row in rows if "Xylophone" in row or "Zither" in row] == []

    def test_a_form_sent_twice_makes_one(
        self, client: Client, db: Session, note: Note, people: Cast, clock: time_machine.Traveller
    ) -> None:
        client.be(people.cy)
        assert [ask(client, note, "When?") for _ in range(2)] == [303, 303]
        assert len(thread(client, note)) == 1
        clock.shift(timedelta(minutes=11))
        ask(client, note, "When?")
        assert len(thread(client, note)) == 2

    @on_both
    def test_at_the_same_moment_it_is_one_too(
        self, db: Session, camp: Conference, note: Note, people: Cast, store: Store
    ) -> None:
        start = Barrier(4)

        def press() -> None:
            start.wait(timeout=20)
            with store.writing() as writing:
                service.post_comment(writing, camp, note, people.cy, "When?", now=make.NOW)

        presses = [Thread(target=press) for _ in range(4)]
        for one in presses:
            one.start()
        for one in presses:
            one.join(timeout=30)
        assert db.scalars(select(func.count()).select_from(Comment)).one() == 1
        assert [kind for kind, *_ in log(db)] == ["comment-posted"]

    @on_both
    def test_there_is_an_end_to_it(self, db: Session, camp: Conference, note: Note, people: Cast, store: Store) -> None:
        def say(text: str, who: int) -> str:
            person = (people.bo, people.cy)[who]
            with store.writing() as writing:
                try:
                    service.post_comment(writing, camp, note, person, text, now=make.NOW)
                except ThreadIsFull as refusal:
                    return str(refusal)
            return "posted"

        assert {say(f"{number}", 1) for number in range(service.MOST_EACH)} == {"posted"}
        assert say("more", 1) == "You have written 10 times under this note. Please ask the rest in the room."
        db.add_all(Comment(note_id=note.id, text="x", posted_at=make.NOW) for _ in range(service.MOST_OF_ALL - 10))
        db.flush()
        assert say("more", 0) == "There are 100 entries under this note, and it takes no more."
        assert say("0", 1) == "posted"  # it is there already

    def test_a_script_is_slowed_down(self, client: Client, note: Note, people: Cast) -> None:
        client.be(people.cy)
        assert [ask(client, note, f"No. {number}") for number in range(7)] == [303] * 6 + [429]
        assert ask(client.be(people.dee), note, "Mine") == 303

    def test_a_trap_that_was_filled_in_gives_the_form_back(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        typed = {"text": "Buy this", "website": "https://x.example"}
        answer = client.be(people.cy).submit(f"/camp/notes/{note.id}/comments", typed)
        assert (answer.status_code, read.fields(answer)["text"], list(read.errors(answer))) == (422, "Buy this", [""])
        assert db.scalars(select(Comment)).all() == []

    def test_not_by_a_guest_nor_without_a_token(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        answer = client.be(None).submit(f"/camp/notes/{note.id}/comments", {"text": "When?"})
        assert (answer.status_code, "sign-in" in answer.location or "walk-in" in answer.location) == (303, True)
        assert client.be(people.cy).post(f"/camp/notes/{note.id}/comments", data={"text": "When?"}).status_code == 400
        assert db.scalars(select(Comment)).all() == []

    def test_not_under_what_is_off_the_wall_or_elsewhere(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        make.conference(db, people.dee, "other")
        client.be(people.cy)
        assert client.submit(f"/other/notes/{note.id}/comments", {"text": "When?"}).status_code == 404
        hidden = make.note(db, camp, people.bo, "Hidden", hidden_at=make.NOW)
        gone = make.note(db, camp, people.bo, "Gone", withdrawn_at=make.NOW)
        assert [ask(client, one, "When?") for one in (hidden, gone)] == [404, 409]
        assert db.scalars(select(Comment)).all() == []

    def test_not_once_the_conference_is_over(
        self, client: Client, db: Session, note: Note, people: Cast, clock: time_machine.Traveller
    ) -> None:
        comment = make.comment(db, note, people.cy, "When?")
        clock.shift(timedelta(days=2))
        client.be(people.cy)
        assert ask(client, note, "Too late?") == 409
        assert client.submit(f"/camp/comments/{comment.id}/delete").status_code == 409
        page = read.page(client.get(f"/camp/notes/{note.id}"))
        assert (page.select("#ask"), thread(client, note)) == ([], [("Cy Reed", "When?")])
        assert "so the thread stays as it is" in page.text


class TestTakingBack:
    @on_both
    def test_nothing_of_it_is_kept(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        comment = make.comment(db, note, people.cy, "When?")
        what, path = {"comment": comment.id}, f"/camp/comments/{comment.id}/delete"
        assert client.be(people.cy).submit(path).location == f"/camp/notes/{note.id}#questions"
        assert (thread(client, note), db.scalars(select(Comment)).all()) == ([], [])
        assert client.submit(path).status_code == 404
        assert log(db) == [("comment-deleted", f"note:{note.id}", people.cy.id, what)]

    def test_only_what_one_wrote_oneself(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        comment = make.comment(db, note, people.cy, "When?")
        path = f"/camp/comments/{comment.id}/delete"
        assert [client.be(who).submit(path).status_code for who in (people.ada, people.bo)] == [403, 403]
        make.conference(db, people.cy, "other")
        assert client.be(people.cy).submit(path.replace("camp", "other")).status_code == 404
        assert thread(client, note) == [("Cy Reed", "When?")]

    def test_who_has_left_is_someone(self, client: Client, db: Session, note: Note) -> None:
        make.comment(db, note, None, "When?")
        assert thread(client, note) == [("someone", "When?")]


class TestHiding:
    @on_both
    def test_its_author_the_presenters_and_organizers_still_see_it(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        comment = make.comment(db, note, people.cy, "Rubbish")
        path = f"/camp/comments/{comment.id}"
        assert client.be(people.bo).submit(f"{path}/hide", {"reason": " Not  kind "}).status_code == 303
        shown = {who.name: thread(client.be(who), note) for who in (people.ada, people.bo, people.cy, people.dee)}
        whole = [("Cy Reed-", "Rubbish")]
        assert shown == {"Ada Oak": whole, "Bo Finch": whole, "Cy Reed": whole, "Dee Moss": []}
        assert "Not kind" in client.be(people.cy).get(f"/camp/notes/{note.id}").text
        page = client.be(None).get(f"/camp/notes/{note.id}").text
        assert ("Rubbish" in page, "Not kind" in page) == (False, False)

        assert client.be(people.ada).submit(f"{path}/show").status_code == 303
        assert thread(client.be(None), note) == [("Cy Reed", "Rubbish")]
        subject, what = f"note:{note.id}", {"comment": comment.id}
        assert log(db) == [
            ("comment-hidden", subject, people.bo.id, what), ("comment-shown", subject, people.ada.id, what)
        ]  # fmt: skip

    def test_twice_is_once(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        comment = make.comment(db, note, people.cy, "Rubbish")
        client.be(people.ada)
        for verb in ("hide", "hide", "show", "show"):
            client.submit(f"/camp/comments/{comment.id}/{verb}", {"reason": "Spam"})
        assert [kind for kind, *_ in log(db)] == ["comment-hidden", "comment-shown"]

    @pytest.mark.parametrize("verb", ["hide", "show"])
    def test_nobody_else_may(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast, verb: str
    ) -> None:
        comment = make.comment(db, note, people.cy, "Rubbish")
        make.conference(db, people.dee, "other")
        make.role(db, camp, people.dee, "helper")
        path = f"/camp/comments/{comment.id}/{verb}"
        asked = [client.be(who).submit(path, {"reason": "No"}).status_code for who in (people.cy, people.dee)]
        assert asked == [403, 403]
        assert client.submit(path.replace("camp", "other"), {"reason": "No"}).status_code == 404
        assert log(db) == []

    def test_what_an_organizer_hid_an_organizer_shows_again(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        comment = make.comment(db, note, people.cy)
        path = f"/camp/comments/{comment.id}"
        client.be(people.ada).submit(f"{path}/hide", {"reason": "Rude."})
        assert client.be(people.bo).submit(f"{path}/show").status_code == 403
        assert client.be(people.ada).submit(f"{path}/show").status_code == 303
        client.be(people.bo).submit(f"{path}/hide", {"reason": "Off."})
        assert client.submit(f"{path}/show").status_code == 303

    def test_what_an_organizer_hid_no_host_hides_anew_to_show_it(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        comment = make.comment(db, note, people.cy)
        path = f"/camp/comments/{comment.id}"
        client.be(people.ada).submit(f"{path}/hide", {"reason": "Rude."})
        client.be(people.bo)
        asked = [client.submit(f"{path}/{verb}", {"reason": "Mine."}).status_code for verb in ("hide", "show")]
        assert asked == [403, 403]
        assert [kind for kind, *_ in log(db)] == ["comment-hidden"]

    @pytest.mark.parametrize("reason", ["", " \x00", "x" * 201])
    def test_a_reason_must_be_given(self, client: Client, db: Session, note: Note, people: Cast, reason: str) -> None:
        comment = make.comment(db, note, people.cy, "Rubbish")
        answer = client.be(people.bo).submit(f"/camp/comments/{comment.id}/hide", {"reason": reason})
        assert (answer.status_code, list(read.errors(answer))) == (422, ["reason"])
        assert (thread(client.be(None), note), log(db)) == ([("Cy Reed", "Rubbish")], [])

    def test_what_is_hidden_is_not_there_for_others(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        comment = make.comment(db, note, people.cy, "Rubbish", hidden_at=make.NOW, hidden_reason="Spam")
        path = f"/camp/comments/{comment.id}"
        assert [client.be(people.dee).submit(f"{path}/{verb}").status_code for verb in ("delete", "show")] == [404, 404]
        assert client.be(people.cy).submit(f"{path}/delete").status_code == 303


class TestUnderMergedNotes:
    def test_it_can_be_reported_from_where_it_is_read(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        part = make.note(db, camp, people.dee, "Canoes", merged_into_id=note.id, merged_at=make.NOW)
        make.comment(db, part, people.cy, "Rubbish")
        report = read.page(client.be(people.dee).get(f"/camp/notes/{note.id}")).select_one(".comment-acts a")
        assert report is not None
        assert client.get(str(report["href"])).status_code == 200

    def test_what_stands_under_a_hidden_one_is_for_organizers(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        part = make.note(
            db, camp, people.dee, "Canoes", merged_into_id=note.id, merged_at=make.NOW, hidden_at=make.NOW
        )  # fmt: skip
        make.comment(db, part, people.cy, "Rubbish")
        assert thread(client.be(None), note) == []
        assert thread(client.be(people.ada), note) == [("Cy Reed", "Rubbish")]


class TestWhatPagesShow:
    @on_both
    def test_a_card_counts_what_everybody_can_see(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        quiet = make.note(db, camp, people.bo, "Quiet")
        for hidden in (None, None, make.NOW):
            make.comment(db, note, people.cy, "When?", hidden_at=hidden)
        make.comment(db, quiet, people.cy, "When?", hidden_at=make.NOW)
        found = {
            read.words(card.select_one(".note-title")): read.words(card.select_one(".note-questions"))
            for card in read.cards(client.get("/camp/wall"))
        }
        assert found == {"Kayaks": "2 questions", "Quiet": ""}

    def test_a_guest_gets_a_link_and_no_form(self, client: Client, note: Note) -> None:
        page = read.page(client.get(f"/camp/notes/{note.id}"))
        assert page.select("form") == []
        assert [read.words(link) for link in page.select("#questions a")] == ["Ask something"]

    def test_a_hundred_cost_what_one_costs(
        self, app: Flask, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        client.be(people.bo)

        def cost() -> int:
            client.get(f"/camp/notes/{note.id}")  # what everybody is told the same is remembered from here on
            with counted(app) as count:
                client.get(f"/camp/notes/{note.id}")
            return count.statements

        make.comment(db, note, people.cy)
        one = cost()
        db.add_all(Comment(note_id=note.id, author_id=people.dee.id, text="x", posted_at=make.NOW) for _ in range(99))
        db.flush()
        assert cost() == one

    def test_questions_are_counted_with_all_that_is_written(
        self, app: Flask, db: Session, store: Store, camp: Conference, note: Note
    ) -> None:
        make.comment(db, note, None)
        make.comment(db, note, None, hidden_at=make.NOW)
        with store.reading() as reading, counted(app) as count:
            assert queries.written_notes(reading, camp.id)[note.id].questions == 1
        assert count.statements == 2
