"""How often a password may be tried: growing waits for each address, and none for its owner because of others.

A browser that has signed in with an address before keeps a mark of that (OWASP calls it a device cookie), and its tries
are counted apart. So whoever guesses at an address makes other strangers to it wait, not its owner at home; and a
mailed code lets everybody in all the while.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from barcamp.errors import N_, TooMany
from barcamp.people.routes import attempts
from barcamp.web import guard
from barcamp.web.limits import Allowance

COOKIE = "barcamp_known"
COOKIE_DAYS = 365
#: So many addresses of one browser are remembered: a family's.
MOST_ADDRESSES = 5

#: Five at once, and then the waits grow, from a minute to half an hour: fifty a day is what a guesser has in the end.
WAITS = (
    Allowance("passwords at once", 5, seconds=300),
    Allowance("passwords an hour", 20, seconds=3600),
    Allowance("passwords a day", 50, seconds=86400),
)


class TooManyPasswords(TooMany):
    """Somebody, maybe another, has tried too many passwords for this address."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            N_("Too many passwords were tried for this address. Please wait a while, or sign in with a mailed code."),
            retry_after,
        )


def count(email_key: str) -> None:
    """One more try for an address in this browser. Raises TooManyPasswords."""
    who = _marks().get(_mark(email_key), "")
    try:
        for wait in WAITS:
            wait.spend((email_key, who))
    except TooMany as refusal:
        attempts.wrong("password", email_key, "too-many")
        raise TooManyPasswords(refusal.retry_after) from None


def remember(response: Response, email_key: str) -> None:
    """This browser has signed in with this address. The mark does not say to whom it belongs, and opens nothing."""
    marks = _marks()
    mark = _mark(email_key)
    newest = {mark: marks.pop(mark, "") or secrets.token_urlsafe(12)}
    kept = dict(list({**newest, **marks}.items())[:MOST_ADDRESSES])
    response.set_cookie(
        guard.cookie_name(COOKIE),
        _signer().dumps(kept),
        max_age=COOKIE_DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def _marks() -> dict[str, str]:
    """This browser's own word for each address that has signed in on it."""
    try:
        kept: Any = _signer().loads(request.cookies.get(guard.cookie_name(COOKIE), ""))
    except BadSignature:
        return {}
    return dict(kept)


def _mark(email_key: str) -> str:
    key: str = current_app.config["SECRET_KEY"]
    return hmac.new(key.encode(), f"known {email_key}".encode(), "sha256").hexdigest()[:24]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-browser")
