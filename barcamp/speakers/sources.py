"""Reading the calendars that speakers' talks come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from barcamp.db import Store


def read_due(store: Store, *, clock: Callable[[], datetime]) -> int:
    """Read every source that is due, and return how many were read."""
    return 0
