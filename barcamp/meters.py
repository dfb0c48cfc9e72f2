"""What this process counts and measures, in shared memory: any process of the machine can add up all of them.

    REQUESTS = meters.counter("barcamp_requests_total", route="wall.show", status="2xx")
    meters.add(REQUESTS)

A series is a number: the place of its value in one block of memory of this process. Until `keep_in` the block is this
process's own; from then on it is a mapped file (watch/machine.py reads those of the others), so that to count costs a
microsecond and what was counted outlives whoever is killed.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import mmap
import os
import secrets
import struct
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

#: Bytes of one process's block. All routes of the site, each with all its statuses, take a third of it.
SIZE: Final = 512 * 1024
MAGIC: Final = b"bcmeter1"
#: Magic, bytes in use, process id, when it began (Unix seconds), what it is.
HEADER: Final = struct.Struct("<8sQQd32s")
#: Before each series: the bytes of its name, and of how many numbers it consists.
ENTRY: Final = struct.Struct("<II")
#: Upper bounds of all histograms, in seconds.
BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: How long a window of `recent` is, in seconds.
WINDOW: Final = 60.0
_BUCKETS: Final = len(BOUNDS) + 1
#: Numbers of a series by its kind: counter, gauge, histogram (buckets, sum), recent (two of: which window, buckets).
NUMBERS: Final = {"c": 1, "g": 1, "h": _BUCKETS + 1, "r": 2 * (1 + _BUCKETS), "x": 2 * (1 + _BUCKETS)}
SUFFIX: Final = ".meters"


@dataclass(frozen=True, slots=True)
class Block:
    """A process's numbers as they are at one moment. `series`: by kind and name, `c:name{label="value"}`."""

    process: int
    began: float
    kind: str
    series: dict[str, tuple[float, ...]]


