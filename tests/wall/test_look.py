"""The quick look: GET /<slug>/wall/look and POST /<slug>/notes/<id>/look."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.people.models import Person
from barcamp.wall import queries, service
from barcamp.wall.models import Look, LookKind, Note, Star
from barcamp.wall.queries import OwnFigures
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.wall import read

LOOK = "/camp/wall/look"


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    return make.note(db, camp, people.bo, "Kayaks", description="How to *roll*.", tags=("water",), stars=2)


def say(client: Client, note: Note, kind: str, **given: str) -> TestResponse:
    return client.submit(f"/camp/notes/{note.id}/look", {"kind": kind}, **given)


def say_by_script(client: Client, note: Note, kind: str) -> TestResponse:
    return client.submit(f"/camp/notes/{note.id}/look", {"kind": kind}, headers={"Accept": "application/json"})


def shown(answer: TestResponse) -> str:
    """The title of the note that is shown, or that of the empty state."""
    return read.words(read.page(answer).select_one("#look-note, .empty-title"))


def left(answer: TestResponse) -> str:
    return read.words(read.page(answer).select_one("[data-look-left]"))


def state(db: Session, note: Note, who: Person) -> tuple[str | None, bool]:
    """(what they said, whether their star is there); the counters must agree with the rows."""
    rows = [db.scalar(select(func.count()).select_from(of).where(of.note_id == note.id)) for of in (Star, Look)]
    counters = db.execute(select(Note.star_count, Note.look_count).where(Note.id == note.id)).one()
    assert list(counters) == rows
    mine = {"note_id": note.id, "person_id": who.id}
    look = db.scalars(select(Look.kind).filter_by(**mine)).one_or_none()
    return look, db.scalars(select(Star.note_id).filter_by(**mine)).one_or_none() is not None


def unseen(db: Session, camp: Conference, who: Person, *, sees_counts: bool = True) -> list[str]:
    ids = queries.unseen(db, camp, who.id, sees_counts=sees_counts)
    return [db.get_one(Note, note_id).title for note_id in ids]


def test_want_gives_the_star_and_any_other_answer_takes_it_back(
    client: Client, db: Session, note: Note, people: Cast
) -> None:
    client.be(people.cy)
    for kind in ("want", "want", "maybe", "want", "skip", "skip"):
        answer = say(client, note, kind)
        assert (answer.status_code, answer.location) == (303, LOOK)
        assert state(db, note, people.cy) == (kind, kind == "want")
    assert db.scalar(select(func.count(Change.revision))) == 0


def test_one_note_after_the_other_until_all_are_seen(
    client: Client, db: Session, camp: Conference, people: Cast, clock: time_machine.Traveller
) -> None:
    notes = {title: make.note(db, camp, people.bo, title) for title in ("Kayaks", "Beer", "Chickens")}
    client.be(people.cy)
    met, page = [], client.get(LOOK)
    for kind, words in (("skip", "3 left"), ("maybe", "2 left"), ("want", "1 left")):
        assert left(page) == words
        met.append(shown(page))
        clock.shift(timedelta(seconds=2))
        say(client, notes[met[-1]], kind)
        page = client.get(LOOK)
    assert (sorted(met), shown(page), left(page)) == (sorted(notes), "You have seen them all", "None left")
    links = {read.words(link): link["href"] for link in read.page(page).select(".empty a")}
    assert links == {"See your maybes": "/camp/wall?maybe=1", "To the wall": "/camp/wall"}

    back = read.page(page).select_one(".look-back a")
    walked = []
    while back is not None:
        page = client.get(str(back["href"]))
        pressed = read.page(page).select_one("[aria-pressed=true]")
        assert pressed is not None and pressed.parent is not None
        walked.append((shown(page), str(pressed.parent.select("[name=kind]")[0]["value"])))
        back = read.page(page).select_one(".look-back a")
    assert walked == list(zip(reversed(met), ("want", "maybe", "skip"), strict=True))


def test_the_card_has_all_its_words_three_forms_and_no_count(client: Client, note: Note, people: Cast) -> None:
    page = read.page(client.be(people.cy).get(LOOK))
    card = page.select_one("#look article")
    assert card is not None
    assert read.words(card) == "Kayaks Bo Finch How to roll. Talk #water"
    forms = [
        (form["method"], form["action"], form.select("[name=kind]")[0]["value"]) for form in page.select("#look form")
    ]
    assert forms == [("post", f"/camp/notes/{note.id}/look", kind) for kind in ("skip", "maybe", "want")]
    assert page.select("#look [data-star-count], #look .star") == []


def test_never_ones_own_nor_what_is_off_nor_what_one_has_answered(db: Session, camp: Conference, people: Cast) -> None:
    other = make.conference(db, people.dee, "other")
    make.note(db, other, people.bo, "Elsewhere")
    make.note(db, camp, people.cy, "Own")
    make.note(db, camp, None, "Own wish", asked_by_id=people.cy.id, seeks_host=True)
    make.cohost(db, make.note(db, camp, people.bo, "Hosted with bo"), people.cy)
    make.note(db, camp, people.bo, "Starred", stars=[people.cy])
    for kind in ("want", "maybe", "skip"):
        looked = make.note(db, camp, people.bo, f"Said {kind}")
        db.add(Look(note_id=looked.id, person_id=people.cy.id, kind=kind, at=make.NOW))
    for flag in ("withdrawn_at", "hidden_at", "held_at", "merged_at"):
        make.note(db, camp, people.bo, flag, **{flag: make.NOW})
    make.note(db, camp, None, "Somebody has left")
    make.note(db, camp, people.bo, "A wish come true", asked_by_id=people.cy.id)
    db.flush()
    assert sorted(unseen(db, camp, people.cy)) == ["A wish come true", "Somebody has left"]
    _all, own = queries.own_figures(db, camp, people.cy.id)
    assert own == OwnFigures(unseen=2, has_maybes=True)


class TestOrder:
    def test_the_least_seen_first(self, db: Session, camp: Conference, people: Cast) -> None:
        for title, looks, stars in (("Loved", 1, 4), ("Looked at", 3, 0), ("New", 0, 0), ("Both", 2, 2)):
            make.note(db, camp, people.bo, title, look_count=looks, stars=stars)
        assert unseen(db, camp, people.cy) == ["New", "Both", "Looked at", "Loved"]

    def test_stars_do_not_enter_into_it_for_whom_counts_are_hidden(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        camp.stars_shown = "never"
        make.note(db, camp, people.bo, "Looked at", look_count=1)
        make.note(db, camp, people.bo, "Loved", look_count=0, stars=3)
        db.flush()
        assert shown(client.be(people.cy).get(LOOK)) == "Loved"
        assert shown(client.be(people.ada).get(LOOK)) == "Looked at"

    def test_equals_come_in_an_order_of_ones_own_that_stays(self, db: Session, camp: Conference, people: Cast) -> None:
        for number in range(8):
            make.note(db, camp, people.bo, f"Note {number}")
        cy, dee = unseen(db, camp, people.cy), unseen(db, camp, people.dee)
        assert sorted(cy) == sorted(dee)
        assert cy != dee
        make.note(db, camp, people.bo, "One more")
        assert [title for title in unseen(db, camp, people.cy) if title != "One more"] == cy


def test_a_script_gets_the_next_card_in_one_answer(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    other = make.note(db, camp, people.bo, "Beer", look_count=1)
    client.be(people.cy)
    first = say_by_script(client, note, "skip")
    assert (first.status_code, first.get_json()["error"]) == (200, "")
    assert "Beer" in first.get_json()["card"] and "Kayaks" not in first.get_json()["card"]
    assert "1 left" in first.get_json()["card"]
    other.withdrawn_at = make.NOW
    db.flush()
    refused = say_by_script(client, other, "want")
    assert (refused.status_code, refused.get_json()["error"]) == (409, "This note is no longer on the wall.")
    assert "You have seen them all" in refused.get_json()["card"]


class TestRefusals:
    def test_a_note_that_went_meanwhile_leads_to_the_next_one(
        self, client: Client, db: Session, note: Note, people: Cast
    ) -> None:
        note.withdrawn_at = make.NOW
        db.flush()
        client.be(people.cy)
        for kind in ("want", "maybe", "skip"):
            answer = say(client, note, kind)
            assert (answer.status_code, answer.location) == (303, LOOK)
            assert "This note is no longer on the wall." in client.get(LOOK).text
            assert state(db, note, people.cy) == (None, False)

    def test_ones_own_note(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        client.be(people.bo)
        for kind in ("want", "skip"):
            assert say_by_script(client, note, kind).status_code == 409
            assert state(db, note, people.bo) == (None, False)

    def test_a_note_that_was_merged_is_answered_where_it_lives_on(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        middle, whole = (make.note(db, camp, people.ada, title) for title in ("Boats", "All about boats"))
        for part, into in ((note, middle), (middle, whole)):
            part.merged_at, part.merged_into_id = make.NOW, into.id
        db.flush()
        assert say(client.be(people.cy), note, "want").status_code == 303
        assert [state(db, one, people.cy) for one in (note, middle, whole)] == [(None, False)] * 2 + [("want", True)]

    def test_notes_merged_in_a_ring_end(self, client: Client, db: Session, note: Note, people: Cast) -> None:
        note.merged_at, note.merged_into_id = make.NOW, note.id
        db.flush()
        assert say_by_script(client.be(people.cy), note, "want").status_code == 409

    @pytest.mark.parametrize("kind", ["", "love", "WANT", "want\0", None])
    def test_an_answer_that_is_none(
        self, client: Client, db: Session, note: Note, people: Cast, kind: str | None
    ) -> None:
        data = {} if kind is None else {"kind": kind}
        assert client.be(people.cy).submit(f"/camp/notes/{note.id}/look", data).status_code == 400
        assert state(db, note, people.cy) == (None, False)

    def test_a_note_of_elsewhere_and_one_that_never_was(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        elsewhere = make.note(db, make.conference(db, people.dee, "other"), people.bo, "Elsewhere")
        client.be(people.cy)
        assert say(client, elsewhere, "want").status_code == 404
        hidden = make.note(db, camp, people.bo, "Hidden", hidden_at=make.NOW)
        assert say(client, hidden, "want").status_code == 404
        assert client.submit("/camp/notes/999999/look", {"kind": "want"}).status_code == 404
        for wanted in (str(elsewhere.id), "999999", "x", "-1", "9" * 40, "١"):
            assert client.get(f"{LOOK}?note={wanted}").status_code == 200

    def test_guests_sign_in_first_and_walk_ins_look(
        self, client: Client, db: Session, camp: Conference, note: Note
    ) -> None:
        assert client.get(LOOK).location == f"/camp/walk-in?next={LOOK}"
        assert say_by_script(client, note, "want").status_code == 401
        walk_in = make.walk_in(db, "Wynn")
        assert say(client.be(walk_in), note, "want").status_code == 303
        assert state(db, note, walk_in) == ("want", True)


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"stars_open_at": make.at("12:00")}, "Stars open 12:00"),
        ({"stars_close_at": make.at("09:30")}, "Stars closed 09:30"),
    ],
)
def test_while_no_stars_are_given_it_says_when(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast, given: dict[str, object], title: str
) -> None:
    for name, value in given.items():
        setattr(camp, name, value)
    db.flush()
    client.be(people.cy)
    assert shown(client.get(LOOK)) == shown(client.get(f"{LOOK}?note={note.id}")) == title
    assert say(client, note, "skip").status_code == 303
    assert state(db, note, people.cy) == (None, False)


class TestEntry:
    """The wall's link to the quick look."""

    @staticmethod
    def entry(answer: TestResponse) -> str:
        return read.words(read.page(answer).select_one(f"a[href='{LOOK}']"))

    def test_says_how_many_are_left_until_none_is(
        self, client: Client, db: Session, camp: Conference, note: Note, people: Cast
    ) -> None:
        assert self.entry(client.get("/camp/wall")) == "Quick look"
        assert self.entry(client.be(people.cy).get("/camp/wall")) == "Quick look · 1 left"
        say(client, note, "skip")
        assert self.entry(client.get("/camp/wall")) == ""

    def test_is_there_while_stars_are_given(self, client: Client, db: Session, camp: Conference, note: Note) -> None:
        camp.stars_close_at = make.NOW
        db.flush()
        assert self.entry(client.get("/camp/wall")) == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_costs_the_same_queries_for_1_note_and_30(
    app: Flask, client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    client.be(people.cy).get(LOOK)

    def cost() -> int:
        client.get(LOOK)  # what everybody is told the same is remembered from here on
        with counted(app) as count:
            assert client.get(LOOK).status_code == 200
        return count.statements

    first = cost()
    for number in range(29):
        make.note(db, camp, people.bo, f"Note {number}", tags=("food",), stars=1)
    assert cost() == first


def test_answers_of_many_at_once_and_of_one_in_many_windows_are_counted_once(
    store: Store, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    crowd = [make.person(db, f"Crowd {number}") for number in range(8)]
    kinds: list[LookKind] = ["want", "maybe", "skip"]
    barrier, failures = Barrier(20), list[BaseException]()

    def answer(who: Person, kind: LookKind) -> None:
        barrier.wait()
        try:
            with store.writing() as session:
                service.look_at(session, camp, note, who, kind, now=make.NOW)
        except BaseException as problem:  # told below, in the test's own thread
            failures.append(problem)

    wishes = [(who, "want") for who in crowd] + [(people.cy, kinds[number % 3]) for number in range(12)]
    threads = [Thread(target=answer, args=wish) for wish in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    kind, starred = state(db, note, people.cy)
    assert starred == (kind == "want")
    assert [state(db, note, who) for who in crowd] == [("want", True)] * 8


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["want", "maybe", "skip", "star", "unstar"]), max_size=8))
def test_the_last_word_holds_whichever_way_it_was_said(
    store: Store, db: Session, camp: Conference, people: Cast, steps: list[str]
) -> None:
    note, said, starred = make.note(db, camp, people.bo, "Kayaks"), None, False
    for step in steps:
        with store.writing() as session:
            if step in ("star", "unstar"):
                (service.star if step == "star" else service.unstar)(session, camp, note, people.cy, now=make.NOW)
            else:
                service.look_at(session, camp, note, people.cy, step, now=make.NOW)  # type: ignore[arg-type]
        starred = step in ("want", "star")
        said = said if step in ("star", "unstar") else step
        db.expire_all()
        assert state(db, note, people.cy) == (said, starred)
    kept = "want" if starred else None if said == "want" else said
    assert queries.said(db, note.id, people.cy.id).kind == kept
