"""Work that waits for strangers takes one thread, and what is asked for meanwhile is not forgotten."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from barcamp.lanes import Lane


def test_a_lane_takes_one_thread_and_does_again_what_was_asked_for_meanwhile() -> None:
    begun, may_end, times = threading.Semaphore(0), threading.Semaphore(0), list[int]()

    def slow() -> None:
        times.append(threading.get_ident())
        begun.release()
        assert may_end.acquire(timeout=10)

    lane = Lane(slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lane.work)
        assert begun.acquire(timeout=10)
        for _time in range(5):
            lane.work()  # comes back at once
        may_end.release(2)
        first.result(timeout=10)
    assert len(times) == 2
    assert threading.get_ident() not in times


def test_a_lane_is_free_again_after_a_failure() -> None:
    outcomes = iter([ValueError("no luck"), None])

    def fails_once() -> None:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome

    lane = Lane(fails_once)
    with pytest.raises(ValueError, match="no luck"):
        lane.work()
    lane.work()
    assert list(outcomes) == []
