"""The schedule's pages: for everybody, and publishing for organizers."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import queries
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def placed(db: Session, store: Store, camp: Conference, people: Cast) -> Note:
    slot, room = make.slot(db, camp, "11:00"), make.room(db, camp, "KEC 1001")
    make.slot(db, camp, "12:00", kind="meal", name="Lunch", sponsor="OSEL")
    note = make.note(db, camp, people.bo, "How to <kayak>")
    stage.put(store, camp, people.ada, note, slot, room)
    return note


def publish(client: Client, people: Cast) -> None:
    assert client.be(people.ada).submit("/camp/organize/publish").status_code == 303
    client.be(None)


def words(text: str) -> str:
    return " ".join(BeautifulSoup(text, "html.parser").get_text(" ").split())


def test_before_publishing_nobody_sees_a_place(client: Client, people: Cast, placed: Note) -> None:
    page = client.be(people.ada).get("/camp/schedule")
    assert ("Not published yet" in page.text, "kayak" in page.text) == (True, False)


def test_the_preview_names_each_change_and_publishing_shows_it(client: Client, people: Cast, placed: Note) -> None:
    preview = client.be(people.ada).get("/camp/organize/publish")
    assert "How to <kayak>" in words(preview.text)
    publish(client, people)
    shown = words(client.get("/camp/schedule").text)
    assert [part in shown for part in (
        "How to <kayak>", "KEC 1001", "Bo Finch", "Lunch", "OSEL", "America/Los Angeles time",
    )] == [True] * 6  # fmt: skip


def test_a_schedule_without_sessions_says_so(client: Client, people: Cast, placed: Note) -> None:
    publish(client, people)
    assert "No sessions yet" not in client.get("/camp/schedule").text
    assert client.be(people.ada).submit(f"/camp/notes/{placed.id}/hide", {"reason": "Spam"}).status_code == 303
    page = BeautifulSoup(client.be(None).get("/camp/schedule").text, "html.parser")
    assert [one.get_text() for one in page.select("main .empty-title")] == ["No sessions yet"]


def test_a_moved_session_says_where_it_was(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, placed: Note
) -> None:
    publish(client, people)
    slot, room = make.slot(db, camp, "14:00"), make.room(db, camp, "KEC 1003")
    stage.put(store, camp, people.ada, placed, slot, room)
    publish(client, people)
    assert "moved from 11:00, KEC 1001" in words(client.get("/camp/schedule").text)


def test_only_organizers_publish(client: Client, people: Cast, placed: Note) -> None:
    answers = [client.be(who).submit("/camp/organize/publish").status_code for who in (people.dee, people.bo, None)]
    assert answers == [403, 403, 303]  # a guest is led to the sign-in page
    assert "Not published yet" in client.be(None).get("/camp/schedule").text


def test_publishing_twice_in_a_row_is_refused_in_words(client: Client, people: Cast, placed: Note) -> None:
    publish(client, people)
    again = client.be(people.ada).submit("/camp/organize/publish")
    assert (again.status_code, "Nothing has changed since version 1" in again.text) == (409, True)


def test_only_what_the_preview_showed_is_published(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, placed: Note
) -> None:
    page = client.be(people.ada).get("/camp/organize/publish").text
    found = BeautifulSoup(page, "html.parser").select_one('form[action="/camp/organize/publish"] [name=revision]')
    assert found is not None
    stage.put(store, camp, people.ada, placed, make.slot(db, camp, "14:00"), make.room(db, camp, "KEC 1003"))
    late = client.submit("/camp/organize/publish", {"revision": found["value"]})
    assert (late.status_code, "has just changed the board, so nothing was done" in words(late.text)) == (409, True)
    now = queries.draft_revision(db, camp)
    assert client.submit("/camp/organize/publish", {"revision": str(now)}).status_code == 303
    assert client.submit("/camp/organize/publish", {"revision": "x"}).status_code == 400


def test_a_guest_gets_no_cookie_with_the_schedule(client: Client, people: Cast, placed: Note) -> None:
    publish(client, people)
    client.delete_cookie("barcamp_form")
    assert "Set-Cookie" not in client.get("/camp/schedule").headers


@pytest.mark.parametrize("view", ["", "?view=now", "?view=%00", "?view=all"])
def test_the_page_asks_the_database_the_same_for_one_session_and_for_many(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, placed: Note, view: str
) -> None:

    def cost() -> int:
        publish(client, people)
        client.be(people.cy)
        client.get(f"/camp/schedule{view}")  # what everybody is told the same is remembered from here on
        with counted(client.application) as count:
            client.get(f"/camp/schedule{view}")
        return count.statements

    few = cost()
    slots = [make.slot(db, camp, f"{hour}:00") for hour in (14, 15, 16, 17)]
    notes = [
        make.note(db, camp, make.person(db, f"Host {n}"), f"Note {n}", stars=[people.cy]) for n in range(len(slots))
    ]
    room = make.room(db, camp, "KEC 1003")
    for note, slot in zip(notes, slots, strict=True):
        stage.put(store, camp, people.ada, note, slot, room)
    assert cost() == few


@pytest.fixture
def moved(db: Session, store: Store, camp: Conference, people: Cast, placed: Note, client: Client) -> Note:
    """Another note, public beside the first; both have changed places since, and it has three people."""
    other = make.note(db, camp, people.cy, "Kites", stars=2)
    stage.put(store, camp, people.ada, other, make.slot(db, camp, "13:00"), make.room(db, camp, "KEC 1003"))
    publish(client, people)
    with store.reading() as reading:
        (kayak, kites) = queries.entries(reading, camp)
        slots = {entry.note_id: db.get_one(Slot, entry.slot_id) for entry in (kayak, kites)}
        rooms = {entry.note_id: db.get_one(Room, entry.room_id) for entry in (kayak, kites)}
    stage.take_off(store, camp, people.ada, placed)
    stage.put(store, camp, people.ada, other, slots[placed.id], rooms[placed.id])
    stage.put(store, camp, people.ada, placed, slots[other.id], rooms[other.id])
    client.be(people.ada)
    return other


def sent(page: str) -> dict[str, Any]:
    """What the form that publishes would send, as it stands on the page."""
    form = BeautifulSoup(page, "html.parser").select_one("form.publish-form")
    assert form is not None
    fields = form.select("input[type=hidden]:not([name=csrf_token])")
    ticked = [str(box["value"]) for box in form.select("[name=note][checked]")]
    return {str(field["name"]): str(field["value"]) for field in fields} | {"note": ticked}


def test_the_preview_says_how_many_people_will_hear(client: Client, moved: Note) -> None:
    shown = words(client.get("/camp/organize/publish").text)
    assert [part in shown for part in (
        "4 people will hear of these 2 changes, each of those in their own day. 4 get a letter.",
        "3 people will hear of it", "1 person will hear of it", "only together with “Kites”",
    )] == [True] * 4  # fmt: skip


def test_all_changes_are_ticked_and_go_out_together(client: Client, moved: Note) -> None:
    form = sent(client.get("/camp/organize/publish").text)
    assert (len(form["note"]), form["some"]) == (2, "1")
    assert client.submit("/camp/organize/publish", form).status_code == 303
    assert "Nothing to publish" in client.get("/camp/organize/publish").text


def test_what_needs_another_is_refused_and_offered_with_it(client: Client, placed: Note, moved: Note) -> None:
    form = sent(client.get("/camp/organize/publish").text) | {"note": [str(moved.id)]}
    refused = client.submit("/camp/organize/publish", form)
    assert (refused.status_code, "“Kites” cannot go public alone" in words(refused.text)) == (409, True)
    assert sent(refused.text)["note"] == [str(moved.id)]  # what was ticked still is
    offer = BeautifulSoup(refused.text, "html.parser").select_one("[role=alert] form")
    assert offer is not None
    assert {str(field["value"]) for field in offer.select("[name=note]")} == {str(placed.id), str(moved.id)}
    together = form | {"note": [str(placed.id), str(moved.id)]}
    assert client.submit("/camp/organize/publish", together).status_code == 303


def test_nothing_ticked_and_nonsense_publish_nothing(client: Client, moved: Note) -> None:
    form = sent(client.get("/camp/organize/publish").text)
    ticks: list[list[str]] = [[], ["999999999999999999999"], ["x"], ["\x00"]]
    answers = [client.submit("/camp/organize/publish", form | {"note": ticked}).status_code for ticked in ticks]
    assert answers == [409, 409, 400, 400]
    assert "version 1" in client.get("/camp/schedule").text


def test_what_has_begun_is_named_and_where_moves_go_public_it_needs_a_tick(
    client: Client, db: Session, camp: Conference, moved: Note
) -> None:
    with time_machine.travel(make.at("11:10")):
        page = client.get("/camp/organize/publish").text
        badges = BeautifulSoup(page, "html.parser").select(".change .badge")
        assert [badge.get_text() for badge in badges] == ["has begun"]
        assert ("One of these sessions has begun." in words(page), "anyway" in sent(page)) == (True, False)
        camp.publishes_live = True
        db.commit()
        refused = client.submit("/camp/organize/publish", sent(page))
        assert (refused.status_code, "has begun at 11:00" in words(refused.text)) == (409, True)
        assert client.submit("/camp/organize/publish", sent(refused.text) | {"anyway": "1"}).status_code == 303


def test_what_has_begun_goes_public_by_hand_without_more_ado(client: Client, moved: Note) -> None:
    with time_machine.travel(make.at("11:10")):
        form = sent(client.get("/camp/organize/publish").text)
        assert client.submit("/camp/organize/publish", form).status_code == 303


def test_the_old_cells_lead_to_the_new_places(client: Client, people: Cast, moved: Note) -> None:
    publish(client, people)
    page = BeautifulSoup(client.get("/camp/schedule").text, "html.parser")
    traces = [(" ".join(trace.get_text(" ").split()), trace.a and trace.a["href"]) for trace in page.select(".ghost")]
    assert ("Kites moved to KEC 1001, 11:00", f"/camp/schedule#session-{moved.id}") in traces
    assert page.select_one(f"#session-{moved.id}") is not None


def test_live_publishing_is_switched_on_the_page_that_publishes(
    client: Client, db: Session, camp: Conference, people: Cast, moved: Note
) -> None:
    def switch(**fields: str) -> int:
        return client.submit("/camp/organize/publish/live", fields).status_code

    assert [switch(publishes_live="1", freeze_minutes=typed) for typed in ("", "x", "-1", "241", "9" * 40)] == [422] * 5
    assert switch(publishes_live="1", freeze_minutes="20") == 303
    db.refresh(camp)
    assert (camp.publishes_live, camp.freeze_minutes) == (True, 20)
    waiting = client.get("/camp/organize/publish").text
    assert ("2 changes go public in" in words(waiting), 'data-due="20"' in waiting) == (True, True)

    assert client.submit("/camp/organize/publish/hold").status_code == 303
    assert "2 changes are held back." in words(client.get("/camp/organize/publish").text)
    assert client.submit("/camp/organize/publish/now", {"revision": "1"}).status_code == 409
    now = str(queries.draft_revision(db, camp))
    assert client.submit("/camp/organize/publish/now", {"revision": now}).status_code == 303
    assert "version 2" in client.get("/camp/schedule").text
    assert switch(freeze_minutes="20") == 303
    assert "goes public by itself after 20 seconds." not in words(client.get("/camp/organize/publish").text)


def test_live_publishing_waits_for_a_first_version(client: Client, people: Cast, placed: Note) -> None:
    refused = client.be(people.ada).submit(
        "/camp/organize/publish/live", {"publishes_live": "1", "freeze_minutes": "5"}
    )
    assert (refused.status_code, "Publish the schedule once by hand" in refused.text) == (409, True)


def test_only_organizers_switch_hold_and_send_out(client: Client, people: Cast, placed: Note) -> None:
    doors = ("live", "hold", "now")
    assert [client.be(people.bo).submit(f"/camp/organize/publish/{door}").status_code for door in doors] == [403] * 3
