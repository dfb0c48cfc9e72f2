"""What a process holds of the machine's memory, and how it gives back what it does not need."""

from __future__ import annotations

import contextlib
import ctypes
import time
from pathlib import Path

import gevent

#: Seconds after which a worker gives back what pages took that have been sent.
PAUSE = 10.0
#: Bytes of its own at which a jobs worker makes room for a fresh one, and the seconds that it lives at the least.
MOST, LIFE = 34 * 1024 * 1024, 60.0
#: Seconds between two looks at how much that is: each takes some milliseconds.
LOOK = 10.0


def give_back() -> None:
    """To the system, memory that nobody uses now. A fifth of a millisecond (GNU C library; nothing elsewhere)."""
    with contextlib.suppress(AttributeError, OSError):  # it is the GNU C library's
        ctypes.CDLL(None).malloc_trim(0)


def give_back_now_and_then() -> None:
    """From now on, in a greenlet of its own."""

    def again() -> None:
        while True:
            gevent.sleep(PAUSE)
            give_back()

    gevent.spawn(again)


def own() -> int:
    """Bytes that this process shares with nobody, where the system tells (Linux), else 0."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_Dirty:"))


class Appetite:
    """Whether this jobs worker should make room for one that shares all its memory with the master again: work that
    is rare, like news for everybody, copies tens of megabytes for good.
    """

    def __init__(self, most: int = MOST, life: float = LIFE) -> None:
        self.most, self.look_at = most, time.monotonic() + life

    def __call__(self) -> bool:
        if time.monotonic() < self.look_at:
            return False
        self.look_at = time.monotonic() + LOOK
        return own() > self.most
