"""The feeds, one file per kind, and the page that helps to subscribe."""

from __future__ import annotations

from barcamp.feeds.routes import calendars
from barcamp.feeds.routes.door import blueprint

__all__ = ["blueprint", "calendars"]
