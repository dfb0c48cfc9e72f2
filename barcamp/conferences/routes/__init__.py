"""A conference's front page, starting one, and the organizers' pages about it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("conferences", __name__)

from barcamp.conferences.routes import address, front, new, settings, sponsors, team  # noqa: E402 - for the blueprint

__all__ = ["address", "blueprint", "front", "new", "settings", "sponsors", "team"]
