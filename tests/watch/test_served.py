"""The figures and the log of a site as it is served: several processes, of which any answers for all."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import site
from tests.servers.site import Site
from tests.watch.exposed import Family, read

TOKEN = "a-token-for-tests"
JOBS, WEB = (("kind", "jobs"),), (("kind", "web"),)
INDEX = frozenset({("route", "home.index"), ("method", "GET"), ("status", "2xx")})

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Site]:
    with site.start(tmp_path / "data", demo="0", workers="2", metrics_token=TOKEN, log_requests="1") as started:
        yield started


def figures(served: Site) -> dict[str, Family]:
    request = urllib.request.Request(f"{served.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return read(answer.read().decode())


def number(served: Site, name: str, labels: frozenset[tuple[str, str]] = frozenset()) -> float:
    found = figures(served)
    return found[name].samples.get((name, labels), 0.0) if name in found else 0.0


def processes(served: Site, kind: tuple[tuple[str, str], ...]) -> float:
    return number(served, "barcamp_processes", frozenset(kind))


def ask(served: Site, path: str) -> str:
    """A new connection each time, so that any of the processes answers; returns the number of the request."""
    with urllib.request.urlopen(f"{served.url}{path}", timeout=60) as answer:
        answer.read()
        return str(answer.headers["X-Request-Id"])


def lines(served: Site) -> list[dict[str, object]]:
    """What was logged: each line is JSON, but for what is said to the person at the terminal."""
    return [json.loads(line) for line in served.said().splitlines() if not line.startswith("BarCamp is at")]


def test_any_process_answers_for_all_whoever_is_killed(served: Site, eventually: Wait) -> None:
    eventually(lambda: (processes(served, WEB), processes(served, JOBS)) == (2, 1))
    eventually(lambda: number(served, "barcamp_jobs_workers") == 1)
    assert [number(served, "barcamp_memory_bytes", frozenset(kind)) > 1_000_000 for kind in (WEB, JOBS)] == [True] * 2
    asked = [ask(served, "/") for _time in range(30)]
    assert len(set(asked)) == 30
    told = {line["request"]: line for line in lines(served) if line.get("route") == "home.index"}
    assert set(asked) <= set(told)
    answered = {int(str(line["process"])) for line in told.values()}
    assert number(served, "barcamp_requests_total", INDEX) == 30

    victim = answered.pop()
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: number(served, "barcamp_database_up") == 1 and not left_by(served, victim))
    eventually(lambda: processes(served, WEB) == 2)
    assert number(served, "barcamp_requests_total", INDEX) == 30
    ask(served, "/")
    assert number(served, "barcamp_requests_total", INDEX) == 31
    assert any(line["logger"] == "gunicorn.error" and str(victim) in str(line["message"]) for line in lines(served))


def left_by(served: Site, process: int) -> list[Path]:
    return list((served.data / "meters").glob(f"{process}-*"))
