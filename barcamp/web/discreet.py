"""Secret addresses stay out of logs, whichever server writes them and whoever has switched them on."""

from __future__ import annotations

import logging
import re

#: The servers' own logs with addresses in them; ours is written with care (errors.py).
LOGS = ("werkzeug", "gunicorn.access", "gunicorn.error")

#: What stands before a token in an address; a house test looks whether one is missing.
BEFORE = ("/feeds/", "/sign-in/link/", "/join/", "/unsubscribe/")
_SECRET = re.compile(rf"({'|'.join(map(re.escape, BEFORE))})[^/?\s\"']+")


class Discreet(logging.Filter):
    """Takes tokens out of a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(record.getMessage()), ()
        return True


def without_secrets(line: str) -> str:
    return _SECRET.sub(r"\1…", line)


def install() -> None:
    for name in LOGS:
        log = logging.getLogger(name)
        if not any(isinstance(there, Discreet) for there in log.filters):
            log.addFilter(Discreet())
