"""Count the statements a piece of code sends to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import event

from barcamp.db import Store


@dataclass
class Count:
    """The statements sent, without BEGIN and COMMIT."""

    sent: list[str] = field(default_factory=list)

    @property
    def statements(self) -> int:
        return len(self.sent)


@contextmanager
def counted(app: Flask) -> Iterator[Count]:
    store: Store = app.extensions["store"]
    count = Count()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # PostgreSQL's own figures are looked at by the clock (front/marks.py), whoever asks then
        if not statement.startswith("BEGIN") and "pg_stat_user_tables" not in statement:
            count.sent.append(statement)

    engines = {id(engine.pool): engine for engine in (store.writer, store.reader)}.values()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
