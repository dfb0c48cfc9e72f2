"""The files of an SQLite site as a power cut would leave them: all at one instant, and then what a disk may do to them.

A copy of a live database is honest only if all its files are of the same instant. Database first, log after: a
checkpoint in between has moved pages from a log that is copied empty into a database that was copied without them. Log
first, database after: the database holds pages of later transactions, mixed with the log's. So every process that has
the files open is stopped (SIGSTOP, and waited for until each of its threads stands), the files are copied, and all go
on: between two system calls of the last writer, which is an instant that a power cut can hit.

At such an instant the page cache holds more than the disk is bound to. What SQLite has synced is the log up to the last
commit (`synchronous = FULL`), and the database's pages before a log begins anew. The rest may be there, be missing or
be torn. So each copy is also damaged where nothing was promised, in one of these ways (`DAMAGES`):

- the shared memory (`-shm`) as it was, gone, or noise: it is never synced;
- half a frame of a transaction that was being written, after the log's end;
- noise in pages of the database that the log holds as well: a checkpoint had begun to write them.
"""

from __future__ import annotations

import os
import shutil
import signal
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import text

from barcamp.cli import checks
from barcamp.db import Store
from tests.faults.losses import in_sqlite, losses
from tests.faults.writers import Told, Writer

NAME = "barcamp.sqlite3"
DAMAGES = ("as it was", "no -shm", "noise in -shm", "torn frame", "noise in checkpointed pages")
#: Seconds for clients to read the answers that were sent before the instant.
SETTLE = 0.03
HEADER, FRAME = 32, 24


@contextmanager
def frozen(processes: Sequence[int]) -> Iterator[None]:
    """Inside, none of them does anything."""
    try:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)
        for process in processes:
            while not _stands(process):
                time.sleep(0.0005)
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def take(data: Path, processes: Sequence[int], writers: Sequence[Writer], copy: Path) -> list[Told]:
    """Copy the files of one instant into the folder `copy`; return what the writers had been told by then."""
    copy.mkdir()
    with frozen(processes):
        for end in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                shutil.copy(data / (NAME + end), copy / (NAME + end))
        time.sleep(SETTLE)
        return [one.ledger.told() for one in writers]


def damage(copy: Path, how: str, rng: Random) -> None:
    """Do to a copy what a disk may have done to it."""
    database, log, shared = (copy / (NAME + end) for end in ("", "-wal", "-shm"))
    if how == "no -shm":
        shared.unlink(missing_ok=True)
    elif how == "noise in -shm":
        shared.write_bytes(rng.randbytes(32768))
    elif how == "torn frame":
        content = log.read_bytes()
        if frames := _frames(content):
            whole = content[HEADER : HEADER + FRAME + _page_size(content)]
            end = frames[-1][1]
            log.write_bytes(content[:end] + content[HEADER : HEADER + 8] + whole[8 : rng.randrange(12, len(whole))])
    elif how == "noise in checkpointed pages":
        content = log.read_bytes()
        pages = sorted({page for page, _ in _frames(content)})
        size = _page_size(content) if content else 4096
        with database.open("r+b") as file:
            for page in rng.sample(pages, k=len(pages) // 2):
                if page * size <= database.stat().st_size:
                    file.seek((page - 1) * size)
                    file.write(rng.randbytes(size))


def off(copy: Path, told: Sequence[Told], *, slug: str) -> list[str]:
    """What is wrong with a copy: damage, rules that do not hold, acknowledged writes that are not there."""
    store = Store(f"sqlite:///{copy / NAME}", "http://127.0.0.1")
    try:
        with store.reading() as db:
            whole = [line for line in db.execute(text("PRAGMA integrity_check")).scalars() if line != "ok"]
            rules = [] if whole else [one.text for one in checks.run(db, now=datetime.now(UTC)) if one.is_wrong]
    finally:
        store.dispose()
    return [*whole, *rules, *losses(told, in_sqlite(copy / NAME), slug=slug)]


def committed_frames(copy: Path) -> int:
    """How many pages of the log a reader would find in it."""
    log = copy / (NAME + "-wal")
    return len(_frames(log.read_bytes())) if log.exists() else 0


def _stands(process: int) -> bool:
    """Whether every thread of a process is stopped, or is gone."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        return all((one / "stat").read_text().rpartition(")")[2].split()[0] in "TtZX" for one in threads)
    except OSError:
        return True


def _page_size(content: bytes) -> int:
    return int(struct.unpack(">I", content[8:12])[0])


def _frames(content: bytes) -> list[tuple[int, int]]:
    """(page, where its frame ends) for each frame of the log that counts: up to the last commit, with the log's own
    salt and an unbroken chain of checksums (sqlite.org/fileformat2.html, section 4).
    """
    if len(content) < HEADER:
        return []
    order = ">" if content[3] & 1 else "<"
    size, sums = _page_size(content), _checksum(content[:24], (0, 0), order)
    found: list[tuple[int, int]] = []
    counted = 0
    for start in range(HEADER, len(content) - FRAME - size + 1, FRAME + size):
        header = content[start : start + FRAME]
        sums = _checksum(header[:8] + content[start + FRAME : start + FRAME + size], sums, order)
        if header[8:16] != content[16:24] or struct.unpack(">II", header[16:24]) != sums:
            break
        page, pages_after = struct.unpack(">II", header[:8])
        found.append((page, start + FRAME + size))
        if pages_after:
            counted = len(found)
    return found[:counted]


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = sums
    for one, two in struct.iter_unpack(order + "II", data):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second
