"""A process of its own, with limits: what it returns, what it refuses, and what it is not allowed to use up."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

import pytest

from barcamp import limited
from barcamp.core.incoming import Incoming, Item, read_calendar
from barcamp.limited import CannotRead, TookTooLong, run_limited

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)


def told(content: bytes, *, end: str) -> tuple[bytes, str, bool]:
    return content, end, os.getpid() == int(os.environ.get("BARCAMP_TEST_PARENT", "0"))


def for_ever(content: bytes) -> None:
    while True:
        pass


def asleep(content: bytes) -> None:
    time.sleep(60)


def greedy(content: bytes) -> int:
    return len(bytearray(4_000_000_000))


def broken(content: bytes) -> None:
    os._exit(7)


def test_what_the_function_returns_comes_back_from_another_process() -> None:
    os.environ["BARCAMP_TEST_PARENT"] = str(os.getpid())
    assert run_limited(told, b"\x00\xff", end="!") == (b"\x00\xff", "!", False)


def test_a_calendar_is_read() -> None:
    content = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Haiku\nDTSTART;VALUE=DATE:20261121\nEND:VEVENT\nEND:VCALENDAR"
    )
    item = Item("1", "", 0, None, NOW.date(), datetime(2026, 11, 22, tzinfo=UTC).date(), "Haiku", "Europe/Berlin")
    assert run_limited(read_calendar, content, default_zone="Europe/Berlin", now=NOW) == Incoming("", (item,), ())


def test_a_refusal_keeps_its_words_and_facts() -> None:
    with pytest.raises(CannotRead) as refused:
        run_limited(read_calendar, b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 5001, default_zone="UTC", now=NOW)
    assert (refused.value.words, refused.value.facts) == ("There are more than {n} events in it.", {"n": 5000})


def test_computing_is_over_after_its_seconds() -> None:
    with pytest.raises(TookTooLong):
        run_limited(for_ever, b"", seconds=1)


def test_waiting_is_over_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "PATIENCE", 3)
    with pytest.raises(TookTooLong):
        run_limited(asleep, b"", seconds=1)


def test_memory_has_an_end() -> None:
    with pytest.raises(TookTooLong):
        run_limited(greedy, b"")


def test_a_child_that_breaks_off_is_told() -> None:
    with pytest.raises(CannotRead):
        run_limited(broken, b"")
