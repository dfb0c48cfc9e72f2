"""Clients that keep a copy transfer what was edited and nothing else: the real vdirsyncer, and one as on phones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people import service as persons
from barcamp.people.models import Person
from barcamp.schedule.publishing import follow
from tests import make
from tests.conftest import Client
from tests.core.readers import strict
from tests.feeds import edges
from tests.feeds.edges import Edges
from tests.feeds.editing import EDITS, NO_EDITS, Desk
from tests.feeds.mirrors import NOTHING, Subscriber, Transfers, Vdirsyncer, served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SLUG = "lord-howe"
FEED = f"/{SLUG}/schedule.ics"


@pytest.fixture(scope="module")
def sqlite_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each test's database is a copy of."""
    return edges.template(sqlite_template, tmp_path_factory.mktemp("edges"), secret_key="k" * 32)


@pytest.fixture
def site(database_url: str, sqlite_template: Path) -> Edges:
    """As it stands in the database."""
    return edges.of(sqlite_template)


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@dataclass
class Copies:
    """A feed as it is, and both clients' copies of it."""

    client: Client
    path: str
    mirror: Vdirsyncer
    phone: Subscriber
    pages: frozenset[str] = frozenset()

    def sync(self, edited: set[int]) -> None:
        """Both bring over what of `edited` is in the feed, and throw away what of it was; and nothing else."""
        before, after = self.pages, frozenset(event.url for event in strict(self.client.get(self.path).data).events)
        pages = {one for one in before | after if int(one.rpartition("/")[2]) in edited}
        assert before ^ after <= pages, self.path
        assert self.mirror.sync() == Transfers(after & pages, before & pages), self.path  # a new one for an old one
        assert self.phone.sync() == Transfers(after & pages, before - after), self.path
        assert set(self.phone.kept.values()) == set(fragments(self.client.get(self.path).data)), self.path
        self.pages = after


def page(note_id: int, slug: str) -> str:
    return f"http://127.0.0.1:8000/{slug}/notes/{note_id}"


def fragments(feed: bytes) -> list[bytes]:
    events = feed.split(b"BEGIN:VEVENT\r\n")[1:]
    return [b"BEGIN:VEVENT\r\n" + event.removesuffix(b"END:VCALENDAR\r\n") for event in events]


def copies(client: Client, url: str, folder: Path, *paths: str) -> list[Copies]:
    """Of each of the feeds, filled by a first run."""
    made = []
    for number, path in enumerate(paths):
        copy = Copies(client, path, Vdirsyncer(url + path, folder / str(number)), Subscriber(url + path))
        expected = frozenset(event.url for event in strict(client.get(path).data).events)
        assert copy.mirror.sync() == copy.phone.sync() == Transfers(expected)
        assert expected
        copy.pages = expected
        made.append(copy)
    return made


def test_a_first_run_brings_all_a_second_one_nothing_and_an_edit_what_was_edited(
    client: Client, site: Edges, store: Store, url: str, tmp_path: Path
) -> None:
    (copy,) = copies(client, url, tmp_path, FEED)
    assert (copy.mirror.sync(), copy.phone.sync(), copy.phone.answers) == (NOTHING, NOTHING, [200, 304])
    desk = Desk.of(store, SLUG)
    for edit in EDITS:
        edited = edit(desk)
        assert len(edited) == 1 or edit is Desk.rename_room, edit.__name__
        copy.sync(edited)
        copy.sync(set())
        assert copy.phone.answers[-2:] == [200, 304], edit.__name__
    for edit in NO_EDITS:
        assert edit(desk) == set()
        copy.sync(set())


def test_a_week_of_edits_is_no_more_to_transfer_than_was_edited(
    client: Client, site: Edges, store: Store, url: str, tmp_path: Path
) -> None:
    paths = (FEED, site.agendas[SLUG], f"/{SLUG}/tags/c++.ics", f"/{SLUG}/rooms/room-1.ics", "/london/schedule.ics")
    kept = copies(client, url, tmp_path, *paths)
    chance = random.Random(5)
    desk = Desk.of(store, SLUG, seed=5)
    for _half_day in range(14):
        edits: list[Callable[[Desk], set[int]]] = chance.choices([*EDITS, *NO_EDITS], k=chance.randrange(4))
        edited = {note for edit in edits for note in edit(desk)}
        for copy in kept:
            copy.sync(edited)


def test_a_speaker_with_another_name_is_one_event_at_each_conference(
    client: Client, site: Edges, store: Store, url: str, tmp_path: Path
) -> None:
    """In their own feed, three events say it, and what they give elsewhere stays as it is."""
    kept = copies(client, url, tmp_path, *(f"/{slug}/schedule.ics" for slug in edges.ZONES))
    own = Subscriber(f"{url}/speakers/uma-lind.ics")
    assert len(own.sync().brought) == len(edges.ZONES) + 1  # those elsewhere have one page, hers
    hers = {one.slug: one.note_id for one in site.sessions if one.host == edges.UMA}
    assert list(hers) == list(edges.ZONES)
    with store.writing() as db:
        uma = db.scalars(select(Person).where(Person.name == edges.UMA)).one()
        persons.rename(db, uma, "Uma Fern")
        db.flush()
        for camp in db.scalars(select(Conference)):
            follow(db, camp, uma, now=make.NOW)
    for copy, note in zip(kept, hers.values(), strict=True):
        copy.sync({note})
    assert own.sync() == Transfers(frozenset(page(note, slug) for slug, note in hers.items()))
