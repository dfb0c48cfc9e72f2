"""Whatever is edited: exactly that event changes, the same in every feed, and everybody who asks hears of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.people.models import Person
from barcamp.schedule.errors import RuleBroken
from barcamp.schedule.models import Placement
from barcamp.speakers.models import Speaker
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import Note, Star
from tests import make, stage
from tests.conftest import Client
from tests.feeds.reading import Event, events, stamp
from tests.people import Cast
from tests.wall.read import fields

FORMATS = ("talk", "workshop")
TAGS = ("food", "talk", "日本語")
WORDS = ("Haiku", "Kayak; a, b", "Zines\\n", "Rain “again”", "Żółw 🐢", "Bread")


@dataclass
class Site:
    """The camp as it stands, and everything that can be done to it. Each verb returns the UIDs that must change."""

    client: Client
    db: Session
    store: Store
    camp: Conference
    people: Cast
    slots: list[Slot]
    rooms: list[Room]
    notes: list[Note]
    chance: random.Random
    now: datetime = make.NOW
    off: set[str] = field(default_factory=set)

    @property
    def slug(self) -> str:
        return self.camp.slug

    def post(self, who: Any, path: str, data: dict[str, Any] | None = None) -> None:
        answer = self.client.be(who).submit(f"/{self.slug}/{path}", data)
        assert answer.status_code == 303, (path, answer.status, answer.text)
        self.client.be(None)

    def edit(self, note: Note, **changes: Any) -> None:
        page = f"notes/{note.id}/edit"
        form = fields(self.client.be(self.people.ada).get(f"/{self.slug}/{page}"))
        self.post(self.people.ada, page, form | changes)

    def author(self, note: Note) -> Person | None:
        return self.db.get(Person, note.author_id)

    def public(self) -> dict[str, Event]:
        return events(self.client.get(f"/{self.slug}/schedule.ics"))

    def living(self) -> list[Note]:
        seen = self.public()
        return [note for note in self.notes if note.uid in seen and note.uid not in self.off]

    # ---- what may happen

    def rename(self) -> set[str]:
        note = self.chance.choice(self.living())
        title = f"{self.chance.choice(WORDS)} {self.chance.random()}"
        self.edit(note, title=title)
        return {note.uid}

    def describe(self) -> set[str]:
        note = self.chance.choice(self.living())
        self.edit(note, description=f"Words\r\n\r\nX-EVIL:{self.chance.random()}")
        return {note.uid}

    def tag(self) -> set[str]:
        note = self.chance.choice(self.living())
        before = self.public()
        self.edit(note, tags=", ".join(self.chance.sample(TAGS, 2)), format=self.chance.choice(FORMATS))
        return {note.uid} if self.public()[note.uid] != before[note.uid] else set()

    def move(self) -> set[str]:
        note = self.chance.choice(self.living())
        self._place(note)
        return {note.uid} if self._publish() else set()

    def withdraw(self) -> set[str]:
        note = self.chance.choice(self.living())
        self.post(self.author(note), f"notes/{note.id}/withdraw")
        self.off.add(note.uid)
        return {note.uid}

    def restore(self) -> set[str]:
        off = [note for note in self.notes if note.withdrawn_at is not None]
        if not off:
            return set()
        note = self.chance.choice(off)
        self.post(self.author(note), f"notes/{note.id}/restore")
        self._place(note)
        self.off.discard(note.uid)
        return {note.uid} if self._publish() else set()

    def hide(self) -> set[str]:
        note = self.chance.choice(self.living())
        self.post(self.people.ada, f"notes/{note.id}/hide", {"reason": "Twice"})
        return {note.uid}

    def rename_room(self) -> set[str]:
        room = self.chance.choice(self.rooms)
        self.db.refresh(room)
        here = {uid for uid, one in self.public().items() if one.lines["LOCATION"].startswith(f"{_text(room.name)}\\,")}
        form = fields(self.client.be(self.people.ada).get(f"/{self.slug}/organize/rooms/{room.id}"))
        self.post(self.people.ada, f"organize/rooms/{room.id}", form | {"name": f"Room {self.chance.random()}"})
        return here

    def rename_presenter(self) -> set[str]:
        theirs = {note.uid for note in self.notes if note.author_id == self.people.bo.id} & set(self.public())
        answer = self.client.be(self.people.bo).submit("/account/name", {"name": f"Bo {self.chance.random()}"})
        assert answer.status_code == 303
        return theirs

    def change_venue(self) -> set[str]:
        form = fields(self.client.be(self.people.ada).get(f"/{self.slug}/organize/settings"))
        self.post(self.people.ada, "organize/settings", form | {"venue": f"Hall {self.chance.random()}"})
        return set(self.public())

    def change_tagline(self) -> set[str]:
        form = fields(self.client.be(self.people.ada).get(f"/{self.slug}/organize/settings"))
        self.post(self.people.ada, "organize/settings", form | {"tagline": f"Line {self.chance.random()}"})
        return set()

    def change_address(self) -> set[str]:
        before = set(self.public())
        self.post(self.people.ada, "organize/address", {"slug": "den" if self.slug == "camp" else "camp"})
        self.db.expire_all()
        return before

    def star(self) -> set[str]:
        """Nothing public changes."""
        note = self.chance.choice(self.living())
        verb = self.chance.choice(("star", "unstar"))
        self.post(self.people.cy, f"notes/{note.id}/{verb}")
        return set()

    def _place(self, note: Note) -> None:
        taken = {(one.slot_id, one.room_id) for one in self._placements()}
        free = [
            (slot, room) for slot in self.slots for room in self.rooms if (slot.id, room.id) not in taken
        ]  # fmt: skip
        self.chance.shuffle(free)
        for slot, room in free:  # some would give a presenter two sessions at once
            with suppress(RuleBroken):
                return stage.put(self.store, self.camp, self.people.ada, note, slot, room, now=self.now)
        raise AssertionError("no place is free")

    def _placements(self) -> list[Any]:
        return list(self.db.query(Placement))

    def _publish(self) -> bool:
        stage.publish(self.store, self.camp, self.people.ada, now=self.now)
        return True


@pytest.fixture
def site(client: Client, db: Session, store: Store, camp: Conference, people: Cast) -> Site:
    """Nine sessions in three slots and four rooms; bo gives three of them and has a public page; cy has a link."""
    slots, rooms = stage.day(db, camp)
    rooms += [make.room(db, camp, "The cellar", 20), make.room(db, camp, "Attic, left", 20)]
    slots += [make.slot(db, camp, clock) for clock in ("15:00", "16:00")]
    authors = (people.bo, people.dee, make.person(db, "Eve Birch"))
    notes = [
        make.note(db, camp, authors[number % 3], f"{WORDS[number % 6]} {number}", tags=[TAGS[number % 3]])
        for number in range(9)
    ]
    for number, note in enumerate(notes):
        stage.put(store, camp, people.ada, note, slots[number // 3], rooms[number % 3])
    stage.publish(store, camp, people.ada)
    db.add(Speaker(person_id=people.bo.id, slug="bo-finch", public=True, changed_at=make.NOW))
    db.flush()
    for note in notes[::4]:
        make.star(db, note, people.cy)
    return Site(client, db, store, camp, people, slots, rooms, notes, random.Random(0))


VERBS: tuple[Callable[[Site], set[str]], ...] = (
    Site.rename, Site.describe, Site.tag, Site.move, Site.withdraw, Site.restore, Site.hide, Site.rename_room,
    Site.rename_presenter, Site.change_venue, Site.change_tagline, Site.change_address, Site.star,
)  # fmt: skip


def secret_link(site: Site) -> str:
    site.client.be(site.people.cy).submit(f"/{site.slug}/subscribe/links", {"label": "Phone"})
    page = site.client.get(f"/{site.slug}/subscribe").text
    site.client.be(None)
    return page.partition('value="http://127.0.0.1:8000/feeds/')[2].partition('"')[0]


def other_feeds(site: Site, link: str) -> dict[str, set[str]]:
    """The path of each narrower feed, and what must be in it: found in what the schedule's own events say."""
    public = site.public()
    starred = {note.uid for note in site.notes if site.people.cy.id in _fans(site, note)}
    feeds = {f"/feeds/{link}": starred & set(public)}
    for room in site.rooms:
        site.db.refresh(room)
        feeds[f"/{site.slug}/rooms/{room.key}.ics"] = {
            uid for uid, one in public.items() if one.lines["LOCATION"].startswith(f"{_text(room.name)}\\,")
        }
    for tag in (*TAGS, *FORMATS):
        feeds[f"/{site.slug}/tags/{tag}.ics"] = {
            uid for uid, one in public.items() if tag in one.lines["CATEGORIES"].split(",")
        }
    site.db.refresh(site.people.bo)
    feeds["/speakers/bo-finch.ics"] = {
        uid for uid, one in public.items() if f"With {_text(site.people.bo.name)}\\n" in one.lines["DESCRIPTION"]
    }
    return feeds


