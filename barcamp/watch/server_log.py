"""gunicorn's own log in the form of ours (`logger_class` in gunicorn.conf.py)."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger

from barcamp.settings import from_environment
from barcamp.watch import logs


class Log(Logger):  # type: ignore[misc]
    """Where gunicorn writes to is its setting still; how a line looks is ours."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        form = logs.formatter(from_environment())
        for log in (logging.getLogger("gunicorn.error"), logging.getLogger("gunicorn.access")):
            for handler in log.handlers:
                handler.setFormatter(form)
