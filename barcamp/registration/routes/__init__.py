"""The pages of registration: one's own, the people who come, and the organizers' list."""

from __future__ import annotations

from barcamp.registration.routes import listing, own, people
from barcamp.registration.routes.door import blueprint

__all__ = ["blueprint", "listing", "own", "people"]
