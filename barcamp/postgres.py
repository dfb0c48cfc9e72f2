"""The connections to PostgreSQL: how long one waits for its answer, and how it is noticed that one is dead.

A server that hangs (stopped, swapped out, behind a cable that was pulled) answers no time-out of its own, and the
kernel's take a quarter of an hour. So we count ourselves: a connection that stays silent for too long is given up, with
all others of the pool, and whoever waited for it is told so (barcamp/outage.py).
"""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
from flask import has_app_context, has_request_context
from psycopg import sql
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

#: Seconds for one statement of a request. With the wait for a connection a person hears something within ten.
PATIENCE = 6.0
#: Seconds for one statement of a command, which may read or write everything at once.
PATIENCE_ALONE = 60.0
#: Seconds until a connection stands (libpq takes no less than two).
CONNECT_SECONDS = 3
POOL_SECONDS = 3.0
#: A machine that was lost in the middle of a transaction lets go of its rows after so many seconds, and whole
#: connections are looked after by the server's kernel: with TCP's own times that would be two hours.
OF_THE_SERVER = {
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}

#: For connections that hear more than they ask, and to which the above does not apply: the kernel asks whether the
#: other side is there, and a cable that was pulled is noticed within some ten seconds (libpq; where the system can).
QUICK_TO_NOTICE: dict[str, Any] = {
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

Result = TypeVar("Result")


def engine(url: str) -> Engine:
    """An engine whose connections are given up when they stay silent, and are looked at before they are used again."""
    made = create_engine(
        url,
        pool_size=10,
        max_overflow=20,
        pool_timeout=POOL_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS, **QUICK_TO_NOTICE},
    )
    made.hide_parameters = True  # they are people's, and what breaks goes into the log
    event.listen(made, "do_connect", _connect)
    event.listen(made, "connect", _tell_the_server)
    event.listen(made, "checkout", _look_whether_it_lives)
    return made


class Impatient(psycopg.Connection[Any]):
    """A connection that does not wait for ever."""

    def wait(self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        """Raises psycopg.OperationalError, closed: what the server says later would answer something else."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        is_a_command = has_app_context() and not has_request_context()
        seconds = PATIENCE_ALONE if is_a_command else PATIENCE
        try:
            return super().wait(gen, interval, seconds)
        except _WaitTimeout as problem:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer from the server for {seconds:g} s") from problem


def _connect(_dialect: object, _record: object, given: list[Any], more: dict[str, Any]) -> Impatient:
    return Impatient.connect(*given, **more)


def _tell_the_server(connection: psycopg.Connection[Any], _record: object) -> None:
    """Outside of a transaction, whose end would take it back."""
    connection.autocommit = True
    try:
        sets = sql.SQL(", ").join(
            sql.SQL("set_config({}, {}, false)").format(name, value) for name, value in OF_THE_SERVER.items()
        )
        connection.execute(sql.SQL("SELECT {}").format(sets))
    finally:
        connection.autocommit = False


def _look_whether_it_lives(connection: psycopg.Connection[Any], _record: object, _proxy: object) -> None:
    """A server that has gone has hung up, and that is here already: no question need be asked, at no price to speak of.
    All connections of before are thrown away then, and a new one is made.
    """
    try:
        connection.pgconn.consume_input()  # the last words of a server that goes, where it has said some
        connection.pgconn.consume_input()  # and that it has hung up
        alive = not connection.closed
    except psycopg.OperationalError:
        alive = False
    if not alive:
        raise InvalidatePoolError("the server has hung up")
