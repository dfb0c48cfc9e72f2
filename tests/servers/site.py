"""The site itself, as `python3 app.py` serves it: its own processes, port and data folder.

with site.start(tmp_path) as served:                        # SQLite in tmp_path
with site.start(tmp_path, postgres.create_database("t")) as served:
    requests to served.url ...
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self

from tests.servers.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_BE_READY = 120.0
SECONDS_TO_STOP = 20.0
TRIES_FOR_A_PORT = 3
MARK = "SITE_UNDER_TEST"
SERVE = "from barcamp.serve import main; raise SystemExit(main())"


class NoSite(Exception):
    """The site did not start; the text holds what it said."""


@dataclass
class Site:
    """A running site. `process` leads a process group of its own, as in a terminal."""

    url: str
    port: int
    data: Path
    process: subprocess.Popen[bytes]
    log: Path
    mark: str
    database_url: str | None = None
    #: The words before a command of the site that run it where the site runs.
    beside: Sequence[str] = ()

    def said(self) -> str:
        """Return everything the site wrote to its terminal so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def flask(self, *words: str) -> str:
        """Run a command of the site in its shell (`site.flask("verify")`); return what it printed."""
        environment = {"BARCAMP_DATA": str(self.data), "BARCAMP_PORT": str(self.port), "PATH": "/usr/bin:/bin"}
        if self.database_url is not None:
            environment["BARCAMP_DATABASE_URL"] = self.database_url
        done = subprocess.run(
            [*self.beside, sys.executable, "-m", "flask", "--app", "app", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def processes(self) -> list[int]:
        """Return the ids of all processes of this site that are still there, wherever they have moved."""
        return [process for process in _everybody() if _carries(process, f"{MARK}={self.mark}")]

    def stop(self, number: int = signal.SIGINT) -> None:
        """Press Ctrl-C (or send another signal to the group); raise AssertionError if anything stays or hangs."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        left = self._left_after(SECONDS_TO_STOP)
        if left:
            words = ", ".join(f"{process} ({_command(process)})" for process in left)
            self.kill()
            raise AssertionError(
                f"{SECONDS_TO_STOP:g} s after the signal these were still there: {words}\n{self.said()}"
            )

    def kill(self) -> None:
        """Take everything away at once, as a power cut would."""
        for process in self.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(timeout=SECONDS_TO_STOP)
        self._left_after(SECONDS_TO_STOP)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _left_after(self, seconds: float) -> list[int]:
        deadline = time.monotonic() + seconds
        while (self.process.poll() is None or self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.processes()


def start(
    data: Path,
    database_url: str | None = None,
    *,
    port: int | None = None,
    inside: Sequence[str] = (),
    **settings: str,
) -> Site:
    """Serve from the folder `data`, on SQLite in it or on `database_url`, and return once `/healthz` answers.
    At a free port, or again at a given one. `inside` are the words of a command that becomes the one given to it.

    `settings` are more `BARCAMP_*` settings without that prefix, in lower case (`demo="0"`, `smtp_url=smtp.url`);
    settings of this process's own environment do not reach the site. Raise NoSite with what it said if it ends first.
    """
    for _ in range(TRIES_FOR_A_PORT - 1):
        try:
            return _started(data, database_url, settings, port, inside)
        except NoSite as problem:
            if "is taken by another program" not in str(problem):
                raise
    return _started(data, database_url, settings, port, inside)


def _started(
    data: Path, database_url: str | None, settings: dict[str, str], given_port: int | None, inside: Sequence[str]
) -> Site:
    data.mkdir(parents=True, exist_ok=True)
    port, mark = given_port or free_port(), secrets.token_hex(8)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
    environment |= {"BARCAMP_HOST": "127.0.0.1", "BARCAMP_PORT": str(port), "BARCAMP_DATA": str(data), MARK: mark}
    environment |= {f"BARCAMP_{name.upper()}": value for name, value in settings.items()}
    if database_url is not None:
        environment["BARCAMP_DATABASE_URL"] = database_url

    log = data / "terminal.log"
    with log.open("ab") as output:
        # Not app.py: its first step looks after .venv, and these tests must not install anything.
        process = subprocess.Popen(
            [*inside, sys.executable, "-c", SERVE],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    site = Site(f"http://127.0.0.1:{port}", port, data, process, log, mark, database_url)
    try:
        _wait_until_it_answers(site)
    except BaseException:
        site.kill()
        raise
    return site


def _wait_until_it_answers(site: Site) -> None:
    deadline = time.monotonic() + SECONDS_TO_BE_READY
    while time.monotonic() < deadline:
        if site.process.poll() is not None:
            raise NoSite(f"The site ended with status {site.process.returncode}:\n{site.said()}")
        if _healthy(site.port):
            return
        time.sleep(0.05)
    raise NoSite(f"The site gave no answer within {SECONDS_TO_BE_READY:g} s:\n{site.said()}")


def _healthy(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _everybody() -> list[int]:
    if os.path.isdir("/proc/self"):
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    listing = subprocess.run(["ps", "-axo", "pid="], capture_output=True, text=True).stdout
    return [int(word) for word in listing.split()]


def _carries(process: int, variable: str) -> bool:
    """Tell whether a process was started with this variable; what has ended, or is not ours to ask, was not."""
    if not os.path.isdir("/proc/self"):
        # macOS shows the environment of one's own processes this way.
        shown = subprocess.run(["ps", "-wwEo", "command=", "-p", str(process)], capture_output=True, text=True).stdout
        return variable in shown
    try:
        return variable.encode() in Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _command(process: int) -> str:
    return subprocess.run(["ps", "-wwo", "command=", "-p", str(process)], capture_output=True, text=True).stdout.strip()
