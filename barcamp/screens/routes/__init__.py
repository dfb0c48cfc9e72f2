"""The screens' pages, one file per resource: the screen itself, the pitch round, the list of all screens."""

from __future__ import annotations

from barcamp.screens.routes import listing, pitch, screen
from barcamp.screens.routes.door import blueprint

__all__ = ["blueprint", "listing", "pitch", "screen"]
