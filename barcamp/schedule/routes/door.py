"""The blueprint that every file here hangs its addresses on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("schedule", __name__)
