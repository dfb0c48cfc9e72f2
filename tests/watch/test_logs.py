"""How a line of the log looks, and what it leaves out."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from barcamp.settings import Settings, from_environment
from barcamp.watch import logs, trace

some = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return from_environment({"BARCAMP_DATA": str(tmp_path)})


def record(words: str, *args: object, problem: Any = None, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("barcamp.mail.delivery", logging.WARNING, __file__, 1, words, args, problem)
    made.created = 1763719200.5
    made.process = 7
    made.__dict__.update(extra)
    return made


def test_a_line_of_json() -> None:
    line = logs.Json().format(record("%s letters wait", 3, facts={"ms": 7}))
    assert json.loads(line) == {
        "time": "2025-11-21T10:00:00.500Z", "level": "warning", "logger": "barcamp.mail.delivery",
        "message": "3 letters wait", "process": 7, "ms": 7,
    }  # fmt: skip
    assert "\n" not in line


def test_a_job_has_its_name_and_number() -> None:
    token = trace.now.set(trace.Trace("1-2", job="letters"))
    try:
        told = json.loads(logs.Json().format(record("no")))
    finally:
        trace.now.reset(token)
    assert (told["request"], told["job"]) == ("1-2", "letters")


def test_an_exception_is_one_field_and_one_line() -> None:
    try:
        raise ValueError("bo@example.org is no number")
    except ValueError:
        line = logs.Json().format(record("broken", problem=sys.exc_info()))
    told = json.loads(line)
    assert "\n" not in line
    assert told["exception"].splitlines()[0] == "Traceback (most recent call last):"
    assert told["exception"].splitlines()[-1] == "ValueError: …@… is no number"


@pytest.mark.parametrize("form", [logs.Json(), logs.Text()])
def test_an_outage_needs_no_traceback(form: logging.Formatter) -> None:
    line = ""
    try:
        sqlite3.connect("/nowhere/at/all.sqlite3")
    except sqlite3.Error:
        line = form.format(record("away", problem=sys.exc_info()))
    assert ("unable to open database file" in line, "Traceback" in line) == (True, False)


def test_a_line_of_text() -> None:
    assert logs.Text().format(record("%s letters wait", 3)).split(" ", 1)[1] == "WARNING mail.delivery: 3 letters wait"


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("GET /feeds/abc.ics HTTP/1.1", "GET /feeds/… HTTP/1.1"),
        ("/sign-in/link/abc", "/sign-in/link/…"),
        ("/camp/notes/1/join/abc", "/camp/notes/1/join/…"),
        ("/news/unsubscribe/abc?x", "/news/unsubscribe/…?x"),
        ("to bo.finch+x@example.org, please", "to …@…, please"),
        ("<bo@example.org> SMTP", "<…@…> SMTP"),
        ("postgresql://barcamp:hunter2@db/x is away", "postgresql://db/x is away"),
        ("[SQL: SELECT 1]\n[parameters: ('bo', [1])]\n(Background on", "[SQL: SELECT 1]\n …\n(Background on"),
        ("duplicate key\nDETAIL:  Key (name)=(Bo) already exists.", "duplicate key\nDETAIL: …"),
        ("12 @ 13 is @ no address", "12 @ 13 is @ no address"),
    ],
)
def test_what_is_left_out(words: str, left: str) -> None:
    assert logs.discreet(words) == left


def test_an_address_that_no_route_knows_may_hold_anything() -> None:
    path = "/sgin-in/link/bYps2EBRqYJg-wChh78LxQCg0d6TtQlcojGl55hkXcY"
    assert logs.discreet_path(path, is_known=False) == "/sgin-in/link/…"
    assert logs.discreet_path("/camp/wall", is_known=False) == "/camp/wall"
    assert logs.discreet_path("/camp/notes/a-rather-long-name", is_known=True) == "/camp/notes/a-rather-long-name"


@some
@given(st.text(max_size=60), st.text(alphabet="abc.xyz", min_size=3, max_size=8), st.text(max_size=60))
def test_an_address_of_mail_never_stays(before: str, name: str, after: str) -> None:
    assert f"{name}@example.org" not in logs.discreet(f"{before} {name}@example.org {after}")


def test_whoever_has_set_up_logging_keeps_theirs(settings: Settings) -> None:
    root = logging.getLogger()
    assert root.handlers, "pytest has set it up"
    before = list(root.handlers)
    logs.install(settings)
    assert root.handlers == before


SCRIPT = """
import logging, sys, threading
from pathlib import Path
from barcamp.settings import from_environment
from barcamp.watch import logs
settings = from_environment()
logs.install(settings)
logs.install(settings)
logging.getLogger("barcamp.x").info("one")
logging.getLogger("other").info("two")
logging.getLogger("other").warning("three")
threading.Thread(target=lambda: 1 / 0, name="t").start()
"""


@pytest.mark.parametrize("form", [None, "json", "text"])
def test_a_process_of_its_own_logs_once_to_standard_error(tmp_path: Path, form: str | None) -> None:
    environment = {"BARCAMP_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"} | ({"BARCAMP_LOG": form} if form else {})
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "")
    if form == "text":
        assert [line.split(" ", 1)[1] for line in done.stderr.splitlines()[:2]] == [
            "INFO x: one",
            "WARNING other: three",
        ]
    else:  # nobody sits at a pipe
        told = [json.loads(line) for line in done.stderr.splitlines()]
        assert [line["message"] for line in told] == ["one", "three", "the thread t broke"]
        assert told[2]["exception"].splitlines()[-1] == "ZeroDivisionError: division by zero"


def test_gunicorn_writes_as_we_do(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from gunicorn.config import Config

    from barcamp.watch.server_log import Log

    monkeypatch.setenv("BARCAMP_DATA", str(settings.data))
    monkeypatch.setenv("BARCAMP_LOG", "json")
    kept = {name: list(logging.getLogger(name).handlers) for name in ("gunicorn.error", "gunicorn.access")}
    try:
        log = Log(Config())
        out = io.StringIO()
        (handler,) = log.error_log.handlers
        handler.setStream(out)
        log.error("Worker (pid:%s) was sent SIGKILL!", 7)
    finally:
        for name, handlers in kept.items():
            logging.getLogger(name).handlers = handlers
    told = json.loads(out.getvalue())
    assert (told["logger"], told["message"]) == ("gunicorn.error", "Worker (pid:7) was sent SIGKILL!")


def test_the_form_of_the_settings(settings: Settings) -> None:
    forms = [type(logs.formatter(replace(settings, log=form))) for form in ("json", "text")]
    assert forms == [logs.Json, logs.Text]
