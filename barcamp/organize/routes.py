"""The organizers' overview: what is done, what is missing, what has just happened."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.backup import scheduled
from barcamp.conferences.models import Conference
from barcamp.log import queries as log
from barcamp.organize import checklist, queries, words
from barcamp.wall import queries as wall
from barcamp.watch import gathering
from barcamp.web import qr
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer
from barcamp.web.load import conference_or_404

blueprint = Blueprint("organize", __name__)

RECENT = 12


@blueprint.get("/<slug:slug>/organize/")
@organizer
def overview(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    figures = queries.figures(db.session(), conference)
    settings = current_app.extensions["settings"]
    backups = scheduled.last_backup(settings, now=utcnow())
    return render_template(
        "organize/overview.html",
        figures=figures,
        steps=checklist.steps(conference, figures, utcnow()),
        news=_news(conference),
        waiting=wall.waiting(db.session(), conference),
        troubles=gathering.troubles(db.session(), db.store(), settings, backups, now=utcnow()),
        walk_ins=words.walk_in_shares(figures),
        public_address=url_for("conferences.show", slug=slug, _external=True),
    )


@blueprint.get("/<slug:slug>/organize/poster")
@organizer
def poster(slug: str) -> ResponseReturnValue:
    conference_or_404(slug)
    address = qr.reachable(url_for("wall.show", slug=slug))
    return render_template("organize/poster.html", code=qr.svg(address), address=address)


def _news(conference: Conference) -> list[tuple[str, object]]:
    changes = log.latest(db.session(), conference.id, words.TOLD, limit=RECENT)
    return [(words.line(one), one.change.at) for one in queries.news(db.session(), conference, changes)]
