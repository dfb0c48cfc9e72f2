"""Answers that are the same for everybody: made once, kept as bytes plain and gzipped, and given with both validators.

Kept in memory only and found by their ETag, so that nothing old can be given: whoever changes what an answer is made of
changes its ETag. A process that restarts makes them again.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Response, request

from barcamp.web import fresh

#: Bytes, plain and gzipped together, that one process keeps.
ROOM = 32 * 1024 * 1024
#: What gzip cannot make smaller by much more than its own head.
SMALL = 200
GZIP = "gz"


@dataclass(frozen=True, slots=True)
class Copy:
    plain: bytes
    gzipped: bytes | None

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.gzipped or b"")


class Shelf:
    """Copies by ETag; what was not asked for the longest goes first."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.used = room, 0
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, etag: str, make: Callable[[], bytes]) -> Copy:
        """The copy with this ETag, made now where it is not there."""
        with self._lock:
            kept = self._copies.get(etag)
            if kept is not None:
                self._copies.move_to_end(etag)
                return kept
        plain = make()
        # mtime=0: equal bytes for equal bytes; level 6 takes 4 ms for a megabyte of calendar and leaves 2 % of it
        made = Copy(plain, gzip.compress(plain, 6, mtime=0) if len(plain) > SMALL else None)
        if made.size <= self.room // 4:
            self._put(etag, made)
        return made

    def _put(self, etag: str, made: Copy) -> None:
        with self._lock:
            self.used += made.size - (self._copies.pop(etag).size if etag in self._copies else 0)
            self._copies[etag] = made
            while self.used > self.room:
                self.used -= self._copies.popitem(last=False)[1].size


shelf = Shelf()


def answer(etag: str, changed_at: datetime, make: Callable[[], bytes], *, media_type: str, filename: str) -> Response:
    """A public answer that any cache may keep: 304 without making it, else the kept bytes in the coding
    asked for.

    `etag` (no quotes) names the bytes: it must change whenever `make()` would give others. Each coding has its own
    (RFC 9110, 8.8.3.3). Call it from views of GET alone, after one look-up of the revision and before any other.
    """
    zipped = f"{etag}-{GZIP}"
    if request.if_none_match:
        has = next((tag for tag in (etag, zipped) if fresh.is_fresh(tag, changed_at)), None)
    else:
        has = etag if fresh.is_fresh(etag, changed_at) else None
    if has is not None:
        return public(fresh.not_modified(has, changed_at))
    copy = shelf.get(etag, make)
    body = copy.gzipped if copy.gzipped is not None and request.accept_encodings.quality("gzip") > 0 else None
    response = Response(copy.plain if body is None else body)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    if body is not None:
        response.headers["Content-Encoding"] = "gzip"
    return public(fresh.validators(response, etag if body is None else zipped, changed_at))


def public(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=300, stale-while-revalidate=3600"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
