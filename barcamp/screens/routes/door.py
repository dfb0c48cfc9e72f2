"""The blueprint that the screens hang on, and the addresses that people at the venue can reach."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from barcamp.web import qr

blueprint = Blueprint("screens", __name__)


def public_url(endpoint: str, **names: Any) -> str:
    """A page's whole address for phones to read."""
    return qr.reachable(url_for(endpoint, **names))


def spoken(url: str) -> str:
    """An address as people type it: "camp.example/beaver"."""
    return url.partition("://")[2].rstrip("/")
