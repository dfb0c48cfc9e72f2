"""The web address of a conference: a word that can be changed, after which the old one leads to the new."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import service
from barcamp.conferences.forms import AddressForm
from barcamp.conferences.routes import blueprint
from barcamp.errors import Refused
from barcamp.schedule import publishing
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import me, organizer
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told


@blueprint.get("/<slug:slug>/organize/address")
@organizer
def address(slug: str) -> ResponseReturnValue:
    conference_or_404(slug)
    return render_template("conferences/address.html", form=AddressForm(slug=slug), site=_site(), now_at=slug)


@blueprint.post("/<slug:slug>/organize/address")
@organizer
def change_address(slug: str) -> ResponseReturnValue:
    """Calendars and letters with the old address go on working: it leads to the new one."""
    conference, form, now = conference_or_404(slug), AddressForm.typed(), utcnow()
    if form.validate():
        try:
            is_different = service.rename_slug(db.session(), conference, me(), form.slug.data or "", now=now)
            if is_different:
                publishing.refresh(db.session(), conference, now=now)
                publishing.mark_as_changed(db.session(), conference, now=now)
            db.commit()
        except Refused as refusal:
            form.refuse("slug", told(refusal))
        else:
            if is_different:
                flash(_("The conference is at its new address. Old links lead here."))
            return see_other(url_for("conferences.address", slug=form.slug.data))
    return form_again("conferences/address.html", form=form, site=_site(), now_at=slug)


def _site() -> str:
    return db.store().base_url.partition("://")[2]
