"""/<slug>/organize/address: another web address, after which every old one leads on."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from barcamp.conferences import service
from barcamp.conferences.details import details_of
from barcamp.conferences.errors import SlugTaken
from barcamp.conferences.models import Conference, FormerSlug
from barcamp.db import Store
from barcamp.feeds.moved import follow_base_url
from barcamp.wall.models import Note
from tests import make, stage
from tests.conftest import Client
from tests.feeds.reading import events, stamp
from tests.people import Cast
from tests.speakers import elsewhere
from tests.venue import read

pages_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ADDRESS = "/camp/organize/address"
LATER = make.NOW + timedelta(minutes=30)


def move(client: Client, people: Cast, slug: str, *, at: str = "camp") -> int:
    answer = client.be(people.ada).submit(f"/{at}/organize/address", {"slug": slug})
    client.be(None)
    return answer.status_code


@pytest.fixture
def note(db: Session, store: Store, camp: Conference, people: Cast) -> Note:
    slots, rooms = stage.day(db, camp)
    made = make.note(db, camp, people.bo, "Haiku", tags=["food"])
    stage.put(store, camp, people.ada, made, slots[1], rooms[0])
    stage.publish(store, camp, people.ada)
    return made


@pages_alone
def test_it_moves_and_the_log_says_so(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    answer = client.be(people.ada).submit(ADDRESS, {"slug": "Den/"})
    assert (answer.status_code, answer.location) == (303, "/den/organize/address")
    assert "new address" in client.get("/den/organize/address").text
    line = read.last_line(db)
    assert (line.kind, line.before, line.after) == ("address-changed", {"slug": "camp"}, {"slug": "den"})
    assert (camp.slug, camp.sequence, [one.slug for one in db.scalars(select(FormerSlug))]) == ("den", 1, ["camp"])


@pages_alone
@pytest.mark.parametrize(
    "path",
    [
        "/", "/wall", "/schedule?day=2#x", "/schedule.ics", "/rooms/kec-1001.ics", "/tags/c%2B%2B.ics", "/live?since=3",
        "/changes?since=0&x=%E2%9C%93%20%22", "/notes/1", "/me", "/subscribe?room=a&room=b", "/conduct", "/screen",
    ],
)  # fmt: skip
def test_every_page_and_feed_at_the_old_address_leads_to_the_new(
    client: Client, people: Cast, note: Note, path: str
) -> None:
    assert move(client, people, "den") == 303
    path = path.partition("#")[0]
    for answer in (client.get("/camp" + path), client.head("/camp" + path)):
        assert (answer.status_code, answer.location) == (301, "/den" + path.replace("%2B", "+"))
        assert (answer.headers["Cache-Control"], answer.headers.get("Set-Cookie")) == ("no-cache", None)


@pages_alone
def test_what_is_sent_to_the_old_address_arrives_at_the_new(
    client: Client, db: Session, people: Cast, note: Note
) -> None:
    assert move(client, people, "den") == 303
    client.be(people.cy)
    answer = client.submit(f"/camp/notes/{note.id}/star")
    assert (answer.status_code, answer.location) == (308, f"/den/notes/{note.id}/star")
    headers = {"X-CSRF-Token": client.token(), "Accept": "application/json"}
    answer = client.put(f"/camp/notes/{note.id}/star", headers=headers, follow_redirects=True)
    assert (answer.status_code, answer.json) == (200, {"starred": True, "stars": 1})
    assert client.submit("/camp/wall/notes", {"title": "Kites"}).status_code == 308


@pages_alone
def test_each_session_has_its_new_link_and_nothing_else_is_different(client: Client, people: Cast, note: Note) -> None:
    before = client.get("/camp/schedule.ics")
    with time_machine.travel(LATER, tick=False):
        assert move(client, people, "den") == 303
    after = client.get("/den/schedule.ics")
    (old,), (new,) = events(before).values(), events(after).values()
    assert {name for name in old.lines if old.lines[name] != new.lines[name]} == {
        "DTSTAMP", "LAST-MODIFIED", "URL", "DESCRIPTION",
    }  # fmt: skip
    assert new.lines["URL"] == f"http://127.0.0.1:8000/den/notes/{note.id}"
    assert stamp(after) == "20261121T183000Z"


@pages_alone
def test_a_conference_comes_back_to_its_own_former_address(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    assert [move(client, people, "den"), move(client, people, "camp", at="den")] == [303, 303]
    assert [one.slug for one in db.scalars(select(FormerSlug))] == ["den"]
    assert [client.get(f"/{slug}/wall").status_code for slug in ("camp", "den")] == [200, 301]


@pages_alone
def test_nobody_else_gets_an_address_that_leads_somewhere(
    client: Client, db: Session, camp: Conference, people: Cast
) -> None:
    other = make.conference(db, people.dee, "other", name="Other")
    assert move(client, people, "den") == 303
    with pytest.raises(SlugTaken), client.application.extensions["store"].writing() as writing:
        service.create_conference(writing, people.dee, replace(details_of(other), name="Camp"), slug="camp", now=LATER)
    client.be(people.dee)
    assert client.submit("/other/organize/address", {"slug": "camp"}).status_code == 422
    assert client.submit("/other/organize/address", {"slug": "den"}).status_code == 422
    assert client.get("/camp/wall").location == "/den/wall"


@pages_alone
@pytest.mark.parametrize("slug", ["", "x", "Großes Fest", "wall", "a--b", "-a", "a" * 61, "../x", "ωω"])
def test_what_can_be_no_address_is_shown_again(
    client: Client, db: Session, camp: Conference, people: Cast, slug: str
) -> None:
    assert client.be(people.ada).submit(ADDRESS, {"slug": slug}).status_code == 422
    db.refresh(camp)
    assert camp.slug == "camp"


@pages_alone
def test_the_same_address_again_changes_nothing(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    assert (move(client, people, "camp"), camp.sequence, list(db.scalars(select(FormerSlug)))) == (303, 0, [])


@pages_alone
def test_ten_former_addresses_are_enough(client: Client, db: Session, camp: Conference, people: Cast) -> None:
    for number in range(10):
        assert move(client, people, f"den-{number + 1}", at=camp.slug) == 303
    assert move(client, people, "den-11", at=camp.slug) == 422
    assert move(client, people, "camp", at=camp.slug) == 303  # one's own can be had again


@pages_alone
def test_only_organizers_change_it(client: Client, camp: Conference, people: Cast) -> None:
    assert client.be(people.bo).submit(ADDRESS, {"slug": "den"}).status_code == 403


def test_of_two_who_want_one_address_at_once_one_gets_it(
    app: Flask, db: Session, store: Store, camp: Conference, people: Cast
) -> None:
    """One leaves "camp" while another, who saw it as free a moment later, starts a conference there."""
    details, refused, gate = replace(details_of(camp), name="Second"), [], threading.Barrier(2, timeout=20)

    def leave() -> None:
        with store.writing() as writing:
            gate.wait()
            service.rename_slug(writing, writing.get_one(Conference, camp.id), None, "den", now=LATER)

    def take() -> None:
        gate.wait()
        try:
            with store.writing() as writing:
                service.create_conference(writing, None, details, slug="camp", now=LATER)
        except SlugTaken:
            refused.append("camp")

    threads = [threading.Thread(target=work) for work in (leave, take)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    db.expire_all()
    assert (refused, [one.slug for one in db.scalars(select(Conference))]) == (["camp"], ["den"])


def test_calendars_follow_a_site_that_moves(client: Client, store: Store, camp: Conference, note: Note) -> None:
    before = client.get("/camp/schedule.ics")
    assert follow_base_url(store, now=LATER) == 0
    store.base_url = "https://camp.example"
    assert (follow_base_url(store, now=LATER), follow_base_url(store, now=LATER)) == (1, 0)
    after = client.get("/camp/schedule.ics", headers={"If-Modified-Since": before.headers["Last-Modified"]})
    (old,), (new,) = events(before).values(), events(after).values()
    assert new.lines["URL"] == f"https://camp.example/camp/notes/{note.id}"
    assert (new.lines["UID"], new.lines["SEQUENCE"], new.lines["DTSTAMP"]) == (
        old.lines["UID"], old.lines["SEQUENCE"], "20261121T183000Z",
    )  # fmt: skip


def test_talks_elsewhere_follow_a_site_that_moves(store: Store, people: Cast, db: Session) -> None:
    elsewhere.page_of(db, people.bo)
    talk, own = elsewhere.talk(db, people.bo), elsewhere.talk(db, people.bo, "Geese", url="https://g.example/")
    db.commit()
    assert follow_base_url(store, now=LATER) == 0
    store.base_url = "https://camp.example"
    assert (follow_base_url(store, now=LATER), follow_base_url(store, now=LATER)) == (1, 0)
    db.expire_all()
    assert b"URL:https://camp.example/speakers/" in talk.fragment and b"URL:https://g.example/" in own.fragment
