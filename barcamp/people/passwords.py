"""Passwords as argon2id hashes (RFC 9106), made where a long computation stops nobody else.

A hash takes 64 MiB and a tenth of a second: never call this while a writing session is open.
"""

from __future__ import annotations

import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from barcamp.errors import Busy

SHORTEST, LONGEST = 10, 128

_hasher = PasswordHasher()
_two_at_once = threading.BoundedSemaphore(2)
#: Hashes that wait for their turn in this process; who comes then is asked to come again, so that a flood of passwords
#: does not fill the machine with people who wait.
MOST_WAITING = 20
_waiting: list[None] = []
Result = TypeVar("Result")


def make_hash(password: str) -> str:
    """The argon2id hash of a password, with its salt and costs in it."""
    return _beside_the_others(lambda: _hasher.hash(_settled(password)))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash. None takes as long as any, so that nobody learns who has one."""
    right = _beside_the_others(lambda: _verify(password_hash or _nobodys_hash(), _settled(password)))
    return right and password_hash is not None


def renewed(password: str, password_hash: str) -> str | None:
    """A hash by today's costs of a password that is right for this one. None where it has them, and where so many
    hashes wait that this can wait as well, for the next sign-in.
    """
    if not _hasher.check_needs_rehash(password_hash):
        return None
    try:
        return make_hash(password)
    except Busy:
        return None


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
    """Run it in a real thread where gevent serves, two at once at the most; as it is elsewhere. Raises Busy."""
    with _in_line(), _two_at_once:
        gevent = sys.modules.get("gevent")
        if gevent is None or not sys.modules["gevent.monkey"].is_module_patched("threading"):
            return work()
        done: Result = gevent.get_hub().threadpool.apply(work)
        return done


@contextmanager
def _in_line() -> Iterator[None]:
    if len(_waiting) >= MOST_WAITING:
        raise Busy
    _waiting.append(None)
    try:
        yield
    finally:
        _waiting.pop()
