"""/<slug>/organize/pitch: the queue, whose turn it is, and two organizers who press at the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.log.models import Change
from barcamp.schedule.models import Entry
from barcamp.wall import queries, service
from barcamp.wall.errors import NoteIsOff, NothingToPitch, PitchIsOver
from barcamp.wall.models import Note, Pitch, PitchRound
from tests import make
from tests.conftest import Client
from tests.counting import counted
from tests.house.bad_races import at_once
from tests.people import Cast

PITCH = "/camp/organize/pitch"


def titles(db: Session, camp: Conference) -> tuple[str | None, list[str], list[str], list[str]]:
    """Who is on the stage, who waits, who had their turn, and what is not queued."""
    queue = queries.pitch_queue(db, camp, fresh=True)
    now = None if queue.now is None else queue.now.title
    return now, *([one.title for one in part] for part in (queue.waiting, queue.done, queue.loose))  # type: ignore[return-value]


def kinds(db: Session) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in db.scalars(select(Change).order_by(Change.revision))]


@pytest.fixture
def notes(db: Session, camp: Conference, people: Cast) -> list[Note]:
    """Four notes; the first is by somebody who presented last year."""
    old = make.conference(db, people.ada, "old", starts_on=make.DAY - timedelta(days=365), ends_on=make.DAY)
    store_room, slot = make.room(db, old), make.slot(db, old)
    given = make.note(db, old, people.bo, "Last year")
    camp_notes = [
        make.note(db, camp, who, title, posted_at=make.NOW + timedelta(minutes=minute))
        for minute, (who, title) in enumerate(
            ((people.bo, "Kayak"), (people.cy, "Beer"), (people.dee, "Zines"), (None, "Nobody's"))
        )
    ]
    on_the_schedule(db, old, people, given, slot.id, store_room.id)
    return camp_notes


def on_the_schedule(db: Session, old: Conference, people: Cast, note: Note, slot_id: int, room_id: int) -> None:
    db.add(
        Entry(
            note_id=note.id, conference_id=old.id, state="on", slot_id=slot_id, room_id=room_id, room="KEC",
            starts_at=make.NOW, ends_at=make.NOW + timedelta(hours=1), title=note.title, hosts="Bo", sequence=0,
            first_published_at=make.NOW, stamped_at=make.NOW, fragment=b"",
        )
    )  # fmt: skip
    db.flush()


def turn(client: Client, step: str, seen: Note | None, to: Note | None = None) -> int:
    data = {"step": step, "seen": seen.id if seen else 0, **({"to": to.id} if to else {})}
    return client.submit(f"{PITCH}/turn", data).status_code


def test_a_whole_round(client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]) -> None:
    kayak, beer, zines, nobody = notes
    client.be(people.ada)
    assert client.submit(f"{PITCH}/queue").status_code == 303
    assert titles(db, camp) == (None, ["Beer", "Zines", "Kayak", "Nobody's"], [], [])
    assert client.submit(f"{PITCH}/open", {"seconds": "30"}).status_code == 303
    assert titles(db, camp) == ("Beer", ["Zines", "Kayak", "Nobody's"], [], [])

    assert turn(client, "next", beer) == 303
    assert titles(db, camp) == ("Zines", ["Kayak", "Nobody's"], ["Beer"], [])
    assert turn(client, "later", zines) == 303
    assert titles(db, camp) == ("Kayak", ["Nobody's", "Zines"], ["Beer"], [])
    assert turn(client, "to", kayak, zines) == 303
    assert titles(db, camp) == ("Zines", ["Nobody's"], ["Beer", "Kayak"], [])
    assert turn(client, "back", zines) == 303
    assert titles(db, camp) == ("Kayak", ["Nobody's", "Zines"], ["Beer"], [])
    for note in (kayak, nobody, zines):
        assert turn(client, "next", note) == 303
    assert titles(db, camp) == (None, [], ["Beer", "Kayak", "Nobody's", "Zines"], [])
    assert "That was everybody" in client.get(PITCH).text
    assert client.submit(f"{PITCH}/close").status_code == 303
    assert db.scalars(select(PitchRound)).all() == []
    assert kinds(db) == [
        ("pitch-queued", f"round:{camp.id}"), ("pitch-opened", f"note:{beer.id}"), ("pitch-turn", f"note:{zines.id}"),
        ("pitch-turn", f"note:{kayak.id}"), ("pitch-turn", f"note:{zines.id}"), ("pitch-turn", f"note:{kayak.id}"),
        ("pitch-turn", f"note:{nobody.id}"), ("pitch-turn", f"note:{zines.id}"), ("pitch-turn", f"round:{camp.id}"),
        ("pitch-closed", f"round:{camp.id}"),
    ]  # fmt: skip


def test_a_second_round_starts_where_the_first_ended_or_from_the_top(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    client.be(people.ada)
    client.submit(f"{PITCH}/queue")
    client.submit(f"{PITCH}/open", {"seconds": "0"})
    client.submit(f"{PITCH}/close")
    assert titles(db, camp) == (None, ["Zines", "Kayak", "Nobody's"], ["Beer"], [])
    client.submit(f"{PITCH}/open", {"seconds": "0"})
    assert titles(db, camp)[0] == "Zines"
    client.submit(f"{PITCH}/close")
    client.submit(f"{PITCH}/open", {"seconds": "0", "again": "1"})
    assert titles(db, camp) == ("Beer", ["Zines", "Kayak", "Nobody's"], [], [])


def test_the_queue_by_hand(client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]) -> None:
    kayak, beer, zines, _nobody = notes
    client.be(people.ada)
    for note in (kayak, beer, zines, beer):
        assert client.submit(f"{PITCH}/notes/{note.id}/queue").status_code == 303
    assert titles(db, camp)[1:] == (["Kayak", "Beer", "Zines"], [], ["Nobody's"])
    client.submit(f"{PITCH}/notes/{zines.id}/move", {"way": "up"})
    client.submit(f"{PITCH}/notes/{kayak.id}/move", {"way": "up"})  # first already
    client.submit(f"{PITCH}/notes/{kayak.id}/move", {"way": "down"})
    assert titles(db, camp)[1] == ["Zines", "Kayak", "Beer"]
    client.submit(f"{PITCH}/notes/{kayak.id}/unqueue")
    assert titles(db, camp)[1:] == (["Zines", "Beer"], [], ["Kayak", "Nobody's"])
    client.submit(f"{PITCH}/notes/{kayak.id}/queue")
    assert titles(db, camp)[1] == ["Zines", "Beer", "Kayak"]
    assert client.submit(f"{PITCH}/notes/{kayak.id}/move", {"way": "sideways"}).status_code == 400


def test_what_leaves_the_wall_leaves_the_round_and_comes_back_with_it(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    _kayak, beer, zines, _nobody = notes
    client.be(people.ada)
    client.submit(f"{PITCH}/queue")
    client.submit(f"{PITCH}/open", {"seconds": "60"})
    for note in (beer, zines):
        note.hidden_at = make.NOW
    db.flush()
    assert titles(db, camp) == (None, ["Kayak", "Nobody's"], [], [])
    page = client.get(PITCH).text
    assert ("Beer" in page, "Nobody is on the stage" in page) == (False, True)
    assert client.submit(f"{PITCH}/notes/{beer.id}/queue").status_code == 409
    assert turn(client, "next", beer) == 303
    beer.hidden_at = None
    db.flush()
    assert titles(db, camp) == ("Kayak", ["Nobody's"], ["Beer"], [])


def test_a_stale_turn_is_refused_in_words(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    client.be(people.ada)
    client.submit(f"{PITCH}/queue")
    client.submit(f"{PITCH}/open", {"seconds": "60"})
    assert turn(client, "next", notes[1]) == 303
    answer = client.submit(f"{PITCH}/turn", {"step": "next", "seen": notes[1].id})
    alert = BeautifulSoup(answer.text, "html.parser").select_one("[role=alert]")
    assert alert is not None
    assert (answer.status_code, alert.get_text(" ", strip=True)) == (
        409, "The round has moved on already: it is the turn of “Zines”.",
    )  # fmt: skip
    assert titles(db, camp)[0] == "Zines"
    client.submit(f"{PITCH}/close")
    assert turn(client, "next", notes[2]) == 409
    assert client.submit(f"{PITCH}/turn", {"step": "next", "seen": "x"}).status_code == 400


def test_two_organizers_at_once_move_on_once(
    app: Flask, client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    make.role(db, camp, people.bo)
    client.be(people.ada)
    client.submit(f"{PITCH}/queue")
    client.submit(f"{PITCH}/open", {"seconds": "60"})
    press = [("POST", f"{PITCH}/turn", {"step": "next", "seen": notes[1].id})]
    answers = at_once(app, [(people.ada, press), (people.bo, press)])
    assert sorted(answers) == [[303], [409]]
    db.expire_all()
    assert titles(db, camp) == ("Zines", ["Kayak", "Nobody's"], ["Beer"], [])


def test_nothing_queued_is_nothing_to_start(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    client.be(people.ada)
    answer = client.submit(f"{PITCH}/open", {"seconds": "60"})
    assert (answer.status_code, "Nobody waits in the queue." in answer.text) == (409, True)
    assert client.submit(f"{PITCH}/open", {"seconds": "61"}).status_code == 400
    assert (kinds(db), db.scalars(select(PitchRound)).all()) == ([], [])


STEPS = st.lists(
    st.sampled_from(["next", "back", "later", "to", "shuffle", "up", "down", "unqueue", "queue", "close", "open"]),
    max_size=12,
)


@settings(max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, picks=st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_no_one_is_lost_or_doubled(
    store: Store, db: Session, camp: Conference, people: Cast, notes: list[Note], steps: list[str], picks: list[int]
) -> None:
    """Whatever is pressed: everybody is in exactly one place, and no two hold one position."""
    with store.writing() as writing:
        service.queue_all(writing, camp, people.ada, presented_before=set(), now=make.NOW)
    for minute, (step, pick) in enumerate(zip(steps, picks, strict=False)):
        with store.writing() as writing:
            press(writing, camp, people, step, notes[pick], make.NOW + timedelta(minutes=minute))
    db.expire_all()
    now, waiting, done, loose = titles(db, camp)
    assert sorted([*([now] if now else []), *waiting, *done, *loose]) == sorted(note.title for note in notes)
    positions = [one.position for one in db.scalars(select(Pitch).where(Pitch.conference_id == camp.id))]
    assert len(positions) == len(set(positions))
    assert all(position > 0 for position in positions)


def press(db: Session, camp: Conference, people: Cast, step: str, note: Note, now: object) -> None:
    going_on = queries.find_pitch_round(db, camp, fresh=True)
    seen = None if going_on is None else going_on.note_id
    found = queries.find_note(db, camp, note.id)
    assert found is not None
    given = {"now": now}
    try:
        if step in ("next", "back", "later", "to"):
            service.turn(db, camp, people.ada, step, seen=seen, to=note.id, **given)  # type: ignore[arg-type]
        elif step in ("up", "down"):
            service.move_note(db, camp, found, people.ada, step, **given)  # type: ignore[arg-type]
        elif step == "open":
            service.open_round(db, camp, people.ada, 30, again=note.id % 2 == 0, **given)  # type: ignore[arg-type]
        elif step == "shuffle":
            service.shuffle(db, camp, people.ada, seed=note.id, **given)  # type: ignore[arg-type]
        else:
            verb = {"unqueue": service.unqueue_note, "queue": service.queue_note}.get(step)
            if verb is None:
                service.close_round(db, camp, people.ada, **given)  # type: ignore[arg-type]
            else:
                verb(db, camp, found, people.ada, **given)  # type: ignore[arg-type]
    except (NoteIsOff, NothingToPitch, PitchIsOver):
        db.rollback()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_costs_the_same_for_many(
    app: Flask, client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    client.be(people.ada).submit(f"{PITCH}/queue")
    client.get(PITCH)
    with counted(app) as few:
        client.get(PITCH)
    for number in range(12):
        make.note(db, camp, people.bo, f"More {number}", copresenters=("Somebody",))
    client.submit(f"{PITCH}/queue")
    client.get(PITCH)  # what everybody is told the same is remembered from here on
    with counted(app) as many:
        client.get(PITCH)
    assert many.statements == few.statements


def test_phones_see_who_is_pitching(
    client: Client, db: Session, camp: Conference, people: Cast, notes: list[Note]
) -> None:
    def banner() -> str:
        found = BeautifulSoup(client.get("/camp/wall").text, "html.parser").select_one("#pitched")
        assert found is not None
        return found.get_text(" ", strip=True)

    assert banner() == ""
    client.be(people.ada).submit(f"{PITCH}/queue")
    client.submit(f"{PITCH}/open", {"seconds": "60"})
    assert banner() == "Being pitched now: Beer Star “Beer” 0 stars"
    alone = BeautifulSoup(client.be(None).get("/camp/wall/pitched").text, "html.parser").select_one("#pitched b")
    assert alone is not None
    assert alone.text == "Beer"
    notes[1].hidden_at = make.NOW
    db.flush()
    assert banner() == ""
