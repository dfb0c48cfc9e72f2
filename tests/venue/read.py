"""Reading what the tests of the venue look at."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp.core.times import span_label
from barcamp.log.models import Change
from barcamp.venue.models import Closure, Room, Slot
from tests.make import ZONE


def soup(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def rows(answer: TestResponse) -> list[list[str]]:
    """The cells of the page's first table, words with single spaces."""
    table = soup(answer).find("tbody")
    assert table is not None
    return [[words(cell.get_text()) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]


def messages(answer: TestResponse) -> list[str]:
    """What is said on the fields."""
    return [words(item.get_text()) for item in soup(answer).select("ul.errors li")]


def words(text: str) -> str:
    return " ".join(text.split())


def value(answer: TestResponse, name: str) -> Any:
    """What stands in a field of the page."""
    found = soup(answer).select_one(f'[name="{name}"]')
    assert found is not None
    return found.get("value")


def rooms(db: Session) -> list[Room]:
    return list(db.scalars(select(Room).order_by(Room.position, Room.id)))


def closures(db: Session) -> list[tuple[str, int]]:
    return [(span_label(one.starts_at, one.ends_at, ZONE), one.room_id) for one in db.scalars(select(Closure))]


def slots(db: Session, zone: str = ZONE) -> list[tuple[str, str, str]]:
    """(times, kind, name) in the order of the day."""
    found = db.scalars(select(Slot).order_by(Slot.starts_at))
    return [(span_label(one.starts_at, one.ends_at, zone), one.kind, one.name) for one in found]


def log(db: Session) -> list[tuple[str, str]]:
    """(kind, subject) of every line, oldest first."""
    return [(one.kind, one.subject) for one in db.scalars(select(Change).order_by(Change.revision))]


def last_line(db: Session) -> Change:
    found = db.scalars(select(Change).order_by(Change.conference_id.desc(), Change.revision.desc()).limit(1)).one()
    assert found is not None
    return found
