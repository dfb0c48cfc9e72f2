"""A furnished site on either kind of database, which nobody has open, and databases to restore and copy into."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp.backup.copying import copy
from barcamp.settings import Settings
from tests import make
from tests.backup.places import find_programs, place
from tests.conftest import sqlalchemy_url
from tests.house.furnished import furnish
from tests.servers.postgres import Server

NewDatabase = Callable[..., str]


@pytest.fixture(scope="session")
def pg_bin(postgres: Server) -> Path:
    return find_programs(postgres.version())


@pytest.fixture
def new_database(postgres: Server) -> Iterator[NewDatabase]:
    """Makes a database on PostgreSQL: without a table, or the copy of another one made here."""
    names: list[str] = []

    def make_one(template: str | None = None) -> str:
        names.append(f"backup_{uuid4().hex[:12]}")
        return sqlalchemy_url(postgres.create_database(names[-1], template))

    yield make_one
    for name in names:
        postgres.drop_database(name)


@pytest.fixture(scope="session")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with rows in every table, of which some were deleted again: their ids must not come back."""
    path = tmp_path_factory.mktemp("furnished") / "barcamp.sqlite3"
    shutil.copy(sqlite_template, path)
    settings = place(path.parent)
    with time_machine.travel(make.NOW, tick=True):
        app: Flask = create_app(settings)
        engine: Engine = create_engine(settings.database_url, poolclass=NullPool)
        with Session(engine, expire_on_commit=False, info={"base_url": settings.base_url}) as db:
            with Session(
                engine.execution_options(isolation_level="AUTOCOMMIT"),
                expire_on_commit=False,
                info={"base_url": settings.base_url},
            ) as each_at_once:
                furnish(app, each_at_once)
            gone = make.person(db, "Gone")
            db.flush()
            db.delete(gone)
            db.commit()
        app.extensions["store"].dispose()
        app.extensions["hub"].close()
    return path


@pytest.fixture(scope="session")
def furnished_postgres(postgres: Server, furnished: Path) -> Iterator[str]:
    """The name of a database with the same rows."""
    name = f"furnished_{uuid4().hex[:12]}"
    copy(f"sqlite:///{furnished}", sqlalchemy_url(postgres.create_database(name)))
    yield name
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def used(request: pytest.FixtureRequest, tmp_path: Path, furnished: Path) -> Settings:
    """A site with something in every table, and its keys."""
    settings = place(tmp_path / "used")
    if request.param == "sqlite":
        shutil.copy(furnished, settings.data / "barcamp.sqlite3")
        return settings
    new: NewDatabase = request.getfixturevalue("new_database")
    template: str = request.getfixturevalue("furnished_postgres")
    return replace(settings, database_url=new(template), pg_bin=request.getfixturevalue("pg_bin"))


@pytest.fixture
def another(used: Settings, request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An empty place of the same kind, with keys of its own."""
    if used.on_sqlite:
        return place(tmp_path / "another")
    new: NewDatabase = request.getfixturevalue("new_database")
    return place(tmp_path / "another", new(), used.pg_bin)


def execute(url: str, statement: str) -> None:
    """Do one thing to a database, and let go of it."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(statement))
