"""Walking in: a name alone, where the conference takes that, and one can post and star."""

from __future__ import annotations

import ipaddress

from flask import flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.people import service
from barcamp.people.forms import WalkInForm
from barcamp.people.routes import attempts
from barcamp.people.routes.blueprint import blueprint, let_in
from barcamp.web import honeypot
from barcamp.web.answers import form_again, safe_path, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me
from barcamp.web.limits import Allowance
from barcamp.web.load import conference_or_404
from barcamp.web.words import _

WITHIN = 600  # seconds
#: A whole venue walks in behind one address, most of it in the first minutes.
PER_ADDRESS = Allowance("walk-ins of an address", 600, seconds=WITHIN)
PER_COOKIE = Allowance("walk-ins of a form", 5, seconds=WITHIN)


@blueprint.get("/<slug:slug>/walk-in")
@anyone
def walk_in(slug: str) -> ResponseReturnValue:
    elsewhere = _elsewhere(slug)
    return elsewhere or render_template("people/walk_in.html", form=WalkInForm(), next=_next(slug), active="account")


@blueprint.post("/<slug:slug>/walk-in")
@anyone
def come_in(slug: str) -> ResponseReturnValue:
    elsewhere, form = _elsewhere(slug), WalkInForm.typed()
    if elsewhere:
        return elsewhere
    trapped = honeypot.check(request.form, required=True) if form.validate() else None
    if trapped:
        form.refuse("", trapped)
    if form.errors:
        return form_again("people/walk_in.html", form=form, next=_next(slug), active="account")

    PER_COOKIE.spend(session.get("csrf_token"))
    PER_ADDRESS.spend(_network(request.remote_addr or ""))
    person = service.walk_in(db.session(), form.name.data, now=utcnow())
    answer = let_in(person, _next(slug))
    attempts.right("name")
    flash(_("Welcome, {name}! This browser remembers you. Add an e-mail address, and nothing gets lost.").format(
        name=person.name
    ))  # fmt: skip
    return answer


def _elsewhere(slug: str) -> ResponseReturnValue | None:
    """Where whoever is signed in goes on, and whoever has to sign in by mail does that; None for a walk-in to be."""
    if me() is not None:
        return see_other(_next(slug))
    if not conference_or_404(slug).walk_ins:
        return see_other(url_for("people.sign_in", next=_next(slug)))
    return None


def _next(slug: str) -> str:
    return safe_path(request.values.get("next"), url_for("wall.show", slug=slug))


def _network(address: str) -> str:
    """What an allowance is kept for: an IPv4 address, or the /64 that every household has of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
