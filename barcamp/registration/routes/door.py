"""The blueprint that the pages of registration hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("registration", __name__)
