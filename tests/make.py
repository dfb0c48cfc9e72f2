"""Things for tests, one function each: `make.note(db, camp, bo, "Haiku")`. What is not given is plain and valid.

`db` is the test's autocommit session (conftest.py): what is made here is there at once for everybody.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference, Role, RoleKind
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.registration.models import Registration
from barcamp.venue.models import Room, Slot
from barcamp.wall.models import CoHost, Comment, CoPresenter, Note, NoteAway, NoteTag, Star

ZONE = "America/Los_Angeles"
DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)  # 10:00 at the camp


def at(clock: str, day: date = DAY, zone: str = ZONE) -> datetime:
    """The instant of a wall time at the camp: at("13:00")."""
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def person(db: Session, name: str, **given: Any) -> Person:
    address = given.pop("email", f"{name.lower().replace(' ', '.')}@example.org")
    made = Person(name=name, email=address, email_key=address.casefold(), created_at=NOW, **given)
    db.add(made)
    db.flush()
    return made


def conference(db: Session, organizer: Person | None = None, slug: str = "camp", **given: Any) -> Conference:
    values: dict[str, Any] = {
        "name": "Otter BarCamp", "tagline": "One day, one building, your topics", "starts_on": DAY, "ends_on": DAY,
        "zone": ZONE, "venue": "Otter Hall", "address": "1 River Road", "shirt_sizes": ["S", "M", "L"],
        "created_at": NOW, "stamped_at": NOW,
    }  # fmt: skip
    made = Conference(slug=slug, **values | given)
    db.add(made)
    db.flush()
    log.begin(db, made)
    if organizer is not None:
        role(db, made, organizer)
    return made


def role(db: Session, camp: Conference, who: Person, kind: RoleKind = "organizer") -> Role:
    made = Role(conference_id=camp.id, person_id=who.id, kind=kind)
    db.add(made)
    db.flush()
    return made


def room(db: Session, camp: Conference, name: str = "KEC 1001", seats: int = 50, **given: Any) -> Room:
    made = Room(conference_id=camp.id, name=name, key=name.lower().replace(" ", "-"), seats=seats, **given)
    db.add(made)
    db.flush()
    return made


def slot(db: Session, camp: Conference, clock: str = "11:00", minutes: int = 50, **given: Any) -> Slot:
    starts = at(clock, given.pop("day", DAY))
    made = Slot(conference_id=camp.id, starts_at=starts, ends_at=starts + timedelta(minutes=minutes), **given)
    db.add(made)
    db.flush()
    return made


def note(db: Session, camp: Conference, author: Person | None, title: str = "Haiku", **given: Any) -> Note:
    """A note; `stars=` is a number of stars by people made for it, or a list of people."""
    stars, tags = given.pop("stars", 0), given.pop("tags", ())
    names, away = given.pop("copresenters", ()), given.pop("away", ())
    made = Note(
        uid=str(uuid4()), conference_id=camp.id, author_id=None if author is None else author.id, title=title,
        search=title.casefold(), **{"posted_at": NOW} | given,
    )  # fmt: skip
    db.add(made)
    db.flush()
    db.add_all(NoteTag(note_id=made.id, tag=tag) for tag in tags)
    db.add_all(CoPresenter(note_id=made.id, position=place, name=name) for place, name in enumerate(names))
    db.add_all(NoteAway(note_id=made.id, slot_id=gone.id) for gone in away)
    fans = stars if isinstance(stars, list) else [person(db, f"Fan {made.id}-{number}") for number in range(stars)]
    for fan in fans:
        star(db, made, fan)
    db.flush()
    return made


def star(db: Session, on: Note, who: Person) -> Star:
    made = Star(note_id=on.id, person_id=who.id, at=NOW)
    on.star_count += 1
    db.add(made)
    db.flush()
    return made


def comment(db: Session, on: Note, author: Person | None, text: str = "When?", **given: Any) -> Comment:
    made = Comment(
        note_id=on.id, author_id=None if author is None else author.id, text=text, **{"posted_at": NOW} | given
    )  # fmt: skip
    db.add(made)
    db.flush()
    return made


def cohost(db: Session, on: Note, who: Person, **given: Any) -> CoHost:
    made = CoHost(note_id=on.id, person_id=who.id, **{"joined_at": NOW} | given)
    db.add(made)
    db.flush()
    return made


def walk_in(db: Session, name: str) -> Person:
    """Somebody who gave a name alone."""
    made = Person(name=name, created_at=NOW)
    db.add(made)
    db.flush()
    return made


def registration(db: Session, camp: Conference, who: Person, **given: Any) -> Registration:
    change = log.write(db, camp, who, "registered", f"person:{who.id}", now=NOW)
    values: dict[str, Any] = {
        "state": "coming", "queued_revision": change.revision, "registered_at": NOW, "conduct_agreed_at": NOW,
    }  # fmt: skip
    made = Registration(conference_id=camp.id, person_id=who.id, **values | given)
    db.add(made)
    db.flush()
    return made
