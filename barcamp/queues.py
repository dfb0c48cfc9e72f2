"""The queue of jobs, by huey: which one a site has. What goes through it is in jobs.py."""

from __future__ import annotations

import sys
from datetime import datetime

from barcamp.settings import Settings

if "psycopg" in sys.modules:
    from huey import Huey, PostgresHuey, SqliteHuey, crontab
    from huey.consumer import Consumer
else:  # huey takes it along wherever it is installed, and on SQLite it is 5 MiB for nothing
    sys.modules["psycopg"] = None  # type: ignore[assignment]  # importlib's word for "not to be found"
    from huey import Huey, PostgresHuey, SqliteHuey, crontab
    from huey.consumer import Consumer

    del sys.modules["psycopg"]

__all__ = ("QUEUE_FILE", "Consumer", "Huey", "SqliteHuey", "address", "crontab", "in_file", "is_due", "of_site")

QUEUE_FILE = "jobs.sqlite3"


def of_site(settings: Settings) -> Huey:
    """The queue beside the SQLite database, or in PostgreSQL."""
    if settings.on_sqlite:
        # waiting for the file stops every request of this process, so not for long; a lost nudge costs little
        return in_file(settings, timeout=0.1)
    import psycopg
    from huey import storage

    from barcamp.postgres import QUICK_TO_NOTICE

    storage.psycopg = psycopg  # which was kept from it above
    return PostgresHuey(
        "barcamp", results=False, dsn=address(settings), connect_timeout=3, create_tables=False, **QUICK_TO_NOTICE
    )


def in_file(settings: Settings, *, timeout: float) -> Huey:
    """`timeout`: seconds that the file is waited for."""
    return SqliteHuey(
        "barcamp",
        results=False,
        filename=str(settings.data / QUEUE_FILE),
        timeout=timeout,
        fsync=False,
        create_tables=False,
    )


def is_due(queue: SqliteHuey, now: datetime) -> bool:
    """Whether anything is to be done: at once, or at a time that has come. A fraction of a millisecond."""
    at = now.replace(tzinfo=None).timestamp()  # as huey writes it: UTC, taken for the machine's own time
    words = (
        "SELECT EXISTS (SELECT 1 FROM task WHERE queue = :queue)"
        " OR EXISTS (SELECT 1 FROM schedule WHERE queue = :queue AND timestamp <= :at)"
    )
    ((found,),) = queue.storage.sql(words, {"queue": queue.storage.name, "at": at}, results=True)
    return bool(found)


def address(settings: Settings) -> str:
    """Of the PostgreSQL database, in libpq's words."""
    return "postgresql:" + settings.database_url.partition(":")[2]
