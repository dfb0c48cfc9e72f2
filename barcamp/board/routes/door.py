"""The board's blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("board", __name__)
