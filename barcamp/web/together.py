"""Changes that come at the same moment share one transaction, and so one turn at the gate and one wait for the disk.

Only for short changes that have nothing to do with each other: stars. Each stands or falls by itself, for it has a
savepoint of its own. On PostgreSQL, which shares the disk by itself, each has a transaction of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from barcamp.db import Store
from barcamp.errors import Busy

#: More would keep others, who post a note, for too long at the gate.
MOST_AT_ONCE = 100

Result = TypeVar("Result")


class _Turn(Generic[Result]):
    """One change on its way, and how it ended."""

    def __init__(self, change: Callable[[Session], Result]) -> None:
        self.change = change
        self.is_over = threading.Event()
        self.problem: BaseException | None = None
        self.result: Result | None = None

    def take(self, session: Session) -> None:
        """Make the change; where it is refused or breaks, nothing of it stays."""
        held = session.connection()
        held.exec_driver_sql("SAVEPOINT turn")  # a fifth of the price of `begin_nested`, and there are a thousand
        try:
            self.result = self.change(session)
            session.flush()
        except Exception as problem:
            self.problem = problem
            session.expunge_all()
            held.exec_driver_sql("ROLLBACK TO turn")
        held.exec_driver_sql("RELEASE turn")


class Together:
    """The desk of one process where such changes queue. Whoever finds nobody there makes them for all who come until
    the gate opens; the others wait to hear how theirs ended.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._waiting: list[_Turn[object]] = []

    def make(self, change: Callable[[Session], Result]) -> Result:
        """Make this change, perhaps in another thread; return what it returns, once that is on the disk.

        Raises what it raises. If the shared transaction fails it fails for all who share it, and nothing was changed.
        """
        if not self._store.on_sqlite:
            with self._store.writing() as session:
                return change(session)
        turn = _Turn(change)
        with self._lock:
            self._waiting.append(turn)  # type: ignore[arg-type]
            is_first = len(self._waiting) == 1
        while is_first and self._make_some(turn):  # type: ignore[arg-type]
            pass
        turn.is_over.wait()
        if turn.problem is not None:
            raise turn.problem
        return turn.result  # type: ignore[return-value]

    def _make_some(self, own: _Turn[object]) -> bool:
        """One transaction for those who are there when the gate opens. Returns whether somebody had to stay behind.

        Where it is us who are stopped (a worker that ends) it is we alone who go, once nobody waits for us any more.
        """
        turns: list[_Turn[object]] = []
        stay = False
        try:
            with self._store.writing() as session:
                session.connection()  # waits for other processes; whoever comes meanwhile is taken along
                turns, stay = self._call()
                for turn in turns:
                    turn.take(session)
        except BaseException as problem:
            if not turns:
                turns, stay = self._call()
            told = problem if isinstance(problem, Exception) else Busy()
            for turn in turns:
                turn.problem = turn.problem or told
            if told is not problem:
                own.problem = problem
        for turn in turns:
            turn.is_over.set()
        return stay

    def _call(self) -> tuple[list[_Turn[object]], bool]:
        with self._lock:
            called, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            return called, bool(self._waiting)
