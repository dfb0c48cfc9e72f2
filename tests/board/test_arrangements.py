"""Arranging from the board: at once where that is quick, a search in the background, its pages and buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import publishing, search
from barcamp.schedule.draft import placements
from barcamp.schedule.models import Arrangement
from barcamp.schedule.quiet import QUIET
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from barcamp.web.clock import utcnow
from tests import make, stage
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Grid = tuple[list[Slot], list[Room]]


@pytest.fixture
def grid(db: Session, camp: Conference) -> Grid:
    return stage.day(db, camp)


@pytest.fixture
def notes(db: Session, camp: Conference, people: Cast, grid: Grid) -> list[Note]:
    """Eight notes for six places."""
    fans = [make.person(db, f"Fan {number}") for number in range(6)]
    return [
        make.note(
            db, camp, make.person(db, f"Host {n}"), f"Note {n}",
            stars=[fan for f, fan in enumerate(fans) if (n + f) % 3],
        )
        for n in range(8)
    ]  # fmt: skip


def soup(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def banner(page: BeautifulSoup) -> str:
    found = page.select_one("#arrangement")
    assert found is not None
    return " ".join(found.get_text(" ").split())


def buttons(page: BeautifulSoup) -> list[str]:
    return [" ".join(button.get_text(" ").split()) for button in page.select("#arrangement button")]


def seen(client: Client) -> str:
    field = soup(client, "/camp/board/arrangements").select_one("input[name=revision]")
    assert field is not None
    return str(field["value"])


def ask(client: Client, **more: Any) -> str:
    """Ask for a search alone; returns its address."""
    answer = client.submit("/camp/board/arrangements", {"revision": seen(client), "look": "1", **more})
    assert answer.status_code == 303
    return str(answer.location)


def work(client: Client) -> None:
    store: Store = client.application.extensions["store"]
    assert search.search_one(store, clock=utcnow, is_ending=lambda: False)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Budgets that take no time."""
    monkeypatch.setattr("barcamp.core.timetable.solve.usual_moves", lambda _problem: 500)


def test_the_toolbar_arranges_at_once_and_looks_for_better(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], short: None
) -> None:
    client.be(people.ada)
    answer = client.submit("/camp/board/arrangements", {"revision": seen(client)}, follow_redirects=True)
    assert "6 notes placed." in answer.text
    assert len(placements(db, camp)) == 6
    page = BeautifulSoup(answer.text, "html.parser")
    assert (banner(page).startswith("The search begins in a moment."), buttons(page)) == (
        True, ["Stop and keep the best so far"],
    )  # fmt: skip
    work(client)
    states = db.execute(select(Arrangement.state, Arrangement.kind, Arrangement.moves, Arrangement.asked_by_id)).one()
    assert tuple(states) == ("done", "fresh", 500, people.ada.id)
    assert "arrangement" in banner(soup(client, "/camp/board"))


def test_where_everybody_gets_everything_nothing_more_is_looked_for(
    client: Client, db: Session, camp: Conference, people: Cast, grid: Grid
) -> None:
    make.note(db, camp, people.bo, stars=2)
    client.be(people.ada)
    client.submit("/camp/board/arrangements", {"revision": seen(client)})
    assert (len(placements(db, camp)), db.scalars(select(Arrangement.id)).all()) == (1, [])


def test_arranging_never_makes_the_board_worse(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], short: None
) -> None:
    client.be(people.ada)
    client.submit("/camp/board/arrangements", {"revision": seen(client)})
    before = placements(db, camp)
    again = client.submit("/camp/board/arrangements", {"revision": seen(client)}, follow_redirects=True)
    assert "The board stays as it is" in again.text
    assert placements(db, camp) == before
    stale = client.submit("/camp/board/arrangements", {"revision": 0})
    assert stale.status_code == 409


def test_a_big_conference_is_arranged_by_the_worker_alone(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], short: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("barcamp.board.routes.arrangements.QUICK", 7)
    client.be(people.ada)
    answer = client.submit("/camp/board/arrangements", {"revision": seen(client), "effort": "ten", "seed": "3"})
    arrangement = db.scalars(select(Arrangement)).one()
    assert answer.location == f"/camp/board/arrangements/{arrangement.id}"
    assert (arrangement.moves, arrangement.seed, placements(db, camp)) == (5000, 3, {})


