"""Static files under addresses that name their content, so that browsers keep them for good."""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for
from werkzeug.wrappers import Response

#: Seconds that an address is taken as it is: a page asks for two dozen, and a look at each file takes its time.
LOOKED_AT_FOR = 1.0

# (folder, where the site begins, file): when its file was looked at, and the address
_named: dict[tuple[str, str | None, str], tuple[float, str]] = {}


def install(app: Flask) -> None:
    app.jinja_env.globals["static_url"] = static_url
    app.after_request(_keep_what_is_named)


def static_url(path: str) -> str:
    """The address of a file in static/, with the hash of its bytes: `/static/css/main.css?v=3f2a91c04b1d`."""
    folder, now = current_app.static_folder or "", time.monotonic()
    key = folder, request.script_root if request else None, path
    known = _named.get(key)
    if known is not None and 0 <= now - known[0] < LOOKED_AT_FOR:
        return known[1]
    file = Path(folder, path)
    address = url_for("static", filename=path, v=_hash(str(file), file.stat().st_mtime_ns))
    _named[key] = now, address
    return address


@lru_cache(maxsize=256)
def _hash(file: str, _changed: int) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]


def _keep_what_is_named(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
