"""The blueprint; its routes are in the files beside this one."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("imports", __name__)
