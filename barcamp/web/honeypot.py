"""A trap for programs that fill in every form: a field nobody sees, and the signed time at which the form was shown.

The fields stand in a form by the macro `trap()` (templates/parts/trap.html). Nothing is dropped in silence: whoever
runs into it reads why and presses the button again. It stops the dumb and the fast, no more; what must hold is counted
by the services.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, has_request_context, request
from itsdangerous import BadSignature, Signer

from barcamp.web.clock import utcnow
from barcamp.web.words import _

BAIT = "website"  # the field that stays empty
SHOWN = "form_shown"  # when the form was shown, signed

SHORTEST = timedelta(seconds=2)
LONGEST = timedelta(hours=24)


def install(app: Flask) -> None:
    app.jinja_env.globals["form_stamp"] = stamp


def stamp() -> str:
    """The signed time of a form that is shown now. One that comes back keeps its own, so that the next press counts."""
    posted = request.form.get(SHOWN, "") if has_request_context() else ""
    age = _age(posted)
    if age is not None and timedelta(0) <= age <= LONGEST:
        return posted
    return _signer().sign(str(_milliseconds(utcnow()))).decode()


def check(form: Mapping[str, str], *, required: bool = False) -> str | None:
    """None when the form may be taken, else the words that tell why not (422, with what was typed kept).

    A form with neither field came from a program that speaks with us on purpose and passes, unless it is `required`.
    """
    if BAIT not in form and SHOWN not in form and not required:
        return None
    if form.get(BAIT):
        return _("A field that people do not see was filled in. It is empty again: please press the button once more.")
    age = _age(form.get(SHOWN, ""))
    if age is None or age < timedelta(0) or age > LONGEST:
        return _("This form was open for a very long time. Please press the button once more.")
    if age < SHORTEST:
        return _("That was quick! Please press the button once more.")
    return None


def _age(posted: str) -> timedelta | None:
    """How long ago the form was shown; None when the stamp is not ours."""
    try:
        shown = int(_signer().unsign(posted.encode(errors="replace")))
        return utcnow() - datetime.fromtimestamp(shown / 1000, UTC)
    except (BadSignature, ValueError, OverflowError):
        return None


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt="form-shown")


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
