"""The fixtures of every test: a real app on a real database, both kinds, and a client that can be anybody."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from barcamp import create_app
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.migrate import migrate
from barcamp.people.models import Device, Person
from barcamp.settings import Settings, from_environment
from barcamp.tables import Base
from barcamp.watch import slow, wsgi
from barcamp.web.guard import COOKIE, token_hash
from tests import make, once
from tests.people import Cast, cast
from tests.servers import postgres as postgres_server
from tests.together import Together

TEMPLATES = FileSystemBytecodeCache()
slow.SLOW = wsgi.SLOW = float("inf")  # on a busy machine everything is, and lines of the log are looked at
once.compile_addresses()
once.compile_statements()
once.look_for_cycles_seldom()


def pytest_collection_finish() -> None:
    once.never_look_at_what_is_loaded()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "barcamp.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Server]:
    server = postgres_server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_database(postgres: postgres_server.Server) -> Iterator[str]:
    """One migrated database for all tests of this worker: emptying it takes a tenth of making a new one."""
    name = f"tests_{uuid4().hex[:12]}"
    url = sqlalchemy_url(postgres.create_database(name))
    migrate(url)
    yield url
    postgres_engine(url).dispose()
    postgres.drop_database(name)


@cache
def postgres_engine(url: str) -> Engine:
    """For what the tests do themselves, with connections that last the run: a new one costs them ten milliseconds."""
    return create_engine(url, pool_pre_ping=True)


def empty(url: str) -> None:
    """Delete every row and let every sequence start again, in one round trip."""
    tables = [f'DELETE FROM "{table.name}"' for table in Base.metadata.tables.values()]
    counted = [table.name for table in Base.metadata.tables.values() if "id" in table.c]
    sequences = [f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1, false)" for name in counted]
    with postgres_engine(url).begin() as connection:
        connection.exec_driver_sql("; ".join(["SET LOCAL session_replication_role = replica", *tables, *sequences]))


def sqlalchemy_url(url: str) -> str:
    return from_environment({"BARCAMP_DATABASE_URL": url, "BARCAMP_SECRET_KEY": "x" * 32}).database_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database of its own: each test runs on SQLite and on PostgreSQL."""
    return empty_database(request, tmp_path)


def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The database that a fixture with the params "sqlite" and "postgresql" asks for."""
    if request.param == "sqlite":
        path = tmp_path / "barcamp.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_database")
    empty(url)
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    given = from_environment({"BARCAMP_DATA": str(tmp_path / "data"), "BARCAMP_SECRET_KEY": "k" * 32})
    return replace(given, database_url=database_url)


@pytest.fixture
def at_the_camp() -> Iterator[None]:
    """It is 10:00 on the day of the camp, and time goes on from there."""
    with time_machine.travel(make.NOW, tick=True):
        yield


@pytest.fixture
def app(settings: Settings, at_the_camp: None) -> Iterator[Flask]:
    made = create_app(settings)
    made.test_client_class = Client
    made.jinja_env.bytecode_cache = TEMPLATES  # compiled once a run, not once a test
    made.extensions["hub"].longest = 0.0  # a stream tells what there is and ends, as every other answer does
    yield made
    made.extensions["hub"].close()
    made.extensions["front"].close()
    made.extensions["store"].dispose()


@pytest.fixture
def store(app: Flask) -> Store:
    """For tests of services: `with store.writing() as db:` is one transaction."""
    found: Store = app.extensions["store"]
    return found


@pytest.fixture
def db(app: Flask, database_url: str) -> Iterator[Session]:
    """A session to make things and to look at them: every statement is committed at once and holds no lock."""
    if database_url.startswith("sqlite:"):
        engine = create_engine(database_url, poolclass=NullPool)
        event.listen(engine, "connect", _strict_and_fast)
    else:
        engine = postgres_engine(database_url)
    store = app.extensions["store"]
    engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    # on SQLite the app notices a stranger's change by itself; on PostgreSQL only after a while
    tables = set(Base.metadata.tables)
    event.listen(engine, "after_cursor_execute", lambda *_: [heard(tables) for heard in store.changed])
    with Session(engine, expire_on_commit=False, info={"base_url": store.base_url}) as session:
        app.extensions["test_session"] = session
        yield session


def _strict_and_fast(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = OFF")  # every statement is a commit, and there is nothing to lose


@pytest.fixture
def people(db: Session) -> Cast:
    return cast(db)


@pytest.fixture
def camp(db: Session, people: Cast) -> Conference:
    """A conference that ada organizes, today, with everything open."""
    return make.conference(db, people.ada)


class Client(FlaskClient):
    """Flask's test client, which can be anybody and sends the form token of a page it has seen."""

    def be(self, person: Person | None) -> Client:
        """Sign in as somebody (on a new device), or as nobody."""
        self.delete_cookie(COOKIE)
        if person is not None:
            db: Session = self.application.extensions["test_session"]
            token = uuid4().hex
            db.add(
                Device(
                    person_id=person.id,
                    token_hash=token_hash(token),
                    label="Test",
                    created_at=make.NOW,
                    seen_at=make.NOW,
                )
            )
            db.flush()
            self.set_cookie(COOKIE, token)
        return self

    def token(self) -> str:
        """A form token that goes with this client's cookie, as a page would have shown it."""
        with self.session_transaction() as kept:
            kept["csrf_token"] = secret = kept.get("csrf_token") or uuid4().hex
        key = self.application.config["SECRET_KEY"]
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(secret))

    def submit(self, path: str, data: dict[str, Any] | None = None, **given: Any) -> TestResponse:
        """POST a form with its token."""
        return self.post(path, data={**(data or {}), "csrf_token": self.token()}, **given)

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        response.request.environ["wsgi.input"].close()  # a large form lies in a file
        session: Session | None = self.application.extensions.get("test_session")
        if session is not None:
            session.expire_all()  # what the request changed is read anew
        return response


@pytest.fixture
def client(app: Flask, db: Session) -> Client:
    made = app.test_client()
    assert isinstance(made, Client)
    made.environ_base["HTTP_ACCEPT"] = "text/html"
    return made
