"""Connections that the hub writes to itself, so that an open page costs neither a greenlet nor its stack.

gunicorn's gevent worker keeps a greenlet for each request that is under way, with all the stack that Flask once
needed. So once a stream has been opened and has caught up, its connection is taken from gunicorn
(docs/decisions/0010-live.md). Where that cannot be, the stream stays an ordinary answer.
"""

from __future__ import annotations

import _socket
import contextlib
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

from barcamp import meters
from barcamp.live.chain import Batch, Chain

#: So many connections are written to before other work of this process gets its turn.
IN_A_ROW = 100
LAST_CHUNK = b"0\r\n\r\n"
FRAMES = meters.counter("barcamp_stream_frames_total")


def can_be_taken(environ: dict[str, Any]) -> bool:
    """Whether the answer to this request goes over a plain connection of gunicorn's gevent worker."""
    gevent_socket = sys.modules.get("gevent.socket")
    connection = environ.get("gunicorn.socket")
    return (
        gevent_socket is not None
        and type(connection) is gevent_socket.socket  # TLS has a class of its own
        and environ.get("SERVER_PROTOCOL") in ("HTTP/1.0", "HTTP/1.1")
    )


class Taken:
    """One connection, how far along the chain it is, and what of that batch the kernel has not taken yet."""

    __slots__ = ("_batch", "_is_chunked", "_is_over", "_left", "_socket", "until")

    def __init__(self, connection: socket.socket, batch: Batch, *, is_chunked: bool, until: float) -> None:
        """`connection` is no longer its owner's after this. `until` is on the monotonic clock."""
        family, kind, protocol = connection.family, connection.type, connection.proto
        # the plain socket of C: gevent's own would wait where we want to be told
        self._socket = _socket.socket(family, kind, protocol, fileno=connection.detach())
        self._socket.setblocking(False)
        self._batch = batch
        self._is_chunked = is_chunked
        self._is_over = False
        self._left = b""
        self.until = until

    def write(self, chain: Chain) -> bool:
        """Send what is new; False where the kernel does not take all of it now.

        Raises EOFError where the stream is over, OSError where the connection is.
        """
        if chain.is_far_behind(self._batch):
            raise TimeoutError
        while True:
            while not self._left:
                if not self._go_on():
                    return True
            try:
                sent = self._socket.send(self._left)
            except BlockingIOError:
                return False
            self._left = self._left[sent:] if sent < len(self._left) else b""

    def _go_on(self) -> bool:
        """Go to the next batch, if there is one. Raises EOFError behind one that ends the stream."""
        if self._is_over:
            raise EOFError
        if self._batch.next is None:
            return False
        self._batch = self._batch.next
        meters.add(FRAMES)
        self._left = self._batch.chunk if self._is_chunked else self._batch.data
        self._is_over = self._batch.ends
        return True

    def is_gone(self) -> bool:
        """Whether the other side has closed; what it may have sent besides is thrown away."""
        try:
            return self._socket.recv(1024) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self, *, properly: bool = False) -> None:
        if properly and self._is_chunked:
            with contextlib.suppress(OSError):
                self._socket.send(LAST_CHUNK)
        self._socket.close()


class Writer:
    """Writes the chains' batches to all taken connections. Never waits for one of them."""

    def __init__(self, left: Callable[[Chain], None]) -> None:
        self._left = left
        self._behind: set[tuple[Chain, Taken]] = set()

    @property
    def is_behind(self) -> bool:
        return bool(self._behind)

    def add(self, chain: Chain, taken: Taken) -> None:
        """Have this connection written to from now on, beginning with what came meanwhile."""
        chain.taken.add(taken)
        self._write(chain, taken)

    def write_all(self, chain: Chain) -> None:
        chain.is_unwritten = False
        for number, taken in enumerate(list(chain.taken)):
            if taken in chain.taken:
                self._write(chain, taken)
            if number % IN_A_ROW == IN_A_ROW - 1:
                time.sleep(0)

    def write_on(self) -> None:
        """Try those again that could not take all of it."""
        for chain, taken in list(self._behind):
            self._behind.discard((chain, taken))
            if taken in chain.taken:
                self._write(chain, taken)

    def sweep(self, chain: Chain, tick: float) -> None:
        """Let go of connections that the other side has closed, and of those that have been open long enough."""
        for number, taken in enumerate(list(chain.taken)):
            if taken.is_gone():
                self._drop(chain, taken)
            elif tick > taken.until:
                self._drop(chain, taken, properly=True)
            if number % IN_A_ROW == IN_A_ROW - 1:
                time.sleep(0)

    def _write(self, chain: Chain, taken: Taken) -> None:
        try:
            if not taken.write(chain):
                self._behind.add((chain, taken))
        except EOFError:
            self._drop(chain, taken, properly=True)
        except OSError:
            self._drop(chain, taken)

    def _drop(self, chain: Chain, taken: Taken, *, properly: bool = False) -> None:
        if taken in chain.taken:
            chain.taken.discard(taken)
            taken.close(properly=properly)
            self._left(chain)
