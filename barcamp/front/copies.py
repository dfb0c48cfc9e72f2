"""Kept answers: bytes, plain and zipped, with what says whether they are still right, within a bounded room."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import Headers
from werkzeug.http import parse_date, parse_etags

#: Bytes that one process keeps.
ROOM = 12 * 1024 * 1024
#: Behind the ETag of the zipped coding, which is another representation (RFC 9110, 8.8.3.3).
ZIPPED = "-gz"
#: A third less computing than 6, for a twentieth more bytes.
ZIP_LEVEL = 5
#: What is shorter gzip makes no smaller.
SMALL = 200
ZIPPED_KINDS = ("text/", "application/json", "application/xml", "application/atom+xml", "application/calendar+json",
                "application/javascript", "application/manifest+json", "image/svg+xml")  # fmt: skip
#: Of these a 304 has none (RFC 9110, 15.4.5).
OF_THE_BODY = frozenset(("content-type", "content-length", "content-encoding", "content-disposition", "content-range"))

HeaderList = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """One coding of an answer: its bytes and the headers of a 200 and, but for the ETag, of a 304."""

    body: bytes
    headers: HeaderList
    unchanged: HeaderList


@dataclass(slots=True)
class Copy:
    """An answer. Right while its tables have these numbers, and until the minute it was made in is over (None: for
    good).
    """

    plain: Form
    zipped: Form | None
    etag: str
    last_modified: str | None
    tables: dict[str, int]
    minute: int | None
    made_at: float  # in seconds since 1970
    #: The numbers at which it was found right last: the same object is right again without comparing.
    looked_at: Mapping[str, int] | None = None

    @property
    def size(self) -> int:
        return len(self.plain.body) + (0 if self.zipped is None else len(self.zipped.body)) + 4096

    def is_right(self, numbers: Mapping[str, int], minute: int) -> bool:
        if self.minute is not None and self.minute != minute:
            return False
        if self.looked_at is not numbers:
            if any(numbers.get(name) != number for name, number in self.tables.items()):
                return False
            self.looked_at = numbers
        return True

    def what_they_have(self, if_none_match: str | None, if_modified_since: str | None) -> str | None:
        """The tag by which the asker's copy is still right (RFC 9110, 13.2.2): a list, `*` or weak tags; a date only
        where there is no tag.
        """
        if if_none_match is not None:
            tags = parse_etags(if_none_match)
            return next((tag for tag in (self.etag, self.etag + ZIPPED) if tags.contains_weak(tag)), None)
        if if_modified_since is None or self.last_modified is None:
            return None
        since, changed = parse_date(if_modified_since), parse_date(self.last_modified)
        return self.etag if since is not None and changed is not None and changed <= since else None


def make(
    body: bytes,
    given: Headers,
    tables: Iterable[str],
    numbers: Mapping[str, int],
    minute: int | None,
    made_at: float,
) -> Copy:
    """A copy of an answer of 200. Its own ETag is kept where it has one."""
    headers = Headers(given)
    headers.remove("Content-Length")
    etag = (headers.get("ETag") or "").removeprefix("W/").strip('"')
    etag = etag or hashlib.sha256(body).hexdigest()[:32]
    zips = len(body) > SMALL and headers.get("Content-Type", "").startswith(ZIPPED_KINDS)
    if zips:
        headers.set("Vary", _with("Accept-Encoding", headers.get("Vary")))
    zipped = None
    if zips:
        zipped = _form(gzip.compress(body, ZIP_LEVEL, mtime=0), headers, etag + ZIPPED, coding="gzip")
    return Copy(
        plain=_form(body, headers, etag),
        zipped=zipped,
        etag=etag,
        last_modified=headers.get("Last-Modified"),
        tables={name: numbers.get(name, -1) for name in tables},
        minute=minute,
        made_at=made_at,
    )


def _form(body: bytes, given: Headers, etag: str, *, coding: str | None = None) -> Form:
    headers = Headers(given)
    headers.set("ETag", f'"{etag}"')
    if coding is not None:
        headers.set("Content-Encoding", coding)
    unchanged = [(name, value) for name, value in headers if name.lower() not in OF_THE_BODY and name != "ETag"]
    headers.set("Content-Length", str(len(body)))
    return Form(body, list(headers), unchanged)


def _with(name: str, vary: str | None) -> str:
    names = [] if vary is None else [there.strip() for there in vary.split(",")]
    return ", ".join([*names, *([] if name.lower() in (there.lower() for there in names) else [name])])


class Copies:
    """Copies by what was asked for; what was not asked for the longest goes first."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.used = room, 0
        self._copies: OrderedDict[Hashable, Copy] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Copy | None:
        with self._lock:
            found = self._copies.get(key)
            if found is not None:
                self._copies.move_to_end(key)
            return found

    def __iter__(self) -> Iterator[tuple[Hashable, Copy]]:
        with self._lock:
            return iter(list(self._copies.items()))

    def put(self, key: Hashable, copy: Copy) -> None:
        """Keep it instead of what was there; what is as large as a quarter of the room is not kept."""
        with self._lock:
            before = self._copies.pop(key, None)
            if before is not None:
                self.used -= before.size
            if copy.size > self.room // 4:
                return
            self._copies[key] = copy
            self.used += copy.size
            while self.used > self.room:
                self.used -= self._copies.popitem(last=False)[1].size

    def clear(self) -> None:
        with self._lock:
            self._copies.clear()
            self.used = 0
