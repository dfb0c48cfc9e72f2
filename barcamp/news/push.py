"""Sending what lies in the outbox of Web Push (RFC 8030)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from barcamp.db import Store
from barcamp.settings import Settings


def deliver(store: Store, settings: Settings, *, clock: Callable[[], datetime]) -> int:
    """Send every message that is due, and return how many went out."""
    return 0