class Meters:
    """The block of one process. Series must not be added by two threads that do not share this object's lock."""

    def __init__(self) -> None:
        self.kind = "other"
        self.file: Path | None = None
        self._began = time.time()
        self._lock = threading.Lock()
        self._places: dict[str, int] = {}
        self._used = HEADER.size
        self._descriptor: int | None = None
        self._block = mmap.mmap(-1, SIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)  # takes room as it is written to
        self._view = memoryview(self._block).cast("d")
        self._is_full = False
        self._spare = self._place("x", "spare")  # where that is counted for which there is no room

    # ---- series ------------------------------------------------------------------------------------------------------

    def counter(self, name: str, **labels: str) -> int:
        return self._place("c", _named(name, labels))

    def gauge(self, name: str, **labels: str) -> int:
        """Of all living processes the sum."""
        return self._place("g", _named(name, labels))

    def histogram(self, name: str, **labels: str) -> int:
        """Of seconds, with `BOUNDS`."""
        return self._place("h", _named(name, labels))

    def recent(self, name: str) -> int:
        """A histogram of this minute and the one before."""
        return self._place("r", name)

    # ---- what happens ------------------------------------------------------------------------------------------------

    def add(self, series: int, by: float = 1.0) -> None:
        with self._lock:
            self._view[series] += by

    def set(self, series: int, value: float) -> None:
        self._view[series] = value

    def observe(self, series: int, seconds: float) -> None:
        with self._lock:
            self._view[series + bisect_left(BOUNDS, seconds)] += 1.0
            self._view[series + _BUCKETS] += seconds

    def observe_request(self, counter: int, histogram: int, recent: int | None, seconds: float) -> None:
        """A counter and a histogram at once, and maybe the recent ones: the price of one."""
        bucket, view = bisect_left(BOUNDS, seconds), self._view
        with self._lock:
            view[counter] += 1.0
            view[histogram + bucket] += 1.0
            view[histogram + _BUCKETS] += seconds
            if recent is not None:
                window = time.time() // WINDOW
                place = recent + (1 + _BUCKETS) * int(window % 2)
                if view[place] != window:
                    view[place] = window
                    view[place + 1 : place + 1 + _BUCKETS] = _NOTHING
                view[place + 1 + bucket] += 1.0

    # ---- the block ---------------------------------------------------------------------------------------------------

    def keep_in(self, folder: Path, kind: str) -> bool:
        """Share this process's numbers with the others that have this folder. `kind`: "web", "jobs".

        Everything begins at zero. The file is locked for as long as the process lives, by which others know. Where it
        cannot be made, as on a full disk, that is written down and the process counts for itself (False).
        """
        self.kind = kind
        if self._descriptor is not None:
            return True
        file = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(folder):  # else it could be taken for a dead one's before it is locked
                descriptor, shared = _made(file)
        except OSError as problem:
            log.warning("the figures of this process stay its own: %s", problem)
            return False
        with self._lock:
            shared[: self._used] = self._block[: self._used]
            self._block, self._view = shared, memoryview(shared).cast("d")
            self._descriptor, self.file, self._began = descriptor, file, time.time()
            for key, place in self._places.items():  # what was counted before a fork is counted by its parent
                for number in range(place, place + NUMBERS[key[0]]):
                    self._view[number] = 0.0
            self._write_header()
        return True

    def block(self) -> Block:
        """What this process has counted so far."""
        with self._lock:
            self._write_header()
            copy = bytes(self._block[: self._used])
        found = read(copy)
        assert found is not None
        return found

    def _place(self, kind: str, name: str) -> int:
        key = f"{kind}:{name}"
        place = self._places.get(key)
        if place is not None:
            return place
        with self._lock:
            place = self._places.get(key)
            if place is None:
                place = self._places[key] = self._new(key.encode(), NUMBERS[kind])
        return place

    def _new(self, key: bytes, numbers: int) -> int:
        key += b" " * (-len(key) % 8)
        start = self._used + ENTRY.size + len(key)
        end = start + 8 * numbers
        if end > SIZE:
            if not self._is_full:
                log.warning("there is no room for more figures; the first without any is %s", key.decode().strip())
            self._is_full = True
            return self._spare
        ENTRY.pack_into(self._block, self._used, len(key), numbers)
        self._block[self._used + ENTRY.size : start] = key
        self._used = end
        self._write_header()  # last: whoever reads meanwhile reads up to here
        return start // 8

    def _write_header(self) -> None:
        HEADER.pack_into(self._block, 0, MAGIC, self._used, os.getpid(), self._began, self.kind.encode())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time makes a file here, or puts those of the dead away."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _made(file: Path) -> tuple[int, mmap.mmap]:
    """The new file, locked and mapped. Raises OSError, and leaves nothing behind then."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # the room is taken now: a mapped page without any would end the process on a full disk
        _fill(descriptor)
        return descriptor, mmap.mmap(descriptor, SIZE)
    except OSError:
        with suppress(OSError):
            file.unlink()
        os.close(descriptor)
        raise


def _fill(descriptor: int) -> None:
    """Page by page: what is written in one piece, some file systems keep and map in one piece, touched or not."""
    for _page in range(SIZE // mmap.PAGESIZE):
        if os.write(descriptor, bytes(mmap.PAGESIZE)) < mmap.PAGESIZE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def read(raw: bytes) -> Block | None:
    """What a block holds; None where it is none, or was cut off before it was one."""
    if len(raw) < HEADER.size:
        return None
    magic, used, process, began, kind = HEADER.unpack_from(raw)
    if magic != MAGIC or used > len(raw):
        return None
    return Block(process, began, kind.rstrip(b"\0").decode("ascii", "replace"), dict(_series(raw, used)))


def _series(raw: bytes, used: int) -> Iterator[tuple[str, tuple[float, ...]]]:
    place = HEADER.size
    while place + ENTRY.size <= used:
        length, numbers = ENTRY.unpack_from(raw, place)
        start = place + ENTRY.size + length
        place = start + 8 * numbers
        if place > used:
            return
        key = raw[start - length : start].decode("utf-8", "replace").rstrip(" ")
        yield key, struct.unpack_from(f"<{numbers}d", raw, start)


def _named(name: str, labels: dict[str, str]) -> str:
    """As Prometheus writes it: `name{a="1",b="2"}`, labels in order."""
    if not labels:
        return name
    pairs = (f'{label}="{_escaped(value)}"' for label, value in sorted(labels.items()))
    return f"{name}{{{','.join(pairs)}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


_NOTHING = memoryview(bytearray(8 * _BUCKETS)).cast("d")

#: This process's.
own = Meters()
counter, gauge, histogram, recent = own.counter, own.gauge, own.histogram, own.recent
add, observe = own.add, own.observe
