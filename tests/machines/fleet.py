"""Machines for tests: web servers and jobs workers that share a PostgreSQL database and a secret key, and nothing else.

with fleet.start(folder, postgres.create_database("t"), webs=3) as machines:
    ada = machines.browser("ada@example.org")      # signed in; its cookies go to every machine
    ada.post("/beaver/wall/notes", {"title": "Kayaks"}, on=0)
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import psycopg

from tests.live.listen import events
from tests.servers import site
from tests.servers.site import ROOT, Site

#: Generous: eight other things may be going on beside the tests.
SOON = 60.0
FORM = "application/x-www-form-urlencoded"


def until(true: Callable[[], object], seconds: float = SOON) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.02)


@dataclass
class Answer:
    status: int
    text: str
    headers: dict[str, str]


@dataclass
class Browser:
    """Somebody's browser. `ports` are the machines', which it believes to be one site, as behind a proxy."""

    ports: Sequence[int]
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, data: dict[str, str] | None = None, *, on: int, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.ports[on], timeout=60)
        try:
            sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            sent |= {"Accept": "text/html"} | {name.replace("_", "-"): value for name, value in headers.items()}
            if data is not None:
                sent["Content-Type"] = FORM
            connection.request(method, path, None if data is None else urlencode(data), sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for kept in SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or [])).values():
            self.cookies[kept.key] = kept.value
        return Answer(answer.status, text, dict(answer.headers))

    def get(self, path: str, *, on: int) -> Answer:
        return self.ask("GET", path, on=on)

    def token(self, *, on: int, page: str = "/beaver/wall/new") -> str:
        shown = self.get(page, on=on)
        found = re.search(r'name="csrf[-_]token"[^>]* (?:content|value)="([^"]+)"', shown.text)
        assert found is not None, (shown.status, shown.text[:500])
        return found[1]

    def post(self, path: str, data: dict[str, str], *, on: int, token: str | None = None) -> Answer:
        """Send a form, with a token of the same machine unless there is one already."""
        return self.ask("POST", path, data | {"csrf_token": token or self.token(on=on)}, on=on)

    def star(self, note: int, *, on: int, token: str, method: str = "PUT") -> Answer:
        path = f"/beaver/notes/{note}/star"
        return self.ask(method, path, on=on, X_CSRFToken=token, Accept="application/json")

    def listen(self, path: str = "/beaver/live", *, on: int, since: int | None = None) -> Ear:
        return Ear(self.ports[on], path, dict(self.cookies), since)


class Ear:
    """An open stream, read by a thread of its own until it or the machine ends."""

    def __init__(self, port: int, path: str, cookies: dict[str, str], since: int | None) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=SOON)
        headers = {"Accept": "text/event-stream", "Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
        if since is not None:
            headers["Last-Event-ID"] = str(since)
        self._connection.request("GET", path, headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200, self._answer.read()
        self._pieces: list[bytes] = [self._answer.readline()]
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [frame for _, frame in events(b"".join(self._pieces))]

    @property
    def ids(self) -> list[int]:
        return [number for number, _ in events(b"".join(self._pieces)) if number is not None]

    @property
    def counts(self) -> dict[str, int]:
        """The stars of each note, as this listener knows them."""
        known: dict[str, int] = {}
        for frame in self.frames:
            known |= frame.get("counts", {})
        return known

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def close(self) -> None:
        """From here on nobody reads."""
        if self._connection.sock is not None:
            self._connection.sock.close()

    def _read(self) -> None:
        while True:
            try:
                line = self._answer.readline()
            except (OSError, ValueError, AttributeError, HTTPException):
                return
            if not line:
                return
            self._pieces.append(line)


@dataclass
class Machines:
    """The running machines. `webs` may be killed and started again; `workers` are processes of `flask jobs`."""

    folder: Path
    url: str
    settings: dict[str, str]
    webs: list[Site] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def ports(self) -> list[int]:
        return [one.port for one in self.webs]

    def start_web(self, number: int, **more: str) -> Site:
        settings: dict[str, Any] = self.settings | {"jobs": "0", "workers": "1"} | more
        return site.start(self.folder / f"web{number}", self.url, **settings)

    def start_worker(self, **more: str) -> subprocess.Popen[bytes]:
        """A jobs worker on a machine of its own; it is at work once it has said so to the queue, not at return."""
        data = self.folder / f"jobs{len(self.workers)}"
        data.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
        given = self.settings | more | {"data": str(data), "database_url": self.url}
        environment = kept | {f"BARCAMP_{name.upper()}": value for name, value in given.items()}
        with (data / "terminal.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "app", "jobs"],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.workers.append(process)
        return process

    def worker_said(self, number: int) -> str:
        log = self.folder / f"jobs{number}" / "terminal.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def rows(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            found: list[tuple[Any, ...]] = connection.execute(query.encode(), given).fetchall()
            return found

    def change(self, statement: str, *given: object) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode(), given)

    def flask(self, *words: str) -> str:
        """A command of the site, run on a machine of its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
        given = self.settings | {"data": str(self.folder / "shell"), "database_url": self.url}
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *words],
            cwd=ROOT, env=kept | {f"BARCAMP_{name.upper()}": value for name, value in given.items()},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def guest(self) -> Browser:
        return Browser(self.ports)

    def browsers(self, *emails: str, on: int = 0, organizer: str | None = None) -> list[Browser]:
        """These people, each signed in by a link on one machine."""
        words = ["--organizer", organizer] if organizer else []
        made = []
        for link in self.flask("sign-in-link", *words, *emails).split():
            browser = self.guest()
            answer = browser.ask("POST", "/" + link.split("/", 3)[3], {}, on=on)
            assert answer.status == 303, answer.text
            made.append(browser)
        return made

    def stop(self) -> None:
        for process in self.workers:
            process.kill()
            process.wait()
        for one in self.webs:
            if one.process.poll() is None:
                one.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(folder: Path, url: str, *, webs: int, **settings: str) -> Machines:
    """Start `webs` web machines at the same moment on an empty database: one of them migrates and loads the demo."""
    settings = {"secret_key": secrets.token_hex(16), "base_url": "http://127.0.0.1"} | settings
    machines = Machines(folder, url, settings)
    with ThreadPoolExecutor(webs or 1) as pool:
        starting = [pool.submit(machines.start_web, number) for number in range(webs)]
        for one in starting:
            if one.exception() is None:
                machines.webs.append(one.result())
    if len(machines.webs) < webs:
        machines.stop()
        raise next(problem for one in starting if (problem := one.exception()) is not None)
    return machines
