"""A furnished SQLite site that tells cheaply whether anything in it was changed, and can be put back as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy.orm import Session

from tests.house.bad_values import rows

#: What changes by being there, and is nobody's: sign-ins of the tests, how often somebody asked, which tables changed.
OF_NOBODY = ("device", "bucket", "mark")


class Watched:
    """Looks at the database's own change counter first; only where that has moved, at all rows."""

    def __init__(self, db: Session, path: str, leave_out: tuple[str, ...]) -> None:
        self.db, self._leave_out = db, (*OF_NOBODY, *leave_out)
        self._live = sqlite3.connect(path)
        self._kept = sqlite3.connect(":memory:")
        self.keep()

    def keep(self) -> None:
        """As it is now is how it should be."""
        self._live.backup(self._kept)
        self._rows = rows(self.db, *self._leave_out)
        self._version = self._read_version()

    def changed(self) -> set[str]:
        """The tables that are not as they were kept."""
        version = self._read_version()
        if version == self._version:
            return set()
        self._version = version
        found = rows(self.db, *self._leave_out)
        return {table for table, kept in self._rows.items() if found[table] != kept}

    def put_back(self) -> None:
        self._kept.backup(self._live)
        self.db.expire_all()
        self._version = self._read_version()

    def close(self) -> None:
        self._live.close()
        self._kept.close()

    def _read_version(self) -> Any:
        return self._live.execute("PRAGMA data_version").fetchone()


@contextmanager
def watched(db: Session, database_url: str, *leave_out: str) -> Iterator[Watched]:
    """`leave_out` names tables that the test itself writes to."""
    with closing(Watched(db, database_url.removeprefix("sqlite:///"), leave_out)) as made:
        yield made
