"""Why something could not be kept or read, where the fault is the machine's: the disk is full, the database is away.

Told apart here, in one place, from our own mistakes: an outage is over by itself or is mended by whoever runs the
machine, the request may go through unchanged then (503, `Retry-After`), and no traceback says more than one line.
What is a mistake of ours, or damage that stays (a malformed file), is no outage and remains a 500.
"""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeGuard

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolIsEmpty

from barcamp.errors import N_, Busy, Refused

if TYPE_CHECKING:
    import psycopg

__all__ = ("Away", "DiskFull", "Kept", "Outage", "ReadOnly", "Unsure", "at_commit", "found_in")


class Outage(Refused):
    """The machine cannot do it now; the words say what is the matter, and what has become of the request."""

    status = 503
    retry_after = 5
    said = ""

    def __init__(self) -> None:
        super().__init__(self.said)


class Away(Outage):
    """Nobody answers where the database should be, or its files cannot be opened."""

    said = N_("The database is away for a moment. Nothing was changed; please try again in a few seconds.")


class DiskFull(Outage):
    """There is no room for another change. What was kept before is untouched and can be read."""

    retry_after = 30
    said = N_("The disk of the site is full. Nothing was changed; please try again once there is room.")


class ReadOnly(Outage):
    """The files of the database, or the server, can be read and not be changed: a mount, a standby."""

    retry_after = 30
    said = N_("The site can only be read just now. Nothing was changed; please try again in a while.")


class Unsure(Outage):
    """The database went away in the very moment of the commit: nobody can say on which side of it."""

    said = N_(
        "The database went away at the moment in which this was to be kept. It is there whole or not at all:"
        " please look before you send it again."
    )


class Kept(Outage):
    """The commit is done; what failed is only the answer to it."""

    said = N_("What you sent is kept. Only the page that should follow cannot be shown just now; please load it again.")


def found_in(problem: BaseException, *, writes: bool = True) -> Refused | None:
    """The outage behind an exception, or None where it is something else.

    `writes`: whether this was a writing transaction. In one that only reads, a refused write is our mistake.
    """
    if isinstance(problem, Busy | Outage):
        return problem
    if isinstance(problem, PoolIsEmpty):
        return Busy()
    if isinstance(problem, DBAPIError):
        return _of_the_server(problem, writes=writes)
    if isinstance(problem, sqlite3.Error):
        return _of_sqlite(problem, writes=writes)
    if _is_of_postgres(problem):
        return _of_postgres(problem, writes=writes)
    if isinstance(problem, OSError):
        return _of_the_disk(problem)
    if isinstance(problem, SQLAlchemyError) and problem.__cause__ is not None:
        return found_in(problem.__cause__, writes=writes)
    return None


@contextmanager
def at_commit() -> Iterator[None]:
    """Around a commit, after the flush. A server that goes away here may have committed: nobody shall hear otherwise.

    Raises Unsure in its place. A full disk is no such case: there SQLite and PostgreSQL roll back, and say so.
    """
    try:
        yield
    except Exception as problem:
        if isinstance(found_in(problem), Away):
            raise Unsure from problem
        raise


def _of_the_server(problem: DBAPIError, *, writes: bool) -> Refused | None:
    original = problem.orig
    found = found_in(original, writes=writes) if original is not None else None
    if found is None and problem.connection_invalidated:
        return Away()
    return found


def _of_sqlite(problem: sqlite3.Error, *, writes: bool) -> Refused | None:
    """By SQLite's primary result code (sqlite.org/rescode.html), the lowest eight bits of the extended one."""
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
        return Busy()
    if code == sqlite3.SQLITE_FULL:
        return DiskFull()
    if code == sqlite3.SQLITE_READONLY and writes:
        return ReadOnly()
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return Away()
    return None


#: SQLSTATE classes and codes (PostgreSQL, appendix A). First the longest that fits.
_POSTGRES: dict[str, type[Busy | Outage]] = {
    "53100": DiskFull,
    "25006": ReadOnly,
    "58030": Away,  # io_error
    "57014": Busy,  # query_canceled, by a time-out
    "55P03": Busy,  # lock_not_available
    "08": Away,  # the connection
    "57P": Away,  # shutting down, crashed, starting, idle for too long
    "53": Busy,  # too many connections, out of memory
    "40": Busy,  # deadlock, serialization: rolled back, and the same may go through
}


def _is_of_postgres(problem: BaseException) -> TypeGuard[psycopg.Error]:
    """Nothing is raised by a package that nobody has loaded, as on SQLite."""
    loaded = sys.modules.get("psycopg.errors")
    return loaded is not None and isinstance(problem, loaded.Error)


def _of_postgres(problem: psycopg.Error, *, writes: bool) -> Refused | None:
    state = problem.sqlstate
    if state is None:  # none of the server's own: it was not reached, or it hung up
        return Away() if isinstance(problem, sys.modules["psycopg.errors"].OperationalError) else None
    if state == "25006" and not writes:
        return None
    for beginning in (state, state[:3], state[:2]):
        if beginning in _POSTGRES:
            return _POSTGRES[beginning]()
    return None


def _of_the_disk(problem: OSError) -> Refused | None:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull()
    if problem.errno == errno.EROFS:
        return ReadOnly()
    return None
