"""What is taken of an answer: a body that is whole and not too large, validators, when to come again."""

from __future__ import annotations

import http.client
import zlib
from email.utils import parsedate_to_datetime
from typing import Any

from typing_extensions import override

from barcamp.errors import N_
from barcamp.fetch.addresses import CannotFetch

#: Bytes of a body after inflating.
MOST = 5_000_000
#: Seconds that a server can make us wait by Retry-After: a week.
LONGEST_WAIT = 7 * 24 * 3600
_CHUNK = 65_536


def whole_body(response: http.client.HTTPResponse) -> bytes:
    """The whole body, inflated; what is cut off is no body."""
    coding = (response.headers["Content-Encoding"] or "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise CannotFetch(N_("The answer is packed in a way that nobody asked for ({coding})."), coding=coding[:20])
    raw = _Inflated() if coding != "identity" else _Plain()
    while piece := response.read(_CHUNK):
        raw.take(piece)
    if response.length or not raw.is_whole():
        raise CannotFetch(N_("The answer was cut off. Please try again later."))
    return bytes(raw.body)


class _Plain:
    def __init__(self) -> None:
        self.body = bytearray()

    def take(self, piece: bytes) -> None:
        self.body += piece
        if len(self.body) > MOST:
            raise CannotFetch(N_("What is there is larger than {n} MB."), n=MOST // 1_000_000)

    def is_whole(self) -> bool:
        return True


class _Inflated(_Plain):
    """Gzip, of one member or several, counted while it is inflated."""

    def __init__(self) -> None:
        super().__init__()
        self.packed = 0
        self.inflating: Any = zlib.decompressobj(wbits=31)

    @override
    def take(self, piece: bytes) -> None:
        self.packed += len(piece)
        if self.packed > MOST:
            raise CannotFetch(N_("What is there is larger than {n} MB."), n=MOST // 1_000_000)
        while piece:
            if self.inflating.eof:
                self.inflating = zlib.decompressobj(wbits=31)
            super().take(self.inflating.decompress(piece, _CHUNK))
            piece = self.inflating.unconsumed_tail or self.inflating.unused_data
        while len(more := self.inflating.decompress(b"", _CHUNK)):
            super().take(more)

    @override
    def is_whole(self) -> bool:
        return bool(self.inflating.eof)


def validator(response: http.client.HTTPResponse, name: str) -> str | None:
    """As it was written, where it can be sent back as it is."""
    said = response.headers[name]
    return said if said and len(said) <= 200 and said.isascii() and said.isprintable() else None


def retry_after(response: http.client.HTTPResponse) -> int | None:
    """Seconds. A date is taken against the server's own clock, so ours does not matter (RFC 9110 10.2.3)."""
    said = (response.headers["Retry-After"] or "").strip()
    if said.isascii() and said.isdigit():
        return min(int(said[:9]), LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(said) - parsedate_to_datetime(response.headers["Date"] or "")).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(0, int(seconds)), LONGEST_WAIT)
