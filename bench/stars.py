"""Stars in a storm: how fast a star is answered, how many fit into a second, and whether one is lost or counted twice.

    python -m bench.stars storm                    # 1,000 people x 5 stars in 16 s, beside 2,000 open walls, on SQLite
    python -m bench.stars storm --kill             # and a worker is killed in the middle of it
    python -m bench.stars limit                    # as fast as 16, 32 and 64 connections can

Everybody is signed in, with a cookie and a form token of their own. In the storm each star comes at its own time,
whether or not the ones before have been answered, over a connection of its own; it is late from the moment it was due.
Afterwards the database is read: each acknowledged star must be there, no other, and each note's counter must agree.
The floor is the same by a bare WSGI app on the same kind of gunicorn, which neither asks who is there nor keeps
anything, and `/healthz`, this site's cheapest answer. Linux; the clients need CPU of their own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import select
import signal
import socket
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import repeat
from pathlib import Path
from typing import Any

from bench.serving import Served, Visitor, free_port, gunicorn, sign_in, site
from bench.streams import Crowd

SLUG = "bench"
EACH = 5
PATIENCE = 30.0
TRIES = 5
PAUSE = 0.2
FLOOR_SECONDS = 2.0


@dataclass(slots=True)
class Shot:
    """One request: when it is due (seconds from the start), and how it ended. `status` 0: no answer."""

    due: float
    request: bytes
    who: int = 0
    note: int = 0
    status: int = 0
    took: float = 0.0
    tries: int = 0


class Gun:
    """Sends requests at their time, each over a connection of its own, in one epoll loop.

    `tries`: how often one is sent that gets no answer, as star.js would.
    """

    def __init__(self, port: int, *, tries: int = 1) -> None:
        self.port, self.tries = port, tries
        self._poll = select.epoll()
        self._waiting: list[tuple[float, int, Shot]] = []
        self._under_way: dict[int, tuple[socket.socket, Shot, bytes]] = {}
        self._began = 0.0

    def fire(self, shots: list[Shot], meanwhile: Callable[[float], None] = lambda _now: None) -> None:
        """Send all, wait for the answers, and note how each ended. `meanwhile` is told the time again and again."""
        self._waiting = [(shot.due, number, shot) for number, shot in enumerate(shots)]
        heapify(self._waiting)
        self._began = time.monotonic()
        end = max(shot.due for shot in shots) + PATIENCE
        while (self._waiting or self._under_way) and (now := self._now()) < end:
            while self._waiting and self._waiting[0][0] <= now:
                self._send(heappop(self._waiting)[2])
            pause = self._waiting[0][0] - now if self._waiting else 0.05
            for descriptor, _event in self._poll.poll(min(max(pause, 0.0), 0.05)):
                self._hear(descriptor)
            meanwhile(now)

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _send(self, shot: Shot) -> None:
        shot.tries += 1
        try:
            connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            connection.sendall(shot.request)
        except OSError:
            self._again(shot)
            return
        connection.setblocking(False)
        self._under_way[connection.fileno()] = connection, shot, b""
        self._poll.register(connection, select.EPOLLIN)

    def _hear(self, descriptor: int) -> None:
        connection, shot, text = self._under_way[descriptor]
        try:
            data = connection.recv(65_536)
        except OSError:
            data = b""
        text += data
        status = status_of(text)
        if data and status is None:
            self._under_way[descriptor] = connection, shot, text
            return
        del self._under_way[descriptor]
        self._poll.unregister(connection)
        connection.close()
        if status is None:
            self._again(shot)
        else:
            shot.status, shot.took = status, self._now() - shot.due

    def _again(self, shot: Shot) -> None:
        if shot.tries < self.tries:
            heappush(self._waiting, (self._now() + PAUSE, -id(shot), shot))


def in_a_circle(port: int, requests: Iterator[Shot], connections: int, seconds: float) -> list[Shot]:
    """Each connection sends the next request as soon as the last one is answered. Returns those answered or broken."""
    poll, began, done = select.epoll(), time.monotonic(), []
    under_way: dict[int, tuple[socket.socket, Shot, bytes]] = {}

    def send(connection: socket.socket) -> None:
        shot = next(requests)
        shot.due = time.monotonic()
        connection.sendall(shot.request)
        under_way[connection.fileno()] = connection, shot, b""

    for _ in range(connections):
        opened = socket.create_connection(("127.0.0.1", port))
        poll.register(opened, select.EPOLLIN)
        send(opened)
    while under_way:
        for descriptor, _event in poll.poll(1.0):
            connection, shot, text = under_way.pop(descriptor)
            text += connection.recv(65_536)
            status = status_of(text)
            if status is None and text:
                under_way[descriptor] = connection, shot, text
                continue
            shot.status, shot.took = status or 0, time.monotonic() - shot.due
            done.append(shot)
            if status is not None and time.monotonic() < began + seconds:
                send(connection)
            else:
                poll.unregister(descriptor)
                connection.close()
    return done


def status_of(text: bytes) -> int | None:
    """The status of a whole answer; None while something is missing."""
    head, end, body = text.partition(b"\r\n\r\n")
    if not end:
        return None
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    return int(text[9:12]) if len(body) >= int(length.partition(b":")[2]) else None


# ---- who sends what --------------------------------------------------------------------------------------------------


def address(number: int) -> str:
    return f"starrer{number}@example.com"


def star_request(port: int, visitor: Visitor, note: int, method: str = "PUT") -> bytes:
    """What a browser's fetch sends, near enough."""
    lines = [
        f"{method} /{SLUG}/notes/{note}/star HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36",
        "Accept: application/json",
        "Accept-Language: en-US,en;q=0.9",
        f"Origin: http://127.0.0.1:{port}",
        f"Referer: http://127.0.0.1:{port}/{SLUG}/wall",
        "Sec-Fetch-Site: same-origin",
        f"X-CSRF-Token: {visitor.token}",
        "Cookie: " + "; ".join(f"{name}={value}" for name, value in visitor.cookies.items()),
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def plain_request(port: int, method: str, path: str) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n".encode()


def storm_of(visitors: list[Visitor], notes: list[int], seconds: float, port: int, rng: random.Random) -> list[Shot]:
    """Everybody stars EACH different notes, at times that are as good as any (a Poisson process); a few notes are what
    nearly everybody wants.
    """
    weights = [1 / (place + 1) for place in range(len(notes))]
    shots = []
    for who, visitor in enumerate(visitors):
        wanted: set[int] = set()
        while len(wanted) < EACH:
            wanted.add(rng.choices(notes, weights)[0])
        shots += [Shot(rng.uniform(0, seconds), star_request(port, visitor, note), who, note) for note in wanted]
    return shots


def every_star(visitors: list[Visitor], notes: list[int], port: int) -> Iterator[Shot]:
    """Everybody's star for each note, one after the other, so that two of one person are far apart."""
    for note in notes:
        for who, visitor in enumerate(visitors):
            yield Shot(0.0, star_request(port, visitor, note), who, note)


# ---- what the database says afterwards -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Books:
    """`lost`: acknowledged and not there; `extra`: there and never asked for; `wrong`: notes that count otherwise."""

    lost: int
    extra: int
    wrong: int


def audit(data: Path, shots: list[Shot]) -> Books:
    with closing(sqlite3.connect(data / "barcamp.sqlite3")) as connection:
        rows = connection.execute(
            "SELECT p.email, s.note_id FROM star s JOIN person p ON p.id = s.person_id WHERE p.email LIKE 'starrer%'"
        ).fetchall()
        (wrong,) = connection.execute(
            "SELECT count(*) FROM note WHERE star_count != (SELECT count(*) FROM star WHERE note_id = note.id)"
        ).fetchone()
    there = Counter(rows)
    acknowledged = {(address(shot.who), shot.note) for shot in shots if shot.status == 200}
    asked = {(address(shot.who), shot.note) for shot in shots}
    extra = sum(there.values()) - len(there) + len(there.keys() - asked)
    return Books(len(acknowledged - there.keys()), extra, wrong)


# ---- the floor -------------------------------------------------------------------------------------------------------


def floor(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A WSGI app (for gunicorn) that answers a star without asking who, and keeps nothing."""
    environ["wsgi.input"].read()
    body = b'{"starred":true,"stars":12}'
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def bare_site() -> Served:
    port = free_port()
    environment = dict(os.environ) | {"BARCAMP_PORT": str(port)}
    words = ["-c", "/dev/null", "-k", "gevent", "-w", "2", "--worker-connections", "6000", "--backlog", "4096"]
    words += ["--log-level", "critical", "--bind", f"127.0.0.1:{port}"]
    return gunicorn(environment, "bench.stars:floor", *words)


# ---- runs ------------------------------------------------------------------------------------------------------------


def storm(asked: argparse.Namespace) -> bool:
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), slug=SLUG) as served:
        visitors, notes = audience(served, asked.people)
        walls, told = open_walls(served.port, asked.open, 2 * asked.seconds + 2 * PATIENCE)
        shots = storm_of(visitors, notes, asked.seconds, served.port, random.Random(7))  # noqa: S311 - nothing to guess
        victim = Victim(served, asked.seconds / 2) if asked.kill else None
        cpu, began = served.cpu(), time.monotonic()
        Gun(served.port, tries=TRIES if asked.kill else 1).fire(shots, victim or (lambda _now: None))
        share = (served.cpu() - cpu) / (time.monotonic() - began) * 100
        books = audit(Path(folder), shots)
        about = f"{asked.people} people x {EACH} stars in {asked.seconds:g} s beside {asked.open} open walls"
        ok = tell(about + (", a worker killed" if asked.kill else ""), shots, None if asked.kill else share, books)
        plain = [Shot(shot.due, plain_request(served.port, "GET", "/healthz")) for shot in shots]
        print(f"  floor, GET /healthz here at the same pace: {latency(_fired(served.port, plain))}", flush=True)
        heard = stop_walls(walls, told)
        print(f"  the walls: {heard['dropped']} dropped, {heard['frames']} different frames of counts", flush=True)
        print("  " + served.flask("verify").strip().splitlines()[-1], flush=True)
    with bare_site() as bare:
        plain = [Shot(shot.due, plain_request(bare.port, "PUT", "/star")) for shot in shots]
        print(f"  floor, PUT to a bare WSGI app at the same pace: {latency(_fired(bare.port, plain))}", flush=True)
    return ok


def limit(asked: argparse.Namespace) -> bool:
    ok = True
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), slug=SLUG) as served, bare_site() as bare:
        visitors, notes = audience(served, asked.people)
        stars, all_shots = every_star(visitors, notes, served.port), []
        for connections in (16, 32, 64):
            cpu, began = served.cpu(), time.monotonic()
            shots = in_a_circle(served.port, stars, connections, asked.seconds)
            took = time.monotonic() - began
            share = (served.cpu() - cpu) / took * 100
            all_shots += shots
            rate = sum(shot.status == 200 for shot in shots) / took
            books = audit(Path(folder), all_shots)
            ok = tell(f"{connections} connections: {rate:.0f} stars/s", shots, share, books) and ok
            print(f"  {share * 10 / rate:.2f} ms of CPU each", flush=True)
            _floor("GET /healthz here", plain_request(served.port, "GET", "/healthz"), served.port, connections)
            _floor("PUT to a bare WSGI app", plain_request(bare.port, "PUT", "/star"), bare.port, connections)
        print("  " + served.flask("verify").strip().splitlines()[-1], flush=True)
    return ok


def _floor(name: str, request: bytes, port: int, connections: int) -> None:
    began = time.monotonic()
    plain = in_a_circle(port, (Shot(0.0, request) for _ in repeat(None)), connections, FLOOR_SECONDS)
    print(f"  floor, {name}: {len(plain) / (time.monotonic() - began):.0f}/s, {latency(plain)}", flush=True)


class Victim:
    """Kills one of the site's workers, once, at its time."""

    def __init__(self, served: Served, at: float) -> None:
        self.served, self.at, self.is_dead = served, at, False

    def __call__(self, now: float) -> None:
        if now < self.at or self.is_dead:
            return
        self.is_dead = True
        master = self.served.process.pid
        workers = [number for number in self.served.processes() if number != master and _runs(number, b"gunicorn")]
        os.kill(workers[0], signal.SIGKILL)
        print(f"  killed worker {workers[0]}", flush=True)


def _runs(number: int, word: bytes) -> bool:
    return word in Path(f"/proc/{number}/cmdline").read_bytes()


def audience(served: Served, people: int) -> tuple[list[Visitor], list[int]]:
    """So many people, signed in, and the notes that they can star."""
    visitors = sign_in(served, [address(number) for number in range(people)], f"/{SLUG}/wall/new")
    for visitor in visitors:
        if visitor.connection is not None:
            visitor.connection.close()
    _, text, _ = visitors[0].ask("GET", f"/{SLUG}/changes")
    return visitors, sorted(map(int, json.loads(text)["counts"]))


def open_walls(port: int, number: int, longest: float) -> tuple[Any, Any]:
    """Listeners in a process of their own; returns when all are open."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_listen, args=(port, number, longest, there))
    process.start()
    here.recv()
    return process, here


def _listen(port: int, number: int, longest: float, told: Any) -> None:
    crowd = Crowd(port, f"/{SLUG}/live")
    crowd.open(number)
    crowd.settle()
    told.send("open")
    crowd.listen(told.poll, longest)
    told.send({"dropped": crowd.heard.dropped, "frames": len(crowd.heard.counts)})


def stop_walls(process: Any, told: Any) -> dict[str, int]:
    told.send("stop")
    heard: dict[str, int] = told.recv()
    process.join()
    return heard


def _fired(port: int, shots: list[Shot]) -> list[Shot]:
    Gun(port).fire(shots)
    return shots


def tell(name: str, shots: list[Shot], share: float | None, books: Books) -> bool:
    statuses = Counter(shot.status for shot in shots)
    errors = {status or "no answer": count for status, count in statuses.items() if status != 200}
    print(f"{name}\n  {len(shots)} asked, {statuses[200]} acknowledged, errors {errors or 0}; {latency(shots)}")
    print(f"  {books.lost} lost, {books.extra} doubled or never asked for, {books.wrong} notes count otherwise")
    again = sum(shot.tries > 1 for shot in shots)
    cpu = f"server CPU {share:.0f} % of a core" if share is not None else "what a dead worker has used is not known"
    print(f"  {cpu}" + (f"; {again} sent more than once" if again else ""), flush=True)
    return books == Books(0, 0, 0) and not errors


def latency(shots: list[Shot]) -> str:
    ordered = sorted(shot.took for shot in shots if shot.status)
    if not ordered:
        return "no answer at all"
    p50, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000 for part in (0.5, 0.99))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {ordered[-1] * 1000:.0f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["storm", "limit"])
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--open", type=int, default=2000, metavar="N", help="walls that listen during the storm")
    parser.add_argument("--seconds", type=float, help="how long the storm takes (16), or each part of the limit (8)")
    parser.add_argument("--kill", action="store_true", help="kill -9 one worker in the middle of the storm")
    asked = parser.parse_args()
    asked.seconds = asked.seconds or (16.0 if asked.what == "storm" else 8.0)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return 0 if (storm if asked.what == "storm" else limit)(asked) else 1


if __name__ == "__main__":
    raise SystemExit(main())
