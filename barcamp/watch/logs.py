"""The log: one line an event on standard error, as JSON for programs or as text for the person at a terminal.

No line holds a secret or an e-mail address: tokens are taken out of addresses, queries are left out, and so is what a
database says of values. Nor does it say who somebody is: the number of the request leads from a complaint to its lines.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

from barcamp import outage
from barcamp.settings import Settings
from barcamp.watch import trace
from barcamp.web.discreet import without_secrets

#: Of libraries only what is wrong is of interest.
LEVELS = {"barcamp": logging.INFO, "": logging.WARNING}

_PASSWORD = re.compile(r"://[^/\s@]+@")
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=\[\]]+@[^\s@<>\"'(),;:=\[\]]+")
#: What SQLAlchemy and PostgreSQL say of values.
_VALUES = re.compile(r"\[parameters: .*?\](?=\n|$)|(?<=DETAIL:)[^\n]*", re.DOTALL)
#: A part of an address that no route knows may be anything, a token that was copied by half among them.
_LONG_PART = re.compile(r"[^/]{16,}")


class Handler(logging.StreamHandler[Any]):
    """Ours, to be found again. Writes to whatever standard error is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr

    @stream.setter
    def stream(self, _given: Any) -> None:
        raise AttributeError("standard error, always")


def install(settings: Settings) -> None:
    """Log to standard error in the form that is set, unless whoever runs us has set up logging already."""
    root = logging.getLogger()
    ours = next((handler for handler in root.handlers if isinstance(handler, Handler)), None)
    if ours is None:
        if root.handlers:
            return
        ours = Handler()
        root.addHandler(ours)
        threading.excepthook = _log_a_thread
    ours.setFormatter(formatter(settings))
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)


def formatter(settings: Settings) -> logging.Formatter:
    return Json() if settings.log == "json" else Text()


class Json(logging.Formatter):
    """`{"time", "level", "logger", "message", …}`: with `request`, `method`, `path` or `job` where there is one, the
    `facts` that the line was given, and the traceback as `exception`.
    """

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": discreet(record.getMessage()),
            "process": record.process,
            **_whose(),
            **getattr(record, "facts", {}),
        }
        if (exception := _exception(self, record)) is not None:
            told["exception"] = exception
        if record.stack_info:
            told["stack"] = discreet(record.stack_info)
        return json.dumps(told, ensure_ascii=False, default=str)


class Text(logging.Formatter):
    """ "10:00:00 WARNING mail.delivery: 3 letters wait [5e0c91d2-1f]", and the traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        number = trace.request_id()
        line = f"{clock} {record.levelname} {record.name.removeprefix('barcamp.')}: {discreet(record.getMessage())}"
        lines = [f"{line} [{number}]" if number else line]
        if (exception := _exception(self, record)) is not None:
            lines.append(exception)
        return "\n".join(lines)


def _exception(how: logging.Formatter, record: logging.LogRecord) -> str | None:
    """The traceback; of an outage, which is nobody's mistake and comes a hundred times over, its first line alone."""
    if not record.exc_info or record.exc_info[1] is None:
        return None
    problem = record.exc_info[1]
    if outage.found_in(problem) is not None:
        return discreet(f"{type(problem).__name__}: {problem}".partition("\n")[0])
    return discreet(how.formatException(record.exc_info))


def discreet(words: str) -> str:
    """The words without tokens, passwords, e-mail addresses and values of the database."""
    words = _VALUES.sub(" …", _PASSWORD.sub("://", without_secrets(words)))
    return _ADDRESS.sub("…@…", words)


def discreet_path(path: str, *, is_known: bool) -> str:
    """A path as a log may hold it."""
    path = discreet(path)[:200]
    return path if is_known else _LONG_PART.sub("…", path)


def _whose() -> dict[str, Any]:
    found = trace.now.get()
    if found is None:
        return {}
    if found.job:
        return {"request": found.id, "job": found.job}
    path = discreet_path(found.path, is_known=found.route is not None)
    return {"request": found.id, "method": found.method, "path": path}


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _log_a_thread(args: threading.ExceptHookArgs) -> None:
    """A thread that breaks is a line of the log, too."""
    if args.exc_value is None or isinstance(args.exc_value, SystemExit):
        return
    name = args.thread.name if args.thread is not None else "?"
    logging.getLogger("barcamp").error(
        "the thread %s broke", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
    )
