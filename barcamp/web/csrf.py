"""Two locks against forged requests: Flask-WTF's token, and where the browser says the request comes from.

The second also covers what has no token (the one-time sign-in link) and holds for every writing request.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlsplit

import gevent
from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from gevent import monkey
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, RequestTimeout
from werkzeug.wrappers import Response

from barcamp.errors import N_

protect = CSRFProtect()

#: A body is here within so many seconds: the largest file that we take, over Wi-Fi that hundreds share.
BODY_SECONDS = 120.0

FOREIGN = N_("This request came from another site, so nothing was done.")


def install(app: Flask) -> None:
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.before_request(_read_the_whole_body)
    app.before_request(_refuse_other_sites)
    protect.init_app(app)


def _read_the_whole_body() -> None:
    """Read the body, a form or not, before anything takes the write gate: a slow sender must not hold it, nor one of
    our connections for as long as they like.
    """
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        try:
            with _patience():
                request.get_data(parse_form_data=True)
        except ParseException as problem:  # the server reads chunks as we ask for them, and these are none
            raise BadRequest from problem


def _patience() -> AbstractContextManager[object]:
    """408 when it takes too long. Where greenlets do not wait (in a test, a command) there is no sender to wait for."""
    return gevent.Timeout(BODY_SECONDS, RequestTimeout()) if monkey.is_module_patched("socket") else nullcontext()


def _refuse_other_sites() -> Response | None:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return None
    if request.headers.get("Sec-Fetch-Site", "same-origin") in ("cross-site", "same-site"):
        raise CSRFError(FOREIGN)
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(origin):
        raise CSRFError(FOREIGN)
    return None


def _is_ours(origin: str) -> bool:
    """Whether an origin is this site; over https, a page of the same name over http is none: anybody can write that."""
    try:
        parts = urlsplit(origin)
    except ValueError:  # no browser sends "http://[", but somebody will
        return False
    schemes = ("https",) if current_app.config["SESSION_COOKIE_SECURE"] else ("http", "https")
    return parts.scheme in schemes and parts.netloc == request.host
