"""Earlier versions: the list, one as the public saw it, and bringing it back into the draft."""

from __future__ import annotations

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import queries, service, versions
from barcamp.schedule.forms import RevisionForm
from barcamp.schedule.models import Version
from barcamp.schedule.routes.door import blueprint
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, ngettext, told


@blueprint.get("/<slug:slug>/organize/versions", endpoint="versions")
@organizer
def listing(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    pages = max(-(-versions.count(db.session(), conference) // versions.PER_PAGE), 1)
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    offset = (number - 1) * versions.PER_PAGE
    return render_template(
        "schedule/versions.html",
        versions=versions.newest(db.session(), conference, offset=offset),
        page=number,
        pages=pages,
        here="publish",
        active="organize",
    )


@blueprint.get("/<slug:slug>/organize/versions/<id:number>")
@organizer
def version(slug: str, number: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    return _page(conference, _version_or_404(conference, number))


@blueprint.post("/<slug:slug>/organize/versions/<id:number>/restore")
@organizer
def restore(slug: str, number: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), RevisionForm(request.form)
    old = _version_or_404(conference, number)
    if not form.validate() or form.revision.data is None:
        abort(400)
    try:
        lost = service.restore(
            db.session(), conference, signed_in_person(), old.places, number, seen=form.revision.data, now=utcnow()
        )
    except Refused as refusal:
        db.rollback()
        return _page(conference, _version_or_404(conference, number), refusal)
    db.commit()
    flash(_("The board is as version %(number)s was. Look it over, then publish.") % {"number": number})
    if lost:
        words = ngettext(
            "%(num)s session of it found no place.", "%(num)s sessions of it found no place.", len(lost)
        )  # fmt: skip
        flash(words % {"num": len(lost)}, "error")
    return see_other(url_for("schedule.publishing", slug=slug))


def _page(conference: Conference, shown: Version, refusal: Refused | None = None) -> ResponseReturnValue:
    before = versions.find_version(db.session(), conference, shown.number - 1)
    publication = queries.find_publication(db.session(), conference)
    current = None if publication is None else versions.find_version(db.session(), conference, publication.number)
    answer = render_template(
        "schedule/version.html",
        version=shown,
        who=versions.find_who_published(db.session(), shown),
        days=versions.by_day(versions.scheduled(shown), conference.zone),
        before=before,
        since_before=versions.steps(before, shown),
        current=current,
        until_now=versions.steps(shown, current),
        revision=queries.draft_revision(db.session(), conference),
        refusal=None if refusal is None else told(refusal),
        here="publish",
        active="organize",
    )
    return answer, 200 if refusal is None else refusal.status


def _version_or_404(conference: Conference, number: int) -> Version:
    return versions.find_version(db.session(), conference, number) or abort(404)
