"""The figures for Prometheus, and how things are for organizers."""

from __future__ import annotations

import hmac

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.backup import scheduled
from barcamp.settings import Settings
from barcamp.watch import exposition, figures, gathering, status
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, organizer
from barcamp.web.load import conference_or_404

blueprint = Blueprint("watch", __name__)


@blueprint.get("/metrics")
@anyone
def metrics() -> ResponseReturnValue:
    """For whoever knows BARCAMP_METRICS_TOKEN; without one there is nothing here."""
    settings = _settings()
    if settings.metrics_token is None:
        abort(404)
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    right = hmac.compare_digest(
        given.strip().encode("utf-8", "replace"), settings.metrics_token.encode("utf-8", "replace")
    )
    if kind.lower() != "bearer" or not right:
        return "a token is needed\n", 401, {"Content-Type": "text/plain", "WWW-Authenticate": 'Bearer realm="metrics"'}
    told = figures.told(db.store(), settings, scheduled.last_backup(settings, now=utcnow()), now=utcnow())
    return told, 200, {"Content-Type": exposition.CONTENT_TYPE, "Cache-Control": "no-store"}


@blueprint.get("/<slug:slug>/organize/status")
@organizer
def show(slug: str) -> ResponseReturnValue:
    conference_or_404(slug)
    settings = _settings()
    backups = scheduled.last_backup(settings, now=utcnow())
    facts = gathering.facts(db.session(), db.store(), settings, backups, now=utcnow())
    return render_template("watch/status.html", lines=status.lines(facts))


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
