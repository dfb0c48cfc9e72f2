"""The pages of lightning blocks: making, filling, changing and ending them, and the block as a card of the board."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.schedule.models import Placement
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note, Star
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast

NEW = {"title": "Lightning talks", "talk_minutes": "5", "length": "1"}


@dataclass(frozen=True)
class Fair:
    """Three lightning talks, starred by 1, 3 and 2 people, and somewhere to give them."""

    slots: list[Slot]
    rooms: list[Room]
    talks: list[Note]


@pytest.fixture
def fair(db: Session, camp: Conference, people: Cast, client: Client) -> Fair:
    slots, rooms = stage.day(db, camp)
    fans = [make.person(db, f"Fan {n}") for n in range(3)]
    talks = [
        make.note(db, camp, author, title, format="lightning", stars=fans[:stars])
        for author, title, stars in ((people.bo, "Moss", 1), (people.cy, "Fern", 3), (people.dee, "Reed", 2))
    ]
    client.be(people.ada)
    return Fair(slots, rooms, talks)


def page(client: Client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def made(db: Session) -> Note:
    """The one block there is."""
    return db.scalars(select(Note).where(Note.talk_minutes.is_not(None), Note.withdrawn_at.is_(None))).one()


def gather(client: Client) -> None:
    assert client.submit("/camp/board/blocks", {**NEW, "gather": "1"}).status_code == 303


def line_up(client: Client, block: Note) -> list[list[str]]:
    """Begin and title of each talk on the block's page."""
    turns = page(client, f"/camp/board/blocks/{block.id}").select(".turns li")
    return [[part.get_text() for part in turn.select(".line-up-time, .line-up-words a")] for turn in turns]


def test_the_board_offers_to_gather_what_is_in_no_block(client: Client, fair: Fair, db: Session) -> None:
    tray = page(client, "/camp/board").select_one(".tray-blocks")
    assert tray is not None
    assert "3 lightning talks without a block" in tray.get_text()
    form = tray.select_one("form")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input[name]")}
    response = client.submit(str(form["action"]), {name: fields[name] for name in fields if name != "csrf_token"})
    assert response.status_code == 303
    assert line_up(client, made(db)) == [["1.", "Fern"], ["2.", "Reed"], ["3.", "Moss"]]


def test_a_block_is_one_card_of_the_board(client: Client, fair: Fair, db: Session) -> None:
    gather(client)
    block = made(db)
    board = page(client, f"/camp/board?note={block.id}")
    assert [card["data-card"] for card in board.select("[data-card]")] == [str(block.id)]
    opened = board.select_one(".opened")
    assert opened is not None
    assert [link.get_text() for link in opened.select(".line-up a")] == ["Fern", "Reed", "Moss"]
    assert "3 talks · 3 stars" in opened.get_text()


def test_talks_begin_one_after_the_other_where_the_block_stands(
    client: Client, fair: Fair, db: Session, camp: Conference
) -> None:
    gather(client)
    block = made(db)
    client.submit(
        f"/camp/board/notes/{block.id}/place",
        {"slot": fair.slots[1].id, "room": fair.rooms[0].id, "revision": _revision(client)},
    )
    assert line_up(client, block) == [["11:00", "Fern"], ["11:05", "Reed"], ["11:10", "Moss"]]


def _revision(client: Client) -> str:
    """What the forms of the board carry."""
    field = page(client, "/camp/board").select_one("input[name=revision]")
    assert field is not None
    return str(field["value"])


def test_a_talk_goes_out_and_comes_in_by_a_press(client: Client, fair: Fair, db: Session) -> None:
    gather(client)
    block, fern = made(db), fair.talks[1]
    where = f"/camp/board/blocks/{block.id}/talks/{fern.id}"
    out = client.submit(f"{where}/take-out", {"back": "board"})
    assert (out.status_code, out.location) == (303, f"/camp/board?note={block.id}#card-{block.id}")
    assert [title for _when, title in line_up(client, block)] == ["Reed", "Moss"]
    back = client.submit(f"{where}/put-in")
    assert (back.status_code, back.location) == (303, f"/camp/board/blocks/{block.id}")
    assert [title for _when, title in line_up(client, block)] == ["Fern", "Reed", "Moss"]


def test_new_lightning_talks_are_added_to_the_block(
    client: Client, fair: Fair, db: Session, camp: Conference, people: Cast
) -> None:
    gather(client)
    make.note(db, camp, people.cy, "Peat", format="lightning")
    tray = page(client, "/camp/board").select_one(".tray-blocks")
    assert tray is not None
    assert "1 lightning talk without a block" in tray.get_text()
    client.submit(f"/camp/board/blocks/{made(db).id}/fill")
    assert [title for _when, title in line_up(client, made(db))] == ["Fern", "Reed", "Moss", "Peat"]


