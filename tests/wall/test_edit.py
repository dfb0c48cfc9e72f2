"""GET and POST /<slug>/notes/<id>/edit."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.wall import queries, service
from barcamp.wall.errors import NoteChanged
from barcamp.wall.models import Note
from barcamp.wall.service import NoteContent
from tests import make
from tests.conftest import Client
from tests.people import Cast
from tests.wall import read

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def note(db: Session, camp: Conference, people: Cast) -> Note:
    slots = [make.slot(db, camp, clock) for clock in ("11:00", "12:00", "13:00")]
    room = make.room(db, camp)
    return make.note(
        db, camp, people.bo, "Kayaks", description="Wet.\n\nVery.", tags=("food", "water"),
        copresenters=("Wen Zed", "Di Ash"), away=slots[:1], needs=["projector"], step_free=True, format="workshop",
        length=2, wanted_room_id=room.id, wanted_slot_id=slots[1].id,
    )  # fmt: skip


def path(note: Note) -> str:
    return f"/camp/notes/{note.id}/edit"


def content(db: Session, camp: Conference, note: Note) -> NoteContent:
    found = queries.find_whole_note(db, camp, note.id, fresh=True)
    assert found is not None
    return NoteContent.of(found)


def changes(db: Session) -> list[Change]:
    return list(db.scalars(select(Change).order_by(Change.revision)))


def test_the_form_holds_the_note_and_saving_it_unchanged_changes_nothing(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    before = content(db, camp, note)
    form = read.fields(client.be(people.bo).get(path(note)))
    assert form == {
        "seen": note.edition, "title": "Kayaks", "description": "Wet.\n\nVery.", "format": "workshop", "length": "2",
        "tags": "food, water", "copresenters": "Wen Zed, Di Ash", "needs": ["projector"], "step_free": ["y"],
        "wanted_room": str(before.wanted_room_id), "wanted_slot": str(before.wanted_slot_id),
        "away": [str(before.away[0])],
    }  # fmt: skip
    assert client.submit(path(note), form).location == f"/camp/notes/{note.id}"
    assert (content(db, camp, note), changes(db), note.edited_at) == (before, [], None)


def test_an_edit_writes_what_changed_and_nothing_else(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    form = read.fields(client.be(people.bo).get(path(note)))
    form |= {"title": "Canoes", "tags": "water, boats", "copresenters": "Di Ash", "away": []}
    before = content(db, camp, note)
    client.submit(path(note), form)
    after = content(db, camp, note)
    assert (after.title, after.tags, after.copresenters, after.away) == ("Canoes", ("boats", "water"), ("Di Ash",), ())
    assert (after.description, after.needs, after.length) == (before.description, before.needs, before.length)
    (change,) = changes(db)
    assert (change.kind, change.subject, change.actor_id) == ("note-edited", f"note:{note.id}", people.bo.id)
    assert change.before == {
        "title": "Kayaks", "tags": ["food", "water"], "copresenters": ["Wen Zed", "Di Ash"], "away": list(before.away),
    }  # fmt: skip
    assert change.after == {"title": "Canoes", "tags": ["boats", "water"], "copresenters": ["Di Ash"], "away": []}
    assert db.scalars(select(Note.search)).one() == "canoes boats water di ash wet. very."
    assert "by an organizer" not in client.get(f"/camp/notes/{note.id}").text


def test_the_author_may_edit_after_the_wall_closed_until_the_conference_is_over(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast, clock: time_machine.Traveller
) -> None:
    camp.wall_closes_at = make.NOW
    db.flush()
    client.be(people.bo)
    form = read.fields(client.get(path(note)))
    assert client.submit(path(note), form | {"title": "Canoes"}).status_code == 303
    form = read.fields(client.get(path(note)))
    clock.move_to(make.at("04:59") + timedelta(days=1))
    assert client.submit(path(note), form | {"title": "Rafts"}).status_code == 303
    clock.move_to(make.at("05:00") + timedelta(days=1))
    refused = [client.get(path(note)), client.submit(path(note), form | {"title": "Too late"})]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert "This conference is over, so its notes stay as they are." in refused[1].text
    assert content(db, camp, note).title == "Rafts"


def test_an_organizer_may_and_the_page_says_so(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    form = read.fields(client.be(people.ada).get(path(note)))
    client.submit(path(note), form | {"title": "Canoes"})
    assert content(db, camp, note).title == "Canoes"
    assert "by an organizer" in client.be(None).get(f"/camp/notes/{note.id}").text
    form = read.fields(client.be(people.bo).get(path(note)))
    client.submit(path(note), form | {"title": "Rafts"})
    assert "by an organizer" not in client.get(f"/camp/notes/{note.id}").text


def test_nobody_else_may(client: Client, db: Session, camp: Conference, note: Note, people: Cast) -> None:
    other = make.conference(db, people.dee, "other")
    make.role(db, camp, people.cy, "helper")
    for who in (people.cy, people.dee):
        client.be(who)
        assert client.get(path(note)).status_code == 403
        assert client.submit(path(note), {"title": "Mine now", "seen": note.edition}).status_code == 403
        assert client.submit(f"/{other.slug}/notes/{note.id}/edit", {"title": "Mine now"}).status_code == 404
    assert client.be(None).get(path(note)).location == f"/camp/walk-in?next={path(note)}"
    assert (content(db, camp, note).title, changes(db)) == ("Kayaks", [])


def test_a_stale_form_is_refused_with_both_texts_and_can_then_be_saved(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    stale = read.fields(client.be(people.bo).get(path(note)))
    client.be(people.ada).submit(path(note), stale | {"title": "Ada's title", "description": "Ada's <b>text</b>"})
    answer = client.be(people.bo).submit(path(note), stale | {"title": "Bo's title", "description": "Bo's text"})
    assert answer.status_code == 409
    assert "Somebody changed this note while you were writing." in read.errors(answer)[""][0]
    meanwhile = read.words(read.page(answer).select_one(".meanwhile"))
    assert ("Ada's title" in meanwhile, "Ada's <b>text</b>" in meanwhile) == (True, True)
    form = read.fields(answer)
    assert (form["title"], form["description"]) == ("Bo's title", "Bo's text")
    assert content(db, camp, note).title == "Ada's title"
    assert client.submit(path(note), form).status_code == 303
    assert content(db, camp, note).title == "Bo's title"
    assert [(change.actor_id, (change.after or {})["title"]) for change in changes(db)] == [
        (people.ada.id, "Ada's title"),
        (people.bo.id, "Bo's title"),
    ]


def test_a_form_from_nowhere_is_stale(client: Client, db: Session, camp: Conference, note: Note, people: Cast) -> None:
    client.be(people.bo)
    sent = [{"title": "Canoes", "seen": seen} for seen in ("", "yesterday", "\x00", "9" * 5000)]
    assert [client.submit(path(note), form).status_code for form in sent] == [409] * 4
    assert content(db, camp, note).title == "Kayaks"


def test_the_same_edit_twice_is_one(client: Client, db: Session, note: Note, people: Cast) -> None:
    form = read.fields(client.be(people.bo).get(path(note))) | {"title": "Canoes"}
    assert [client.submit(path(note), form).status_code for _ in range(2)] == [303, 303]
    assert len(changes(db)) == 1


def test_what_is_wrong_keeps_what_was_typed(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    form = read.fields(client.be(people.bo).get(path(note))) | {"tags": "kept"}
    for field, typed in (("title", "  "), ("title", "x" * 10_000), ("description", "x" * 5001), ("length", "0")):
        answer = client.submit(path(note), form | {field: typed})
        kept = read.fields(answer)
        assert (answer.status_code, list(read.errors(answer))) == (422, [field])
        assert (kept["tags"], kept["seen"]) == ("kept", note.edition)
    assert (content(db, camp, note).title, changes(db)) == ("Kayaks", [])


def test_a_stale_form_stays_stale_through_a_mistake(
    client: Client, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    stale = read.fields(client.be(people.bo).get(path(note)))
    client.be(people.ada).submit(path(note), stale | {"title": "Ada's title"})
    again = read.fields(client.be(people.bo).submit(path(note), stale | {"title": ""}))
    assert client.submit(path(note), again | {"title": "Bo's title"}).status_code == 409
    assert content(db, camp, note).title == "Ada's title"


def test_of_two_edits_at_once_one_is_told_of_the_other(
    store: Store, db: Session, camp: Conference, note: Note, people: Cast
) -> None:
    told: list[str] = []
    start = Barrier(4)

    def edit(title: str) -> None:
        start.wait()
        try:
            with store.writing() as session:
                mine = queries.find_note(session, camp, note.id)
                assert mine is not None
                service.edit_note(session, camp, mine, people.bo, NoteContent(title), seen=note.edition, now=make.NOW)
            told.append(title)
        except NoteChanged:
            told.append("changed")

    threads = [Thread(target=edit, args=(f"Title {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = content(db, camp, note).title
    assert sorted(told) == sorted([winner, "changed", "changed", "changed"])
    assert [(change.after or {})["title"] for change in changes(db)] == [winner]