def _fans(site: Site, note: Note) -> set[int]:
    return {star.person_id for star in site.db.query(Star).filter(Star.note_id == note.id)}


def _text(words: str) -> str:
    return words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


@pytest.mark.parametrize(("database_url", "seed"), [("sqlite", 1), ("postgresql", 4)], indirect=["database_url"])
def test_whatever_is_edited_exactly_that_event_changes_in_all_feeds(site: Site, seed: int) -> None:
    site.chance = random.Random(seed)
    link = secret_link(site)
    steps = [*VERBS, *site.chance.choices(VERBS, k=3)]
    site.chance.shuffle(steps)
    before = {path: site.client.get(path) for path in (f"/{site.slug}/schedule.ics", *other_feeds(site, link))}
    for step in steps:
        site.now += timedelta(seconds=90)
        with time_machine.travel(site.now, tick=False):
            before = _one_step(site, step, link, before)


def _one_step(
    site: Site, step: Callable[[Site], set[str]], link: str, before: dict[str, TestResponse]
) -> dict[str, TestResponse]:
    was = before[f"/{site.slug}/schedule.ics"]
    must_change = step(site)
    feed = f"/{site.slug}/schedule.ics"
    after = {feed: site.client.get(feed)}

    _exactly_these_changed(events(was), events(after[feed]), must_change, step.__name__)
    public = {uid: one.fragment for uid, one in events(after[feed]).items()}
    for path, expected in other_feeds(site, link).items():
        after[path] = site.client.get(path)
        found = {uid: one.shared for uid, one in events(after[path]).items()}
        assert found == {uid: public[uid] for uid in expected}, (step.__name__, path)
    for path in before.keys() & after.keys():
        _told_as_it_is(site.client, path, before[path], after[path])
    return after


