"""Jobs: each has a number in the log, and is timed."""

from __future__ import annotations

import threading
from contextvars import Token
from time import perf_counter
from typing import TYPE_CHECKING, Any

from barcamp import meters
from barcamp.watch.trace import Trace, new_id, now

if TYPE_CHECKING:
    from huey import Huey


def install(queue: Huey) -> None:
    """Note what the workers of this queue do. Works for what huey itself says of a job, too: that it broke, say."""
    under_way = threading.local()

    @queue.pre_execute(name="watch")  # type: ignore[untyped-decorator]
    def begin(task: Any) -> None:
        under_way.began = perf_counter()
        under_way.token = now.set(Trace(new_id(), job=task.name))

    @queue.post_execute(name="watch")  # type: ignore[untyped-decorator]
    def end(task: Any, _value: Any, problem: BaseException | None) -> None:
        token: Token[Trace | None] | None = getattr(under_way, "token", None)
        if token is None:
            return
        under_way.token = None
        now.reset(token)
        meters.observe(meters.histogram("barcamp_job_seconds", job=task.name), perf_counter() - under_way.began)
        if problem is not None:
            meters.add(meters.counter("barcamp_job_failures_total", job=task.name))
