"""What takes long to find and is the same for all who ask: kept for as long as no table it was read from has changed,
and a minute at most: somebody may have changed one with a program of their own in the shadow of another change.

For the parts of pages that the front itself cannot keep, since the rest of them is somebody's own. What is kept for all
must hold nothing of whoever asked for it; what is one person's is found by who that is, too.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from barcamp import db, touched
from barcamp.front.wsgi import Front

T = TypeVar("T")

#: Rows, of a kilobyte or so, that one process keeps.
ROOM = 3000


@dataclass(frozen=True, slots=True)
class _Known:
    value: Any
    rows: int
    tables: frozenset[str]  # that it was read from
    numbers: Mapping[str, int]  # how often they had been changed; empty where that could not be known
    minute: int  # as a page that is kept is right for that long (front/copies.py)

    def is_right(self, numbers: Mapping[str, int], minute: int) -> bool:
        return minute == self.minute and all(numbers.get(table) == self.numbers.get(table) for table in self.tables)


class Memory:
    """The least asked for goes first. What would fill a third of the room is not kept at all."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.used, self.finds = room, 0, 0
        self._known: OrderedDict[Hashable, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _Known | None:
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
            return known

    def put(self, key: Hashable, known: _Known) -> None:
        with self._lock:
            self.finds += 1
            before = self._known.pop(key, None)
            self.used -= 0 if before is None else before.rows
            if known.rows <= self.room // 3:
                self._known[key] = known
                self.used += known.rows
            while self.used > self.room:
                self.used -= self._known.popitem(last=False)[1].rows


def remembered(
    key: Hashable, find: Callable[[Session], T], *, rows: Callable[[T], int] = lambda _found: 1, own: bool = False
) -> T:
    """What `find` gives, as of now. It reads beside the request's own session and gives values, or rows that it has
    loaded whole; nobody changes them. `key` says all that it depends on besides the database, `rows` how much it is.

    A request that writes gets what it sees itself, its own changes among it. `own` says that it is one person's: who
    signs out, or stars a note, on one machine must find it so on another at once. So it is remembered only where the
    marks are those of the last commit (SQLite), not where they come by message.
    """
    session = db.session()  # which knows whether this request writes
    if g.writes or (own and not db.store().on_sqlite):
        return find(session)
    memory: Memory = current_app.extensions.setdefault("memory", Memory())
    # before anything is read: what is changed meanwhile then counts as changed since
    front: Front = current_app.extensions["front"]
    numbers, minute = front.marks.look(), front.minute()
    known = memory.get(key)
    if known is None or numbers is None or not known.is_right(numbers, minute):
        with touched.noticing() as tables, _beside(numbers) as beside:
            value = find(beside)
        known = _Known(
            value,
            max(1, rows(value)),
            frozenset(tables),
            {name: (numbers or {}).get(name, -1) for name in tables},
            minute,
        )
        if numbers is not None:
            memory.put(key, known)
    noticed = touched.reading.get()
    if noticed is not None:  # the page that this is a part of may be kept, too
        noticed.update(known.tables)
    found: T = known.value
    return found


@dataclass(frozen=True, slots=True)
class _Beside:
    """Where a request reads what others will be given, too: on SQLite in one transaction, as long as it is of now."""

    session: Session
    numbers: Mapping[str, int]


@contextmanager
def _beside(numbers: Mapping[str, int] | None) -> Iterator[Session]:
    """A session that sees what there is at `numbers`; to begin one takes about as long as to read a few rows."""
    kept: _Beside | None = g.get("beside")
    if kept is None or kept.numbers is not numbers:
        end()
        db.lend()
        kept = _Beside(db.store().read_session(), numbers or {})
        g.beside = kept
    try:
        yield kept.session
    except BaseException:
        end()
        raise
    if not db.store().on_sqlite:
        end()  # another request may be waiting for the connection


def end(_problem: BaseException | None = None) -> None:
    """Let go of what the request has read beside its own session."""
    kept: _Beside | None = g.pop("beside", None)
    if kept is not None:
        kept.session.close()


def install(app: Flask) -> None:
    app.teardown_appcontext(end)
