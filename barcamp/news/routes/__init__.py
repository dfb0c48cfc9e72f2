"""News: the inbox, how somebody wants to hear, and what organizers say to all."""

from __future__ import annotations

from barcamp.news.routes import announcements, browsers, choices, inbox, unsubscribe
from barcamp.news.routes.door import blueprint

__all__ = ["announcements", "blueprint", "browsers", "choices", "inbox", "unsubscribe"]
