"""For tests of the codebase itself: SQLite alone (where the database matters, a test asks for both), furnished."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp.settings import Settings, from_environment
from tests import make
from tests.conftest import TEMPLATES, Client
from tests.house.furnished import House, furnish
from tests.house.visits import Visit, everywhere


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "barcamp.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def house(app: Flask, db: Session) -> House:
    return furnish(app, db)


@pytest.fixture(scope="session")
def visits(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Visit]:
    """Every address, looked at by everybody: once a run, since nothing here changes what it reads."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(sqlite_template, folder / "barcamp.sqlite3")
    settings = from_environment({"BARCAMP_DATA": str(folder), "BARCAMP_SECRET_KEY": "k" * 32})
    with time_machine.travel(make.NOW, tick=True), look_around(settings) as (app, db, client):
        return everywhere(app, db, furnish(app, db), client)


@pytest.fixture(scope="session")
def pages(visits: list[Visit]) -> list[Visit]:
    """Those of them that are a page."""
    return [visit for visit in visits if visit.is_page]


@contextmanager
def look_around(settings: Settings) -> Iterator[tuple[Flask, Session, Client]]:
    """An app of its own for the whole run, as `app`, `db` and `client` give one to each test."""
    app = create_app(settings)
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = TEMPLATES
    app.extensions["hub"].longest = 0.0
    engine = create_engine(settings.database_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with Session(engine, expire_on_commit=False, info={"base_url": settings.base_url}) as db:
        db.execute(text("PRAGMA synchronous = OFF"))  # hundreds of statements, each a commit, and nothing to lose
        app.extensions["test_session"] = db
        client = app.test_client()
        assert isinstance(client, Client)
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        yield app, db, client
    engine.dispose()
    app.extensions["store"].dispose()