def test_a_refusal_is_said_on_the_page_of_the_block(client: Client, fair: Fair, db: Session) -> None:
    client.submit("/camp/board/blocks", {**NEW, "talk_minutes": "15", "title": "Short"})
    block = made(db)
    for talk in fair.talks:
        client.submit(f"/camp/board/blocks/{block.id}/talks/{talk.id}/put-in")
    assert [title for _when, title in line_up(client, block)] == ["Fern", "Reed", "Moss"]
    answer = client.submit(f"/camp/board/blocks/{block.id}/fill")
    assert answer.status_code == 409
    alert = BeautifulSoup(answer.text, "html.parser").select_one("[role=alert]")
    assert alert is not None
    assert "No lightning talk is without a block." in alert.get_text()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": "   "}, "Please fill this in."),
        ({"title": "\x00\x07"}, "Please fill this in."),
        ({"title": "x" * 121}, "Please keep this to 120 characters."),
        ({"talk_minutes": ""}, "Please fill this in."),
        ({"talk_minutes": "2"}, "Please give a number from 3 to 15."),
        ({"talk_minutes": "16"}, "Please give a number from 3 to 15."),
        ({"talk_minutes": "9" * 40}, "Please give a number from 3 to 15."),
        ({"talk_minutes": "five"}, "Not a valid integer value."),
        ({"length": "5"}, "Not a valid choice."),
        ({"length": ""}, "Invalid Choice: could not coerce."),
    ],
)
def test_bad_input_is_refused_and_kept(
    client: Client, fair: Fair, db: Session, wrong: dict[str, str], said: str
) -> None:
    answer = client.submit("/camp/board/blocks", {**NEW, "title": "Kept words", **wrong, "gather": "1"})
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "html.parser")
    assert said in shown.get_text()
    kept = shown.select_one("input[name=title]")
    assert kept is not None
    if "title" not in wrong:
        assert kept["value"] == "Kept words"
    assert db.scalars(select(Note).where(Note.talk_minutes.is_not(None))).all() == []


def test_too_long_a_block_is_refused_in_words(client: Client, fair: Fair, db: Session) -> None:
    answer = client.submit("/camp/board/blocks", {**NEW, "length": "4", "gather": "1"})
    assert answer.status_code == 409
    assert "No stretch of the day is that many slots long." in answer.text


def test_a_block_is_changed_unless_somebody_was_faster(client: Client, fair: Fair, db: Session) -> None:
    gather(client)
    block = made(db)
    seen = page(client, f"/camp/board/blocks/{block.id}").select_one("input[name=seen]")
    assert seen is not None
    sent = {"title": "Sparks", "talk_minutes": "10", "length": "2", "seen": str(seen["value"])}
    assert client.submit(f"/camp/board/blocks/{block.id}", sent).status_code == 303
    db.expire_all()
    assert (block.title, block.talk_minutes, block.length) == ("Sparks", 10, 2)
    late = client.submit(f"/camp/board/blocks/{block.id}", {**sent, "title": "Flashes"})
    assert late.status_code == 409
    assert "Sparks" in late.text and 'value="Flashes"' in late.text
    db.expire_all()
    assert block.title == "Sparks"


def test_an_ended_block_is_gone_and_its_talks_are_single_notes(client: Client, fair: Fair, db: Session) -> None:
    gather(client)
    block = made(db)
    assert client.submit(f"/camp/board/blocks/{block.id}/end").status_code == 303
    for path in ("", "/fill", "/end", f"/talks/{fair.talks[0].id}/put-in"):
        assert client.submit(f"/camp/board/blocks/{block.id}{path}", NEW).status_code == 404
    assert client.get(f"/camp/board/blocks/{block.id}").status_code == 404
    cards = page(client, "/camp/board").select("[data-card]")
    assert sorted(int(str(card["data-card"])) for card in cards) == sorted(talk.id for talk in fair.talks)


def test_blocks_and_talks_of_other_conferences_are_not_there(
    client: Client, fair: Fair, db: Session, people: Cast
) -> None:
    gather(client)
    block = made(db)
    other = make.conference(db, people.ada, "other")
    stranger = make.note(db, other, people.bo, "Elsewhere", format="lightning")
    assert client.get(f"/other/board/blocks/{block.id}").status_code == 404
    assert client.submit(f"/other/board/blocks/{block.id}/fill").status_code == 404
    assert client.submit(f"/camp/board/blocks/{block.id}/talks/{stranger.id}/put-in").status_code == 404
    assert client.submit(f"/camp/board/blocks/{fair.talks[0].id}/fill").status_code == 404


