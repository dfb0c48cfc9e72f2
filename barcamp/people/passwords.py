"""Passwords as argon2id hashes (RFC 9106), made where a long computation stops nobody else.

A hash takes 64 MiB and a tenth of a second: never call this while a writing session is open.
"""

from __future__ import annotations

import sys
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from barcamp.errors import N_, TooMany

SHORTEST, LONGEST = 10, 128

_hasher = PasswordHasher()
_two_at_once = threading.BoundedSemaphore(2)
Result = TypeVar("Result")


def make_hash(password: str) -> str:
    """The argon2id hash of a password, with its salt and costs in it."""
    return _beside_the_others(lambda: _hasher.hash(_settled(password)))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash. None takes as long as any, so that nobody learns who has one."""
    right = _beside_the_others(lambda: _verify(password_hash or _nobodys_hash(), _settled(password)))
    return right and password_hash is not None


class Tries:
    """Wrong passwords per address within this process: after ten in a quarter of an hour the address has to wait.

    Signing in by a mailed code stays open all the while, so nobody can lock somebody else out.
    """

    MOST, WITHIN, ADDRESSES = 10, timedelta(minutes=15), 10_000

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[datetime]] = OrderedDict()

    def check(self, email_key: str, now: datetime) -> None:
        """Raise TooMany while the address has to wait."""
        recent = [at for at in self._wrong.get(email_key, ()) if at > now - self.WITHIN]
        if len(recent) >= self.MOST:
            wait = recent[-self.MOST] + self.WITHIN - now
            raise TooMany(
                N_("Too many wrong passwords for this address. Please wait a while, or sign in with a mailed code."),
                retry_after=int(wait.total_seconds()) + 1,
            )

    def wrong(self, email_key: str, now: datetime) -> None:
        recent = [at for at in self._wrong.pop(email_key, ()) if at > now - self.WITHIN]
        self._wrong[email_key] = [*recent, now][-self.MOST :]
        while len(self._wrong) > self.ADDRESSES:
            self._wrong.popitem(last=False)

    def right(self, email_key: str) -> None:
        self._wrong.pop(email_key, None)


def _settled(password: str) -> str:
    """The same key presses give the same text on every system (NFKC, as NIST SP 800-63B advises)."""
    return unicodedata.normalize("NFKC", password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def _beside_the_others(work: Callable[[], Result]) -> Result:
    """Run it in a real thread where gevent serves, two at once at the most; as it is elsewhere."""
    with _two_at_once:
        gevent = sys.modules.get("gevent")
        if gevent is None or not sys.modules["gevent.monkey"].is_module_patched("threading"):
            return work()
        done: Result = gevent.get_hub().threadpool.apply(work)
        return done