def test_the_page_shows_now_and_then_and_use_it_makes_it_the_draft(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], short: None
) -> None:
    address = ask(client.be(people.ada))
    running = soup(client, address)
    assert running.select_one("#arrangement[data-arranging] progress") is not None
    work(client)
    page = soup(client, address)
    assert page.select_one("[data-arranging]") is None
    assert banner(page).startswith(
        "A better arrangement was found. 6 more notes have a place"
    )  # fmt: skip
    assert buttons(page) == ["Use it", "Leave it"]
    rows = {
        row.select("th")[0].get_text(): [cell.get_text() for cell in row.select("td")]
        for row in page.select("tbody tr")
    }
    assert rows["Notes without a place"] == ["8", "2"]
    assert rows["Starred sessions that can be attended"][0] == "0.0 %"
    assert len(page.select(".move-list li")) == 6
    assert all("not placed" in item.get_text(" ") for item in page.select(".move-list li"))
    used = client.submit(f"{address}/use", {"plan": "0"}, follow_redirects=True)
    assert "6 notes placed." in used.text
    assert len(placements(db, camp)) == 6
    assert banner(soup(client, address)) == "This arrangement has been used."
    assert client.submit(f"{address}/use").status_code == 409


def test_large_numbers_are_written_as_readers_write_them(
    client: Client, db: Session, people: Cast, notes: list[Note], short: None
) -> None:
    address = ask(client.be(people.ada))
    work(client)
    (row,) = db.scalars(select(Arrangement))
    assert row.found is not None
    best = row.found["plans"][0]
    best["figures"] |= {"seated_pct": 50.0, "possible": 68_000}
    row.found = {**row.found, "before": {**row.found["before"], "missed_full": 1_250}, "plans": [best]}
    db.flush()
    page = soup(client, address)
    assert "34,000 more starred sessions can be attended" in banner(page).split(" · ")
    outside = next(row for row in page.select("tbody tr") if "outside full rooms" in row.get_text())
    assert [cell.get_text() for cell in outside.select("td")] == ["1,250", str(round(best["figures"]["missed_full"]))]


def test_stop_and_leave(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], short: None
) -> None:
    address = ask(client.be(people.ada))
    assert client.submit(f"{address}/stop", {"on": "board"}).location == "/camp/board"
    assert banner(soup(client, address)) == "This arrangement was left."  # nobody had begun with it
    other = ask(client, seed="2")
    work(client)
    assert client.submit(f"{other}/leave").location == "/camp/board"
    assert (client.submit(f"{other}/leave").status_code, placements(db, camp)) == (409, {})


def test_after_a_move_by_hand_what_was_found_is_refused_and_a_new_search_is_offered(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, grid: Grid, notes: list[Note],
    short: None,
) -> None:  # fmt: skip
    address = ask(client.be(people.ada))
    work(client)
    stage.put(store, camp, people.bo, notes[7], grid[0][0], grid[1][1])
    refused = client.submit(f"{address}/use")
    page = BeautifulSoup(refused.text, "html.parser")
    alert = page.select_one("[role=alert]")
    assert alert is not None
    assert (refused.status_code, "Bo Finch has just" in alert.get_text(" ")) == (409, True)
    assert buttons(page) == ["Arrange again from here", "All right"]
    again = page.select_one("#arrangement form")
    assert again is not None
    fields = {str(field["name"]): str(field["value"]) for field in again.select("input")}
    assert client.submit(str(again["action"]), fields).status_code == 303
    assert db.scalars(select(Arrangement.state).order_by(Arrangement.id)).all() == ["discarded", "waiting"]
    assert list(placements(db, camp)) == [notes[7].id]


def test_a_search_that_nobody_works_on_says_so(
    client: Client, db: Session, people: Cast, notes: list[Note], short: None
) -> None:
    address = ask(client.be(people.ada))
    db.scalars(select(Arrangement)).one().asked_at -= timedelta(seconds=30)
    db.flush()
    page = soup(client, address)
    assert "Nobody is working on this search: the jobs worker is not running" in banner(page)
    assert buttons(page) == ["Stop and keep the best so far", "All right"]


