"""What listeners walk along: batches of bytes, each pointing to the next.

A batch is rendered once and shared by all; one that everybody has passed is forgotten by itself. So there is no queue
per listener to fill up, and no listener can hear a batch twice or leave one out.
"""

from __future__ import annotations

from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from barcamp.live.taken import Taken


class Batch:
    """Some frames in one piece: as they are (`data`), and as one chunk of HTTP/1.1 (`chunk`).

    `ends`: after this one the stream is over, and its listener may come again.
    """

    __slots__ = ("chunk", "data", "ends", "next", "number")

    def __init__(self, number: int, data: bytes, *, ends: bool = False) -> None:
        self.number = number
        self.data = data
        self.chunk = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        self.ends = ends
        self.next: Batch | None = None


class Chain:
    """The batches for one audience of one conference, and who listens. Only the hub adds to it."""

    def __init__(self) -> None:
        self.tail = Batch(0, b"")
        self.news = Condition()
        self.listeners = 0
        self.taken: set[Taken] = set()  # those whose connections are written to by the hub itself
        self.is_unwritten = False  # to them
        self.devices: set[int] = set()  # the sign-ins that let somebody listen here since its last end

    def add(self, data: bytes, *, ends: bool = False) -> None:
        if not self.listeners:
            return
        batch = Batch(self.tail.number + 1, data, ends=ends)
        with self.news:
            self.tail.next = batch
            self.tail = batch
            self.is_unwritten = True
            self.news.notify_all()

    def wait_after(self, batch: Batch, seconds: float) -> Batch | None:
        """The batch after this one, once there is one; None where none came in time."""
        with self.news:
            self.news.wait_for(lambda: batch.next is not None, seconds)
        return batch.next

    def is_far_behind(self, batch: Batch) -> bool:
        return self.tail.number - batch.number > MOST_BEHIND


#: A listener so many batches behind does not read; it is let go and may come again with its Last-Event-ID.
MOST_BEHIND = 500