def test_only_organizers_touch_blocks(client: Client, fair: Fair, db: Session, people: Cast) -> None:
    gather(client)
    block = made(db)
    client.be(people.cy)
    assert client.get("/camp/board/blocks").status_code == 403
    assert client.submit(f"/camp/board/blocks/{block.id}/end").status_code == 403
    assert client.submit("/camp/board/blocks", {**NEW, "gather": "1"}).status_code == 403


def test_a_block_is_no_note_to_read_or_to_star(client: Client, fair: Fair, db: Session, people: Cast) -> None:
    gather(client)
    block = made(db)
    assert client.get(f"/camp/notes/{block.id}").location == f"/camp/board/blocks/{block.id}"
    client.be(people.bo)
    assert client.get(f"/camp/notes/{block.id}").location == f"/camp/schedule#session-{block.id}"
    client.submit(f"/camp/notes/{block.id}/star")
    client.submit(f"/camp/notes/{block.id}/withdraw")
    db.expire_all()
    assert block.withdrawn_at is None
    assert db.scalars(select(Star).where(Star.note_id == block.id)).all() == []
    assert "Lightning talks" not in page(client, "/camp/wall").get_text()


def test_the_schedule_shows_a_block_with_its_line_up(
    client: Client, fair: Fair, db: Session, camp: Conference, people: Cast
) -> None:
    gather(client)
    block = made(db)
    stage.put(client.application.extensions["store"], camp, people.ada, block, fair.slots[1], fair.rooms[0])
    stage.publish(client.application.extensions["store"], camp, people.ada)
    client.be(people.bo)
    cell = page(client, "/camp/schedule").select_one(f"#session-{block.id}")
    assert cell is not None
    assert [line.get_text() for line in cell.select(".line-up-time")] == ["11:00", "11:05", "11:10"]
    assert [link.get_text() for link in cell.select(".line-up a")] == ["Fern", "Reed", "Moss"]


def test_a_published_block_of_hidden_talks_is_still_no_note_to_open_or_to_star(
    client: Client, fair: Fair, db: Session, camp: Conference, people: Cast
) -> None:
    gather(client)
    block = made(db)
    stage.put(client.application.extensions["store"], camp, people.ada, block, fair.slots[1], fair.rooms[0])
    stage.publish(client.application.extensions["store"], camp, people.ada)
    for talk in fair.talks:
        client.submit(f"/camp/notes/{talk.id}/hide", {"reason": "Spam"})
    for who in (people.bo, None):
        cell = page(client.be(who), "/camp/schedule").select_one(f"#session-{block.id}")
        assert cell is not None
        assert cell.get_text(" ", strip=True) == "Lightning talks"
        assert cell.select("a, form, button") == []


def test_my_day_has_a_starred_talk_at_its_minute(
    client: Client, fair: Fair, db: Session, camp: Conference, people: Cast
) -> None:
    gather(client)
    stage.put(client.application.extensions["store"], camp, people.ada, made(db), fair.slots[1], fair.rooms[0])
    stage.publish(client.application.extensions["store"], camp, people.ada)
    make.star(db, fair.talks[2], people.cy)
    client.be(people.cy)  # who gives Fern and starred Reed
    day = page(client, "/camp/me")
    assert [title.get_text() for title in day.select(".entry-title")] == ["Fern", "Reed"]
    headings = [" ".join(title.get_text().split()) for title in day.select(".time-heading h3")]
    assert headings[-2:] == ["11:00 – 11:05 next", "11:05 – 11:10"]


def test_the_screens_show_the_block_and_the_talk_that_is_on(
    client: Client, fair: Fair, db: Session, camp: Conference, people: Cast
) -> None:
    gather(client)
    block = made(db)
    stage.put(client.application.extensions["store"], camp, people.ada, block, fair.slots[0], fair.rooms[0])
    stage.publish(client.application.extensions["store"], camp, people.ada)
    client.be(None)
    for path in ("/camp/screen?show=now", f"/camp/screen?room={fair.rooms[0].key}"):
        screen = page(client, path)
        assert [title.get_text() for title in screen.select(".entry-title")] == ["Lightning talks"]
        hosts = screen.select_one(".entry-hosts")
        assert hosts is not None
        assert hosts.get_text() == "Fern · Cy Reed"


def test_a_withdrawn_talk_leaves_the_block_and_an_empty_one_the_board(
    client: Client, fair: Fair, db: Session, people: Cast
) -> None:
    gather(client)
    block = made(db)
    client.submit(
        f"/camp/board/notes/{block.id}/place",
        {"slot": fair.slots[1].id, "room": fair.rooms[0].id, "revision": _revision(client)},
    )
    for who, talk in zip((people.bo, people.cy, people.dee), fair.talks, strict=True):
        client.be(who).submit(f"/camp/notes/{talk.id}/withdraw")
    assert db.scalars(select(Placement)).all() == []
    client.be(people.ada)
    assert line_up(client, block) == []
    assert page(client, "/camp/board").select("[data-card]") == []
