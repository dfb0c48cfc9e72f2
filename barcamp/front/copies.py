"""Kept answers: zipped bytes, with what says whether they are still right, within a bounded room."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import Headers
from werkzeug.http import parse_date, parse_etags

from barcamp.web import zipped

#: Bytes that one process keeps.
ROOM = 4 * 1024 * 1024
#: What has been given so often since it last changed is worth a millisecond more, to be smaller.
OFTEN = 100
#: Of these a 304 has none (RFC 9110, 15.4.5).
OF_THE_BODY = frozenset(("content-type", "content-length", "content-encoding", "content-disposition", "content-range"))

HeaderList = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """One coding of an answer: the headers of a 200 and, but for the ETag, of a 304."""

    headers: HeaderList
    unchanged: HeaderList


@dataclass(slots=True)
class Copy:
    """An answer. Right while its tables have these numbers, and until the minute it was made in is over (None: for
    good).
    """

    kept: bytes  # zipped, where it is given so
    plain: Form
    zipped: Form | None
    etag: str
    last_modified: str | None
    tables: dict[str, int]
    minute: int | None
    made_at: float  # in seconds since 1970
    is_quick: bool = False  # zipped quickly: it may change again before many have asked for it
    given: int = 0  # how often, zipped
    #: The numbers at which it was found right last: the same object is right again without comparing.
    looked_at: Mapping[str, int] | None = None

    @property
    def size(self) -> int:
        return len(self.kept) + 4096

    def body(self, form: Form) -> bytes:
        """Nearly all take it zipped. To unzip it for the others takes a fraction of a millisecond, and to keep both
        would take twenty times the room.
        """
        return zipped.unsqueeze(self.kept) if self.zipped is not None and form is self.plain else self.kept

    def is_worth_more(self) -> bool:
        """Counts one that it is given zipped, and says whether it should be zipped well now."""
        self.given += 1
        return self.is_quick and self.given > OFTEN

    def zipped_well(self) -> Copy:
        """The same with fewer bytes, which are another representation, and so have another tag."""
        assert self.zipped is not None
        kept = zipped.squeeze(zipped.unsqueeze(self.kept))
        new = {"ETag": f'"{self.etag}{zipped.TAG}"', "Content-Length": str(len(kept))}
        headers = [(name, new.get(name, value)) for name, value in self.zipped.headers]
        return replace(self, kept=kept, zipped=replace(self.zipped, headers=headers), is_quick=False)

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
            ours = (self.etag + end for end in ("", zipped.TAG, zipped.QUICK_TAG))
            return next((tag for tag in ours if tags.contains_weak(tag)), None)
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
    """A copy of an answer of 200. It may have been zipped before, else it is now, quickly where it is not for good. Its
    own ETag is kept where it has one.
    """
    headers = Headers(given)
    headers.remove("Content-Length")
    is_zipped = headers.get("Content-Encoding") == "gzip"
    headers.remove("Content-Encoding")
    etag = (headers.get("ETag") or "").removeprefix("W/").strip('"').removesuffix(zipped.TAG if is_zipped else "")
    etag = etag or hashlib.sha256(body).hexdigest()[:32]
    plain_length = zipped.length(body) if is_zipped else len(body)
    is_quick = False
    if not is_zipped and len(body) > zipped.SMALL and headers.get("Content-Type", "").startswith(zipped.KINDS):
        is_zipped, is_quick = True, minute is not None
        body = zipped.squeeze(body, zipped.QUICKLY if is_quick else zipped.WELL)
    tag = zipped.QUICK_TAG if is_quick else zipped.TAG
    if is_zipped:
        headers.set("Vary", _with("Accept-Encoding", headers.get("Vary")))
    return Copy(
        kept=body,
        plain=_form(plain_length, headers, etag),
        zipped=_form(len(body), headers, etag + tag, coding="gzip") if is_zipped else None,
        etag=etag,
        last_modified=headers.get("Last-Modified"),
        tables={name: numbers.get(name, -1) for name in tables},
        minute=minute,
        made_at=made_at,
        is_quick=is_quick,
    )


def _form(length: int, given: Headers, etag: str, *, coding: str | None = None) -> Form:
    headers = Headers(given)
    headers.set("ETag", f'"{etag}"')
    if coding is not None:
        headers.set("Content-Encoding", coding)
    unchanged = [(name, value) for name, value in headers if name.lower() not in OF_THE_BODY and name != "ETag"]
    headers.set("Content-Length", str(length))
    return Form(list(headers), unchanged)


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
