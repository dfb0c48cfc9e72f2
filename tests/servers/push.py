"""A push service for tests: takes what is sent to it (RFC 8030), answers as it is told. And a browser that reads it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from barcamp.fetch import Network

HOST = "push.example"


@dataclass(frozen=True)
class Taken:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def claims(self) -> dict[str, Any]:
        """What the VAPID token says (RFC 8292), once its signature holds under the key that came with it."""
        header = self.headers["authorization"]
        assert Vapid02.verify(header)
        part = header.split("t=")[1].split(",")[0].split(".")[1]
        claims: dict[str, Any] = json.loads(decoded(part))
        return claims

    @property
    def key(self) -> str:
        return self.headers["authorization"].rsplit("k=", 1)[1]


@dataclass
class PushService:
    """`answers` are the statuses for the next requests by path, in turn; then 201. `network` lets the site reach it."""

    port: int
    taken: list[Taken] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def network(self) -> Network:
        return Network(also=frozenset({("127.0.0.1", self.port)}), names={HOST: ("127.0.0.1",)})

    def endpoint(self, name: str) -> str:
        return f"http://{HOST}:{self.port}/{name}"


@contextmanager
def start() -> Iterator[PushService]:
    """While `gate` is not set, requests are taken and not answered."""
    service = PushService(0)
    service.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            name = self.path[1:]
            service.taken.append(Taken(name, {key.lower(): value for key, value in self.headers.items()}, body))
            service.gate.wait(30)
            status, headers = service.answers[name].pop(0) if service.answers.get(name) else (201, {})
            self.send_response(status)
            for key, value in {"Content-Length": "0", **headers}.items():
                self.send_header(key, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A killed worker breaks off."""

    server = Server(("127.0.0.1", 0), Handler)
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield service
    finally:
        service.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Browser:
    """A browser's half of a subscription: keys that it gives away, and the private one to read with (RFC 8291)."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = bytes(range(16))

    @property
    def keys(self) -> dict[str, str]:
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encoded(point), "auth": encoded(self.secret)}

    def read(self, body: bytes) -> Any:
        return json.loads(
            http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm")
        )


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
