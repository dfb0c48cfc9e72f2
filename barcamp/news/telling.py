"""Telling people what has changed, once, when it has been quiet for a while."""

from __future__ import annotations

from datetime import datetime

from barcamp.db import Store


def tell_due(store: Store, *, now: datetime) -> int:
    """Tell the changes of every conference whose quiet time is over, each in a transaction of its own."""
    return 0
