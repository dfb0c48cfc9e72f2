"""Somebody who listens to a served site over a real connection, and comes again when it drops."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Self

from tests.live.listen import Frame, events


@dataclass
class Ear:
    """A page's EventSource in small: `heard` are the numbered frames with the time of their arrival (Unix seconds)."""

    port: int
    path: str
    heard: list[tuple[int, Frame, float]] = field(default_factory=list)
    opened: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    connection: HTTPConnection | None = None
    thread: threading.Thread | None = None

    def start(self) -> Self:
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()
        self.wait(lambda ear: ear.opened == 1)
        return self

    @property
    def ids(self) -> list[int]:
        return [revision for revision, _, _ in self.heard]

    def wait(self, until: Callable[[Ear], bool], seconds: float = 15.0) -> None:
        deadline = time.monotonic() + seconds
        while not until(self):
            assert time.monotonic() < deadline, f"{self.opened} times opened, heard {self.ids}"
            time.sleep(0.002)

    def listen(self) -> None:
        while not self.closed.is_set():
            with contextlib.suppress(OSError, HTTPException):  # it dropped; a browser comes again
                self.listen_once()
            time.sleep(0.1)

    def listen_once(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.connection = connection
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(self.ids[-1])} if self.heard else {})
        try:
            connection.request("GET", self.path, headers=headers)
            with connection.getresponse() as answer:
                if answer.status != 200:
                    raise HTTPException(f"{answer.status} instead of a stream")
                self.opened += 1
                self.read(answer)
        finally:
            connection.close()

    def read(self, answer: HTTPResponse) -> None:
        block = b""
        while line := answer.readline():
            block += line
            if line == b"\n":
                now = time.time()
                self.heard += [(number, frame, now) for number, frame in events(block) if number is not None]
                block = b""

    def close(self) -> None:
        self.closed.set()
        connection = self.connection.sock if self.connection is not None else None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self.thread is not None:
            self.thread.join()
