"""Allowances: what fits at once, what comes back with time, and what one key does to another (nothing)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barcamp.errors import TooMany
from barcamp.web import limits
from barcamp.web.limits import Allowance


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def wait_of(allowance: Allowance, key: object = "ada") -> int | None:
    """Spend one; None if that was fine, else for how long one has to wait."""
    try:
        allowance.spend(key)
    except TooMany as refusal:
        return refusal.retry_after
    return None


def test_so_many_at_once_and_one_more_with_time() -> None:
    clock = Clock()
    allowance = Allowance(3, seconds=30, clock=clock)
    assert [wait_of(allowance) for _ in range(5)] == [None, None, None, 10, 10]
    clock.now += 4
    assert wait_of(allowance) == 6
    clock.now += 6
    assert [wait_of(allowance) for _ in range(2)] == [None, 10]


def test_a_bucket_is_never_more_than_full() -> None:
    clock = Clock()
    allowance = Allowance(2, seconds=1, clock=clock)
    clock.now += 1_000_000
    assert [wait_of(allowance) for _ in range(3)] == [None, None, 1]


def test_one_does_not_pay_for_another() -> None:
    allowance = Allowance(1, seconds=10, clock=Clock())
    keys = ["ada", "bo", ("ada", "letters"), "ada"]
    assert [wait_of(allowance, key) for key in keys] == [None, None, None, 10]


def test_who_was_not_seen_for_longest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 2)
    allowance = Allowance(1, seconds=10, clock=Clock())
    keys = ["ada", "bo", "ada", "cy", "ada", "bo"]
    assert [wait_of(allowance, key) for key in keys] == [None, None, 10, None, 10, None]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pauses=st.lists(st.integers(0, 200).map(lambda tenths: tenths / 10), max_size=20))
def test_never_more_than_the_burst_and_what_time_gives(pauses: list[float]) -> None:
    """And whoever waits as long as they were told gets through."""
    clock = Clock()
    allowance, began, taken = Allowance(3, seconds=6, clock=clock), clock.now, 0
    for pause in pauses:
        clock.now += pause
        wait = wait_of(allowance)
        taken += wait is None
        assert taken <= 3 + (clock.now - began) / 2 + 1e-6
        if wait is not None:
            clock.now += wait
            assert wait_of(allowance) is None
            taken += 1
