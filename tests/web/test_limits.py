"""Allowances: what fits at once, what comes back with time, and that no number of processes makes it more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from barcamp import create_app
from barcamp import db as database
from barcamp.db import Store
from barcamp.errors import TooMany
from barcamp.settings import Settings
from barcamp.web import limits
from barcamp.web.limits import Allowance
from barcamp.web.models import Bucket

pytestmark = pytest.mark.usefixtures("in_app")
FRIENDLY: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def wait_of(allowance: Allowance, key: object = "ada", times: int = 1) -> int | None:
    """Spend; None if that was fine, else for how long one has to wait."""
    try:
        allowance.spend(key, times)
    except TooMany as refusal:
        return refusal.retry_after
    return None


def test_so_many_at_once_and_one_more_with_time() -> None:
    clock = Clock()
    allowance = Allowance("test", 3, seconds=30, clock=clock)
    assert [wait_of(allowance) for _ in range(5)] == [None, None, None, 10, 10]
    clock.now += 4
    assert wait_of(allowance) == 6
    clock.now += 6
    assert [wait_of(allowance) for _ in range(2)] == [None, 10]


def test_a_bucket_is_never_more_than_full() -> None:
    clock = Clock()
    allowance = Allowance("test", 2, seconds=1, clock=clock)
    assert wait_of(allowance) is None
    clock.now += 1_000_000
    assert [wait_of(allowance) for _ in range(3)] == [None, None, 1]


def test_several_at_once_or_none() -> None:
    clock = Clock()
    allowance = Allowance("test", 5, seconds=50, clock=clock)
    assert [wait_of(allowance, times=3), wait_of(allowance, times=3), wait_of(allowance, "bo")] == [None, 10, None]
    clock.now += 10
    assert wait_of(allowance, times=3) is None


def test_one_does_not_pay_for_another_nor_for_something_else() -> None:
    allowance = Allowance("test", 1, seconds=10, clock=Clock())
    keys = ["ada", "bo", ("ada", "letters"), "ada"]
    assert [wait_of(allowance, key) for key in keys] == [None, None, None, 10]
    assert wait_of(replace(allowance, name="other")) is None


def test_the_database_does_not_say_whose_it_is(db: Session) -> None:
    allowance = Allowance("test", 1, seconds=10)
    allowance.spend("192.0.2.17")
    (key,) = db.scalars(select(Bucket.key))
    assert (len(key), b"192" in key) == (16, False)


def test_a_script_that_is_refused_costs_the_database_nothing(app: Flask, db: Session) -> None:
    """And is told how long it has to wait, less each time."""
    clock = Clock()
    allowance = Allowance("test", 1, seconds=10, clock=clock)
    assert [wait_of(allowance), wait_of(allowance)] == [None, 10]
    db.execute(delete(Bucket))  # as if the database said yes again
    clock.now += 2
    assert wait_of(allowance) == 8
    clock.now += 8
    assert wait_of(allowance) is None


@pytest.mark.parametrize("lump", [1, 3])
def test_who_waits_by_the_databases_own_clock_gets_through(lump: int) -> None:
    allowance = Allowance("test", 100, seconds=1e-3, lump=lump)
    assert [wait_of(allowance) for _ in range(120)].count(None) >= 100
    slow = Allowance("slow", 2, seconds=3600)
    assert [wait_of(slow), wait_of(slow)] == [None, None]
    assert 1790 <= (wait_of(slow) or 0) <= 1800


def test_what_is_rolled_back_was_not_spent(app: Flask, db: Session) -> None:
    allowance = Allowance("test", 1, seconds=1000)
    for commits in (False, False, True):
        with app.test_request_context(method="POST"):
            database.session()
            allowance.spend("ada")
            (database.commit if commits else database.rollback)()
            database.teardown()
    assert wait_of(allowance) is not None


def test_a_clock_that_was_set_back_keeps_nobody_waiting(db: Session) -> None:
    clock = Clock()
    allowance = Allowance("test", 3, seconds=30, clock=clock)
    assert wait_of(allowance, times=3) is None
    clock.now -= 86_400
    assert [wait_of(allowance) for _ in range(2)] == [None, 10]
    clock.now += 30
    assert [wait_of(allowance) for _ in range(4)] == [None, None, None, 10]


def test_who_was_not_seen_for_longest_is_forgotten_first_by_a_process(
    app: Flask, db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has let pass and not taken yet; the database forgets nobody."""
    monkeypatch.setattr(limits, "MOST_KEYS", 2)
    allowance = Allowance("test", 20, seconds=10, lump=2, clock=Clock())
    for key in ("ada", "bo", "ada", "cy", "dee", "bo"):
        allowance.spend(key)
    assert db.scalar(select(func.count()).select_from(Bucket)) == 1  # ada's lump


def test_full_buckets_are_swept_away_and_others_are_not(store: Store, db: Session) -> None:
    slow, quick = Allowance("slow", 2, seconds=3600), Allowance("quick", 1000, seconds=1e-3)
    for allowance in (slow, quick):
        allowance.spend("ada")
    db.execute(update(Bucket).where(Bucket.key == quick._hash("ada")).values(full_at=1))
    set_back = Bucket(key=b"set back", full_at=4_000_000_000_000_000)
    db.add(set_back)
    db.flush()
    with store.writing() as writing:
        limits.forget_full(writing)
    assert list(db.scalars(select(Bucket.key))) == [slow._hash("ada")]


def test_lumps_that_would_leave_nothing_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="test: lumps of 10 are too large for 80"):
        Allowance("test", 80, seconds=1, lump=10)


# ---- many processes --------------------------------------------------------------------------------------------------


@pytest.fixture
def processes(app: Flask, settings: Settings) -> Iterator[list[Flask]]:
    """Apps that share nothing but the database, as processes on several machines do."""
    made = [app, *(create_app(settings) for _ in range(2))]
    yield made
    for one in made[1:]:
        one.extensions["store"].dispose()


@settings(max_examples=25, **FRIENDLY)
@given(
    steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), min_size=1, max_size=60),
    lump=st.sampled_from([1, 1, 3]),
)
def test_never_more_than_the_burst_and_what_time_gives(
    processes: list[Flask], steps: list[tuple[int, int]], lump: int
) -> None:
    """Whatever the order in which processes ask. And whoever waits as long as they were told gets through."""
    clock = Clock()
    count, pace = 20, 2.0
    with processes[0].extensions["store"].writing() as db:
        db.execute(delete(Bucket))
    for one in processes:
        one.extensions.pop("allowance test", None)
    allowance, began, passed = Allowance("test", count, seconds=count / pace, lump=lump, clock=clock), clock.now, 0
    for process, tenths in steps:
        clock.now += tenths / 100
        with processes[process].app_context():
            wait = wait_of(allowance)
            passed += wait is None
            assert passed <= count + (clock.now - began) * pace + 1e-6
            if wait is not None:
                clock.now += wait
                assert wait_of(allowance) is None
                passed += 1
                assert passed <= count + (clock.now - began) * pace + 1e-6


def test_all_at_once_from_several_processes(processes: list[Flask]) -> None:
    """Real races: threads of three apps, on one bucket that does not fill meanwhile."""
    allowance = Allowance("test", 12, seconds=1e6)
    start = threading.Barrier(6)

    def spend(process: Flask) -> int:
        start.wait(timeout=30)
        with process.app_context():
            return [wait_of(allowance) for _ in range(6)].count(None)

    with ThreadPoolExecutor(6) as pool:
        passed = list(pool.map(spend, processes * 2))
    assert sum(passed) == 12
