"""Each try to sign in is a line of the log: by which way, and what came of it.

Not who: a failure has a mark of the address that was typed, the same for a day and only for whoever knows the site's
key. So one address that is guessed at looks other than a thousand that are tried once. It is the same for addresses
that are known and for those that are not; and what succeeds has none, else two lines together would say that there is
an account.
"""

from __future__ import annotations

import hmac
import logging
from typing import Literal

from flask import current_app

from barcamp.web.clock import utcnow

#: The ways in; "address-code" shows that an address is one's own, "name" is a walk-in's.
Way = Literal["password", "code", "address-code", "link", "name"]
Failure = Literal["wrong", "too-many"]

log = logging.getLogger("barcamp.sign-in")


def right(by: Way) -> None:
    """Somebody has shown who they are."""
    log.info("by %s: right", by, extra={"facts": {"by": by, "outcome": "right"}})


def wrong(by: Way, email_key: str, outcome: Failure = "wrong") -> None:
    """Somebody has not. Nothing of what they typed is told but the address's mark."""
    mark = _mark(email_key)
    log.info("by %s: %s (%s)", by, outcome, mark, extra={"facts": {"by": by, "outcome": outcome, "mark": mark}})


def gone(by: Way) -> None:
    """What somebody had to get in with is unknown, used or too old: nobody knows for which address it was."""
    log.info("by %s: gone", by, extra={"facts": {"by": by, "outcome": "gone"}})


def _mark(email_key: str) -> str:
    """Eight digits for an address on this day (of UTC)."""
    key: str = current_app.config["SECRET_KEY"]
    return hmac.new(key.encode(), f"tried {utcnow():%Y-%m-%d} {email_key}".encode(), "sha256").hexdigest()[:8]
