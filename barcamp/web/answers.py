"""Small answers every page gives: see other, JSON or page, and a `next` that stays on this site."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import redirect, render_template, request
from werkzeug.wrappers import Request, Response

from barcamp import db


def see_other(address: str) -> Response:
    """303: the form was taken, look here."""
    return redirect(address, 303)


def is_browser(asked: Request | None = None) -> bool:
    """Whether a person's browser is loading a page: it names HTML, which programs do not."""
    kinds = (asked or request).accept_mimetypes.values()
    return any(kind in ("text/html", "application/xhtml+xml") for kind in kinds)


def wants_json(asked: Request | None = None) -> bool:
    """Whether a script of ours or a program is asking: it names JSON, or uses a method that no form has."""
    asked = asked or request
    if is_browser(asked):
        return False
    return asked.method not in ("GET", "HEAD", "POST") or "application/json" in asked.accept_mimetypes.values()


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
