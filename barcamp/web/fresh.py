"""Conditional requests (RFC 9110, 13): say 304 before any work is done for the body."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import http_date

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def validators(response: Response, etag: str, changed_at: datetime | None = None) -> Response:
    """Put the strong ETag and Last-Modified on an answer; a 304 carries them too."""
    response.set_etag(etag)
    if changed_at is not None:
        response.headers["Last-Modified"] = http_date(changed_at)
    return response


def is_fresh(etag: str, changed_at: datetime | None = None) -> bool:
    """Whether what the asker has is still right. If-None-Match (a list, `*`, weak tags) beats If-Modified-Since."""
    if request.method not in ("GET", "HEAD"):
        return False
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(etag)
    since = request.if_modified_since
    return since is not None and changed_at is not None and changed_at.replace(microsecond=0) <= since


def not_modified(etag: str, changed_at: datetime | None = None) -> Response:
    return validators(NotModified(status=304), etag, changed_at)


class NotModified(Response):
    """304 with both validators (RFC 9110, 15.4.5): Werkzeug takes Last-Modified off, and some readers know no other."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        if "Last-Modified" in self.headers:
            headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers
