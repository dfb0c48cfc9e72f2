"""The feeds, one file per kind, and the page that helps to subscribe."""

from __future__ import annotations

from barcamp.feeds.routes import agenda, calendars, embed, formats, speaker, subscribe
from barcamp.feeds.routes.door import blueprint

__all__ = ["agenda", "blueprint", "calendars", "embed", "formats", "speaker", "subscribe"]
