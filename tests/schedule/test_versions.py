"""Earlier versions: readable as the public saw them, compared, and brought back into the draft."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.schedule import queries, versions
from barcamp.schedule.draft import Placed, placements
from barcamp.schedule.versions import VersionLine
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast

LATER = make.NOW + timedelta(minutes=30)


@pytest.fixture
def slots(db: Session, camp: Conference) -> list[Slot]:
    return [make.slot(db, camp, clock) for clock in ("11:00", "13:00")]


@pytest.fixture
def rooms(db: Session, camp: Conference) -> list[Room]:
    return [make.room(db, camp, name, position=place) for place, name in enumerate(("KEC 1001", "KEC 1003"))]


@pytest.fixture
def notes(
    db: Session, store: Store, camp: Conference, people: Cast, slots: list[Slot], rooms: list[Room]
) -> list[Note]:
    """Version 1 has kayaks and kites; in version 2 the kayaks have moved, the kites are gone and knots are new."""
    kayaks, kites, knots = (
        make.note(db, camp, who, title)
        for who, title in ((people.bo, "Kayaks"), (people.cy, "Kites"), (people.dee, "Knots"))
    )
    stage.put(store, camp, people.ada, kayaks, slots[0], rooms[0])
    stage.put(store, camp, people.ada, kites, slots[0], rooms[1])
    stage.publish(store, camp, people.ada)
    stage.put(store, camp, people.ada, kayaks, slots[1], rooms[0])
    stage.take_off(store, camp, people.ada, kites)
    stage.put(store, camp, people.ada, knots, slots[0], rooms[0])
    stage.publish(store, camp, people.ada, LATER)
    return [kayaks, kites, knots]


def words(text: str) -> str:
    return " ".join(BeautifulSoup(text, "html.parser").get_text(" ").split())


def test_the_list_says_who_when_and_how_much(db: Session, camp: Conference, people: Cast, notes: list[Note]) -> None:
    assert versions.newest(db, camp) == [
        VersionLine(2, LATER, "Ada Oak", 3, 2),
        VersionLine(1, make.NOW, "Ada Oak", 2, 2),
    ]
    assert (versions.newest(db, camp, limit=1, offset=1)[0].number, versions.count(db, camp)) == (1, 2)


def test_a_version_says_what_it_said_whatever_came_after(
    db: Session, camp: Conference, slots: list[Slot], rooms: list[Room], notes: list[Note]
) -> None:
    notes[0].title, rooms[0].name = "Canoes", "KEC 9"
    db.delete(rooms[1])
    slots[0].starts_at += timedelta(minutes=5)
    db.flush()
    first = versions.scheduled(versions.find_version(db, camp, 1))
    assert [(one.title, one.spot.starts_at, one.spot.room) for one in first] == [
        ("Kayaks", make.at("11:00"), "KEC 1001"), ("Kites", make.at("11:00"), "KEC 1003"),
    ]  # fmt: skip


def test_two_versions_differ_by_what_moved_went_and_came(db: Session, camp: Conference, notes: list[Note]) -> None:
    first, second = versions.find_version(db, camp, 1), versions.find_version(db, camp, 2)

    def told(old: object, new: object) -> list[tuple[str, str]]:
        return [(step.kind, step.title) for step in versions.steps(old, new)]  # type: ignore[arg-type]

    assert told(first, second) == [("added", "Knots"), ("cancelled", "Kites"), ("moved", "Kayaks")]
    assert told(second, first) == [("moved", "Kayaks"), ("cancelled", "Knots"), ("added", "Kites")]
    assert told(None, first) == [("added", "Kayaks"), ("added", "Kites")]
    assert (told(first, first), told(first, None)) == ([], [("cancelled", "Kayaks"), ("cancelled", "Kites")])


def test_a_version_brought_back_is_a_draft_until_it_is_published(
    db: Session, store: Store, camp: Conference, people: Cast, client: Client, slots: list[Slot], rooms: list[Room],
    notes: list[Note],
) -> None:  # fmt: skip
    kayaks, kites, _knots = notes
    page = client.be(people.ada).get("/camp/organize/versions/1")
    revision = BeautifulSoup(page.text, "html.parser").select_one("form[action$=restore] [name=revision]")
    assert revision is not None
    answer = client.submit("/camp/organize/versions/1/restore", {"revision": revision["value"]})
    assert (answer.status_code, answer.location) == (303, "/camp/organize/publish")
    assert placements(db, camp) == {
        kayaks.id: Placed(slots[0].id, rooms[0].id), kites.id: Placed(slots[0].id, rooms[1].id)
    }  # fmt: skip
    publication = queries.find_publication(db, camp)
    assert publication is not None
    assert publication.number == 2
    preview = words(client.get("/camp/organize/publish").text)
    assert ("The board is as version 1 was." in preview, "3 changes" in preview) == (True, True)
    assert stage.publish(store, camp, people.ada, LATER) == 3
    first, _second, third = (versions.find_version(db, camp, number) for number in (1, 2, 3))
    assert versions.steps(first, third) == []


def test_bringing_back_on_a_stale_page_changes_nothing(
    db: Session, store: Store, camp: Conference, people: Cast, client: Client, slots: list[Slot], rooms: list[Room],
    notes: list[Note],
) -> None:  # fmt: skip
    seen = queries.draft_revision(db, camp)
    stage.put(store, camp, people.ada, notes[1], slots[1], rooms[1])
    before = placements(db, camp)
    answer = client.be(people.ada).submit("/camp/organize/versions/1/restore", {"revision": str(seen)})
    assert (answer.status_code, "Nothing was changed" in answer.text) == (409, True)
    assert placements(db, camp) == before
    assert client.submit("/camp/organize/versions/1/restore", {"revision": "x"}).status_code == 400


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_pages_show_it_to_organizers_alone(client: Client, people: Cast, notes: list[Note]) -> None:
    client.be(people.ada)
    shown = words(client.get("/camp/organize/versions/1").text)
    assert [part in shown for part in ("by Ada Oak", "Kayaks", "3 changes from here to version 2", "KEC 1003")] == [
        True
    ] * 4
    current = words(client.get("/camp/organize/versions/2").text)
    assert [part in current for part in ("This is what everybody sees now.", "3 changes since version 1")] == [True] * 2
    assert words(client.get("/camp/organize/versions").text).count("Ada Oak") >= 2
    assert [
        client.get(f"/camp/organize/versions{end}").status_code for end in ("/3", "/0", f"/{9 * 10**17}", "/x")
    ] == [404] * 4
    assert [client.get(f"/camp/organize/versions?page={page}").status_code for page in ("0", "-1", "9" * 30, "x")] == [
        200
    ] * 4
    for who in (people.dee, people.bo):
        assert client.be(who).get("/camp/organize/versions/1").status_code == 403
        assert client.submit("/camp/organize/versions/1/restore").status_code == 403
