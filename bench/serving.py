"""What the measurements share: the site as gunicorn serves it, people who are signed in, what its processes cost."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from typing import IO, Self
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
MARK = "SITE_UNDER_BENCH"
START = 600  # seconds, on a machine that is busy with other things
REST = 30  # seconds after which somebody who works on jobs is not waited for
FORM = "application/x-www-form-urlencoded"


@dataclass
class Served:
    """A gunicorn with its workers, on a port of its own."""

    port: int
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    mark: str
    written: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> float:
        """End it as a service manager would; return how long that took, in seconds. Fails when something stays."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        left = self.processes()
        for number in left:
            os.kill(number, signal.SIGKILL)
        assert not left, f"orphans: {left}"
        return time.monotonic() - began

    def flask(self, *words: str) -> str:
        return command(self.environment, *words)

    def processes(self) -> list[int]:
        wanted = f"{MARK}={self.mark}".encode()
        return [number for number in _everybody() if _carries(number, wanted)]

    def cpu(self) -> float:
        """Seconds of CPU that its processes have used so far."""
        return sum(_cpu(number) for number in self.processes())

    def meter(self) -> Meter:
        return Meter(self.processes(), self.said)

    def said(self) -> str:
        """The end of what its processes have written."""
        if self.written is None:
            return ""
        number = self.written.fileno()  # they write at the place that this file is at, so it must not be moved
        return os.pread(number, 4000, max(0, os.fstat(number).st_size - 4000)).decode(errors="replace")

    def rest(self) -> None:
        """Wait until nobody works on jobs: on SQLite that is a process of its own, for some seconds of each minute."""
        deadline = time.monotonic() + REST
        while any(_name(number) == "barcamp-job" for number in self.processes()) and time.monotonic() < deadline:
            time.sleep(0.2)

    def pss(self) -> int:
        """Bytes of memory of all its processes, what they share counted once, when nobody works on jobs."""
        self.rest()
        return sum(pss(number) for number in self.processes())


@dataclass(frozen=True)
class Meter:
    """The clocks of the processes that there were when it was made, to the nanosecond: for what takes milliseconds."""

    processes: list[int]
    said: Callable[[], str] = str
    #: Of those who work on jobs what they had used when they were looked at last: they end when there are no more.
    _jobs: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._jobs.update(
            {number: 0.0 for number in self.processes if _name(number) in ("barcamp-jobs", "barcamp-job")}
        )

    def spent(self) -> float:
        """Seconds of CPU that they have used so far, all threads. Fails when one that serves pages is gone."""
        return sum(map(self._spent_by, self.processes))

    def _spent_by(self, number: int) -> float:
        cpuclock_sched = 2  # MAKE_PROCESS_CPUCLOCK of the kernel's <linux/posix-timers.h>
        try:
            spent = time.clock_gettime((~number << 3) | cpuclock_sched)
        except OSError as gone:
            if number in self._jobs:
                return self._jobs[number]
            raise SystemExit(f"a process of the server ended while it was measured:\n{self.said()}") from gone
        if number in self._jobs:
            self._jobs[number] = spent
        return spent


def _name(number: int) -> str:
    """As `ps -o comm` has it; of one that has just ended, nothing."""
    try:
        return Path(f"/proc/{number}/comm").read_text().strip()
    except OSError:
        return ""


def command(environment: dict[str, str], *words: str) -> str:
    """Run one of the site's commands; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def site(data: Path, *, size: str = "small", slug: str = "bench", **settings: str) -> Served:
    """The site with a synthetic conference at /<slug>/, everything open. `settings` as in `BARCAMP_<NAME>`."""
    words = environment(data, **settings)
    command(words, "migrate")
    command(words, "demo", "--size", size, "--slug", slug)
    return gunicorn(words, "app:app")


def gunicorn(
    environment: dict[str, str], app: str, *words: str, python: str = sys.executable, folder: Path = ROOT
) -> Served:
    """An app under the gunicorn of this Python, started in this folder. What it writes shows only where it fails."""
    mark = secrets.token_hex(8)
    environment = environment | {MARK: mark}
    written = tempfile.TemporaryFile()  # noqa: SIM115 - it is theirs, for as long as they live
    process = subprocess.Popen(
        [python, "-m", "gunicorn", app, *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=written,
        stderr=subprocess.STDOUT,
    )
    served = Served(int(environment["BARCAMP_PORT"]), process, environment, mark, written)
    try:
        _wait_until_ready(served)
    except BaseException:  # nobody else knows of it yet, and it would stay
        served.stop()
        raise
    return served


def _wait_until_ready(served: Served) -> None:
    deadline = time.monotonic() + START
    while not _answers(served.port):
        if served.process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"the server did not start:\n{served.said()}")
        time.sleep(0.05)


def environment(data: Path, **settings: str) -> dict[str, str]:
    data.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
    return kept | {
        "BARCAMP_DATA": str(data),
        "BARCAMP_PORT": str(free_port()),
        "BARCAMP_DEMO": "0",
        **{f"BARCAMP_{name.upper()}": value for name, value in settings.items()},
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


# ---- what it costs ---------------------------------------------------------------------------------------------------


def _everybody() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _carries(number: int, wanted: bytes) -> bool:
    try:
        return wanted in Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _cpu(number: int) -> float:
    try:
        words = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / TICKS


def pss(number: int) -> int:
    """Bytes of memory of one process, what it shares divided among those it shares it with."""
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


# ---- people ----------------------------------------------------------------------------------------------------------


@dataclass
class Visitor:
    """Somebody's browser, signed in: one connection that stays open, cookies, and the form token of its pages."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    connection: HTTPConnection | None = None

    def ask(
        self, method: str, path: str, data: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers of one request."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.token and method != "GET":
            sent["X-CSRFToken"] = self.token
        if data is not None:
            sent["Content-Type"] = FORM
        body = None if data is None else urlencode(data)
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                self.connection.request(method, path, body, sent)
                answer = self.connection.getresponse()
                text = answer.read().decode()
                break
            except (OSError, HTTPException):  # it had been open for too long without a request
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        else:
            raise AssertionError
        for kept in SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or [])).values():
            self.cookies[kept.key] = kept.value
        return answer.status, text, dict(answer.headers)


def sign_in(served: Served, emails: list[str], page: str, *, organizer: str | None = None) -> list[Visitor]:
    """Everybody signs in by a link and takes the form token from `page`."""
    words = ["--organizer", organizer] if organizer else []
    visitors = []
    for link in served.flask("sign-in-link", *words, *emails).split():
        visitor = Visitor(served.port)
        status, text, _ = visitor.ask("POST", "/" + link.split("/", 3)[3], {})
        assert status == 303, text
        visitor.token = _token(visitor.ask("GET", page)[1])
        visitors.append(visitor)
    return visitors


def _token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None, "this page has no form token"
    return found[1]
