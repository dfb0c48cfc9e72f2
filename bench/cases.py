"""One kind of request to one server, measured in rounds so that several can take turns."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.asking import BROWSER, Answer, in_a_circle, once, request
from bench.serving import Meter, Served, Visitor

CONNECTIONS = 16
KEEPERS = 8  # connections at once, so that each worker takes one


@dataclass
class Case:
    """What is asked for, and what it took in each round: CPU of all the server's processes (ms), answers a second.

    `is_kept`: it is of interest as it is once every worker has it. `requests`: what is sent instead of GETs of the
    path. `most` in a round, where a server would refuse more.
    """

    name: str
    server: Served
    meter: Meter
    path: str
    headers: Mapping[str, str] = field(default_factory=lambda: BROWSER)
    status: int = 200
    connections: int = CONNECTIONS
    is_kept: bool = False
    requests: Sequence[bytes] = ()
    most: int = 10**9
    size: int = 0
    spent: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return median(self.spent)

    @property
    def rate(self) -> float:
        return median(self.rates)

    def look(self) -> Answer:
        """One answer to look at; fails when it is not what it should be."""
        answer = once(self.server.port, self.path, self.headers)
        if answer.status != self.status:
            raise SystemExit(f"{self.name}: {answer.status}")
        self.size = len(answer.body)
        return answer

    def run(self, seconds: float) -> None:
        """A round of as many requests as fit into this time, after a few that do not count where they are kept."""
        if self.status == 304:
            self.headers = dict(self.headers) | {"If-None-Match": tag_of(self.server, self.path)}
        if self.is_kept:
            self.show_all()
        before = self.meter.spent()
        burst = in_a_circle(self.server.port, self._sent(), self.connections, seconds=seconds, most=self.most)
        if set(burst.statuses) != {self.status}:
            raise SystemExit(f"{self.name}: {dict(burst.statuses)}")
        self.spent.append((self.meter.spent() - before) * 1000 / len(burst.took))
        self.rates.append(burst.rate)

    def show_all(self) -> None:
        """Each worker makes it anew where it must."""
        in_a_circle(self.server.port, self._sent(), KEEPERS, seconds=0, most=KEEPERS)

    def _sent(self) -> Sequence[bytes]:
        return self.requests or [request(self.server.port, self.path, self.headers)]

    def run_once(self) -> None:
        """One request alone, with nothing else going on: only its CPU is of interest."""
        time.sleep(0.2)  # until whoever watches for changes has seen the last one
        before = self.meter.spent()
        self.look()
        time.sleep(0.005)  # what a process does after it has answered is a part of it
        self.spent.append((self.meter.spent() - before) * 1000)


def tag_of(server: Served, path: str) -> str:
    """The entity tag of a page as a guest gets it, to ask with whether it has changed."""
    return once(server.port, path).headers["etag"]


def as_browser_of(visitor: Visitor) -> dict[str, str]:
    """The headers of somebody's browser."""
    return BROWSER | {"Cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())}
