"""Changes that share a transaction: each ends as it would alone, and none is told before it is on the disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from barcamp.conferences.models import Conference
from barcamp.db import Store
from barcamp.errors import Busy, Refused
from barcamp.people.models import Person
from barcamp.web import together
from barcamp.web.together import Together
from tests import make

Change = Callable[[Session], object]


def adding(name: str) -> Change:
    def add(session: Session) -> str:
        session.add(Person(name=name, created_at=make.NOW))
        session.flush()
        return name

    return add


def refusing(_session: Session) -> object:
    raise Refused("No.")


def breaking(_session: Session) -> object:
    raise ZeroDivisionError


def at_once(store: Store, changes: list[Change]) -> list[object]:
    """Make all of them while the gate is closed, then open it; return what each came to, in their order."""
    desk, ended = Together(store), dict[int, object]()

    def ask(number: int, change: Change) -> None:
        try:
            ended[number] = desk.make(change)
        except BaseException as problem:
            ended[number] = type(problem)

    threads = [Thread(target=ask, args=pair) for pair in enumerate(changes)]
    with store.writing():
        for number, thread in enumerate(threads, 1):
            thread.start()
            while store.on_sqlite and len(desk._waiting) < number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    return [ended[number] for number in range(len(changes))]


def names(db: Session) -> list[str]:
    return list(db.scalars(select(Person.name).order_by(Person.name)))


def count_people(db: Session) -> int:
    return db.execute(select(func.count(Person.id))).scalar_one()


def test_all_are_made(store: Store, db: Session) -> None:
    names = [f"Person {number}" for number in range(12)]
    assert at_once(store, [adding(name) for name in names]) == names
    assert count_people(db) == 12


def test_a_refusal_is_of_one_alone(store: Store, db: Session) -> None:
    assert at_once(store, [adding("Ada"), refusing, adding("Bo")]) == ["Ada", Refused, "Bo"]
    assert count_people(db) == 2


def test_one_transaction_for_all_on_sqlite(
    store: Store, db: Session, camp: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And another one for those who are too many for it."""
    monkeypatch.setattr(together, "MOST_AT_ONCE", 5)
    commits: list[object] = []
    event.listen(store.writer, "commit", commits.append)
    at_once(store, [adding(f"Person {number}") for number in range(12)])
    assert len(commits) == (3 if store.on_sqlite else 12)


def test_what_breaks_breaks_alone_and_leaves_nothing_half_done(store: Store, db: Session) -> None:
    assert at_once(store, [adding("Ada"), breaking, adding("Bo")]) == ["Ada", ZeroDivisionError, "Bo"]
    assert names(db) == ["Ada", "Bo"]


@pytest.mark.parametrize("problem", [Refused("No."), ZeroDivisionError()])
def test_nothing_stays_of_what_was_begun(store: Store, db: Session, problem: Exception) -> None:
    """Neither what was sent to the database nor what was still to be sent."""

    def begin(session: Session) -> object:
        adding("Cy")(session)
        session.add(Person(name="Dee", created_at=make.NOW))
        raise problem

    assert at_once(store, [adding("Ada"), begin, adding("Bo")]) == ["Ada", type(problem), "Bo"]
    assert names(db) == ["Ada", "Bo"]


def test_a_commit_that_fails_fails_for_all(store: Store, db: Session) -> None:
    def fail(connection: Connection) -> None:
        connection.connection.rollback()  # as a database does that cannot commit
        raise OSError("The disk is full.")

    event.listen(store.writer, "commit", fail)
    ended = at_once(store, [adding("Ada"), refusing, adding("Bo")])
    event.remove(store.writer, "commit", fail)
    assert (ended, names(db)) == ([OSError, Refused, OSError], [])


def test_whoever_is_stopped_goes_alone(store: Store, db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The greenlet of a worker that ends, say: the others hear that they may try again, and nobody waits for ever."""
    monkeypatch.setattr(together, "MOST_AT_ONCE", 2)

    def stop(_session: Session) -> object:
        raise SystemExit

    ended = at_once(store, [adding("Ada"), stop, adding("Bo")])
    if store.on_sqlite:
        assert (ended, names(db)) == ([SystemExit, Busy, "Bo"], ["Bo"])
    else:
        assert (ended, names(db)) == (["Ada", SystemExit, "Bo"], ["Ada", "Bo"])


def test_a_gate_that_stays_closed_is_told(store: Store, db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was refused then is not made later."""
    monkeypatch.setattr("barcamp.db.GATE_SECONDS", 0.01)
    desk = Together(store)
    with store.writing():
        try:
            ended = desk.make(adding("Ada"))
        except Busy:
            ended = Busy
    assert ended == (Busy if store.on_sqlite else "Ada")
    assert desk.make(adding("Bo")) == "Bo"
    assert count_people(db) == (1 if store.on_sqlite else 2)
