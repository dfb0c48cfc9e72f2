"""One open page's answer, as WSGI reads it: first what it missed, then whatever comes."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from barcamp import meters
from barcamp.live.chain import Batch, Chain
from barcamp.live.taken import FRAMES, Taken, can_be_taken

if TYPE_CHECKING:
    from barcamp.live.hub import Hub

#: A connection whose other side acknowledges nothing is dropped after so many milliseconds (RFC 5482).
SILENCE_MS = 60_000
#: Pings come more often than this; a stream that hears none ends, for then nobody watches any more.
NOTHING_SECONDS = 45.0


class Stream:
    """The bytes of one stream. `close` is for whoever stops reading, and may be called twice."""

    def __init__(
        self, hub: Hub, chain: Chain, start: Batch, opening: Iterator[bytes], environ: dict[str, Any], until: float
    ) -> None:
        self._hub = hub
        self._chain = chain
        self._batch = start
        self._is_over = False
        self._is_open = True
        self._opening: Iterator[bytes] | None = opening
        self._environ: dict[str, Any] | None = environ
        self._until = until

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> bytes:
        if self._opening is not None:
            part = next(self._opening, None)
            if part is not None:
                return part
            self._opening = None
            self._be_taken()
        return self._what_comes()

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._hub.left(self._chain)

    def _what_comes(self) -> bytes:
        if self._is_over or self._chain.is_far_behind(self._batch):
            raise StopIteration
        seconds = min(NOTHING_SECONDS, self._until - time.monotonic())
        batch = self._chain.wait_after(self._batch, seconds) if seconds > 0 else None
        if batch is None or (batch.ends and not batch.data):
            raise StopIteration
        self._batch, self._is_over = batch, batch.ends
        meters.add(FRAMES)
        return batch.data

    def _be_taken(self) -> None:
        """Give the connection to the hub, where that can be, and tell gunicorn that it is no longer its own.

        gunicorn hears it in the one way it has words for: the connection is gone. It closes its empty shell of it.
        """
        environ, self._environ = self._environ, None
        if environ is None or not can_be_taken(environ) or self._until <= time.monotonic():
            return
        connection = environ["gunicorn.socket"]
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MS)
        is_chunked = environ["SERVER_PROTOCOL"] == "HTTP/1.1"
        taken = Taken(connection, self._batch, is_chunked=is_chunked, until=self._until)
        self._is_open = False  # it is the writer that tells the hub from here on
        self._hub.writer.add(self._chain, taken)
        raise OSError(errno.ENOTCONN, "taken by the hub")
