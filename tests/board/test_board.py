"""The board's page: what it shows, its forms, and two organizers at once."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule.draft import Placed, placements
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def slots(db: Session, camp: Conference) -> list[Slot]:
    return [make.slot(db, camp, clock) for clock in ("10:00", "11:00")]


@pytest.fixture
def rooms(db: Session, camp: Conference) -> list[Room]:
    return [make.room(db, camp, "Big", 100, position=0), make.room(db, camp, "Small", 2, position=1)]


@pytest.fixture
def notes(db: Session, camp: Conference, people: Cast) -> list[Note]:
    return [make.note(db, camp, people.bo, "Kayaks", stars=4), make.note(db, camp, people.cy, "Zines", stars=1)]


def page(client: Client, path: str = "/camp/board") -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def revision(client: Client) -> str:
    field = page(client).select_one("input[name=revision]")
    assert field is not None
    return str(field["value"])


def words(soup: Tag) -> str:
    return " ".join(soup.get_text(" ").split())


def test_the_tray_holds_what_has_no_place_most_starred_first(
    client: Client, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    tray = page(client.be(people.ada)).select(".tray .cell-title")
    assert [title.get_text(strip=True) for title in tray] == ["Kayaks", "Zines"]


def test_arrange_places_every_note_and_says_so(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    client.be(people.ada)
    answer = client.submit("/camp/board/arrangements", {"revision": revision(client)}, follow_redirects=True)
    assert "2 notes placed." in answer.text
    assert placements(db, camp)[notes[0].id].room == rooms[0].id


def test_a_card_is_moved_pinned_unpinned_taken_off_and_undone_by_forms(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    client.be(people.ada)
    card = f"/camp/board/notes/{notes[0].id}"
    place = Placed(slots[1].id, rooms[0].id)
    steps: list[tuple[str, dict[str, Any], Placed | None]] = [
        (f"{card}/place", {"slot": slots[1].id, "room": rooms[0].id}, place),
        (f"{card}/pin", {}, Placed(place.slot, place.room, pinned=True)),
        (f"{card}/unpin", {}, place),
        (f"{card}/take-off", {}, None),
        ("/camp/board/undo", {}, place),
    ]
    for path, fields, expected in steps:
        assert client.submit(path, fields | {"revision": revision(client)}).status_code == 303
        assert placements(db, camp).get(notes[0].id) == expected


def test_the_opened_card_offers_free_places_and_every_place_in_a_form(
    client: Client, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    soup = page(client.be(people.ada), f"/camp/board?note={notes[0].id}")
    assert len(soup.select(".suggestions li")) == 4
    assert [option["value"] for option in soup.select("#move-room option")] == [str(room.id) for room in rooms]


def test_a_move_onto_what_somebody_has_just_taken_gets_409_the_reason_and_the_fresh_board(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    make.role(db, camp, people.bo)
    seen = revision(client.be(people.ada))
    client.be(people.bo)
    there = {"slot": slots[0].id, "room": rooms[0].id, "revision": seen}
    assert client.submit(f"/camp/board/notes/{notes[0].id}/place", there).status_code == 303
    second = client.be(people.ada).submit(f"/camp/board/notes/{notes[1].id}/place", there)
    soup = BeautifulSoup(second.text, "html.parser")
    alert = soup.select_one("[role=alert]:not([hidden])")
    assert alert is not None
    assert (second.status_code, "Bo Finch" in words(alert), "Kayaks" in words(alert)) == (409, True, True)
    fresh = soup.select_one("input[name=revision]")
    assert fresh is not None and int(str(fresh["value"])) > int(seen)
    assert placements(db, camp) == {notes[0].id: Placed(slots[0].id, rooms[0].id)}


def test_a_program_puts_and_deletes_a_placement(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    client.be(people.ada)
    given: dict[str, Any] = {"headers": {"X-CSRF-Token": client.token(), "Accept": "application/json"}}
    path = f"/camp/board/notes/{notes[0].id}/placement"
    put = client.put(path, json={"slot": slots[0].id, "room": rooms[0].id, "revision": 0}, **given)
    assert (put.status_code, list(placements(db, camp))) == (200, [notes[0].id])
    stale = client.delete(path, json={"revision": 0}, **given)
    assert (stale.status_code, set(stale.get_json())) == (409, {"error", "revision"})
    assert client.delete(path, json={"revision": put.get_json()["revision"]}, **given).status_code == 200
    assert placements(db, camp) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"revision": "x", "slot": "1", "room": "1"},
        {"revision": "0", "slot": "-1", "room": "1"},
        {"revision": "9" * 40, "slot": "1", "room": "1"},
        {"revision": "0", "slot": "1\x00", "room": "1"},
    ],
)
def test_a_form_that_makes_no_sense_is_400_and_changes_nothing(
    client: Client,
    db: Session,
    camp: Conference,
    people: Cast,
    slots: list[Slot],
    rooms: list[Room],
    notes: list[Note],
    fields: dict[str, str],
) -> None:
    answer = client.be(people.ada).submit(f"/camp/board/notes/{notes[0].id}/place", fields)
    assert (answer.status_code, placements(db, camp)) == (400, {})


def test_someone_elses_slot_room_and_note_are_refused(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    other = make.conference(db, people.dee, slug="other")
    slot, room, note = make.slot(db, other), make.room(db, other), make.note(db, other, people.cy, "Elsewhere")
    client.be(people.ada)
    tries = [
        (notes[0].id, {"slot": slot.id, "room": rooms[0].id}, 409),
        (notes[0].id, {"slot": slots[0].id, "room": room.id}, 409),
        (note.id, {"slot": slots[0].id, "room": rooms[0].id}, 404),
    ]
    for note_id, fields, status in tries:
        answer = client.submit(f"/camp/board/notes/{note_id}/place", {**fields, "revision": revision(client)})
        assert (answer.status_code, placements(db, camp), placements(db, other)) == (status, {}, {})


def test_only_organizers_see_the_board(client: Client, people: Cast, slots: list[Slot], rooms: list[Room]) -> None:
    assert [client.be(who).get("/camp/board").status_code for who in (people.ada, people.bo, None)] == [200, 403, 303]


def test_a_forged_form_moves_nothing(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    client.be(people.ada)
    path = f"/camp/board/notes/{notes[0].id}/place"
    fields = {"slot": slots[0].id, "room": rooms[0].id, "revision": 0}
    without = client.post(path, data=fields)
    foreign = client.post(
        path, data={**fields, "csrf_token": client.token()}, headers={"Origin": "https://evil.example"}
    )
    assert (without.status_code, foreign.status_code, placements(db, camp)) == (400, 400, {})


def test_problems_stand_in_one_panel(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    client.be(people.ada)
    for note, room in zip(notes, reversed(rooms), strict=True):
        client.submit(
            f"/camp/board/notes/{note.id}/place", {"slot": slots[0].id, "room": room.id, "revision": revision(client)}
        )
    notes[1].author_id = people.bo.id
    make.note(db, camp, people.dee, "Needs a kitchen", needs=["kitchen"])
    db.flush()
    panel = page(client).select_one("#problems")
    assert panel is not None
    assert [part in words(panel) for part in (
        "“Kayaks” and “Zines” have the same presenter, and both would be at 10:00.",
        "“Kayaks”: about 4 people are expected, and Small seats 2.",
        "“Needs a kitchen” has no place. No room has kitchen.",
    )] == [True] * 3  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("", ["Kayaks", "Late", "Zines"]),
        ("?sort=wanted", ["Kayaks", "Late", "Zines"]),
        ("?sort=stars", ["Kayaks", "Late", "Zines"]),
        ("?sort=newest", ["Late", "Zines", "Kayaks"]),
        ("?sort=title", ["Kayaks", "Late", "Zines"]),
        ("?sort=nonsense", ["Kayaks", "Late", "Zines"]),
    ],
)
def test_the_tray_is_sorted_as_asked(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room],
    notes: list[Note], sort: str, titles: list[str],
) -> None:  # fmt: skip
    make.note(db, camp, people.dee, "Late", stars=2)
    tray = page(client.be(people.ada), f"/camp/board{sort}").select(".tray .cell-title")
    assert [title.get_text(strip=True) for title in tray] == titles


def test_how_the_tray_is_sorted_is_kept_over_a_move(
    client: Client, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    soup = page(client.be(people.ada), f"/camp/board?sort=title&note={notes[0].id}")
    form = soup.select_one("form[data-price-of]")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    answer = client.submit(str(form["action"]), {**fields, "slot": slots[0].id, "room": rooms[0].id})
    assert answer.location == f"/camp/board?sort=title&note={notes[0].id}#card-{notes[0].id}"


def test_what_has_begun_is_marked_once_it_is_published(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room],
    notes: list[Note], store: Store,
) -> None:  # fmt: skip
    stage.put(store, camp, people.ada, notes[0], slots[1], rooms[0])
    marks = [page(client.be(people.ada)).select("tr.has-begun")]
    stage.publish(store, camp, people.ada)
    marks.append(page(client).select("tr.has-begun"))
    assert [[row["data-slot"] for row in rows] for rows in marks] == [[], [str(slots[0].id)]]


def test_the_tray_offers_no_place_that_has_begun(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room],
    notes: list[Note], store: Store,
) -> None:  # fmt: skip
    client.be(people.ada)
    said = [[words(one) for one in page(client).select(".cell-reason")]]
    stage.publish(store, camp, people.ada)
    said.append([words(one) for one in page(client).select(".cell-reason")])
    assert said == [
        ["Nothing is in its way: 10:00 · Big is free."] * 2,
        ["Nothing is in its way: 11:00 · Big is free."] * 2,
    ]


def test_a_board_without_rooms_or_slots_says_what_is_missing_and_offers_nothing_else(
    client: Client, people: Cast, notes: list[Note]
) -> None:
    soup = page(client.be(people.ada))
    assert [words(link) for link in soup.select("#whole-board :is(a, button)")] == ["Add rooms", "Make the slots"]


def test_what_was_chosen_and_refused_is_still_chosen(
    client: Client, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note],
    store: Store,
) -> None:  # fmt: skip
    stage.put(store, camp, people.ada, notes[0], slots[1], rooms[1])
    client.be(people.ada)
    sent = {"revision": revision(client), "slot": slots[1].id, "room": rooms[1].id}
    answer = client.submit(f"/camp/board/notes/{notes[1].id}/place", sent)
    form = BeautifulSoup(answer.text, "html.parser").select_one("form[data-price-of]")
    assert form is not None
    assert [answer.status_code, *[option["value"] for option in form.select("option[selected]")]] == [
        409, str(slots[1].id), str(rooms[1].id),
    ]  # fmt: skip


def test_the_board_asks_the_same_for_two_notes_and_for_many(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    client.be(people.ada)
    with counted(client.application) as few:
        page(client)
    for number in range(10):
        make.note(
            db, camp, make.person(db, f"Host {number}"), f"Note {number}", stars=2, tags=["a"], copresenters=["X"]
        )
    with counted(client.application) as many:
        page(client)
    assert many.statements == few.statements
