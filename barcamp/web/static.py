"""Static files under addresses that name their content, so that browsers keep them for good."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for
from werkzeug.wrappers import Response


def install(app: Flask) -> None:
    app.jinja_env.globals["static_url"] = static_url
    app.after_request(_keep_what_is_named)


def static_url(path: str) -> str:
    """The address of a file in static/, with the hash of its bytes: `/static/css/main.css?v=3f2a91c04b1d`."""
    folder = current_app.static_folder
    assert folder is not None
    file = Path(folder, path)
    return url_for("static", filename=path, v=_hash(str(file), file.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _hash(file: str, _changed: int) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]


def _keep_what_is_named(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