def test_a_repair_shows_a_curve_and_each_point_can_be_used(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, grid: Grid, notes: list[Note],
    short: None,
) -> None:  # fmt: skip
    slots, rooms = grid
    client.be(people.ada)
    assert "Look for the fewest moves" in soup(client, "/camp/board/repair").get_text()
    for number, (slot, room) in enumerate((slot, room) for slot in slots[:2] for room in rooms):
        stage.put(store, camp, people.ada, notes[number], slot, room)
    rooms[0].equipment, notes[0].needs = [], ["projector"]
    rooms[1].equipment = ["projector"]
    db.flush()
    assert client.submit("/camp/board/repair", {"revision": seen(client)}).location == "/camp/board/repair"
    work(client)
    page = soup(client, "/camp/board/repair")
    assert "The search has ended. Choose how much may move." in banner(page)
    points = page.select(".curve-point")
    title = points[0].select_one("h2")
    assert title is not None and title.get_text() == "Nothing else moves"
    assert "Note 0" in points[0].get_text()
    board_page = soup(client, "/camp/board")
    assert "A repair waits for you." in banner(board_page)
    form = points[0].select_one("form")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    assert client.submit(str(form["action"]), fields).location == "/camp/board"
    assert placements(db, camp)[notes[0].id].room == rooms[1].id


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"revision": "x"}, 400),
        ({"revision": "0", "effort": "for ever"}, 422),
        ({"revision": "0", "seed": "9" * 40}, 422),
        ({"revision": "0", "seed": "1\x00"}, 422),
    ],
)
def test_a_form_that_makes_no_sense_starts_nothing(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], fields: dict[str, str], status: int
) -> None:
    answer = client.be(people.ada).submit("/camp/board/arrangements", fields)
    assert (answer.status_code, placements(db, camp), db.scalars(select(Arrangement.id)).all()) == (status, {}, [])


@pytest.mark.parametrize(
    ("percent", "status", "kept"), [("70", 303, 70), ("0", 422, 100), ("x", 422, 100), ("301", 422, 100)]
)
def test_turnout(
    client: Client, db: Session, camp: Conference, people: Cast, percent: str, status: int, kept: int
) -> None:
    answer = client.be(people.ada).submit("/camp/board/turnout", {"percent": percent})
    assert (answer.status_code, db.get_one(Conference, camp.id).turnout_percent) == (status, kept)
    if status == 422:
        field = BeautifulSoup(answer.text, "html.parser").select_one("#percent")
        assert field is not None and field["value"] == percent


def test_someone_elses_search_is_not_there(
    client: Client, db: Session, people: Cast, notes: list[Note], short: None
) -> None:
    number = ask(client.be(people.ada)).rpartition("/")[2]
    make.conference(db, people.dee, slug="other")
    client.be(people.dee)
    address = f"/other/board/arrangements/{number}"
    answers = [client.get(address), *(client.submit(f"{address}/{verb}") for verb in ("stop", "use", "leave"))]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    assert db.scalars(select(Arrangement.state)).one() == "waiting"


def test_only_organizers_search(client: Client, people: Cast, notes: list[Note], short: None) -> None:
    address = ask(client.be(people.ada))
    pages = ("/camp/board/arrangements", address, "/camp/board/repair")
    assert [client.be(people.bo).get(page).status_code for page in pages] == [403, 403, 403]


def test_the_page_of_a_search_asks_the_same_for_few_notes_and_many(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note], short: None
) -> None:
    address = ask(client.be(people.ada))
    work(client)
    with counted(client.application) as few:
        soup(client, address)
    for number in range(8):
        make.note(db, camp, make.person(db, f"More {number}"), f"More {number}", stars=2, tags=["a"])
    address = ask(client, seed="2")
    work(client)
    with counted(client.application) as many:
        soup(client, address)
    assert many.statements == few.statements


def test_published_live_what_was_arranged_at_once_goes_public_too(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast, grid: Grid, notes: list[Note]
) -> None:
    slots, rooms = grid
    stage.put(store, camp, people.ada, notes[0], slots[0], rooms[0])
    stage.publish(store, camp, people.ada)
    camp.publishes_live = True
    db.flush()
    client.be(people.ada)
    client.submit("/camp/board/arrangements", {"revision": seen(client)})
    assert publishing.publish_due(store, now=utcnow() + QUIET) == 1
