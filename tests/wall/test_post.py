"""GET /<slug>/wall/new and POST /<slug>/wall/notes."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.wall import queries, service
from barcamp.wall.models import Note
from barcamp.wall.service import NoteContent
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.wall import read

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NEW, POST = "/camp/wall/new", "/camp/wall/notes"


def everything(db: Session) -> list[Note]:
    return list(db.scalars(select(Note).order_by(Note.id)))


def whole(db: Session, camp: Conference) -> NoteContent:
    """The content of the only note."""
    (note,) = everything(db)
    found = queries.find_whole_note(db, camp, note.id, fresh=True)
    assert found is not None
    return NoteContent.of(found)


def test_a_title_is_enough(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    answer = client.be(people.bo).submit(POST, {"title": "  How to   brew beer "})
    (note,) = everything(db)
    assert (answer.status_code, answer.location) == (303, f"/camp/wall#note-{note.id}")
    assert (note.title, note.author_id, note.posted_at, note.edited_at) == (
        "How to brew beer",
        people.bo.id,
        make.NOW,
        None,
    )
    assert whole(db, camp) == NoteContent("How to brew beer")
    change = db.scalars(select(Change)).one()
    assert (change.revision, change.kind, change.subject, change.actor_id) == (
        1,
        "note-posted",
        f"note:{note.id}",
        people.bo.id,
    )
    assert (change.before, change.after) == (None, {"title": "How to brew beer"})
    assert read.titles(client.get("/camp/wall")) == ["How to brew beer"]


def test_everything_can_be_said(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    room, (first, second, third) = (
        make.room(db, camp),
        [make.slot(db, camp, clock) for clock in ("11:00", "12:00", "13:00")],
    )
    make.slot(db, camp, "14:00", kind="meal", name="Lunch")
    answer = client.be(people.bo).submit(POST, {
        "title": "Sourdough", "description": "Bring **flour**.\r\n\r\nAnd time.", "format": "workshop", "length": "2",
        "tags": "Food, #social tech, food,, ", "copresenters": "Wen Zed;  Di Ash , Wen Zed",
        "needs": ["kitchen", "projector"], "step_free": "y", "wanted_room": str(room.id), "wanted_slot": str(second.id),
        "away": [str(third.id), str(first.id)],
    })  # fmt: skip
    assert answer.status_code == 303
    assert whole(db, camp) == NoteContent(
        title="Sourdough", description="Bring **flour**.\n\nAnd time.", format="workshop", length=2,
        tags=("food", "social-tech"), copresenters=("Wen Zed", "Di Ash"),
        needs=("projector", "kitchen"), step_free=True, wanted_room_id=room.id, wanted_slot_id=second.id,
        away=(first.id, third.id),
    )  # fmt: skip
    assert everything(db)[0].search == "sourdough food social-tech wen zed di ash bring **flour**. and time."


def test_the_form_offers_what_the_venue_has(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    room, slot = make.room(db, camp, "KEC 1001", 50), make.slot(db, camp, "11:00")
    make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    other = make.conference(db, people.dee, "other")
    make.room(db, other, "Elsewhere")
    form = read.page(client.be(people.bo).get(NEW))
    offered = {
        name: [(option["value"], read.words(option)) for option in form.select(f"select[name={name}] option")]
        for name in ("length", "wanted_room", "wanted_slot")
    }
    assert offered == {
        "length": [
            ("1", "1 slot (50 minutes)"), ("2", "2 slots (100 minutes)"), ("3", "3 slots (150 minutes)"),
            ("4", "4 slots (200 minutes)"),
        ],
        "wanted_room": [("", "Any room"), (str(room.id), "KEC 1001 (50 seats)")],
        "wanted_slot": [("", "Any time"), (str(slot.id), "Sat, Nov 21, 11:00 – 11:50")],
    }  # fmt: skip


def test_a_guest_is_sent_to_sign_in_and_back(client: Client, camp: Conference) -> None:
    assert (camp.slug, client.get(NEW).location) == ("camp", "/camp/walk-in?next=/camp/wall/new")
    assert client.submit(POST, {"title": "Mine"}).location == "/camp/walk-in"


LONG = "ä" * 10_000
CHOOSE = ["Please choose again: that is not one of these."]
WRONG: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"title": ""}, {"title": ["Please give your note a title."]}),
    ({"title": " \t\u200b\u3164\x00\x07 "}, {"title": ["Please give your note a title."]}),
    ({"title": LONG}, {"title": ["Please keep this to 120 characters."]}),
    ({"description": "x" * 5001}, {"description": ["Please keep this to 5000 characters."]}),
    ({"format": "opera"}, {"format": CHOOSE}),
    ({"length": "5"}, {"length": CHOOSE}),
    ({"length": "9" * 5000}, {"length": CHOOSE}),
    ({"tags": "a,b,c,d,e,f,g"}, {"tags": ["Please choose 6 tags at the most."]}),
    ({"tags": "x" * 31}, {"tags": ["Please keep each tag to 30 characters."]}),
    ({"copresenters": "a,b,c,d,e,f,g"}, {"copresenters": ["Please name 6 people at the most."]}),
    ({"copresenters": "x" * 81}, {"copresenters": ["Please keep each name to 80 characters."]}),
    ({"needs": ["dragon"]}, {"needs": CHOOSE}),
    ({"wanted_room": "1' OR 1=1"}, {"wanted_room": CHOOSE}),
]


def test_what_is_wrong_is_said_on_the_field_and_the_text_kept(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    client.be(people.bo)
    for typed, messages in WRONG:
        sent = {"title": "Kept <b>title</b>", "description": "Kept\ntext", "copresenters": "Wen Zed"} | typed
        answer = client.submit(POST, sent)
        assert (typed, answer.status_code, read.errors(answer)) == (typed, 422, messages)
        kept = read.fields(answer)
        untouched = {"title", "description", "copresenters"} - set(typed)
        assert {name: kept[name] for name in untouched} == {name: sent[name] for name in untouched}
    assert (camp.slug, everything(db), db.scalar(select(func.count(Change.revision)))) == ("camp", [], 0)


def test_a_long_title_is_kept_to_be_shortened(client: Client, camp: Conference, people: Cast) -> None:
    answer = client.be(people.bo).submit(POST, {"title": LONG})
    assert (camp.slug, read.fields(answer)["title"]) == ("camp", LONG)


def test_wishes_must_make_sense(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    other = make.conference(db, people.dee, "other")
    foreign_room, foreign_slot = make.room(db, other), make.slot(db, other, "11:00")
    first, second, meal = (
        make.slot(db, camp, "11:00"),
        make.slot(db, camp, "13:00"),
        make.slot(db, camp, "12:00", kind="meal"),
    )
    client.be(people.bo)

    def said(**typed: Any) -> dict[str, list[str]]:
        return read.errors(client.submit(POST, {"title": "Kayaks", **typed}))

    assert said(wanted_room=foreign_room.id) == {"wanted_room": CHOOSE}
    assert said(wanted_slot=foreign_slot.id) == {"wanted_slot": CHOOSE}
    assert said(wanted_slot=meal.id) == {"wanted_slot": CHOOSE}
    assert said(away=[foreign_slot.id]) == {"away": CHOOSE}
    assert said(away=[first.id, second.id]) == {"away": ["Please leave at least one time in which you can."]}
    assert said(away=[first.id], wanted_slot=first.id) == {
        "wanted_slot": ["You would like a time in which you say you cannot."]
    }
    assert everything(db) == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("a\x00b\x1b[31m", "ab[31m"),
        (b"\xff\xfe bytes \xc3", "%FF%FE bytes %C3"),
        ("{{ 7*7 }} {% raw %} %(title)s {title}", "{{ 7*7 }} {% raw %} %(title)s {title}"),
        ("Ünïcode 🦦 שלום", "Ünïcode 🦦 שלום"),
    ],
)
def test_hostile_titles_are_only_text(
    client: Client, db: Session, camp: Conference, people: Cast, typed: str | bytes, kept: str
) -> None:
    client.be(people.bo)
    body = f"csrf_token={client.token()}&title={quote(typed)}"
    answer = client.post(POST, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    (note,) = everything(db)
    assert note.title == kept
    for who in (people.bo, people.cy, people.ada, None):
        client.be(who)
        for path in ("/camp/wall", f"/camp/notes/{note.id}", f"/camp/wall?q={note.id}"):
            page = client.get(path)
            assert page.status_code == 200
            assert "<script>alert" not in page.text
    assert read.titles(client.get("/camp/wall")) == [" ".join(kept.split())]


def test_bytes_that_are_no_text_are_refused_or_shown_as_such(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    token = client.be(people.bo).token().encode()
    body = b"csrf_token=" + token + b"&title=\xff\xfe"
    assert client.post(POST, data=body, content_type="application/x-www-form-urlencoded").status_code == 400
    assert (camp.slug, everything(db)) == ("camp", [])

    parts = [b"--B", b'Content-Disposition: form-data; name="csrf_token"', b"", token]
    parts += [b"--B", b'Content-Disposition: form-data; name="title"', b"", b"\xff\xfe\x00!", b"--B--", b""]
    answer = client.post(POST, data=b"\r\n".join(parts), content_type="multipart/form-data; boundary=B")
    assert (answer.status_code, everything(db)[0].title) == (303, "\ufffd\ufffd!")


class TestClosed:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"wall_opens_at": make.at("11:00")}, "The wall opens 11:00 (America/Los Angeles)."),
            (
                {"wall_opens_at": make.at("10:00") + timedelta(days=2)},
                "The wall opens Monday 10:00 (America/Los Angeles).",
            ),
            (
                {"wall_closes_at": make.at("10:00")},
                "The wall closed 10:00 (America/Los Angeles), so it takes no more notes.",
            ),
        ],
    )
    def test_says_when(
        self, client: Client, db: Session, camp: Conference, people: Cast, given: dict[str, Any], words: str
    ) -> None:
        for name, value in given.items():
            setattr(camp, name, value)
        db.flush()
        client.be(people.bo)
        page = client.get(NEW)
        assert (page.status_code, words in page.text) == (409, True)
        answer = client.submit(POST, {"title": "Late", "description": "Long thought about"})
        assert (answer.status_code, read.errors(answer)) == (409, {"": [words]})
        assert read.fields(answer)["description"] == "Long thought about"
        told = client.submit(POST, {"title": "Late"}, headers={"Accept": "application/json"})
        assert (told.status_code, told.json) == (409, {"error": words})
        assert everything(db) == []


class TestTwice:
    def test_the_same_form_twice_makes_one_note(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        client.be(people.bo)
        sent = {"title": "Kayaks", "description": "Wet.", "tags": "water"}
        answers = [client.submit(POST, sent) for _ in range(3)]
        (note,) = everything(db)
        assert [answer.location for answer in answers] == [f"/camp/wall#note-{note.id}"] * 3
        assert (camp.slug, db.scalar(select(func.count(Change.revision)))) == ("camp", 1)

    def test_other_words_or_another_person_make_another_note(
        self, client: Client, db: Session, camp: Conference, people: Cast
    ) -> None:
        client.be(people.bo).submit(POST, {"title": "Kayaks"})
        client.submit(POST, {"title": "Kayaks", "description": "The second part"})
        client.be(people.cy).submit(POST, {"title": "Kayaks"})
        assert (camp.slug, len(everything(db))) == ("camp", 3)

    def test_much_later_it_is_meant(
        self, client: Client, db: Session, camp: Conference, people: Cast, clock: time_machine.Traveller
    ) -> None:
        client.be(people.bo).submit(POST, {"title": "Kayaks"})
        clock.shift(timedelta(minutes=10))
        client.submit(POST, {"title": "Kayaks"})
        assert (camp.slug, len(everything(db))) == ("camp", 2)

    def test_twice_at_once_makes_one_note(self, store: Store, db: Session, camp: Conference, people: Cast) -> None:
        found: list[int] = []

        def post() -> None:
            with store.writing() as session:
                found.append(service.post_note(session, camp, people.bo, NoteContent("Kayaks"), now=make.NOW).id)

        threads = [Thread(target=post) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (note,) = everything(db)
        assert found == [note.id] * 8


def test_twenty_notes_are_the_most(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    for number in range(19):
        make.note(db, camp, people.bo, f"Note {number}", withdrawn_at=make.NOW if number else None)
    client.be(people.bo)
    assert client.submit(POST, {"title": "The twentieth"}).status_code == 303
    answer = client.submit(POST, {"title": "The next"})
    words = "You have posted 20 notes, and more would crowd the wall. You can still edit yours."
    assert (answer.status_code, read.errors(answer)) == (409, {"": [words]})
    assert client.be(people.cy).submit(POST, {"title": "Somebody else's"}).status_code == 303


def test_the_team_may_type_in_the_notes_of_others(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    for number in range(20):
        make.note(db, camp, people.ada, f"Paper {number}")
    assert client.be(people.ada).submit(POST, {"title": "Paper 21"}).status_code == 303


class TestForged:
    def test_without_a_token(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        assert client.be(people.bo).post(POST, data={"title": "Forged"}).status_code == 400
        assert (camp.slug, everything(db)) == ("camp", [])

    def test_with_a_token_of_somebody_else(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        foreign = client.be(people.dee).token()
        client.delete_cookie("barcamp_form")
        client.be(people.bo).token()
        assert client.post(POST, data={"title": "Forged", "csrf_token": foreign}).status_code == 400
        assert (camp.slug, everything(db)) == ("camp", [])

    def test_from_another_site(self, client: Client, db: Session, camp: Conference, people: Cast) -> None:
        answer = client.be(people.bo).submit(POST, {"title": "Forged"}, headers={"Origin": "https://evil.example"})
        assert (answer.status_code, camp.slug, everything(db)) == (400, "camp", [])
