"""GET /<slug>/notes/<id>: a note's page for life."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.people import Cast
from tests.wall import read

#: Pages alone: what the database does for them is shown for both kinds elsewhere.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def facts(client: Client, path: str) -> dict[str, str]:
    rows = read.page(client.get(path)).select("main dl.facts > div")
    return {read.words(row.select_one("dt")): read.words(row.select_one("dd")) for row in rows}


def test_it_says_everything(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    room, slot, gone = make.room(db, camp), make.slot(db, camp, "11:00"), make.slot(db, camp, "13:00")
    note = make.note(
        db, camp, people.bo, "Sourdough", description="# Bring\n\n**flour** and [this](https://example.org)", length=2,
        needs=["projector", "kitchen"], step_free=True, wanted_room_id=room.id, wanted_slot_id=slot.id, away=[gone],
        tags=("food",), copresenters=("Wen Zed",), stars=2,
    )  # fmt: skip
    path = f"/camp/notes/{note.id}"
    page = read.page(client.get(path))
    assert read.words(page.select_one("h1")) == "Sourdough"
    assert page.select_one("title") is not None
    assert read.words(page.select_one("title")) == "Sourdough · Otter BarCamp"
    prose = page.select_one(".prose")
    assert prose is not None
    assert [str(part) for part in prose.contents if str(part).strip()] == [
        "<h2>Bring</h2>",
        '<p><strong>flour</strong> and <a href="https://example.org" rel="nofollow ugc noopener">this</a></p>',
    ]
    assert read.words(page.select_one(".note-hosts")) == "Bo Finch, Wen Zed"
    assert [(read.words(tag), tag["href"]) for tag in page.select("a.note-tag")] == [
        ("Talk", "/camp/wall?format=talk"),
        ("#food", "/camp/wall?tag=food"),
    ]
    assert read.words(page.select_one(".star-count")) == "2"
    public = {
        "Length": "2 slots (100 minutes)", "Needs": "Projector, Kitchen", "Access": "A room without steps",
        "Would like": "KEC 1001, Sat, Nov 21, 11:00 – 11:50",
    }  # fmt: skip
    assert facts(client, path) == public
    everything = public | {"Cannot": "Sat, Nov 21, 13:00 – 13:50"}
    assert facts(client.be(people.cy), path) == public
    assert facts(client.be(people.bo), path) == everything
    assert facts(client.be(people.ada), path) == everything


def test_links_that_run_are_only_text(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    words = "[a](javascript:alert(1)) <img src=x onerror=alert(1)> [b](data:text/html,x) ![c](https://x.example/c.png)"
    note = make.note(db, camp, people.bo, "Links", description=words)
    prose = read.page(client.get(f"/camp/notes/{note.id}")).select_one(".prose")
    assert prose is not None
    assert prose.select("a, img, script") == []


def test_the_star_depends_on_who_looks(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo, "Kayaks", stars=[people.cy])
    path = f"/camp/notes/{note.id}"

    def star(who: object) -> tuple[str, str]:
        page = read.page(client.get(path))
        button, link = page.select_one("button.star"), page.select_one("a.star")
        if button is not None:
            return "button", str(button["aria-pressed"])
        return ("link", str(link["href"])) if link is not None else ("none", "")

    assert star(client.be(people.cy)) == ("button", "true")
    assert star(client.be(people.dee)) == ("button", "false")
    assert star(client.be(people.bo)) == ("none", "")
    assert star(client.be(None)) == ("link", f"/camp/walk-in?next={path}")
    camp.stars_close_at = make.NOW
    db.flush()
    assert star(client.be(people.cy)) == ("none", "")


def test_nobody_sees_who_starred(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    fans = [make.person(db, f"Secret Fan {number}") for number in range(3)]
    note = make.note(db, camp, people.bo, "Kayaks", stars=fans)
    for who in (people.ada, people.bo, people.cy, None):
        for path in (f"/camp/notes/{note.id}", "/camp/wall"):
            assert "Secret Fan" not in client.be(who).get(path).text


def test_a_guest_gets_no_form_and_no_cookie(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo, "Kayaks")
    answer = client.get(f"/camp/notes/{note.id}")
    assert (answer.headers.getlist("Set-Cookie"), read.page(answer).select("form")) == ([], [])


def test_what_each_may_do_is_offered(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    """What stands beside the note; its panels (hosting, merging, order, questions) have tests of their own."""
    note = make.note(db, camp, people.bo, "Kayaks")
    path = f"/camp/notes/{note.id}"

    def offers() -> list[str]:
        page = read.page(client.get(path))
        actions = [str(form["action"]) for form in page.select("main form:not(.star-form, section *)")]
        links = [str(link["href"]) for link in page.select("main .buttons a:not(section *)")]
        return [address.removeprefix(path) for address in links + actions]

    assert (client.be(None), offers())[1] == []
    assert (client.be(people.cy), offers())[1] == []
    assert (client.be(people.bo), offers())[1] == ["/links", "/edit", "/withdraw"]
    assert (client.be(people.ada), offers())[1] == ["/edit"]
    note.withdrawn_at = make.NOW
    db.flush()
    assert (client.be(people.bo), offers())[1] == ["/links", "/edit", "/restore"]
    note.hidden_at = make.NOW
    db.flush()
    assert (client.be(people.ada), offers())[1] == ["/edit", "/show"]


def test_it_is_found_at_its_own_conference_only(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    note = make.note(db, camp, people.bo, "Kayaks")
    make.conference(db, people.dee, "other")
    paths = (f"/other/notes/{note.id}", "/camp/notes/0", "/camp/notes/-1", f"/camp/notes/0{note.id}", "/camp/notes/x")
    assert [client.get(path).status_code for path in paths] == [404] * 5
    assert client.get("/camp/notes/999999999999999999").status_code == 404


def test_a_note_whose_person_left(client: Client, db: Session, camp: Conference) -> None:
    note = make.note(db, camp, None, "Left behind", edited_at=make.NOW + timedelta(minutes=1))
    page = read.page(client.get(f"/camp/notes/{note.id}"))
    assert read.words(page.select_one(".note-hosts")) == "someone"
    assert "by an organizer" not in page.text


def test_it_costs_the_same_queries_with_much_on_it(
    app: Flask, client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    slots = [make.slot(db, camp, f"{hour}:00") for hour in range(9, 18)]
    room = make.room(db, camp)
    little = make.note(db, camp, people.bo, "Little")
    much = make.note(
        db, camp, people.bo, "Much", tags=tuple("abcdef"), copresenters=tuple("abcdef"), away=slots[:8], stars=5,
        wanted_room_id=room.id, wanted_slot_id=slots[8].id,
    )  # fmt: skip
    client.be(people.cy)

    def cost(note_id: int) -> int:
        client.get(f"/camp/notes/{note_id}")  # what everybody is told the same is remembered from here on
        with counted(app) as count:
            assert client.get(f"/camp/notes/{note_id}").status_code == 200
        return count.statements

    assert cost(much.id) == cost(little.id)
