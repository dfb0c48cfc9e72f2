"""The history's page, and undo and redo on the board."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy.orm import Session

from barcamp.board.routes import history
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule.draft import Placed
from barcamp.schedule.models import Publication
from barcamp.venue import service as venue
from barcamp.wall.models import Note
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.schedule.hands import Grid, Hands

#: Pages alone: what the database does for them is shown for both kinds in tests/schedule.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE = "/camp/board/history"


@pytest.fixture
def board(db: Session, camp: Conference) -> Grid:
    slots = [make.slot(db, camp, clock) for clock in ("10:00", "11:00")]
    return Grid(slots, [make.room(db, camp, "Big", 100, position=0), make.room(db, camp, "Small", 2, position=1)])


@pytest.fixture
def hands(store: Store, db: Session, camp: Conference, people: Cast) -> Hands:
    return Hands(store, db, camp, people.ada)


@pytest.fixture
def notes(db: Session, camp: Conference, people: Cast) -> list[Note]:
    return [make.note(db, camp, people.bo, "Kayaks"), make.note(db, camp, people.cy, "Zines")]


def read(client: Client, path: str = PAGE) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def told(soup: BeautifulSoup) -> list[tuple[str, list[str], str | None]]:
    """(who did what, the moves, the button) of every line."""
    return [
        (
            words(line.select_one("strong") or line),
            [words(move) for move in line.select(".past-moves li")],
            None
            if (button := line.select_one("button")) is None
            else button.find_all(string=True, recursive=False)[0].strip() or words(button),
        )
        for line in soup.select(".past-change")
    ]


def act(client: Client, path: str, **fields: Any) -> BeautifulSoup:
    answer = client.submit(path, fields, follow_redirects=True)
    return BeautifulSoup(answer.text, "html.parser")


def test_the_history_says_who_did_what_newest_first(
    client: Client, hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    kayaks, zines = notes
    hands.place(kayaks, board.at(0))
    hands.place(kayaks, board.at(1, 1), by=people.bo)
    hands.place(zines, board.at(0))
    hands.place(zines, board.at(1, 1), swap=True)
    hands.pin(zines)
    hands.take_off(kayaks)
    hands.undo()
    hands.redo()
    lines = told(read(client.be(people.ada)))
    assert [(what, moves) for what, moves, _button in lines] == [
        ("Ada Oak brought a change back", ["Kayaks from 10:00 · Big to tray"]),
        ("Ada Oak took a change back", ["Kayaks from tray to 10:00 · Big"]),
        ("Ada Oak took “Kayaks” off the board", ["Kayaks from 10:00 · Big to tray"]),
        ("Ada Oak pinned “Zines”", ["Zines 11:00 · Small"]),
        (
            "Ada Oak let “Zines” and “Kayaks” change places",
            ["Kayaks from 11:00 · Small to 10:00 · Big", "Zines from 10:00 · Big to 11:00 · Small"],
        ),
        ("Ada Oak placed “Zines”", ["Zines from tray to 10:00 · Big"]),
        ("Bo Finch moved “Kayaks”", ["Kayaks from 10:00 · Big to 11:00 · Small"]),
        ("Ada Oak placed “Kayaks”", ["Kayaks from tray to 10:00 · Big"]),
    ]
    assert [button is not None for _what, _moves, button in lines] == [True, False, False, True, *[False] * 4]


def test_an_older_change_is_taken_back_and_brought_back_by_its_button(
    client: Client, hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    hands.place(notes[1], board.at(1))
    client.be(people.ada)
    shown = act(client, f"{PAGE}/1/take-back")
    assert "Taken back: “Kayaks” is in the tray again." in words(shown)
    assert hands.placed() == {notes[1].id: board.at(1)}
    first = shown.select(".past-change")[-1]
    assert "taken back" in words(first)
    shown = act(client, f"{PAGE}/1/bring-back")
    assert "Redone: “Kayaks” is at 10:00 · Big." in words(shown)
    assert hands.placed() == {notes[0].id: board.at(0), notes[1].id: board.at(1)}


def test_what_stands_in_the_way_is_said_and_the_rest_is_offered(
    client: Client, hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    kayaks, zines = notes
    hands.place(kayaks, board.at(0))
    hands.adopt({kayaks.id: board.at(1), zines.id: board.at(0)})
    hands.place(kayaks, board.at(1, 1), by=people.bo)
    client.be(people.ada)
    refused = client.submit(f"{PAGE}/2/take-back", {})
    soup = BeautifulSoup(refused.text, "html.parser")
    alert = soup.select_one("[role=alert]")
    assert alert is not None
    assert (refused.status_code, "Bo Finch has since moved “Kayaks” to 11:00, Small." in words(alert)) == (409, True)
    form = alert.select_one("form")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")} | {
        "csrf_token": client.token()
    }
    shown = act(client, str(form["action"]), **fields)
    assert "Taken back: “Zines” is in the tray again. Not with it: “Kayaks”." in words(shown)
    assert hands.placed() == {kayaks.id: board.at(1, 1)}


def test_undo_and_redo_on_the_board_say_what_they_did(
    client: Client, hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.adopt({notes[0].id: board.at(0), notes[1].id: board.at(1)})
    client.be(people.ada)
    shown = act(client, "/camp/board/undo", revision=hands.seen())
    assert "Taken back: 2 sessions are where they were." in words(shown)
    shown = act(client, "/camp/board/redo", revision=hands.seen())
    assert "Redone: 2 sessions have moved again." in words(shown)
    assert len(hands.placed()) == 2


def test_a_program_undoes_without_a_message_for_the_next_page(
    client: Client, hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    headers = {"Accept": "application/json", "X-CSRF-Token": client.be(people.ada).token()}
    answer = client.post("/camp/board/undo", data={"revision": hands.seen()}, headers=headers)
    assert (answer.get_json(), hands.placed()) == ({"revision": 2}, {})
    assert "Taken back" not in client.get("/camp/board").text


def test_what_starts_soon_is_moved_after_a_second_yes(
    client: Client, hands: Hands, db: Session, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    db.add(Publication(conference_id=camp.id, number=1, revision=0, changed_at=make.NOW))
    camp.publishes_live, camp.freeze_minutes = True, 15
    db.flush()
    client.be(people.ada)
    path = f"/camp/board/notes/{notes[0].id}/placement"
    given: dict[str, Any] = {"headers": {"X-CSRF-Token": client.token(), "Accept": "application/json"}}
    place = {"slot": board.slots[0].id, "room": board.rooms[0].id, "revision": 0}
    refused = client.put(path, json=place, **given)
    assert (refused.status_code, refused.get_json()) == (
        409,
        {"error": "10:00 has begun, and everybody would see the change at once.", "revision": 0, "frozen": True},
    )
    page = client.submit(path.replace("placement", "place"), place)
    form = BeautifulSoup(page.text, "html.parser").select_one("[role=alert] form")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
    act(client, str(form["action"]), **{name: value for name, value in fields.items() if name != "csrf_token"})
    assert hands.placed() == {notes[0].id: board.at(0)}
    refused = client.delete(path, json={"revision": 1}, **given)
    assert (refused.status_code, refused.get_json()["error"]) == (
        409, "“Kayaks” has begun, and everybody would see the change at once.",
    )  # fmt: skip
    assert client.delete(path, json={"revision": 1, "anyway": True}, **given).status_code == 200


def test_the_history_is_paged(
    client: Client, hands: Hands, people: Cast, monkeypatch: pytest.MonkeyPatch, board: Grid, notes: list[Note]
) -> None:
    monkeypatch.setattr(history, "PER_PAGE", 2)
    for slot in (0, 1, 0):
        hands.place(notes[0], board.at(slot))
    client.be(people.ada)
    found = [
        [line["id"] for line in read(client, f"{PAGE}?page={page}").select(".past-change")]
        for page in ("1", "2", "99", "-1", "x")
    ]
    assert found == [
        ["change-3", "change-2"],
        ["change-1"],
        ["change-1"],
        ["change-3", "change-2"],
        ["change-3", "change-2"],
    ]


def test_places_that_are_gone_keep_their_names(
    client: Client, hands: Hands, store: Store, camp: Conference, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    hands.place(notes[0], board.at(1, 1))
    with store.writing() as db:
        venue.remove_room(db, camp, people.ada, db.get_one(type(board.rooms[0]), board.rooms[0].id), now=make.NOW)
        venue.remove_slot(db, camp, people.ada, db.get_one(type(board.slots[0]), board.slots[0].id), now=make.NOW)
    assert [moves for _what, moves, _button in told(read(client.be(people.ada)))] == [
        ["Kayaks from 10:00 · Big to 11:00 · Small"],
        ["Kayaks from tray to 10:00 · Big"],
    ]


def test_what_is_no_change_of_this_draft_is_not_here(
    client: Client, db: Session, people: Cast, hands: Hands, board: Grid, notes: list[Note]
) -> None:
    make.conference(db, people.ada, slug="other")
    hands.place(notes[0], board.at(0))
    client.be(people.ada)
    for path in (f"{PAGE}/2/take-back", "/other/board/history/1/take-back", f"{PAGE}/99999999999999999999/bring-back"):
        assert client.submit(path, {}).status_code == 404
    assert hands.placed() == {notes[0].id: Placed(board.slots[0].id, board.rooms[0].id)}


def test_only_organizers_see_and_turn_the_history(
    client: Client, hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    hands.place(notes[0], board.at(0))
    for who, status in ((people.bo, 403), (None, 303)):
        client.be(who)
        assert [client.get(PAGE).status_code, client.submit(f"{PAGE}/1/take-back", {}).status_code] == [status, status]
    assert len(hands.placed()) == 1


def test_a_long_history_asks_no_more_than_a_short_one(
    client: Client, hands: Hands, people: Cast, board: Grid, notes: list[Note]
) -> None:
    client.be(people.ada)
    hands.place(notes[0], board.at(0))
    read(client)
    with counted(client.application) as few:
        read(client)
    for slot in (1, 0, 1, 0):
        hands.place(notes[0], board.at(slot))
        hands.undo()
    read(client)  # what everybody is told the same is remembered from here on
    with counted(client.application) as many:
        read(client)
    assert many.statements == few.statements
