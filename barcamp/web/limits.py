"""How often somebody may do something: token buckets in the database, the same ones for all processes and machines.

Keys are persons, or what they do, never an IP address alone: a whole venue shares one. What must hold for good (twenty
notes a person) is counted in its own rows; this only stops what no human hand does.

A bucket is one number, the moment at which it is full again (the "theoretical arrival time" of ITU-T I.371, annex A):
each spending moves it on by the time that one more takes to come back, and may not move it further than a whole bucket
from now. That is one statement, so those who spend at the same moment stand in a line, whatever machine they come from.
The clock is PostgreSQL's own, or that of the one machine that SQLite's file is on.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    bindparam,
    case,
    delete,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from barcamp import db, outage
from barcamp.errors import N_, TooMany
from barcamp.web.clock import utcnow
from barcamp.web.models import Bucket

A_SECOND = 1_000_000  # microseconds, in which all is counted
#: Processes of all machines for which an allowance with lumps holds to the last one; each further one adds a lump.
PROCESSES = 8
#: Of more keys, a process forgets those that it has not seen for longest.
MOST_KEYS = 20_000

Clock = Callable[[], float]


@dataclass(frozen=True)
class Allowance:
    """`count` times at once, and as many again over each `seconds` that pass, for each key.

    `name` tells its keys from those of others. `lump`: where asking the database each time would cost as much as what
    is asked for, a process lets some of a key pass and takes so many from the bucket at once. What all processes may
    have let pass and not taken yet is kept out of the bucket from the start, so `count` holds all the same.
    `clock` gives seconds since 1970; None means the database's.
    """

    name: str
    count: int
    seconds: float
    lump: int = 1
    clock: Clock | None = None
    price: int = field(init=False)  # what one costs, in microseconds
    whole: int = field(init=False)  # what the bucket holds

    def __post_init__(self) -> None:
        price = -(-int(self.seconds * A_SECOND) // self.count)
        object.__setattr__(self, "price", price)
        object.__setattr__(self, "whole", price * (self.count - (self.lump - 1) * PROCESSES))
        if self.whole < price * self.lump:
            raise ValueError(f"{self.name}: lumps of {self.lump} are too large for {self.count}")

    def spend(self, key: Hashable, times: int = 1) -> None:
        """Take one (or more) from the key's bucket. What is refused costs nothing.

        Within a request that is writing it is part of what is written: what is rolled back was not spent. To a request
        that only reads, nothing is refused because it could not be counted: while the disk is full, people still read.

        Raises:
            TooMany: there is not enough; after `retry_after` whole seconds there is, unless others take it.
        """
        memory: _Memory = current_app.extensions.setdefault(
            f"allowance {self.name}", _Memory(self.clock or time.monotonic)
        )
        hashed = self._hash(key)
        owed = memory.add(hashed, times, self.lump)
        if owed == 0:
            return
        try:
            wait = self._take(hashed, owed)
        except BaseException as problem:
            memory.give_back(hashed, owed - times)
            if db.only_reads() and outage.found_in(problem) is not None:
                return
            raise
        if wait > 0:
            memory.give_back(hashed, owed - times, wait / A_SECOND)
            raise _refusal(wait)

    def _hash(self, key: Hashable) -> bytes:
        """Whoever reads the database does not learn who came from which address."""
        secret = str(current_app.config["SECRET_KEY"]).encode()
        return hmac.digest(secret, f"allowance {self.name} {key!r}".encode(), "sha256")[:16]

    def _take(self, hashed: bytes, number: int) -> int:
        """Take so many, or none: 0, or for how many microseconds they are not there yet."""
        store, session = db.store(), db.writing_session()
        if session is not None:
            return take(session, hashed, number * self.price, self.whole, clock=self.clock)
        db.lend()
        with store.writing() as own:
            return take(own, hashed, number * self.price, self.whole, clock=self.clock)


class _Memory:
    """What one process knows of an allowance's keys: how many it has let pass and not taken yet (`owed`), and until
    when there is no use in asking. So a script that is refused costs the database nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._owed: OrderedDict[bytes, int] = OrderedDict()
        self._refused: OrderedDict[bytes, float] = OrderedDict()

    def add(self, key: bytes, times: int, lump: int) -> int:
        """Returns how many are to be taken from the bucket now. Raises TooMany while it is known to be empty."""
        with self._lock:
            until = self._refused.get(key)
            if until is not None:
                left = until - self._clock()
                if left > 0:
                    raise _refusal(int(left * A_SECOND))
                del self._refused[key]
            owed = self._owed.pop(key, 0) + times
            if owed >= lump:
                return owed
            _keep(self._owed, key, owed)
            return 0

    def give_back(self, key: bytes, owed: int, wait: float = 0.0) -> None:
        """These could not be taken; after `wait` seconds it is worth another try."""
        with self._lock:
            if owed:
                _keep(self._owed, key, self._owed.get(key, 0) + owed)
            if wait:
                _keep(self._refused, key, self._clock() + wait)


