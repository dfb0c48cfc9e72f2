"""The one-time sign-in link. Opening it only shows a button, since mail scanners open links; the button signs in."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.people import codes, queries
from barcamp.people.errors import LinkGone
from barcamp.people.routes import attempts
from barcamp.people.routes.blueprint import blueprint, brings, is_already_in
from barcamp.people.routes.code import go_on
from barcamp.web.answers import safe_path, see_other
from barcamp.web.clock import utcnow
from barcamp.web.csrf import protect
from barcamp.web.guard import anyone


@blueprint.get("/sign-in/link/<token>")
@anyone
def link(token: str) -> ResponseReturnValue:
    try:
        row = codes.look_at_link(db.session(), token, now=utcnow())
    except LinkGone:
        return _gone()
    known = queries.find_person(db.session(), row.email_key)
    return render_template("people/link.html", email=row.email, name=known.name if known else row.name, brings=brings())


@blueprint.post("/sign-in/link/<token>")
@protect.exempt  # type: ignore[untyped-decorator]  # the token in the address is the secret
@anyone
def use_link(token: str) -> ResponseReturnValue:
    try:
        row = codes.use_link(db.session(), token, now=utcnow())
    except LinkGone:
        used = queries.find_link(db.session(), codes.link_hash(token))
        if used is not None and is_already_in(used.email_key):
            return see_other(safe_path(used.next_path, url_for("home.index")))
        attempts.gone("link")
        return _gone()
    answer = go_on(row)
    attempts.right("link")
    return answer


def _gone() -> ResponseReturnValue:
    db.rollback()
    return render_template("people/link_gone.html"), LinkGone.status
