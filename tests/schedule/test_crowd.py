"""Filling and full: by the stars and who is torn between them, and by the heads that somebody has counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.timetable.problem import Item, Place, Problem, Room, Slot
from barcamp.core.timetable.score import audience
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.schedule import crowd
from barcamp.schedule.models import Entry, HeadCount
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast


@given(
    slots=st.lists(st.integers(0, 2), min_size=1, max_size=6),
    stars=st.lists(st.sets(st.integers(0, 5), max_size=6), max_size=12),
    percent=st.integers(1, 200),
)
def test_it_expects_whom_the_timetable_expects(slots: list[int], stars: list[set[int]], percent: int) -> None:
    stars = [{number for number in mine if number < len(slots)} for mine in stars]
    problem = Problem(
        slots=tuple(Slot(str(n), n) for n in range(3)),
        rooms=tuple(Room(str(n), 10) for n in range(len(slots))),
        items=tuple(Item(str(n)) for n in range(len(slots))),
        stars=tuple(tuple(sorted(mine)) for mine in stars),
        turnout=percent / 100,
    )
    plan = tuple(Place(slot, room) for room, slot in enumerate(slots))
    entries = [
        Entry(note_id=n, starts_at=start, ends_at=start + timedelta(minutes=50))
        for n, start in enumerate(make.NOW + timedelta(hours=slot) for slot in slots)
    ]
    found = crowd.expected(entries, {a: sorted(mine) for a, mine in enumerate(stars)}, percent / 100)
    assert found == pytest.approx(dict(enumerate(audience(problem, plan))))


@pytest.mark.parametrize(
    ("expected", "counted", "seats", "word"),
    [
        (7.9, None, 10, None), (8.0, None, 10, "filling"), (9.9, None, 10, "filling"), (10.0, None, 10, "full"),
        (30.0, 3, 10, None), (0.0, 10, 10, "full"), (30.0, None, None, None),
    ],
)  # fmt: skip
def test_what_is_counted_beats_what_is_expected(
    expected: float, counted: int | None, seats: int | None, word: str | None
) -> None:
    assert crowd.Crowd(expected, counted, seats).fullness == word


@pytest.fixture
def kayak(db: Session, store: Store, camp: Conference, people: Cast) -> Note:
    """In a room of 45, with 36 stars: filling."""
    slots, rooms = stage.day(db, camp)
    note = make.note(db, camp, people.bo, "Kayak", stars=36)
    stage.put(store, camp, people.ada, note, slots[1], rooms[1])
    stage.publish(store, camp, people.ada)
    return note


def said(client: Client, path: str) -> list[str]:
    page = BeautifulSoup(client.get(path).text, "html.parser")
    return sorted({badge.get_text(strip=True) for badge in page.select(".badge")} & {"filling", "full"})


def count(client: Client, who: Person, note: Note, heads: str) -> int:
    return client.be(who).submit(f"/camp/notes/{note.id}/heads", {"heads": heads}).status_code


def test_the_schedule_and_the_note_say_so_and_heads_change_it(
    client: Client, db: Session, camp: Conference, people: Cast, kayak: Note
) -> None:
    note = f"/camp/notes/{kayak.id}"
    assert (said(client, "/camp/schedule"), said(client, note)) == (["filling"], ["filling"])
    assert count(client, people.bo, kayak, "50") == 409  # it has not begun
    with time_machine.travel(make.at("11:20")):
        assert [count(client, who, kayak, "45") for who in (people.cy, people.bo, people.ada)] == [403, 303, 303]
        assert (said(client, "/camp/schedule"), said(client, note)) == (["full"], ["full"])
        assert "45 counted" in client.get(note).text
        assert count(client, people.ada, kayak, "12") == 303
        assert said(client, "/camp/schedule") == []
        assert [count(client, people.ada, kayak, odd) for odd in ("", "-1", "100001", "many")] == [400] * 4
    found = db.get_one(HeadCount, kayak.id)
    assert (found.heads, found.counted_by_id) == (12, people.ada.id)


def test_a_star_goes_on_after_the_stars_have_closed_once_the_schedule_is_out(
    client: Client, db: Session, camp: Conference, people: Cast, kayak: Note
) -> None:
    camp.stars_close_at = make.NOW - timedelta(hours=1)
    unplaced = make.note(db, camp, people.bo, "Not placed")
    db.commit()
    client.be(people.cy)
    assert client.submit(f"/camp/notes/{kayak.id}/star").status_code == 303
    assert client.submit(f"/camp/notes/{unplaced.id}/star").status_code == 303
    with time_machine.travel(make.NOW + timedelta(days=2)):
        assert client.submit(f"/camp/notes/{kayak.id}/unstar").status_code == 409
