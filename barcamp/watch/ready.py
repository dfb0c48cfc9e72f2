"""Whether this process can take requests: one word why not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import cache

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from barcamp.db import Store
from barcamp.errors import Refused
from barcamp.settings import PROJECT

log = logging.getLogger(__name__)

#: Seconds that the database has to answer.
PATIENCE = 2.0
ENDING, AWAY, SLOW, OLD = "ending", "database-away", "database-slow", "not-migrated"


@cache
def known_revision() -> str:
    """The newest migration that this code comes with: the files of migrations are named by theirs."""
    return max(path.name.partition("_")[0] for path in (PROJECT / "migrations" / "versions").glob("[0-9]*.py"))


class Readiness:
    """Asks the database in a thread of its own, so that one that does not answer holds up one question and no more."""

    def __init__(self, store: Store, *, is_serving: Callable[[], bool], patience: float = PATIENCE) -> None:
        self._store, self._is_serving, self._patience = store, is_serving, patience
        self._lock = threading.Lock()
        self._asking: _Question | None = None

    def why_not(self) -> str | None:
        """None where it is ready. A database ahead of this code is right: it is being replaced, one by one."""
        if not self._is_serving():
            return ENDING
        with self._lock:
            question = self._asking
            if question is None:
                question = self._asking = _Question(self._store)
                threading.Thread(target=self._ask, args=(question,), name="ready", daemon=True).start()
        return question.why_not if question.is_answered.wait(self._patience) else SLOW

    def _ask(self, question: _Question) -> None:
        try:
            question.ask()
        finally:
            with self._lock:
                self._asking = None
            question.is_answered.set()


class _Question:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.is_answered = threading.Event()
        self.why_not: str | None = AWAY

    def ask(self) -> None:
        try:
            with self.store.reader.connect() as connection:
                there = connection.execute(text("SELECT max(version_num) FROM alembic_version")).scalar_one()
            self.why_not = None if there is not None and there >= known_revision() else OLD
        except SQLAlchemyError as problem:
            self.why_not = OLD if _has_no_tables(problem) else AWAY
        except Refused:
            self.why_not = AWAY
        except Exception:  # whatever it is, it must not end this thread without a word
            log.exception("the database could not be asked")


def _has_no_tables(problem: SQLAlchemyError) -> bool:
    said = str(getattr(problem, "orig", problem))
    return "no such table" in said or ("alembic_version" in said and "does not exist" in said)
