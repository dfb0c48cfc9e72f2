"""Changes that share a transaction: each ends as it would alone, and none is told before it is on the disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread

import pytest
from sqlalchemy import event, func, select
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
        except Exception as problem:
            ended[number] = type(problem)

    threads = [Thread(target=ask, args=pair) for pair in enumerate(changes)]
    with store.writing():
        for thread in threads:
            thread.start()
        while store.on_sqlite and len(desk._waiting) < len(changes):
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    return [ended[number] for number in range(len(changes))]


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


def test_what_breaks_leaves_nothing_half_done(store: Store, db: Session) -> None:
    changes = [adding("Ada"), breaking, adding("Bo")]
    if store.on_sqlite:
        assert (at_once(store, changes), count_people(db)) == ([ZeroDivisionError] * 3, 0)
    else:
        assert (at_once(store, changes), count_people(db)) == (["Ada", ZeroDivisionError, "Bo"], 2)
    assert at_once(store, [adding("Cy")]) == ["Cy"]


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
