""" "I'll be there": saying so to a speaker, and taking it back."""

from __future__ import annotations

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.speakers import visits
from barcamp.speakers.forms import VisitForm
from barcamp.speakers.models import Speaker
from barcamp.speakers.page import Stop, find_stop, stops
from barcamp.speakers.routes.door import all_lines, blueprint, speaker_or_404
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.words import _


@blueprint.post("/speakers/<slug:name>/visits")
@named
def announce_visit(name: str) -> ResponseReturnValue:
    visitor, form = signed_in_person(), VisitForm.typed()
    speaker = speaker_or_404(name)
    stop = _stop_or_404(speaker, form)
    visits.announce(db.session(), speaker, stop, visitor, named=form.named.data, now=utcnow())
    db.commit()
    flash(_("{name} knows that you will be there.").format(name=speaker.person.name) if form.named.data
          else _("{name} knows that one more will be there.").format(name=speaker.person.name))  # fmt: skip
    return see_other(url_for("speakers.show", name=name, _anchor="visits"))


@blueprint.post("/speakers/<slug:name>/visits/remove")
@named
def take_back_visit(name: str) -> ResponseReturnValue:
    visitor, form = signed_in_person(), VisitForm.typed()
    speaker = speaker_or_404(name)
    visits.take_back(db.session(), speaker, _stop_or_404(speaker, form), visitor)
    db.commit()
    flash(_("Taken back."))
    return see_other(url_for("speakers.show", name=name, _anchor="visits"))


def _stop_or_404(speaker: Speaker, form: VisitForm) -> Stop:
    """The conference that was named, if the speaker is at it."""
    found = find_stop(stops(all_lines(speaker)), str(form.at.data)) if form.validate() else None
    return found or abort(404)
