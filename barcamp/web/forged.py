"""A "no" to a request that came from another site, or whose form token is none of this browser's."""

from __future__ import annotations

from flask import Flask, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from barcamp import db, outage
from barcamp.web import guard
from barcamp.web.csrf import FOREIGN
from barcamp.web.errors import WORDS, NeedsSignIn, back, lead_to_sign_in, say_no, typed_here
from barcamp.web.words import _


def install(app: Flask) -> None:
    app.register_error_handler(CSRFError, _forged)


def _forged(problem: CSRFError) -> ResponseReturnValue:
    """Forged, or a form whose token went when its browser signed out or in meanwhile; then no typed text is lost."""
    if problem.description == FOREIGN:
        return say_no(400, _(FOREIGN))
    typed = typed_here()
    if (stranger := _stranger()) is not None:
        return lead_to_sign_in(stranger, typed)
    if not typed:
        return say_no(400, _(WORDS[400][1]))
    db.rollback()
    return render_template("errors/typed.html", typed=typed, page=back() or url_for("home.index")), 400


def _stranger() -> NeedsSignIn | None:
    """What a page says to whoever is not signed in: with a right token they would hear nothing else, and a phone that
    still shows a page from before its sign-out knows by this what to do.
    """
    db.rollback()
    try:
        return guard.whom_it_needs()
    except Exception as problem:
        if outage.found_in(problem, writes=False) is None:
            raise
        return None
