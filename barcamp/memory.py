"""What a process holds of the machine's memory, and how it gives back what it does not need."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from pathlib import Path

import gevent

#: Seconds after which a worker gives back what pages took that have been sent.
PAUSE = 10.0
#: Bytes of its own at which a jobs worker makes room for a fresh one, and the seconds that it lives at the least.
MOST, LIFE = 34 * 1024 * 1024, 60.0
#: Seconds between two looks at how much that is: each takes some milliseconds.
LOOK = 10.0
#: Bytes of the gaps that are closed, the larger ones first. Above this, and below what a header takes, there are none.
GAPS = (*range(65536, 4096, -256), *range(4096, 8, -16))


def give_back() -> None:
    """To the system, memory that nobody uses now. A fifth of a millisecond (GNU C library; nothing elsewhere)."""
    if library := _gnu_library():
        library.malloc_trim(0)


def close_gaps() -> int:
    """Before a fork: take for good what is free between the blocks of the heap, without writing to it. What a worker
    makes anew lies behind all that it shares, then. In a gap it would have the page around it copied, and to look for
    one sorts them all, which copies a page for each. Returns how many were closed (GNU C library; 0 elsewhere).
    """
    library = _gnu_library()
    if library is None:
        return 0
    library.malloc_trim(0)
    end, closed = library.sbrk(0), 0
    for size in GAPS:
        while (found := library.malloc(size)) and found < end:
            closed += 1
        library.free(found)  # it lies behind the end: there is no gap of this size any more
    library.malloc_trim(0)
    return closed


def _gnu_library() -> ctypes.CDLL | None:
    """malloc(3), malloc_trim(3), sbrk(2): elsewhere they are not all there, or mean something else."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        return None
    library.malloc.argtypes, library.malloc.restype = [ctypes.c_size_t], ctypes.c_size_t
    library.free.argtypes, library.free.restype = [ctypes.c_size_t], None
    library.sbrk.argtypes, library.sbrk.restype = [ctypes.c_ssize_t], ctypes.c_size_t
    return library


def give_back_now_and_then(let_go: Callable[[], object] = lambda: None) -> None:
    """From now on, in a greenlet of its own. `let_go` of what need not be kept is called before."""

    def again() -> None:
        while True:
            gevent.sleep(PAUSE)
            let_go()
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
