"""The wall's pages, one file per resource: the wall itself, notes, stars."""

from __future__ import annotations

from barcamp.wall.routes import notes, stars, wall
from barcamp.wall.routes.door import blueprint

__all__ = ["blueprint", "notes", "stars", "wall"]
