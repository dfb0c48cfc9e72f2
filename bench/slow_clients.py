"""Slow clients: whether hundreds of connections that say nothing, or nearly nothing, slow an ordinary page.

    python -m bench.slow_clients                   # 300 of each kind, one kind after the other

Three kinds: those that connect and stay silent, those that send half a header, and those that send a form's body at a
byte a second. Meanwhile the wall and the schedule are asked for at an even pace; the floor is the same without slow
clients, before them on the same site. Linux.
"""

from __future__ import annotations

import argparse
import resource
import socket
import tempfile
import threading
from collections import Counter
from pathlib import Path

from bench.serving import Served, sign_in, site
from bench.stars import Gun, Shot, latency, plain_request

SLUG = "bench"
HALF_A_HEADER = "GET /{slug}/wall HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Half: "
SLOW_BODY = (
    "POST /{slug}/wall/notes HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\nX-CSRF-Token: {token}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\n"
)
KINDS = {
    "connect and send nothing": "",
    "send half a header": HALF_A_HEADER,
    "send a byte of body a second": SLOW_BODY,
}


class SlowClients:
    """Connections that are opened together and stay. `drip`: each sends one more byte a second."""

    def __init__(self, port: int, number: int, begin: bytes, *, drip: bool) -> None:
        self._connections = []
        self._is_over = threading.Event()
        for _ in range(number):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.sendall(begin)
            self._connections.append(connection)
        self._thread = threading.Thread(target=self._drip if drip else self._is_over.wait)
        self._thread.start()

    def close(self) -> int:
        """Go away; return how many the server had sent away before."""
        self._is_over.set()
        self._thread.join()
        return sum(_is_gone(connection) for connection in self._connections)

    def _drip(self) -> None:
        while not self._is_over.wait(1.0):
            for connection in self._connections:
                try:
                    connection.send(b"x")
                except OSError:
                    continue


def _is_gone(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each kind")
    parser.add_argument("--rate", type=float, default=20.0, help="pages a second")
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), slug=SLUG) as served:
        [visitor] = sign_in(served, ["slow@example.com"], f"/{SLUG}/wall/new")
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        pages(served, asked.rate, 2.0)  # what is made once is made by now
        ok = tell("floor, no slow clients", pages(served, asked.rate, asked.seconds))
        for name, text in KINDS.items():
            begin = text.format(slug=SLUG, port=served.port, cookies=cookies, token=visitor.token).encode()
            slow = SlowClients(served.port, asked.clients, begin, drip=text == SLOW_BODY)
            try:
                ok = tell(f"{asked.clients} that {name}", pages(served, asked.rate, asked.seconds)) and ok
            finally:
                print(f"  {slow.close()} of them sent away meanwhile", flush=True)
    return 0 if ok else 1


def pages(served: Served, rate: float, seconds: float) -> list[Shot]:
    """The wall and the schedule in turn, at an even pace."""
    wanted = [plain_request(served.port, "GET", f"/{SLUG}/{page}") for page in ("wall", "schedule")]
    shots = [Shot(turn / rate, wanted[turn % 2]) for turn in range(int(rate * seconds))]
    Gun(served.port).fire(shots)
    return shots


def tell(name: str, shots: list[Shot]) -> bool:
    statuses = Counter(shot.status or "no answer" for shot in shots)
    slowest = sorted(shot.took for shot in shots if shot.status)[-max(1, len(shots) // 100) :]
    print(f"{name}: {latency(shots)}; {dict(statuses)}", flush=True)
    return set(statuses) == {200} and slowest[0] <= 1.0


if __name__ == "__main__":
    raise SystemExit(main())