def _keep(known: OrderedDict[bytes, Any], key: bytes, value: float) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > MOST_KEYS:
        known.popitem(last=False)


def _refusal(wait: int) -> TooMany:
    return TooMany(
        N_("That was a lot in a short time. Please wait a moment."), max(1, -(-wait // A_SECOND))
    )  # fmt: skip


# ---- the buckets -----------------------------------------------------------------------------------------------------

_KEY, _PRICE, _WHOLE = (
    bindparam("key", type_=LargeBinary),
    bindparam("price", type_=BigInteger),
    bindparam("whole", type_=BigInteger),
)
_GIVEN = bindparam("now", type_=BigInteger)
_SERVERS: ColumnElement[int] = literal_column("(extract(epoch FROM clock_timestamp()) * 1000000)::bigint", BigInteger)


@cache
def _taking(dialect: str, now: ColumnElement[int]) -> Any:
    """A bucket that would be full later than a whole one can be is from before a clock was set back: it counts as just
    enough for this, and is right again.
    """
    full_at = Bucket.full_at
    begins = case((full_at < now, now), (full_at > now + _WHOLE + A_SECOND, now + _WHOLE - _PRICE), else_=full_at)
    return (
        db.insert_into(Bucket, dialect)
        .values(key=_KEY, full_at=now + _PRICE)
        .on_conflict_do_update(
            index_elements=[Bucket.key], set_={"full_at": begins + _PRICE}, where=begins + _PRICE <= now + _WHOLE
        )
        .returning(literal(1))
    )


@cache
def _looking(now: ColumnElement[int]) -> Any:
    return select(Bucket.full_at - now).where(Bucket.key == _KEY)


def take(session: Session, key: bytes, price: int, whole: int, *, clock: Clock | None = None) -> int:
    """Take `price` (microseconds) from the bucket that holds `whole`. Returns 0, or for how long it is not there."""
    connection = session.connection()  # on SQLite this waits for the gate, and only then is it "now"
    dialect = connection.dialect.name
    its_now = _SERVERS if clock is None and dialect == "postgresql" else _GIVEN
    names = {"key": key, "price": price, "whole": whole, "now": int((clock or _now)() * A_SECOND)}
    if connection.execute(_taking(dialect, its_now), names).first() is not None:
        return 0
    ahead = connection.execute(_looking(its_now), names).scalar()
    # swept away in this very moment it is full, and the next try will say so
    return 1 if ahead is None else max(1, int(ahead) + price - whole)


def _now() -> float:
    """Seconds since 1970, by the clock of all pages."""
    return utcnow().timestamp()


def forget_full(session: Session) -> None:
    """A full bucket is the same as none."""
    on_postgres = session.connection().dialect.name == "postgresql"
    now = _SERVERS if on_postgres else literal(int(_now() * A_SECOND), BigInteger)
    longest = literal(31 * 86_400 * A_SECOND, BigInteger)  # no allowance is for so long: a clock was set back
    session.execute(
        delete(Bucket)
        .where(or_(Bucket.full_at <= now, Bucket.full_at > now + longest))
        .execution_options(synchronize_session=False)
    )
