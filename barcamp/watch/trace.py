"""Which request, or which job, is under way: so that each line of the log can say whose it is."""

from __future__ import annotations

import os
import re
import secrets
from contextvars import ContextVar
from itertools import count

#: What a proxy may call a request: nothing that could be more than a name in a log.
CLEAN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_numbers = count(1)
_process = secrets.token_hex(4)


def _be_another() -> None:
    global _process  # noqa: PLW0603 - it is the process's name, of which there is one
    _process = secrets.token_hex(4)


os.register_at_fork(after_in_child=_be_another)


class Trace:
    """A request (`method`, `path`, and once it is known its `route`), or a job, which has a name alone."""

    __slots__ = ("id", "job", "method", "path", "route")

    def __init__(self, id_: str, *, method: str = "", path: str = "", job: str = "") -> None:
        self.id, self.method, self.path, self.job = id_, method, path, job
        self.route: str | None = None


now: ContextVar[Trace | None] = ContextVar("trace", default=None)


def new_id() -> str:
    """Short enough to be read out, and never the same again: "5e0c91d2-1f"."""
    return f"{_process}-{next(_numbers):x}"


def request_id() -> str:
    """The number of the request that is under way; nothing outside of one."""
    found = now.get()
    return "" if found is None else found.id
