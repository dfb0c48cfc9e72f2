"""Headers on every answer: what a page may load and do, who may show it, and that nobody but its reader keeps it."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

POLICY = "; ".join(  # noqa: FLY002 - one directive a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        # a text that somebody typed becomes no HTML in the browser, but where static/js/types.js says so
        "require-trusted-types-for 'script'",
        "trusted-types default",
    )
)
#: What no page of ours asks of a browser, so that nothing that gets into one can.
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "serial", "usb",
    )
)  # fmt: skip
A_YEAR = 365 * 24 * 3600

PERSONAL = ("people", "registration", "news")
#: What pages elsewhere may show, beside what scripts elsewhere may read: style sheets of embedded pages, portraits.
FOR_OTHERS = ("static", "speakers.picture")


def install(app: Flask, *, https: bool) -> None:
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
            headers.setdefault("X-Frame-Options", "DENY")  # the same once more, for browsers from before the policy
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", _readers(response))
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        if https:
            headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}; includeSubDomains")
        if request.endpoint != "static":
            # what is about one person is not even kept for the Back button: the next one may sit at the same computer
            keep = "private, no-store" if request.blueprint in PERSONAL else "private, no-cache"
            headers.setdefault("Cache-Control", keep)
        return response

    app.after_request(add)


def _readers(response: Response) -> str:
    """Whose pages may load an answer as a part of theirs."""
    is_public = request.endpoint in FOR_OTHERS or response.headers.get("Access-Control-Allow-Origin") == "*"
    return "cross-origin" if is_public else "same-origin"
