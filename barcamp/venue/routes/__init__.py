"""The organizers' pages of the venue: one file for rooms, one for slots."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("venue", __name__)

from barcamp.venue.routes import rooms, slots  # noqa: E402 - they put their routes on the blueprint above

__all__ = ["blueprint", "rooms", "slots"]
