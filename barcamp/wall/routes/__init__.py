"""The wall's pages, one file per resource: the wall itself, notes, stars."""

from __future__ import annotations

from barcamp.wall.routes import (
    cards,
    comments,
    history,
    hosting,
    invitations,
    looks,
    merging,
    notes,
    order,
    similar,
    stars,
    wall,
)
from barcamp.wall.routes.door import blueprint

__all__ = [
    "blueprint",
    "cards",
    "comments",
    "history",
    "hosting",
    "invitations",
    "looks",
    "merging",
    "notes",
    "order",
    "similar",
    "stars",
    "wall",
]
