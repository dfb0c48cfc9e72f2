"""The time a test says it is."""

from __future__ import annotations

from datetime import datetime

from tests import make


class Clock:
    """Stands still until it is moved: `clock.now += …`."""

    def __init__(self) -> None:
        self.now = make.NOW

    def __call__(self) -> datetime:
        return self.now
