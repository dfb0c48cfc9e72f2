"""Who gives what."""

from __future__ import annotations

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import queries
from barcamp.conferences import sponsors as service
from barcamp.conferences.errors import ChangedMeanwhile
from barcamp.conferences.forms import SponsorForm
from barcamp.conferences.models import Conference, Sponsor
from barcamp.conferences.routes import blueprint
from barcamp.errors import Refused
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import me, organizer
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told


@blueprint.get("/<slug:slug>/organize/sponsors")
@organizer
def sponsors(slug: str) -> ResponseReturnValue:
    return render_template("conferences/sponsors.html", sponsors=_sponsors(slug), form=SponsorForm())


def _sponsors(slug: str) -> list[Sponsor]:
    return queries.sponsors(db.session(), conference_or_404(slug))


@blueprint.post("/<slug:slug>/organize/sponsors")
@organizer
def add_sponsor(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), SponsorForm.typed()
    if form.validate():
        try:
            service.add(db.session(), conference, me(), **form.facts(), now=utcnow())
            db.commit()
        except Refused as refusal:
            form.refuse("name", told(refusal))
        else:
            flash(_("Added {name}.").format(name=form.name.data))
            return see_other(url_for("conferences.sponsors", slug=slug))
    db.rollback()
    return form_again("conferences/sponsors.html", sponsors=_sponsors(slug), form=form)


@blueprint.get("/<slug:slug>/organize/sponsors/<id:sponsor_id>")
@organizer
def sponsor(slug: str, sponsor_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = _sponsor_or_404(conference, sponsor_id)
    return render_template("conferences/sponsor.html", sponsor=found, form=_filled(conference, found))


@blueprint.post("/<slug:slug>/organize/sponsors/<id:sponsor_id>")
@organizer
def change_sponsor(slug: str, sponsor_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), SponsorForm.typed()
    found = _sponsor_or_404(conference, sponsor_id)
    newer, status = None, 422
    if form.validate():
        try:
            service.change(db.session(), conference, me(), found, **form.facts(), seen=form.seen_revision, now=utcnow())
            db.commit()
        except ChangedMeanwhile as refusal:
            stored = _filled(conference, found, as_stored=True)
            newer, status = form.look_again(stored, told(refusal)), refusal.status
        except Refused as refusal:
            form.refuse("name", told(refusal))
        else:
            flash(_("Saved {name}.").format(name=form.name.data))
            return see_other(url_for("conferences.sponsors", slug=slug))
    page, _status = form_again("conferences/sponsor.html", sponsor=found, form=form, newer=newer)
    return page, status


@blueprint.post("/<slug:slug>/organize/sponsors/<id:sponsor_id>/delete")
@organizer
def remove_sponsor(slug: str, sponsor_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = _sponsor_or_404(conference, sponsor_id)
    service.remove(db.session(), conference, me(), found, now=utcnow())
    db.commit()
    flash(_("Removed {name}.").format(name=found.name))
    return see_other(url_for("conferences.sponsors", slug=slug))


def _sponsor_or_404(conference: Conference, sponsor_id: int) -> Sponsor:
    return queries.find_sponsor(db.session(), conference, sponsor_id) or abort(404)


def _filled(conference: Conference, sponsor: Sponsor, *, as_stored: bool = False) -> SponsorForm:
    revision = queries.last_revision(db.session(), conference.id, f"sponsor:{sponsor.id}")
    return SponsorForm.of(sponsor, revision, as_stored=as_stored)
