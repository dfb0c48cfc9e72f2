"""Reading what organizers have given to import, outside of requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from barcamp.db import Store


def read_waiting(store: Store, *, clock: Callable[[], datetime]) -> int:
    """Read every import that waits, and return how many were read."""
    return 0
