"""A small grid, three notes by three people, and hands to move cards."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.wall.models import Note
from tests import make
from tests.people import Cast
from tests.schedule.hands import Grid, Hands


@pytest.fixture
def board(db: Session, camp: Conference) -> Grid:
    slots = [make.slot(db, camp, clock) for clock in ("10:00", "11:00", "13:00")]
    make.slot(db, camp, "12:00", kind="meal", name="Lunch")
    return Grid(slots, [make.room(db, camp, "Big", 100, position=0), make.room(db, camp, "Small", 2, position=1)])


@pytest.fixture
def notes(db: Session, camp: Conference) -> list[Note]:
    return [make.note(db, camp, make.person(db, f"Host {title}"), title) for title in ("One", "Two", "Three")]


@pytest.fixture
def hands(store: Store, db: Session, camp: Conference, people: Cast) -> Hands:
    return Hands(store, db, camp, people.ada)
