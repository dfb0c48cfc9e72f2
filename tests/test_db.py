"""The store: one writer at a time on SQLite, readers that cannot write, and all or nothing."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from barcamp import db as database
from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.errors import Busy
from barcamp.people.models import Person
from tests import make

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def person(name: str = "Bo") -> Person:
    return Person(name=name, created_at=make.NOW)


def names(db: Session) -> list[str]:
    return list(db.scalars(select(Person.name).order_by(Person.id)))


def test_what_was_not_finished_is_not_there(store: Store, db: Session) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as writing:
        writing.add(person())
        writing.flush()
        _ = 1 / 0
    assert names(db) == []
    with store.writing() as writing:
        writing.add(person())
    assert names(db) == ["Bo"]


def test_a_reader_cannot_write(store: Store) -> None:
    with store.reading() as reading, pytest.raises(DBAPIError):
        reading.execute(text("DELETE FROM person"))


def test_writers_that_read_first_never_lose_an_update(store: Store, db: Session) -> None:
    """Eight threads count up what they have read: without the gate (or a row lock) some would be lost or refused."""
    camp = make.conference(db)

    def count_up() -> None:
        for _ in range(5):
            with store.writing() as writing:
                found = writing.get(Conference, camp.id, with_for_update=True)
                assert found is not None
                found.capacity = (found.capacity or 0) + 1

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.expire_all()
    assert db.scalars(select(Conference.capacity)).one() == 40


@ON_SQLITE
def test_a_writer_from_outside_is_waited_for(app: Flask, store: Store, db: Session) -> None:
    outside = sqlite3.connect(store.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    outside.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: outside.execute("COMMIT")).start()
    with store.writing() as writing:
        writing.add(person())
    assert names(db) == ["Bo"]


@ON_SQLITE
def test_a_writer_that_never_ends_gives_busy_and_the_gate_opens_again(
    store: Store, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "GATE_SECONDS", 0.2)
    outside = sqlite3.connect(store.url.removeprefix("sqlite:///"), isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy), store.writing() as writing:
        writing.add(person())
        writing.flush()
    outside.execute("COMMIT")
    with store.writing() as writing:
        writing.add(person())
    assert names(db) == ["Bo"]


def test_the_gate_opens_after_a_broken_rule_of_the_database(store: Store, db: Session) -> None:
    for _ in range(3):
        with pytest.raises(IntegrityError), store.writing() as writing:
            writing.add(person(""))  # a name must not be empty
            writing.flush()
    with store.writing() as writing:
        writing.add(person())
    assert names(db) == ["Bo"]


@ON_SQLITE
def test_sqlite_is_durable_and_keeps_its_references(store: Store) -> None:
    with store.writing() as writing:
        switches = {
            name: writing.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert switches == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 0}


def test_an_instant_comes_back_as_it_went_in_utc(store: Store, db: Session) -> None:
    there = datetime(2026, 11, 21, 10, 0, tzinfo=timezone(timedelta(hours=-8)))
    with store.writing() as writing:
        writing.add(Person(name="Bo", created_at=there))
    assert db.scalars(select(Person.created_at)).one() == datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    with pytest.raises(StatementError, match="without a zone"), store.writing() as writing:
        writing.add(Person(name="Cy", created_at=datetime(2026, 11, 21)))  # noqa: DTZ001 - that is the point


def test_jobs_are_woken_after_the_commit_and_only_then(store: Store) -> None:
    woken: list[str] = []
    store.wakers["letters"] = lambda: woken.append("letters")
    with store.writing() as writing:
        database.wake(writing, "letters")
        database.wake(writing, "letters")
        assert woken == []
    assert woken == ["letters"]
    with pytest.raises(ZeroDivisionError), store.writing() as writing:
        database.wake(writing, "letters")
        _ = 1 / 0
    assert woken == ["letters"]


def test_a_request_reads_without_the_gate_and_writes_behind_it(app: Flask, store: Store, db: Session) -> None:
    with app.test_request_context("/", method="GET"):
        database.session().execute(select(Person.id))
        assert not store.gate.locked()
    with app.test_request_context("/", method="POST"):
        database.session().add(person())
        assert store.gate.locked() is store.on_sqlite
        database.commit()
        assert not store.gate.locked()
        assert names(database.session()) == ["Bo"]
        with pytest.raises(DBAPIError):
            database.session().execute(text("DELETE FROM person"))
    with app.test_request_context("/", method="POST"):
        database.session().add(person("Cy"))
        database.session().flush()
    assert (names(db), store.gate.locked()) == (["Bo"], False)


def test_the_file_can_be_read_while_somebody_writes(tmp_path: Path, store: Store, db: Session) -> None:
    make.person(db, "Ada")
    with store.writing() as writing:
        writing.add(person())
        writing.flush()
        started = time.monotonic()
        with store.reading() as reading:
            assert names(reading) == ["Ada"]
        assert time.monotonic() - started < database.GATE_SECONDS


def test_connections_that_a_crowd_has_left_are_let_go_and_those_in_use_go_on(store: Store, db: Session) -> None:
    make.person(db, "Bo")
    sessions = [store.read_session() for _ in range(database.SPARE + 2)]
    for session in sessions:
        assert names(session) == ["Bo"]
    pool = cast(QueuePool, store.reader.pool)
    for session in sessions[1:]:
        session.close()
    idle = pool.checkedin()
    assert idle >= database.SPARE + 1
    store.let_go()
    there = cast(QueuePool, store.reader.pool).checkedin()
    assert there == (0 if store.on_sqlite else idle)  # on PostgreSQL one is dear, and holds nothing of ours
    assert names(sessions[0]) == ["Bo"]
    sessions[0].close()
    with store.reading() as reading:  # one that is new is as the others were
        assert names(reading) == ["Bo"]
        with pytest.raises(DBAPIError):
            reading.execute(text("DELETE FROM person"))


@ON_SQLITE
def test_the_few_that_requests_need_are_kept(store: Store, db: Session) -> None:
    sessions = [store.read_session() for _ in range(database.SPARE)]
    for session in sessions:
        names(session)
    for session in sessions:
        session.close()
    pool = cast(QueuePool, store.reader.pool)
    idle = pool.checkedin()
    store.let_go()
    assert (store.reader.pool is pool, pool.checkedin()) == (True, idle)
