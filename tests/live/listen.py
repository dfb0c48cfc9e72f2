"""Somebody who listens: a stream read by a thread of its own, taken apart into frames."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from werkzeug.test import TestResponse

from tests.conftest import Client

Frame = dict[str, Any]


@dataclass
class Listener:
    """What one stream has told so far. `ids` are those of numbered frames, in order."""

    pieces: list[bytes] = field(default_factory=list)
    is_over: bool = False

    @property
    def raw(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def frames(self) -> list[Frame]:
        return [frame for _, frame in events(self.raw)]

    @property
    def ids(self) -> list[int]:
        return [number for number, _ in events(self.raw) if number is not None]

    @property
    def kinds(self) -> list[str]:
        return [frame["kind"] for frame in self.frames]

    @property
    def counts(self) -> list[dict[str, int]]:
        return [frame["counts"] for frame in self.frames if frame["kind"] == "stars"]

    def wait(self, until: Callable[[Self], bool], seconds: float = 15.0) -> Self:
        deadline = time.monotonic() + seconds
        while not until(self):
            assert time.monotonic() < deadline, f"not within {seconds:g} s: {self.raw.decode()}"
            time.sleep(0.002)
        return self

    def wait_for(self, kind: str, seconds: float = 15.0) -> Self:
        return self.wait(lambda listener: kind in listener.kinds, seconds)

    def read(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self.pieces.append(piece)
        self.is_over = True


def events(raw: bytes) -> list[tuple[int | None, Frame]]:
    """The events in these bytes, each with its id where it has one; comments and `retry` left out."""
    found = []
    for block in raw.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and not line.startswith(":"))
        if "data" in fields:
            found.append((int(fields["id"]) if "id" in fields else None, json.loads(fields["data"])))
    return found


def listen(client: Client, address: str = "/camp/live", **headers: str) -> Listener:
    """Open a stream and go on reading it until it ends."""
    return reading(client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()}))


def reading(answer: TestResponse) -> Listener:
    assert answer.status_code == 200, answer.text
    listener = Listener()
    threading.Thread(target=listener.read, args=(answer.iter_encoded(),), daemon=True).start()
    return listener.wait(lambda one: bool(one.pieces))
