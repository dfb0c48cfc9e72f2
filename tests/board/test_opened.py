"""An opened card: where it could go at what price, why it is where it is, and moving it by the buttons of the grid."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule.draft import Placed, placements
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def slots(db: Session, camp: Conference) -> list[Slot]:
    return [make.slot(db, camp, clock, minutes=60) for clock in ("10:00", "11:00")]


@pytest.fixture
def rooms(db: Session, camp: Conference) -> list[Room]:
    return [make.room(db, camp, "Big", 3, position=0), make.room(db, camp, "Small", 1, position=1)]


@pytest.fixture
def fans(db: Session) -> list[Any]:
    return [make.person(db, f"Fan {number}") for number in range(4)]


@pytest.fixture
def notes(db: Session, camp: Conference, people: Cast, fans: list[Any]) -> list[Note]:
    """Three people want Kayaks, four Zines, the same ones; nobody but one wants Bread."""
    return [
        make.note(db, camp, people.bo, "Kayaks", stars=fans[:3]),
        make.note(db, camp, people.cy, "Zines", stars=fans),
        make.note(db, camp, people.dee, "Bread", stars=fans[3:]),
    ]


def cells(client: Client, note: Note) -> dict[tuple[int, int], tuple[str, str]]:
    """(kind, words) of each price by slot and room."""
    answer = client.get(f"/camp/board/notes/{note.id}/prices", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return {(cell["slot"], cell["room"]): (cell["kind"], cell["words"]) for cell in answer.get_json()["cells"]}


def opened(client: Client, note: Note) -> BeautifulSoup:
    return BeautifulSoup(client.get(f"/camp/board?note={note.id}").text, "html.parser")


def words(soup: Any) -> str:
    return " ".join(soup.get_text(" ").split())


def test_each_place_has_its_price_in_words(
    client: Client, camp: Conference, people: Cast, store: Store, slots: list[Slot], rooms: list[Room],
    notes: list[Note],
) -> None:  # fmt: skip
    stage.put(store, camp, people.ada, notes[1], slots[0], rooms[0])
    (first, second), (big, small) = ([slot.id for slot in slots], [room.id for room in rooms])
    client.be(people.ada)
    assert cells(client, notes[0]) == {
        (first, big): ("swap", "swap: same"),  # three seats taken by either
        (first, small): ("free", "same"),  # one more seat, and three torn between the two
        (second, big): ("free", "+3 people seated"),
        (second, small): ("free", "+1 person seated"),
    }
    assert cells(client, notes[1]) == {
        (first, small): ("free", "2 more without a seat"),
        (second, big): ("free", "same"),
        (second, small): ("free", "2 more without a seat"),
    }


def test_a_place_that_a_rule_forbids_says_which(
    client: Client, db: Session, camp: Conference, people: Cast, store: Store, slots: list[Slot], rooms: list[Room],
    notes: list[Note],
) -> None:  # fmt: skip
    mine = make.note(db, camp, people.cy, "Needs it", needs=["projector"], away=[slots[1]])
    stage.put(store, camp, people.ada, notes[1], slots[0], rooms[0])
    rooms[1].equipment = ["projector"]
    db.flush()
    (first, second), (big, small) = ([slot.id for slot in slots], [room.id for room in rooms])
    assert cells(client.be(people.ada), mine) == {
        (first, big): ("blocked", "“Needs it” needs projector, which Big does not have."),
        (first, small): (
            "blocked", "“Needs it” and “Zines” have the same presenter, and both would be at 10:00.",
        ),
        (second, big): ("blocked", "The presenter of “Needs it” cannot at 11:00."),
        (second, small): ("blocked", "The presenter of “Needs it” cannot at 11:00."),
    }  # fmt: skip
    soup = opened(client, mine)
    assert [row["data-slot"] for row in soup.select("tr.is-away")] == [str(second)]
    assert [cell["title"] for cell in soup.select("tr.is-away td.is-barred")] == [
        "The presenter of “Needs it” cannot at 11:00."
    ] * 2


def test_a_swap_that_would_break_a_rule_of_the_other_is_blocked(
    client: Client, db: Session, camp: Conference, people: Cast, store: Store, slots: list[Slot], rooms: list[Room],
    notes: list[Note],
) -> None:  # fmt: skip
    picky = make.note(db, camp, people.bo, "Picky", away=[slots[1]])
    stage.put(store, camp, people.ada, picky, slots[0], rooms[0])
    stage.put(store, camp, people.ada, notes[1], slots[1], rooms[0])
    prices = cells(client.be(people.ada), notes[1])
    assert prices[slots[0].id, rooms[0].id] == ("blocked", "The presenter of “Picky” cannot at 11:00.")


def test_a_free_place_of_the_grid_is_a_button_that_moves_the_card_there(
    client: Client, db: Session, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    soup = opened(client.be(people.ada), notes[0])
    form = soup.select_one("form#move-here")
    button = soup.select_one(f"tr[data-slot='{slots[1].id}'] td[data-room='{rooms[0].id}'] button[form=move-here]")
    assert form is not None and button is not None
    assert words(button) == "Move to 11:00, Big: +3 people seated"
    revision = soup.select_one("form#move-here input[name=revision]")
    assert revision is not None
    fields = {"revision": revision["value"], str(button["name"]): button["value"]}
    assert client.submit(str(form["action"]), fields).status_code == 303
    assert placements(db, camp) == {notes[0].id: Placed(slots[1].id, rooms[0].id)}


@pytest.mark.parametrize("cell", ["x-y", "1-", "-1", "1-2-3", "0-0", "9" * 40 + "-1"])
def test_a_cell_that_makes_no_sense_is_400(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], cell: str
) -> None:
    fields = {"revision": 0, "cell": cell}
    assert client.be(people.ada).submit(f"/camp/board/notes/{notes[0].id}/place", fields).status_code == 400


def test_why_it_is_here(
    client: Client, db: Session, camp: Conference, people: Cast, store: Store, slots: list[Slot], rooms: list[Room],
    notes: list[Note],
) -> None:  # fmt: skip
    notes[1].wanted_slot_id, notes[1].wanted_room_id = slots[1].id, rooms[0].id
    db.flush()
    other = make.note(db, camp, people.cy, "More of it")
    for note, slot, room in ((notes[0], 1, 1), (notes[1], 0, 0), (other, 1, 0)):
        stage.put(store, camp, people.ada, note, slots[slot], rooms[room])
    soup = opened(client.be(people.ada), notes[1])
    assert [words(line) for line in soup.select(".why li")] == [
        "Big is too small: about 1 person will find no seat.",
        "3 of its 4 fans also starred “Kayaks”: kept at different times.",
        "The same presenter also gives “More of it” at 11:00.",
        "The wish for this room is kept.",
        "Its wish is not kept: 11:00 · Big cannot be had.",
    ]


def test_prices_are_for_organizers_and_for_notes_of_this_conference(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    path = f"/camp/board/notes/{notes[0].id}/prices"
    elsewhere = make.note(db, make.conference(db, people.dee, slug="other"), people.cy, "Elsewhere")
    json = {"Accept": "application/json"}
    assert [client.be(who).get(path, headers=json).status_code for who in (people.bo, None)] == [403, 401]
    assert client.be(people.ada).get(f"/camp/board/notes/{elsewhere.id}/prices", headers=json).status_code == 404
