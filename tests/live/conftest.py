"""A hub that watches, and short ways to change something."""

from __future__ import annotations

from typing import Protocol

import pytest
from flask import Flask

from barcamp import db as database
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.live.hub import Hub
from barcamp.log import service as log
from barcamp.people.models import Person
from barcamp.wall import service as wall
from barcamp.wall.models import Note
from barcamp.web.clock import utcnow
from tests import make


@pytest.fixture
def app(app: Flask) -> Flask:
    app.extensions["hub"].longest = 3600.0
    return app


@pytest.fixture
def hub(app: Flask) -> Hub:
    found: Hub = app.extensions["hub"]
    return found


class Write(Protocol):
    def __call__(self, kind: str = "note-edited", subject: str = "note:1", times: int = 1) -> None: ...


@pytest.fixture
def write(store: Store, camp: Conference) -> Write:
    """Commit lines of the camp's log."""

    def written(kind: str = "note-edited", subject: str = "note:1", times: int = 1) -> None:
        with store.writing() as writing:
            for _ in range(times):
                log.write(writing, camp, None, kind, subject, now=make.NOW)

    return written


def star(store: Store, camp: Conference, note: Note, who: Person) -> None:
    with store.writing() as writing:
        wall.star(writing, camp, note, who, now=utcnow())
        database.wake(writing, "live")
