"""A feed that has changed says so: whatever shows on a speaker's page changes the ETag, and moves Last-Modified on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.core.spans import span_words
from barcamp.db import Store
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.schedule import publishing
from barcamp.speakers import formats, queries, service, talks
from barcamp.speakers import page as pages
from barcamp.speakers.page import Line
from barcamp.speakers.queries import Standing
from barcamp.speakers.talks import TalkContent
from barcamp.wall import service as wall
from tests import make, stage
from tests.conftest import Client
from tests.people import Cast
from tests.speakers.talks import page

LATER = make.NOW + timedelta(minutes=5)


def written(store: Store, slug: str) -> tuple[Standing, bytes]:
    """How a page stands, and what its JSON says now."""
    with store.reading() as db:
        standing, speaker = queries.find_standing(db, slug), queries.find_speaker(db, slug)
        assert standing is not None
        assert speaker is not None
        given_here = queries.given_here(db, speaker.person_id)
        lines = pages.lines(speaker, given_here, queries.talks(db, speaker.person_id), "http://x.example")
        card = formats.Card(standing.name, "http://x.example/s", speaker.bio, "", (), standing.picture or "", make.NOW)
        return standing, formats.write_json(card, lines)


class Scene:
    """Bo's page, a session of Bo's with Cy as co-host, and ways to change what shows."""

    def __init__(self, db: Session, store: Store, camp: Conference, people: Cast) -> None:
        self.db, self.store, self.camp, self.people = db, store, camp, people
        self.slots, self.rooms = stage.day(db, camp)
        self.note = make.note(db, camp, people.bo)
        make.cohost(db, self.note, people.cy)
        stage.put(store, camp, people.ada, self.note, self.slots[0], self.rooms[0])
        stage.publish(store, camp, people.ada)
        page(db, people.bo)
        page(db, people.cy, "cy-reed")
        with store.writing() as writing:
            self.talk_id = talks.add(
                writing, people.bo.id, TalkContent("Kites", "Rivercon", make.DAY, make.DAY), now=make.NOW
            ).id
            talks.add(writing, people.cy.id, TalkContent("Boats", "Rivercon", make.DAY, make.DAY), now=make.NOW)

    def change_note(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self.note, name, value)
        self.db.flush()
        with self.store.writing() as writing:
            camp = writing.get_one(Conference, self.camp.id)
            log.write(writing, camp, None, "note-edited", f"note:{self.note.id}", now=LATER)
            publishing.refresh(writing, camp, now=LATER)

    def move(self) -> None:
        stage.put(self.store, self.camp, self.people.ada, self.note, self.slots[1], self.rooms[1], now=LATER)
        stage.publish(self.store, self.camp, self.people.ada, now=LATER)

    def rename_cohost(self) -> None:
        self.people.cy.name = "Cy Roe"
        self.change_note()

    def change_talk(self) -> None:
        with self.store.writing() as writing:
            talk = queries.find_talk_of(writing, self.people.bo.id, self.talk_id)
            assert talk is not None
            there = TalkContent.of(talk)
            content = TalkContent("Kites again", "Rivercon", make.DAY, make.DAY)
            talks.change(writing, talk, content, seen=there.edition, now=LATER)

    def remove_talk(self) -> None:
        with self.store.writing() as writing:
            talk = queries.find_talk_of(writing, self.people.bo.id, self.talk_id)
            assert talk is not None
            talks.remove(writing, talk, now=LATER)

    def change_bio(self) -> None:
        with self.store.writing() as writing:
            speaker = queries.find_own(writing, self.people.bo.id)
            assert speaker is not None
            service.change_profile(
                writing, speaker, slug="bo-finch", bio="Hello", links=[], visits_open=True, now=LATER
            )  # fmt: skip

    def put_picture(self) -> None:
        with self.store.writing() as writing:
            speaker = queries.find_own(writing, self.people.bo.id)
            assert speaker is not None
            service.put_picture(writing, speaker, b"picture", "image/jpeg", now=LATER)

    def slides(self) -> None:
        self.note.slides_url = "https://slides.example/"
        self.db.flush()
        with self.store.writing() as writing:
            service.touch_presenters(writing, self.note.id, now=LATER)


CHANGES: dict[str, Callable[[Scene], None]] = {
    "renamed": lambda scene: scene.change_note(title="Senryu"),
    "moved": Scene.move,
    "withdrawn": lambda scene: scene.change_note(withdrawn_at=LATER),
    "hidden": lambda scene: scene.change_note(hidden_at=LATER),
    "co-host renamed": Scene.rename_cohost,
    "talk changed": Scene.change_talk,
    "talk removed": Scene.remove_talk,
    "bio": Scene.change_bio,
    "picture": Scene.put_picture,
    "slides": Scene.slides,
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_shows_changes_the_standing(
    db: Session, store: Store, camp: Conference, people: Cast, change: str
) -> None:
    scene = Scene(db, store, camp, people)
    before, bytes_before = written(store, "bo-finch")
    assert written(store, "bo-finch") == (before, bytes_before)
    CHANGES[change](scene)
    after, bytes_after = written(store, "bo-finch")
    assert bytes_after != bytes_before
    assert after != before
    assert (before.changed_at, after.changed_at) == (make.NOW, LATER)


def test_who_leaves_a_session_has_another_page_and_it_says_when(
    client: Client, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    scene = Scene(db, store, camp, people)
    before, bytes_before = written(store, "cy-reed")
    assert client.be(people.cy).submit(f"/camp/notes/{scene.note.id}/host/leave").status_code == 303
    after, bytes_after = written(store, "cy-reed")
    assert bytes_after != bytes_before
    assert after != before
    assert after.changed_at > before.changed_at


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_name_shows_at_once(client: Client, db: Session, people: Cast) -> None:
    page(db, people.bo)
    before = client.get("/speakers/bo-finch.json")
    client.be(people.bo).submit("/account/name", {"name": "Bo Wren"})
    after = client.get("/speakers/bo-finch.json", headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.get_json()["name"]) == (200, "Bo Wren")


def test_what_others_do_leaves_the_standing_alone(db: Session, store: Store, camp: Conference, people: Cast) -> None:
    Scene(db, store, camp, people)
    before = written(store, "bo-finch")
    other = make.conference(db, people.ada, "other")
    with store.writing() as writing:
        log.write(writing, writing.get_one(Conference, other.id), None, "note-edited", "note:1", now=LATER)
        talks.add(writing, people.cy.id, TalkContent("Rafts", "Rivercon", make.DAY, make.DAY), now=LATER)
        wall.post_note(
            writing, writing.get_one(Conference, camp.id), writing.get_one(Person, people.dee.id),
            wall.NoteContent("New"), now=LATER,
        )  # fmt: skip
    assert written(store, "bo-finch") == before


# ---- lines, without a database ---------------------------------------------------------------------------------------


def line(title: str, starts_on: date, days: int, conference: str, hour: int | None) -> Line:
    starts_at = (
        None if hour is None else datetime(starts_on.year, starts_on.month, starts_on.day, hour, tzinfo=make.NOW.tzinfo)
    )
    ends_at = None if starts_at is None else starts_at + timedelta(minutes=50)
    return Line(
        uid=title, title=title, conference=conference, place="", starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days), at=f"talk-{title}", starts_at=starts_at, ends_at=ends_at,
        zone=None if hour is None else "UTC",
    )  # fmt: skip


LINES = st.lists(
    st.builds(
        line,
        st.integers(1, 10**6).map(str),
        st.dates(date(2020, 1, 1), date(2023, 12, 31)),
        st.integers(0, 3),
        st.sampled_from(["Rivercon", "RIVERCON", "Pondcamp"]),
        st.none() | st.integers(0, 23),
    ),
    max_size=12,
    unique_by=lambda one: one.uid,
)


@given(LINES, st.datetimes(datetime(2020, 1, 1), datetime(2024, 1, 9)))  # noqa: DTZ001
def test_every_talk_is_shown_once_and_each_half_is_in_its_order(lines: list[Line], naive: datetime) -> None:
    now = naive.replace(tzinfo=make.NOW.tzinfo)
    coming, over = pages.split(pages.stops(lines), now)
    shown = [line for stop in (*coming, *over) for line in stop.lines]
    assert sorted(one.uid for one in shown) == sorted(one.uid for one in lines)
    assert all(not stop.first.is_over(now) for stop in coming)
    assert all(stop.first.is_over(now) for stop in over)
    starts = [stop.first.starts_on for stop in coming]
    assert starts == sorted(starts)
    years = [(-stop.first.starts_on.year, stop.first.starts_on) for stop in over]
    assert years == sorted(years)
    for stop in (*coming, *over):
        assert len({(one.starts_on, one.ends_on, one.conference.casefold()) for one in stop.lines}) == 1
        times = [one.starts_at for one in stop.lines if one.starts_at]
        assert times == sorted(times)


@given(LINES)
def test_the_order_in_which_talks_were_typed_changes_no_days(lines: list[Line]) -> None:
    days = [span_words(stop.first.starts_on, stop.first.ends_on) for stop in pages.stops(lines)]
    assert [span_words(stop.first.starts_on, stop.first.ends_on) for stop in pages.stops(lines[::-1])] == days
