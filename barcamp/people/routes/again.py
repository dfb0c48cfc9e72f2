"""Whoever changes how they sign in, or goes for good, has just signed in: a browser left open is not enough."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, url_for
from werkzeug.wrappers import Response

from barcamp import db
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import this_device
from barcamp.web.words import _

#: For so long after signing in nobody is asked again.
JUST_NOW = timedelta(minutes=15)


def has_just_signed_in() -> bool:
    device = this_device()
    return device is not None and device.created_at > utcnow() - JUST_NOW


def first(wanted: str) -> Response | None:
    """To the sign-in, and back to `wanted`; None for who has just been there, and for a walk-in, who has no other way
    to show who they are than this browser.
    """
    device = this_device()
    if has_just_signed_in() or (device is not None and device.person.is_walk_in):
        return None
    db.rollback()
    flash(_("Please sign in once more, so that we know that it is you. Then you can go on."))
    return see_other(url_for("people.sign_in", again=1, next=wanted))