def _exactly_these_changed(before: dict[str, Event], after: dict[str, Event], must_change: set[str], verb: str) -> None:
    changed = {uid for uid in before.keys() | after.keys() if before.get(uid) != after.get(uid)}
    assert changed == must_change, verb
    for uid in changed & before.keys() & after.keys():
        old, new = before[uid].lines, after[uid].lines
        assert new["DTSTAMP"] > old["DTSTAMP"], verb
        is_significant = any(old[name] != new[name] for name in ("DTSTART", "DTEND", "SUMMARY", "STATUS"))
        room_moved = old["LOCATION"] != new["LOCATION"] and verb != "change_venue"
        rises = 1 if is_significant or room_moved else 0
        assert int(new["SEQUENCE"]) - int(old["SEQUENCE"]) == rises, verb


def _told_as_it_is(client: Client, path: str, before: TestResponse, after: TestResponse) -> None:
    """Whoever has the feed of before hears of a change by either validator, and of nothing where there is none."""
    same = before.data == after.data
    by_tag = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert (by_tag.status_code == 304) == same, path
    if "Last-Modified" in before.headers:
        by_time = client.get(path, headers={"If-Modified-Since": before.headers["Last-Modified"]})
        assert (by_time.status_code == 304) == same, path
        assert same or stamp(after) > stamp(before), path
