"""Answers with validators, plain or gzipped: `answer` for those that are the same for everybody, made once and kept,
and `personal` for those of one reader.

Kept in memory only and found by their ETag, so that nothing old can be given: whoever changes what an answer is made of
changes its ETag. A process that restarts makes them again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from flask import Response, current_app, request

from barcamp.web import fresh, zipped

#: Bytes that one process keeps.
ROOM = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Copy:
    """The bytes as they are kept: zipped, where that makes them fewer."""

    kept: bytes
    is_zipped: bool

    @property
    def size(self) -> int:
        return len(self.kept)

    @property
    def plain(self) -> bytes:
        return zipped.unsqueeze(self.kept) if self.is_zipped else self.kept


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
        made = _copy(make())
        if made.size <= self.room // 4:
            self._put(etag, made)
        return made

    def _put(self, etag: str, made: Copy) -> None:
        with self._lock:
            self.used += made.size - (self._copies.pop(etag).size if etag in self._copies else 0)
            self._copies[etag] = made
            while self.used > self.room:
                self.used -= self._copies.popitem(last=False)[1].size


def shelf() -> Shelf:
    """This process's, of this site."""
    found: Shelf = current_app.extensions.setdefault("shelf", Shelf())
    return found


def answer(
    etag: str,
    changed_at: datetime,
    make: Callable[[], bytes],
    *,
    media_type: str,
    filename: str,
    attached: bool = False,
) -> Response:
    """A public answer that any cache may keep: 304 without making it, else the kept bytes in the coding
    asked for.

    `etag` (no quotes) names the bytes: it must change whenever `make()` would give others. Each coding has its own
    (RFC 9110, 8.8.3.3). Call it from views of GET alone, after one look-up of the revision and before any other.
    `attached`: to be saved as a file, where a link says so, and not opened.
    """
    has = _what_they_have(etag, changed_at)
    if has is not None:
        return public(fresh.not_modified(has, changed_at))
    return public(_given(shelf().get(etag, make), etag, changed_at, media_type, filename, attached=attached))


def personal(
    etag: str, make: Callable[[], bytes], *, media_type: str, filename: str, attached: bool = False
) -> Response:
    """As `answer`, for one reader alone: no cache shares it, no page that it leads to hears of its secret address, and
    it is not kept here. It has no Last-Modified: what somebody unstars leaves no time behind that could be told.
    """
    has = _what_they_have(etag, None)
    if has is not None:
        return private(fresh.not_modified(has))
    return private(_given(_copy(make()), etag, None, media_type, filename, attached=attached))


def _what_they_have(etag: str, changed_at: datetime | None) -> str | None:
    """The validator, of one coding or the other, by which the asker's copy is still right."""
    if "If-None-Match" not in request.headers:
        return etag if fresh.is_fresh(etag, changed_at) else None
    return next((tag for tag in (etag, etag + zipped.TAG) if fresh.is_fresh(tag)), None)


def _given(
    copy: Copy, etag: str, changed_at: datetime | None, media_type: str, filename: str, *, attached: bool
) -> Response:
    is_zipped = copy.is_zipped and zipped.takes(request.headers.get("Accept-Encoding", ""))
    response = Response(copy.kept if is_zipped else copy.plain)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = _disposition("attachment" if attached else "inline", filename)
    if is_zipped:
        response.headers["Content-Encoding"] = "gzip"
    return fresh.validators(response, etag + zipped.TAG if is_zipped else etag, changed_at)


def _copy(plain: bytes) -> Copy:
    return Copy(zipped.squeeze(plain), is_zipped=True) if len(plain) > zipped.SMALL else Copy(plain, is_zipped=False)


def _disposition(kind: str, filename: str) -> str:
    """RFC 6266: a name in ASCII for everybody, and the whole one where it is not."""
    plain = "".join(letter for letter in filename if letter.isascii() and (letter.isalnum() or letter in "._-"))
    whole = "" if plain == filename else f"; filename*=UTF-8''{quote(filename, safe='')}"
    return f'{kind}; filename="{plain}"{whole}'


def public(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=300, stale-while-revalidate=3600"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    return unheard(response)


def unheard(response: Response) -> Response:
    """For an address with a secret in it: no search engine keeps it, and no page that it leads to hears of it."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
