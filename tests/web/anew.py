"""A page as somebody sees it, of kept pieces or without them."""

from __future__ import annotations

import re

from flask import Flask

from barcamp.web.fragments import Pieces
from tests.conftest import Client

TOKEN = re.compile(r'((?:name="csrf_token" value|name="csrf-token" content)=")[^"]*')


def shown(client: Client, path: str) -> str:
    """The page without its form tokens."""
    return TOKEN.sub(r"\1", client.get(path).text)


def made_anew(app: Flask, client: Client, path: str) -> str:
    """The same with nothing kept."""
    kept, app.extensions["pieces"] = app.extensions["pieces"], Pieces(room=0)
    try:
        return shown(client, path)
    finally:
        app.extensions["pieces"] = kept
