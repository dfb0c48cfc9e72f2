"""The site as `python3 app.py` serves it: it comes up, says where it is, and leaves no process behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.servers import site
from tests.servers.ports import free_port
from tests.servers.site import ROOT, SERVE, Site

SOON = 20.0  # on a busy machine; each of these takes a second or two on an idle one


def until(question: Callable[[], object], seconds: float = SOON) -> bool:
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def name(process: int) -> str:
    """What the system calls it."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def jobs_of(served: Site) -> list[int]:
    return [process for process in served.processes() if name(process) == "barcamp-jobs"]


def workers_of(served: Site) -> list[int]:
    return [process for process in served.processes() if name(process) == "barcamp-web"]


def whole(served: Site) -> bool:
    """Both workers and the jobs worker are there."""
    return (len(workers_of(served)), len(jobs_of(served))) == (2, 1)


def lines_of(served: Site) -> list[str]:
    """What it said, but for what it says of a busy machine: that a request or a statement was slow."""
    slow = ('"logger": "barcamp.requests"', '"logger": "barcamp.database"')
    return [line for line in served.said().splitlines() if not any(words in line for words in slow)]


def test_first_start_shows_the_demo_and_a_way_in_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with site.start(tmp_path / "data") as served:
        assert until(lambda: "Sign in as" in served.said())
        lines = lines_of(served)
        assert lines[:2] == ["Loading the demo, Beaver BarCamp ...", f"BarCamp is at {served.url}/"]
        link = re.fullmatch(
            rf"Sign in as the demo's organizer: {re.escape(served.url)}(/sign-in/link/[\w-]{{43}})", lines[2]
        )
        assert link is not None
        assert "How to kayak" in get(served.port, "/beaver/wall")[1]
        assert get(served.port, link[1])[0] == 200
        assert until(lambda: whole(served))
        served.stop(signal.SIGINT)  # raises if any process stays

    # gunicorn and its workers go without a word
    assert len(lines_of(served)) == 3
    assert served.process.returncode == 0


def test_the_parts_are_replaced_and_nobody_outlives_the_master(tmp_path: Path) -> None:
    with site.start(tmp_path / "data", demo="0") as served:
        assert until(lambda: whole(served))
        assert "Sign in as" not in served.said()

        worker, jobs = workers_of(served)[0], jobs_of(served)[0]
        os.kill(worker, signal.SIGKILL)
        os.kill(jobs, signal.SIGKILL)
        assert until(lambda: whole(served) and worker not in workers_of(served) and jobs not in jobs_of(served))
        assert get(served.port, "/healthz") == (200, "ok\n")

        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait()
        # at once, but for one that is still loading and looks who its parent is when that is done
        assert until(lambda: not served.processes())

    with site.start(tmp_path / "data", demo="0") as served:
        assert until(lambda: whole(served))
        # not the whole group this time: a service manager talks to the master alone
        os.kill(served.process.pid, signal.SIGTERM)
        assert until(lambda: not served.processes())
        assert served.process.wait() == 0


def start(data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
    environment |= {"BARCAMP_DATA": str(data)} | {f"BARCAMP_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-c", SERVE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = start(tmp_path, port=str(port))

    words = (
        f"Port {port} of 127.0.0.1 is taken by another program. Stop that one, or set BARCAMP_PORT to a free port.\n"
    )
    assert (said.returncode, said.stdout, said.stderr) == (1, "", words)


@pytest.mark.parametrize(
    ("settings", "status", "words"),
    [
        ({"port": "http"}, 2, "BARCAMP_PORT must be a whole number from 1 to 65535, not 'http'.\n"),
        (
            {"host": "no.such.host.invalid"},
            1,
            "BARCAMP_HOST: there is no address called 'no.such.host.invalid' here.\n",
        ),
        (
            {"host": "192.0.2.1"},
            1,
            "BARCAMP_HOST, BARCAMP_PORT: cannot serve at 192.0.2.1:8000 (Cannot assign requested address).\n",
        ),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(tmp_path: Path, settings: dict[str, str], status: int, words: str) -> None:
    said = start(tmp_path, **settings)
    assert (said.returncode, said.stdout, said.stderr) == (status, "", words)


def test_a_database_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "barcamp.sqlite3").write_text("this is no database, and it is long enough to be looked at " * 20)
    said = start(tmp_path, port=str(free_port()))
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == "The database cannot be used: file is not a database\n"


def test_gunicorn_by_itself_finds_its_settings(tmp_path: Path) -> None:
    """As a service manager starts it: no demo link, and everything from gunicorn.conf.py."""
    data, port = tmp_path / "data", free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BARCAMP_")}
    environment |= {"BARCAMP_DATA": str(data), "BARCAMP_PORT": str(port), "BARCAMP_DEMO": "0"}
    subprocess.run([sys.executable, "-m", "flask", "--app", "app", "migrate"], cwd=ROOT, env=environment, check=True)
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    with subprocess.Popen(
        [gunicorn, "app:app"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"BarCamp is at http://127.0.0.1:{port}/\n"
            assert get(port, "/healthz") == (200, "ok\n")
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(SOON) == 0
        assert process.stdout.read() == ""
