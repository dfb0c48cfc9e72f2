"""Reading what strangers wrote in a process of its own, with little time and memory: `python -m barcamp.limited`.

    found = run_limited(read_calendar, content, default_zone="Europe/Berlin", now=now)

A file of 5 MB can keep a parser busy for hours, or fill the memory, and in a thread that nobody can end. So the child
gets the content on its standard input, computes under limits of the system, and answers with a pickle of what the
function returned. The function is a pure one at the top of a module.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from barcamp.errors import N_, Refused

Found = TypeVar("Found")

#: Bytes of memory for the child, everything counted.
MEMORY = 1_000_000_000
#: Seconds by the clock for each second of computing: the machine may be busy with others.
PATIENCE = 6


class CannotRead(Refused):
    """The file could not be read; the words say why."""


class TookTooLong(CannotRead):
    """It is too large or too tangled to be read within the limits."""

    def __init__(self) -> None:
        super().__init__(N_("Reading this takes too long, so it was given up. It may be too large or too tangled."))


def run_limited(function: Callable[..., Found], content: bytes, *, seconds: int = 10, **facts: Any) -> Found:
    """What `function(content, **facts)` returns, computed elsewhere. `seconds` are of computing.

    Everything but `content` must be picklable. Blocks; not to be called inside of a transaction.

    Raises:
        CannotRead: with the words of whatever the function raised that has `words` for people; or it broke off.
        TookTooLong: it used up its time or its memory.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    command = [sys.executable, "-m", "barcamp.limited", name, str(seconds)]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_project(), start_new_session=True
    ) as child:
        try:
            out, _ = child.communicate(pickle.dumps((content, facts)), timeout=seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            raise TookTooLong from None
        finally:
            child.kill()
    found: Found = _told(out, child.returncode)
    return found


def _told(out: bytes, status: int) -> Any:
    if status != 0:
        raise (
            TookTooLong
            if status < 0 or status == _NO_MEMORY
            else CannotRead(N_("This could not be read, and not for a reason that we know. The file may be broken."))
        )
    kind, told = pickle.loads(out)  # noqa: S301 - from the process that we started
    if kind == "refused":
        words, facts = told
        raise CannotRead(words, **facts)
    return told


def _project() -> str:
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120


# ---- the child -------------------------------------------------------------------------------------------------------

_NO_MEMORY = 3


def main(name: str, seconds: int) -> int:
    content, facts = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started us
    with contextlib.suppress(OSError):
        os.nice(5)  # pages come first
    module, _, place = name.partition(":")
    function = getattr(importlib.import_module(module), place)
    _limit(seconds)
    try:
        told = ("found", function(content, **facts))
    except MemoryError:
        return _NO_MEMORY
    except Exception as problem:
        words = getattr(problem, "words", None)
        if words is None:
            raise
        told = ("refused", (words, getattr(problem, "facts", {})))
    sys.stdout.buffer.write(pickle.dumps(told))
    return 0


def _limit(seconds: int) -> None:
    """From here on: so much computing, so much memory."""
    try:
        import resource  # not on every system; there the clock alone limits
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
