"""Who comes, as far as they say so themselves."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.front.shared import shared
from barcamp.registration import queries
from barcamp.registration.routes.door import blueprint
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404


@blueprint.get("/<slug:slug>/people")
@anyone
@shared
def people(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    names = queries.visible_names(db.session(), conference)
    return render_template("registration/people.html", conference=conference, names=names)
