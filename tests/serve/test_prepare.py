"""What happens before the first answer: tables, and the demo into an empty database, once."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from barcamp import migrate, serve
from barcamp.conferences.models import Conference
from barcamp.settings import PROJECT, Settings
from tests import make

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def slugs(url: str) -> list[str]:
    engine = create_engine(url)
    with Session(engine) as session:
        found = list(session.scalars(select(Conference.slug).order_by(Conference.slug)))
    engine.dispose()
    return found


def test_an_empty_database_gets_the_demo_once(settings: Settings) -> None:
    serve.prepare(settings)
    serve.prepare(settings)
    assert slugs(settings.database_url) == ["beaver"]


def test_two_first_starts_at_once_make_one_demo(settings: Settings) -> None:
    starts = [threading.Thread(target=serve.prepare, args=(settings,)) for _ in range(2)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert slugs(settings.database_url) == ["beaver"]


def test_no_demo_where_it_is_not_wanted_or_somebody_is_there(settings: Settings, db: Session) -> None:
    serve.prepare(replace(settings, demo=False))
    assert slugs(settings.database_url) == []

    make.person(db, "Ada Oak")
    serve.prepare(settings)
    assert slugs(settings.database_url) == []


@on_sqlite
def test_a_prepared_site_is_known_by_a_look(settings: Settings, db: Session) -> None:
    assert not serve.is_prepared(settings)
    assert serve.is_prepared(replace(settings, demo=False))

    serve.prepare(settings)

    assert serve.is_prepared(settings)
    assert db.scalar(select(func.count()).select_from(Conference)) == 1
    db.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert not serve.is_prepared(settings)


def test_a_missing_or_strange_file_is_not_prepared(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "strange").write_text("no database")
    for name in ("missing", "strange"):
        assert not serve.is_prepared(replace(settings, database_url=f"sqlite:///{tmp_path / name}"))
    assert not (tmp_path / "missing").exists()


def test_the_newest_migrations_number_is_its_file_name(settings: Settings) -> None:
    """`is_prepared` trusts it."""
    numbers = sorted(file.name[:4] for file in (PROJECT / "migrations" / "versions").glob("[0-9]*.py"))
    assert numbers[-1] == migrate.newest()


def test_a_database_of_a_newer_site_is_left_alone(settings: Settings, db: Session) -> None:
    db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    serve.prepare(settings)  # as long as this code fits it: the old one serves on while the new one starts elsewhere
    assert db.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    db.execute(text("ALTER TABLE sponsor RENAME COLUMN gives TO brings"))
    try:
        with pytest.raises(serve.CannotServe, match=r"^The database cannot be used: .*sponsor"):
            serve.prepare(settings)
    finally:  # on PostgreSQL the next test has the same tables
        db.execute(text("ALTER TABLE sponsor RENAME COLUMN brings TO gives"))


def test_a_server_that_is_not_there_is_told(settings: Settings) -> None:
    away = replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(serve.CannotServe, match=r"^The database cannot be used: connection "):
        serve.prepare(away)
