"""The speakers' pages: what everybody sees, and what a speaker fills in."""

from __future__ import annotations

from barcamp.speakers.routes import page, picture, profile, slides, sources, talks, visits
from barcamp.speakers.routes.door import blueprint

__all__ = ["blueprint", "page", "picture", "profile", "slides", "sources", "talks", "visits"]
