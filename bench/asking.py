"""Clients that cost little: the same requests again and again over connections that stay open, from one process."""

from __future__ import annotations

import select
import socket
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import cycle

BROWSER = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.9",
    "Accept-Encoding": "gzip",
}
AT_A_TIME = 262_144
PATIENCE = 120.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Burst:
    """What a few connections got in a while: how many answers of which status, and how long each took (seconds)."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds


def once(port: int, path: str, headers: Mapping[str, str] = BROWSER) -> Answer:
    """One GET over a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def request(port: int, path: str, headers: Mapping[str, str] = BROWSER, *, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [] if method == "GET" else ["Content-Length: 0"]
    return "\r\n".join([*lines, "", ""]).encode()


def in_a_circle(port: int, requests: Sequence[bytes], connections: int, *, seconds: float, most: int = 10**9) -> Burst:
    """Each connection sends the next request as soon as its last one is answered, until the time is over or `most`
    have been sent. Connection n sends the requests n, n + connections, … of the list, over and over, so that there
    should be as many as connections, or one.
    """
    circle = _Circle(port, requests, connections)
    return circle.run(seconds, most)


class _Circle:
    def __init__(self, port: int, requests: Sequence[bytes], connections: int) -> None:
        self.port, self.poll = port, select.epoll()
        self.burst = Burst()
        self.lines = [_Line(self._of(requests, place, connections)) for place in range(connections)]
        self.under_way: dict[int, _Line] = {}
        self.sent = 0

    @staticmethod
    def _of(requests: Sequence[bytes], place: int, connections: int) -> Iterator[bytes]:
        return cycle(requests[place % len(requests) :: connections])

    def run(self, seconds: float, most: int) -> Burst:
        began = time.monotonic()
        for line in self.lines:
            if self.sent < most:
                self._send(line)
        while self.under_way:
            for descriptor, _event in self.poll.poll(PATIENCE) or self._no_answer():
                line = self.under_way[descriptor]
                if not self._is_answered(line):
                    continue
                if time.monotonic() < began + seconds and self.sent < most:
                    self._send(line)
                else:
                    self._close(line)
        self.burst.seconds = time.monotonic() - began
        self.poll.close()
        return self.burst

    def _send(self, line: _Line) -> None:
        if line.socket is None:
            line.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            self.poll.register(line.socket, select.EPOLLIN)
            self.under_way[line.socket.fileno()] = line
        line.begin()
        self.sent += 1

    def _is_answered(self, line: _Line) -> bool:
        assert line.socket is not None
        data = line.socket.recv(AT_A_TIME)
        if not data:
            raise SystemExit("the server closed a connection before it had answered")
        status = line.hear(data)
        if status is None:
            return False
        self.burst.statuses[status] += 1
        self.burst.took.append(time.monotonic() - line.began)
        if line.is_last:
            self._close(line)
        return True

    def _close(self, line: _Line) -> None:
        if line.socket is not None:
            self.under_way.pop(line.socket.fileno(), None)
            self.poll.unregister(line.socket)
            line.socket.close()
            line.socket = None

    def _no_answer(self) -> list[tuple[int, int]]:
        raise SystemExit(f"no answer for {PATIENCE:g} s")


class _Line:
    """One connection and the answer that comes over it. `is_last`: the server ends it after this answer."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.requests = requests
        self.socket: socket.socket | None = None
        self.began, self.status, self.missing, self.is_last = 0.0, 0, -1, False
        self.head = b""

    def begin(self) -> None:
        assert self.socket is not None
        self.head, self.missing = b"", -1
        self.began = time.monotonic()
        self.socket.sendall(next(self.requests))

    def hear(self, data: bytes) -> int | None:
        """The status once the answer is whole."""
        if self.missing >= 0:
            self.missing -= len(data)
        else:
            self.head += data
            head, end, body = self.head.partition(b"\r\n\r\n")
            if not end:
                return None
            lines = head.lower().split(b"\r\n")
            self.status = int(lines[0][9:12])
            self.is_last = b"connection: close" in lines
            self.missing = self._length(lines) - len(body)
        return self.status if self.missing <= 0 else None

    def _length(self, lines: list[bytes]) -> int:
        if self.status in (204, 304):
            return 0
        for line in lines:
            if line.startswith(b"content-length:"):
                return int(line.partition(b":")[2])
        raise SystemExit("an answer without a length cannot be measured here")
