"""The blueprint that the screens hang on, and the addresses that people at the venue can reach."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, url_for

from barcamp.settings import Settings

blueprint = Blueprint("screens", __name__)

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def public_url(endpoint: str, **names: Any) -> str:
    """A page's whole address for phones to read: on the configured public name, or, on a laptop at the venue that has
    none, on the name by which this browser reached it.
    """
    settings: Settings = current_app.extensions["settings"]
    if urlsplit(settings.base_url).hostname in THIS_MACHINE:
        return url_for(endpoint, **names, _external=True)
    return settings.base_url.rstrip("/") + url_for(endpoint, **names)


def spoken(url: str) -> str:
    """An address as people type it: "camp.example/beaver"."""
    return url.partition("://")[2].rstrip("/")
