"""What the database is asked: statements that take long are in the log, and connections that are in use are counted."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any

from sqlalchemy import event

from barcamp import meters
from barcamp.db import Store

log = logging.getLogger("barcamp.database")

#: Seconds from which on a statement is in the log. Without its values: they are people's.
SLOW = 0.1
LONGEST = 2000


def install(store: Store) -> None:
    """Watch the engines of this store."""
    engines = {"writer": store.writer, "reader": store.reader} if store.on_sqlite else {"all": store.writer}
    for name, engine in engines.items():
        _time_statements(engine)
        _count_connections(engine, meters.gauge("barcamp_connections_in_use", pool=name))


def _time_statements(engine: Any) -> None:
    counter = meters.counter("barcamp_slow_statements_total")

    def before(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        if context is not None:
            context.began = perf_counter()

    def after(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        seconds = perf_counter() - getattr(context, "began", float("inf"))
        if seconds >= SLOW:
            meters.add(counter)
            milliseconds = round(seconds * 1000)
            told = " ".join(statement.split())[:LONGEST]
            facts = {"ms": milliseconds, "statement": told}
            log.warning("a statement took %s ms: %s", milliseconds, told, extra={"facts": facts})

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


def _count_connections(engine: Any, gauge: int) -> None:
    def out(*_: Any) -> None:
        meters.add(gauge)

    def back(*_: Any) -> None:
        meters.add(gauge, -1)

    event.listen(engine, "checkout", out)
    event.listen(engine, "checkin", back)
