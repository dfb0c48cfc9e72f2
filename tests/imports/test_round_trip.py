"""What one site publishes, another one imports and publishes: the same schedule, by each format.

The site that exports has a database of its own; the one that imports runs on both kinds.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import find_conference
from barcamp.core.program import Program
from barcamp.db import Store
from barcamp.feeds import program
from barcamp.imports import queries, reading, service
from barcamp.people.models import Person
from barcamp.schedule import publishing
from barcamp.schedule.models import Cell, Placement
from barcamp.settings import Settings
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import CoPresenter, Note, NoteTag
from tests import make

TAGS = ("c++", "social-tech", "日本", "a.b")
FORMATS = ("schedule.ics", "schedule.xml?breaks=1", "schedule.json?breaks=1")
HOSTILE = (
    "Haiku, semicolons; and \\backslashes\\", "x X-EVIL:1", "<b>not bold</b> & co", "שלום עולם", "👩‍👩‍👧 with family",
    "]]> -- <!DOCTYPE x>", "100 % {sure}", "“Quoted”", "'; DROP TABLE note; --", "=SUM(A1)",
)  # fmt: skip


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path, sqlite_template: Path, app: Flask) -> Iterator[Flask]:
    """Another site, with a database of its own."""
    path = tmp_path / "elsewhere.sqlite3"
    shutil.copy(sqlite_template, path)
    made = create_app(replace(settings, data=tmp_path / "elsewhere", database_url=f"sqlite:///{path}"))
    yield made
    made.extensions["hub"].close()
    made.extensions["store"].dispose()


def exported(site: Flask, slug: str, address: str) -> bytes:
    answer = site.test_client().get(f"/{slug}/{address}")
    assert answer.status_code == 200
    return bytes(answer.get_data())


def published(store: Store, slug: str) -> Program:
    with store.reading() as db:
        standing = program.find_standing(db, slug)
        assert standing is not None
        return program.read(db, standing)


def bring(store: Store, slug: str, who: Person, content: bytes) -> list[str]:
    """Import a file and publish; returns what is not taken or was not understood."""
    with store.writing() as db:
        camp = find_conference(db, slug)
        assert camp is not None
        asked = service.ask(db, camp, who, "file", content, now=make.NOW).id
    assert reading.read_waiting(store, clock=lambda: make.NOW) == 1
    with store.writing() as db:
        camp = find_conference(db, slug)
        assert camp is not None
        row = queries.find_import(db, camp, asked, whole=True)
        assert row is not None and row.state == "ready", row and row.report
        plan = service.preview(db, camp, row, now=make.NOW)
        said = [*row.report["said"], *plan.said] if row.report else []
        service.take(db, camp, who, asked, digest=plan.digest, now=make.NOW)
        publishing.publish(db, camp, who, now=make.NOW)
    return [words.format(**facts) for words, facts in said]


def seen(found: Program, *, seats: bool, pauses: bool, links: bool) -> dict[str, Any]:
    """What a schedule says, without numbers and addresses of its site."""
    talks = [
        (
            talk.uid, talk.starts_at, talk.ends_at, talk.room, talk.title, talk.description, talk.kind, talk.tags,
            talk.presenters, *((talk.slides_url, talk.recording_url) if links else ()),
        )
        for talk in found.talks
        if talk.status == "CONFIRMED"
    ]  # fmt: skip
    used = {talk.room for talk in found.talks if talk.status == "CONFIRMED"}
    rooms = {(room.name, room.seats if seats else None) for room in found.rooms if seats or room.name in used}
    return {"talks": sorted(talks), "rooms": rooms, "pauses": found.pauses if pauses else None}


def compare(source: Program, target: Program, address: str) -> None:
    """An iCalendar has no seats, no breaks, no links to slides, and no rooms in which nothing is."""
    whole = not address.endswith(".ics")
    there, here = (seen(one, seats=whole, pauses=whole, links=whole) for one in (source, target))
    assert set(there["talks"]) ^ set(here["talks"]) == set()
    assert there == here


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("address", FORMATS)
def test_the_demo(store: Store, db: Session, elsewhere: Flask, address: str) -> None:
    runner = elsewhere.test_cli_runner()
    for command in (["demo", "--size", "camp"], ["arrange", "beaver", "--moves", "20000"], ["publish", "beaver"]):
        assert runner.invoke(args=command).exit_code == 0
    source = published(elsewhere.extensions["store"], "beaver")
    assert len(source.talks) > 20
    ada = make.person(db, "Ada Oak")
    make.conference(db, ada, "otter", name="Beaver BarCamp, again", starts_on=source.starts_on, ends_on=source.ends_on)

    said = bring(store, "otter", ada, exported(elsewhere, "beaver", address))
    assert said == []
    compare(source, published(store, "otter"), address)


@pytest.mark.parametrize(("seed", "address"), list(enumerate(FORMATS)))
def test_made_up_conferences(store: Store, db: Session, elsewhere: Flask, address: str, seed: int) -> None:
    there: Store = elsewhere.extensions["store"]
    days = (date(2026, 10, 24), date(2026, 10, 25))  # the clocks go back in Berlin in the night between
    with there.writing() as writing:
        ada = make.person(writing, "Ada Oak")
        camp = make.conference(
            writing, ada, zone="Europe/Berlin", starts_on=days[0], ends_on=days[1], venue="Hall, with a comma"
        )
        make_up(writing, camp, days, random.Random(seed))
    with there.writing() as writing:
        publishing.publish(writing, writing.get_one(Conference, camp.id), None, now=make.NOW)
    source = published(there, "camp")
    here = make.person(db, "Bo Finch")
    make.conference(db, here, "otter", zone="Europe/Berlin", starts_on=days[0], ends_on=days[1], venue="Elsewhere")

    said = bring(store, "otter", here, exported(elsewhere, "camp", address))
    assert said == []
    compare(source, published(store, "otter"), address)


def make_up(db: Session, camp: Conference, days: tuple[date, ...], luck: random.Random) -> None:
    """Two days of a grid with breaks, talks of one to three slots, hostile words, all in the draft."""
    rooms = [
        make.room(db, camp, name, 10 * number + 10) for number, name in enumerate(("KEC, left", "KEC, right", "Ω"))
    ]
    people = [f"Person {number}" for number in range(60)]
    for day in days:
        blocks = []
        clock = make.at("08:00" if day.day == 24 else "01:00", day, camp.zone)
        for length, pause in ((luck.choice((25, 45, 50)), luck.choice((0, 5, 10, 15))) for _block in range(3)):
            block: list[Slot] = []
            for _slot in range(luck.randint(2, 4)):
                block.append(Slot(conference_id=camp.id, starts_at=clock, ends_at=clock + timedelta(minutes=length)))
                clock = block[-1].ends_at + timedelta(minutes=pause)
            start = block[-1].ends_at
            clock = start + timedelta(minutes=30)
            db.add_all(
                [*block, Slot(conference_id=camp.id, starts_at=start, ends_at=clock, kind="break", name="Tea & <cake>")]
            )
            blocks.append(block)
        db.flush()
        for block in blocks:
            fill(db, camp, block, rooms, people, luck)


def fill(
    db: Session, camp: Conference, block: list[Slot], rooms: list[Room], people: list[str], luck: random.Random
) -> None:
    free = list(people)
    for room in rooms:
        number = 0
        while number < len(block):
            length = min(luck.choice((1, 1, 2, 3)), len(block) - number)
            if luck.random() < 0.8:
                names = [free.pop(luck.randrange(len(free))) for _name in range(luck.randint(0, 3))]
                note = Note(
                    uid=str(uuid4()), conference_id=camp.id, title=luck.choice(HOSTILE), length=length,
                    description=luck.choice(("", "Some *words*.\n\n- a list\n- of two", "a < b && c > d")),
                    format=luck.choice(("talk", "discussion", "workshop")), posted_at=make.NOW,
                    copresenters=[CoPresenter(position=at, name=name) for at, name in enumerate(names)],
                    tags=[NoteTag(tag=tag) for tag in luck.sample(TAGS, luck.randint(0, 3))],
                    slides_url="https://slides.example/1" if luck.random() < 0.3 else "",
                )  # fmt: skip
                db.add(note)
                db.flush()
                db.add(Placement(note_id=note.id, conference_id=camp.id, slot_id=block[number].id, room_id=room.id))
                db.flush()
                db.add_all(
                    Cell(slot_id=slot.id, room_id=room.id, note_id=note.id) for slot in block[number : number + length]
                )
            number += length
    db.flush()
