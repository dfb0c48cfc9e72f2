"""Small answers every page gives: see other, JSON or page, and a `next` that stays on this site."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from barcamp import db


def see_other(address: str) -> Response:
    """303: the form was taken, look here."""
    return redirect(address, 303)


def is_browser() -> bool:
    """Whether a person's browser is loading a page: it names HTML, which programs do not."""
    return any(kind in ("text/html", "application/xhtml+xml") for kind, _quality in request.accept_mimetypes)


def wants_json() -> bool:
    """Whether a script of ours or a program is asking: it names JSON, or uses a method that no form has."""
    if is_browser():
        return False
    return request.method not in ("GET", "HEAD", "POST") or any(
        kind == "application/json" for kind, _quality in request.accept_mimetypes
    )


def referring_page() -> str | None:
    """The page of this site that a form was sent from, as the browser names it."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return None
    if parts.netloc != request.host:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def safe_path(wanted: str | None, otherwise: str) -> str:
    """`wanted` if it is a plain path on this site, else `otherwise`: no host, no backslash, no control character."""
    if (
        not wanted
        or len(wanted) > 500
        or not wanted.startswith("/")
        or wanted.startswith("//")
        or "\\" in wanted
        or any(ord(character) < 33 or ord(character) == 127 for character in wanted)
    ):
        return otherwise
    return wanted


def form_again(template: str, **needs: Any) -> tuple[str, int]:
    """422: the form once more, with its messages and what was typed. Lets the write gate go first."""
    db.rollback()
    return render_template(template, **needs), 422
