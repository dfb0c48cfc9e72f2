"""Warnings: set aside with a reason, read by the other organizers, taken back, and new once the card moves."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.schedule import waivers
from barcamp.schedule.models import Waiver
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast

WORDS = "“Kayaks”: about 4 people are expected, and Small seats 2."


@pytest.fixture
def rooms(db: Session, camp: Conference) -> list[Room]:
    return [make.room(db, camp, "Small", 2, position=0), make.room(db, camp, "Tiny", 1, position=1)]


@pytest.fixture
def slot(db: Session, camp: Conference) -> Slot:
    return make.slot(db, camp, "11:00")


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast, slot: Slot, rooms: list[Room], store: Store) -> Note:
    """Four people want it, and two find a seat."""
    made = make.note(db, camp, people.bo, "Kayaks", stars=4)
    stage.put(store, camp, people.ada, made, slot, rooms[0])
    return made


def key(note: Note, slot: Slot, room: Room) -> str:
    return f"small:{note.id}@{slot.id}.{room.id}"


def board(client: Client, note: Note) -> Tag:
    answer = client.get(f"/camp/board?note={note.id}")
    assert answer.status_code == 200
    panel = BeautifulSoup(answer.text, "html.parser").select_one(".panel")
    assert panel is not None
    return panel


def words(found: Any) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in found]


def test_a_warning_is_set_aside_with_a_reason_and_taken_back(
    client: Client, db: Session, camp: Conference, people: Cast, slot: Slot, rooms: list[Room], note: Note
) -> None:
    client.be(people.ada)
    form = board(client, note).select_one(".warning form")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    assert fields["warning"] == key(note, slot, rooms[0])
    sent = client.submit(str(form["action"]), {**fields, "reason": "  The door stays open.  "})
    assert (sent.status_code, sent.location) == (303, f"/camp/board?note={note.id}#card-{note.id}")

    panel = board(client, note)
    assert words(panel.select("#troubles-small li")) == []
    assert words(panel.select(".waived li > p, .waived blockquote")) == [
        WORDS, "The door stays open.", "Ada Oak, Sat, Nov 21, 10:00",
    ]  # fmt: skip
    back = panel.select_one(".waived form")
    assert back is not None
    assert client.submit(str(back["action"])).status_code == 303
    assert words(board(client, note).select("#troubles-small li")) == [WORDS]
    log = db.scalars(select(Change).where(Change.kind.in_(("waived", "unwaived"))).order_by(Change.revision)).all()
    facts = {"warning": key(note, slot, rooms[0]), "reason": "The door stays open."}
    assert [(line.kind, line.subject, line.before, line.after) for line in log] == [
        ("waived", f"note:{note.id}", None, facts),
        ("unwaived", f"note:{note.id}", facts, None),
    ]


def test_it_is_a_new_warning_once_the_card_has_moved(
    client: Client, camp: Conference, people: Cast, slot: Slot, rooms: list[Room], note: Note, store: Store
) -> None:
    fields = {"warning": key(note, slot, rooms[0]), "reason": "Fine."}
    client.be(people.ada).submit("/camp/board/waivers", fields)
    stage.put(store, camp, people.ada, note, slot, rooms[1])
    panel = board(client, note)
    assert words(panel.select("#troubles-small li")) == ["“Kayaks”: about 4 people are expected, and Tiny seats 1."]
    assert panel.select(".waived") == []


@pytest.mark.parametrize(("reason", "said"), [("  ", "Say why."), ("x" * 501, "Please keep this to 500 characters.")])
def test_a_reason_that_is_none_is_asked_for_again_and_what_was_typed_stays(
    client: Client, db: Session, people: Cast, slot: Slot, rooms: list[Room], note: Note, reason: str, said: str
) -> None:
    fields = {"warning": key(note, slot, rooms[0]), "reason": reason, "note": note.id}
    answer = client.be(people.ada).submit("/camp/board/waivers", fields)
    form = BeautifulSoup(answer.text, "html.parser").select_one(".warning details[open] form")
    assert form is not None
    typed = form.select_one("textarea")
    assert typed is not None
    assert (answer.status_code, words(form.select(".errors li")), typed.get_text().strip("\n")) == (
        422, [said], reason.strip(),
    )  # fmt: skip
    assert db.scalars(select(Waiver)).all() == []


def test_what_is_not_so_any_more_or_set_aside_already_is_refused_in_words(
    client: Client, db: Session, people: Cast, slot: Slot, rooms: list[Room], note: Note
) -> None:
    client.be(people.ada)
    answers = [
        client.submit("/camp/board/waivers", {"warning": warning, "reason": "Fine.", "note": note.id})
        for warning in (f"unplaced:{note.id}@tray", key(note, slot, rooms[0]), key(note, slot, rooms[0]))
    ]
    alerts = [BeautifulSoup(answer.text, "html.parser").select("[role=alert]:not([hidden])") for answer in answers]
    assert [answer.status_code for answer in answers] == [409, 303, 409]
    assert [words(found) for found in (alerts[0], alerts[2])] == [
        ["This warning is no longer there: the board has changed since."],
        ["Ada Oak has just set this warning aside."],
    ]
    assert len(db.scalars(select(Waiver)).all()) == 1


def test_only_organizers_of_this_conference_set_aside_and_take_back(
    client: Client, db: Session, camp: Conference, people: Cast, slot: Slot, rooms: list[Room], note: Note
) -> None:
    fields = {"warning": key(note, slot, rooms[0]), "reason": "Fine."}
    assert client.be(people.bo).submit("/camp/board/waivers", fields).status_code == 403
    client.be(people.ada).submit("/camp/board/waivers", fields)
    waiver = db.scalars(select(Waiver)).one()
    make.conference(db, people.dee, slug="other")
    assert client.be(people.bo).submit(f"/camp/board/waivers/{waiver.id}/withdraw").status_code == 403
    assert client.be(people.dee).submit(f"/other/board/waivers/{waiver.id}/withdraw").status_code == 404
    assert client.be(people.ada).submit("/camp/board/waivers", {"reason": "Fine."}).status_code == 400


def test_two_who_take_it_back_at_once_leave_one_line_in_the_log(
    db: Session, store: Store, camp: Conference, people: Cast, slot: Slot, rooms: list[Room], note: Note
) -> None:
    with store.writing() as writing:
        waiver = waivers.waive(
            writing, camp, people.ada, key(note, slot, rooms[0]), "The door stays open.", now=make.NOW
        )  # fmt: skip
    for _both_had_found_it in range(2):
        with store.writing() as writing:
            waivers.take_back(writing, camp, people.ada, waiver, now=make.NOW)
    kinds = db.scalars(select(Change.kind).where(Change.conference_id == camp.id).order_by(Change.revision)).all()
    assert [kind for kind in kinds if kind.endswith("waived")] == ["waived", "unwaived"]
    assert db.scalars(select(Waiver)).all() == []
