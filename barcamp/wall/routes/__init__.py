"""The wall's pages, one file per resource: the wall itself, notes, stars."""

from __future__ import annotations

from barcamp.wall.routes import comments, hosting, merging, notes, order, stars, wall
from barcamp.wall.routes.door import blueprint

__all__ = ["blueprint", "comments", "hosting", "merging", "notes", "order", "stars", "wall"]
