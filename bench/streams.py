"""Open streams: how late a change arrives, what that costs the server, and whether anything is lost.

    python -m bench.streams --open 1000 --rate 4            # notes posted over HTTP, on SQLite
    python -m bench.streams --open 5000 --rate 10 --floor   # and the same bytes from a bare WSGI app, for comparison
    python -m bench.streams --open 1000 --rate 50 --stars   # stars instead

A change is late by the time from its `ts` (taken in the writing request, before its commit) to its arrival at a
listener. `--url postgresql://…` measures on that (empty) database. Linux; the listeners' process needs CPU of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import select
import socket
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.serving import Served, Visitor, free_port, gunicorn, sign_in, site

SLUG = "bench"
NUMBERED = re.compile(rb"id: (\d+)\ndata: (\{.*?\})\n\n")
COUNTS = re.compile(rb'data: (\{[^\n]*"kind":"stars"[^\n]*\})\n\n')
SETTLE = 2.0
WRITERS = 6


@dataclass
class Heard:
    """What all listeners heard: how late (seconds, one for each delivery), and what went wrong."""

    late: array[float] = field(default_factory=lambda: array("d"))
    counts: list[tuple[float, dict[str, int]]] = field(default_factory=list)
    gaps: int = 0
    repeats: int = 0
    dropped: int = 0
    behind: int = 0


class Listener:
    __slots__ = ("last", "rest", "socket")

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.last = 0
        self.rest = b""


class Crowd:
    """Many listeners in one epoll loop. The same bytes are taken apart once, however many hear them."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path = port, path
        self.heard = Heard()
        self.listeners: dict[int, Listener] = {}
        self._poll = select.epoll()
        self._known: dict[bytes, list[tuple[int, float]]] = {}

    def open(self, number: int) -> float:
        """Open so many streams, some at a time; return how long it took until all had answered (seconds)."""
        began = time.monotonic()
        request = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept: text/event-stream\r\n\r\n"
        waiting: set[int] = set()
        while len(self.listeners) < number or waiting:
            while len(self.listeners) < number and len(waiting) < 100:
                connection = socket.create_connection(("127.0.0.1", self.port))
                connection.sendall(request.encode())
                connection.setblocking(False)
                self.listeners[connection.fileno()] = Listener(connection)
                waiting.add(connection.fileno())
                self._poll.register(connection, select.EPOLLIN)
            for descriptor, _ in self._poll.poll(1.0):
                if self._read(descriptor) and b" 200 " in self.listeners[descriptor].rest[:20]:
                    waiting.discard(descriptor)
            if time.monotonic() > began + 120:
                raise SystemExit(f"{len(waiting)} of {number} streams had no answer")
        return time.monotonic() - began

    def settle(self) -> None:
        """Hear what comes at first, and begin to count only then."""
        self.listen(lambda: False, SETTLE)
        for listener in self.listeners.values():
            listener.rest, listener.last = b"", 0
        self.heard = Heard()

    def listen(self, is_over: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not is_over():
            for descriptor, _ in self._poll.poll(0.2):
                self._hear(descriptor)

    def close(self, newest: int) -> Heard:
        """`newest`: the last revision there is; whoever has not heard it has lost something."""
        self.heard.behind = sum(listener.last not in (0, newest) for listener in self.listeners.values())
        for listener in self.listeners.values():
            listener.socket.close()
        return self.heard

    def _read(self, descriptor: int) -> bytes:
        listener = self.listeners[descriptor]
        data = listener.socket.recv(262_144)
        listener.rest += data
        return data

    def _hear(self, descriptor: int) -> None:
        listener = self.listeners[descriptor]
        try:
            data = listener.socket.recv(262_144)
        except OSError:
            data = b""
        if not data:
            self.heard.dropped += 1
            self._poll.unregister(listener.socket)
            return
        now = time.time()
        lines = None if listener.rest else self._known.get(data)
        if lines is None:
            lines = self._parse(listener, data, now)
        for revision, ts in lines:
            if listener.last:
                self.heard.gaps += revision > listener.last + 1
                self.heard.repeats += revision <= listener.last
            listener.last = revision
            self.heard.late.append(now - ts)

    def _parse(self, listener: Listener, data: bytes, now: float) -> list[tuple[int, float]]:
        whole, end, rest = (listener.rest + data).rpartition(b"\n\n")
        lines = [(int(number), float(json.loads(frame)["ts"])) for number, frame in NUMBERED.findall(whole + end)]
        for frame in COUNTS.findall(whole + end):
            self.heard.counts.append((now, json.loads(frame)["counts"]))
        if not listener.rest and rest == b"\r\n":
            self._known[data] = lines
        listener.rest = b"" if rest == b"\r\n" else rest
        return lines


# ---- writers, in a process of their own ------------------------------------------------------------------------------


def write_notes(visitors: list[Visitor], rate: float, seconds: float, told: Any) -> None:
    """Post notes at an even pace; tell (how many, how many were refused, [seconds each took])."""
    made: list[float] = []
    refused: list[int] = []

    def one(visitor: Visitor, turn: int) -> None:
        began = time.monotonic()
        fields = {"title": f"Note {turn}", "description": "About it", "format": "talk", "length": "1"}
        status, _, _ = visitor.ask("POST", f"/{SLUG}/wall/notes", fields)
        made.append(time.monotonic() - began)
        if status != 303:
            refused.append(status)

    _at_a_pace(visitors, rate, seconds, one)
    told.send((len(made), refused, made))


def write_stars(visitors: list[Visitor], notes: list[int], rate: float, seconds: float, told: Any) -> None:
    """Star notes at an even pace, each person each note once; tell [(note, stars then, when sent, when answered)]."""
    given: list[tuple[int, int, float, float]] = []
    refused: list[int] = []

    def one(visitor: Visitor, turn: int) -> None:
        note = notes[(turn // len(visitors)) % len(notes)]
        began = time.time()
        status, text, _ = visitor.ask("PUT", f"/{SLUG}/notes/{note}/star", Accept="application/json")
        if status == 200:
            given.append((note, int(json.loads(text)["stars"]), began, time.time()))
        else:
            refused.append(status)

    _at_a_pace(visitors, rate, seconds, one)
    told.send((len(given), refused, given))


def _at_a_pace(visitors: list[Visitor], rate: float, seconds: float, one: Callable[[Visitor, int], None]) -> None:
    began, total = time.monotonic(), int(rate * seconds)

    def work(place: int) -> None:
        for turn in range(place, total, len(visitors)):
            time.sleep(max(0.0, began + turn / rate - time.monotonic()))
            one(visitors[place], turn)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(visitors))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# ---- the floor: frames of the same size at the same pace, without a site ---------------------------------------------


class Floor:
    """A WSGI app with nothing but a stream (for gunicorn -k gevent), a new frame FLOOR_RATE times a second."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.news = threading.Condition()
        self.ticker: threading.Thread | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        if environ["PATH_INFO"] == "/healthz":
            start_response("200 OK", [("Content-Length", "2")])
            return iter([b"ok"])
        if self.ticker is None:
            self.ticker = threading.Thread(target=self.tick, daemon=True)
            self.ticker.start()
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return self.stream()

    def tick(self) -> None:
        while True:
            time.sleep(1 / float(os.environ["FLOOR_RATE"]))
            number = len(self.frames) + 1
            frame = {"revision": number, "kind": "note-posted", "subject": f"note:{number}", "spread": 8000}
            with self.news:
                text = json.dumps(frame | {"ts": round(time.time(), 3)})
                self.frames.append(f"id: {number}\ndata: {text}\n\n".encode())
                self.news.notify_all()

    def stream(self) -> Iterator[bytes]:
        yield b"retry: 4000\n: listening\n\n"
        seen = len(self.frames)
        while True:
            with self.news:
                while len(self.frames) == seen:
                    self.news.wait()
            new = len(self.frames)
            yield b"".join(self.frames[seen:new])
            seen = new


floor = Floor()


# ---- a run -----------------------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=1000, metavar="N", help="streams")
    parser.add_argument("--rate", type=float, default=4.0, help="changes a second")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--stars", action="store_true", help="stars instead of notes")
    parser.add_argument("--floor", action="store_true", help="also the same from a bare WSGI app")
    parser.add_argument("--url", default="", help="a PostgreSQL database, empty")
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if asked.floor:
        of_the_floor(asked)
    of_the_site(asked)


def of_the_site(asked: argparse.Namespace) -> None:
    settings = {"database_url": asked.url} if asked.url else {}
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), slug=SLUG, **settings) as served:
        emails = [f"writer{number}@example.com" for number in range(40 if asked.stars else WRITERS)]
        visitors = sign_in(served, emails, f"/{SLUG}/wall/new", organizer=None if asked.stars else SLUG)
        here, there = multiprocessing.Pipe()
        more: tuple[Any, ...] = ()
        if asked.stars:
            text = visitors[0].ask("GET", f"/{SLUG}/changes")[1]
            more = ([int(note) for note in json.loads(text)["counts"]],)
        writers = multiprocessing.Process(
            target=write_stars if asked.stars else write_notes, args=(visitors, *more, asked.rate, asked.seconds, there)
        )
        heard, told = _measured("the site", served, f"/{SLUG}/live", asked, writers, here)
        if asked.stars:
            _stars_told(heard, told)
        else:
            _told("  a note took its writer", told[2])
        print(f"  {told[0]} written, refused {told[1]}; stopped in {served.stop():.1f} s", flush=True)


def of_the_floor(asked: argparse.Namespace) -> None:
    words = ["-c", "/dev/null", "-k", "gevent", "-w", "2", "--worker-connections", "6000", "--backlog", "4096"]
    words += ["--graceful-timeout", "1"]
    port = free_port()
    environment = dict(os.environ) | {"BARCAMP_PORT": str(port), "FLOOR_RATE": str(asked.rate)}
    words += ["--log-level", "critical", "--bind", f"127.0.0.1:{port}"]
    with gunicorn(environment, "bench.streams:floor", *words) as served:
        pause = multiprocessing.Process(target=time.sleep, args=(asked.seconds,))
        _measured("the floor (bare WSGI, a greenlet each)", served, "/live", asked, pause, None)


def _measured(
    name: str, served: Served, path: str, asked: argparse.Namespace, writers: Any, told: Any
) -> tuple[Heard, Any]:
    crowd = Crowd(served.port, path)
    memory = served.pss()
    opened = crowd.open(asked.open)
    crowd.settle()
    each = (served.pss() - memory) / asked.open / 1024
    began, cpu = time.monotonic(), served.cpu()
    writers.start()
    crowd.listen(lambda: not writers.is_alive(), asked.seconds * 4)
    share = (served.cpu() - cpu) / (time.monotonic() - began) * 100
    answer = told.recv() if told is not None else None
    writers.join()
    if told is not None:
        crowd.listen(lambda: False, 1.0)
    last = [listener.last for listener in crowd.listeners.values()]
    heard = crowd.close(max(last) if told is not None else -1)
    print(f"{name}: {asked.open} open in {opened:.1f} s, {each:.1f} KB each, {share:.1f} % of a core")
    _told("  late", heard.late)
    lost = f"{heard.gaps} gaps, {heard.repeats} repeats, {heard.dropped} dropped"
    behind = f", {heard.behind} without the last" if told is not None else ""
    print(f"  {len(heard.late)} deliveries; {lost}{behind}", flush=True)
    return heard, answer


def _stars_told(heard: Heard, told: Any) -> None:
    """How long after it was sent a star's count was heard first, and how often counts came."""
    late = []
    for note, stars, sent, _ in told[2]:
        arrived = next((when for when, counts in heard.counts if counts.get(str(note), 0) >= stars), None)
        if arrived is not None:
            late.append(arrived - sent)
    print(f"  {len(told[2]) - len(late)} of {len(told[2])} stars never heard of; {len(heard.counts)} different frames")
    _told("  a star was heard of after", late)


def _told(name: str, seconds: Any) -> None:
    if not seconds:
        return
    ordered = sorted(seconds)
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 for part in (0.5, 0.99))
    print(f"{name}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {ordered[-1] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
