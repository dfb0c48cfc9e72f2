"""The figures of all processes of this machine: each has a file of its own (meters.py), and these add them up.

A process that is gone has left its file, which is not locked any more. What it counted goes into `ended.json`, so no
count ever falls; its gauges go with it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from barcamp import meters
from barcamp.meters import Block, Meters

log = logging.getLogger(__name__)

Series = dict[str, tuple[float, ...]]
#: Kinds of series that outlive their process: counters and histograms.
LASTING = ("c:", "h:")


@dataclass(frozen=True, slots=True)
class Machine:
    """The living processes, and every series added up over those and the dead."""

    alive: list[Block]
    total: Series


def folder_in(data: Path) -> Path:
    """Where the processes of the site with this data folder keep their figures."""
    return data / "meters"


def look(folder: Path, own: Meters = meters.own) -> Machine:
    """Add up what all processes have counted, and put away what the dead have left."""
    try:
        with meters.locked(folder):
            alive, dead = _sorted_out(folder, own)
            ended = _put_away(folder, dead)
    except OSError as problem:
        if folder.exists():
            log.warning("the figures of other processes cannot be read: %s", problem)
        alive, ended = [], {}
    living = [own.block(), *alive]
    return Machine(living, added([*(block.series for block in living), ended]))


def added(parts: Iterable[Mapping[str, tuple[float, ...]]]) -> Series:
    """Series by series the sum. Where two are of different length, by different releases, the later one counts."""
    total: Series = {}
    for part in parts:
        for name, numbers in part.items():
            there = total.get(name)
            if name.startswith("r:"):
                total[name] = _recent(there, numbers)
            elif there is not None and len(there) == len(numbers):
                total[name] = tuple(map(sum, zip(there, numbers, strict=True)))
            else:
                total[name] = numbers
    return total


def _recent(one: tuple[float, ...] | None, other: tuple[float, ...]) -> tuple[float, ...]:
    """Two windows each: of the same minute they are added, else the newer one counts."""
    if one is None or len(one) != len(other):
        return other
    half, found = len(one) // 2, []
    for at in (0, half):
        first, second = one[at : at + half], other[at : at + half]
        if first[0] == second[0]:
            found += [first[0], *map(sum, zip(first[1:], second[1:], strict=True))]
        else:
            found += max(first, second)
    return tuple(found)


def _sorted_out(folder: Path, own: Meters) -> tuple[list[Block], dict[str, Series]]:
    """The other living processes, and by file what the dead have left."""
    alive: list[Block] = []
    dead: dict[str, Series] = {}
    for file in sorted(folder.glob(f"*{meters.SUFFIX}")):
        if file == own.file:
            continue
        with suppress(FileNotFoundError), file.open("rb") as opened:
            is_dead = _can_be_locked(opened.fileno())
            block = meters.read(opened.read())
            if block is not None and not is_dead:
                alive.append(block)
            elif is_dead:
                dead[file.name] = {} if block is None else block.series
    return alive, dead


def _can_be_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _put_away(folder: Path, dead: Mapping[str, Series]) -> Series:
    """Add to what the dead have counted, and return it. Each file is counted once, whenever we are interrupted: it is
    named in what it was added to, and goes after that is written.
    """
    kept = folder / "ended.json"
    named, total = _read(kept)
    fresh = [series for name, series in dead.items() if name not in named]
    total = added([total, *({name: n for name, n in one.items() if name.startswith(LASTING)} for one in fresh)])
    if dead:
        half = folder / f".ended.{os.getpid()}"
        try:
            half.write_text(json.dumps({"files": list(dead), "series": total}), "utf-8")
            half.replace(kept)
        except OSError as problem:
            log.warning("what ended processes have counted could not be put away: %s", problem)
            return total
        for name in dead:
            with suppress(OSError):
                (folder / name).unlink()
    return total


def _read(file: Path) -> tuple[set[str], Series]:
    try:
        found = json.loads(file.read_text("utf-8"))
        return set(found["files"]), {name: tuple(numbers) for name, numbers in found["series"].items()}
    except FileNotFoundError:
        return set(), {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        log.warning("what ended processes have counted cannot be read, so counts begin anew: %s", problem)
        return set(), {}
