"""A PostgreSQL that can be killed, stopped, hung and started again; with everything that keeps what it has committed.

The binaries and the account are those of tests/servers/postgres.py, whose own server is shared and does not sync.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

import psycopg

from tests.servers import postgres
from tests.servers.ports import free_port

READY_SECONDS = 60.0


class Database:
    """One server with one database, `url`, at a port that stays."""

    def __init__(self) -> None:
        self._account = postgres._account()
        self._folder = Path(postgres._folder(self._account))
        self._binaries = postgres._binaries(self._folder, self._account)
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on()
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and return once it answers. What a killed one has left may be in the way for a moment."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, self._log.read_text(errors="replace")[-2000:]
            if self._process is None or self._process.poll() is not None:
                self._process = self._spawned()
            time.sleep(0.05)

    def stop(self) -> None:
        """As for an upgrade: everybody is sent away."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=READY_SECONDS)

    def kill(self) -> None:
        """The postmaster is gone at once; the others notice and end by themselves."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def backends(self) -> list[int]:
        """The processes that work for somebody who is connected, as the server itself counts them."""
        with psycopg.connect(self.url, connect_timeout=5) as connection:
            query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            return [pid for (pid,) in connection.execute(query).fetchall()]

    def hang(self) -> None:
        """Nobody of it does anything any more, and nobody hangs up."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    @property
    def postmaster(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _spawned(self) -> subprocess.Popen[bytes]:
        # no socket file: its path may not be longer than 107 bytes, and temporary folders can be deep
        settings = ("listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=")
        words = [word for setting in settings for word in ("-c", setting)]
        with self._log.open("ab") as output:
            return subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self._data), *words],
                stdout=output, stderr=output, **postgres._as(self._account, self._folder),
            )  # fmt: skip

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *words],
            capture_output=True, text=True, **postgres._as(self._account, self._folder),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def _signal(self, number: int) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        children = Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text().split()
        for process in (self.postmaster, *map(int, children)):
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue
