"""The run of all checks, one after the other, with a summary at the end. Started by `python3 -m tests`."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from tests.servers import browser, postgres

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
# Every skip is named, every unknown mark refused; tests/honesty.py makes a silent skip fail the run.
PYTEST = [PYTHON, "-m", "pytest", "-p", "tests.honesty", "-rs", "--strict-markers"]


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    seconds: float


def main(words: list[str]) -> int:
    """Run what the words ask for; return the exit status."""
    signal.signal(signal.SIGTERM, _stop)
    # A script that starts us in the background has Ctrl-C ignored, and pytest would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if words == ["--only-lint"]:
            return _summary([_run(name, command) for name, command in _lint()])
        if words:
            return _status([*PYTEST, *words])
        with _servers():
            return _summary([_run(name, command) for name, command in [*_lint(), _tests()]])
    except (postgres.NoPostgres, browser.NoBrowser) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


@contextmanager
def _servers() -> Iterator[None]:
    """Find the browser and start one PostgreSQL for the whole run, first, so that what is missing shows at once."""
    _heading("servers")
    os.environ[browser.GIVEN] = browser.find()
    print(f"browser:    {os.environ[browser.GIVEN]}", flush=True)
    with postgres.start() as server:
        os.environ[postgres.GIVEN] = server.url
        print(f"PostgreSQL: {server.version()}", flush=True)
        yield


def _lint() -> list[tuple[str, list[str]]]:
    scripts = Path(PYTHON).parent
    checks = [
        ("style (ruff check)", [PYTHON, "-m", "ruff", "check", "--output-format", "concise", "."]),
        ("layout (ruff format)", [PYTHON, "-m", "ruff", "format", "--check", "--output-format", "concise", "."]),
        ("types (mypy)", [PYTHON, "-m", "mypy"]),
        ("imports (lint-imports)", [PYTHON, str(scripts / "lint-imports"), "--no-cache", "--no-logo"]),
        ("packages (pip check)", _pip_check()),
        ("packages (known vulnerabilities)", [PYTHON, "-m", "tests.audit"]),
    ]
    if any((ROOT / "templates").rglob("*.html")):
        checks.insert(4, ("templates (djlint)", [PYTHON, "-m", "djlint", "--lint", "--quiet", "templates"]))
    return checks


def _pip_check() -> list[str]:
    """A .venv made by pip has pip inside; one made by uv has uv outside."""
    uv = shutil.which("uv")
    if find_spec("pip") is None and uv is not None:
        return [uv, "pip", "check", "--python", PYTHON]
    return [PYTHON, "-m", "pip", "check"]


def _tests() -> tuple[str, list[str]]:
    return "tests (pytest)", [*PYTEST, "-n", str(_workers()), "--dist", "loadgroup"]


def _workers() -> int:
    """One more than cores, since many tests wait for a browser or a server; at most 8, so that memory lasts."""
    return min(8, 1 + (os.cpu_count() or 1))


def _run(name: str, command: list[str]) -> Outcome:
    _heading(name)
    began = time.monotonic()
    status = _status(command)
    return Outcome(name, status == 0, time.monotonic() - began)


def _status(command: list[str]) -> int:
    """Run a command to its end, also when we are asked to stop: only pytest can end the servers its tests started."""
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()  # the terminal told it as well
            raise
        except SystemExit:
            process.send_signal(signal.SIGINT)
            process.wait()
            raise


def _stop(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def _heading(name: str) -> None:
    print(f"\n── {name} {'─' * max(0, 76 - len(name))}", flush=True)


def _summary(outcomes: list[Outcome]) -> int:
    _heading("summary")
    for outcome in outcomes:
        print(f"{'passed' if outcome.passed else 'FAILED'}  {outcome.seconds:6.1f} s  {outcome.name}")
    failed = sum(not outcome.passed for outcome in outcomes)
    print(f"\n{failed} of {len(outcomes)} checks failed." if failed else "\nAll checks passed.", flush=True)
    return 1 if failed else 0
