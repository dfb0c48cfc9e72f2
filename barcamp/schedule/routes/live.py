"""Live publishing: switched on and off, and what to do with the moves that wait for the end of the quiet time."""

from __future__ import annotations

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.errors import Refused
from barcamp.schedule import publishing, quiet
from barcamp.schedule.forms import LiveForm, RevisionForm
from barcamp.schedule.routes.door import blueprint
from barcamp.schedule.routes.publishing import page, publish_or_say_why
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _


@blueprint.post("/<slug:slug>/organize/publish/live")
@organizer
def switch_live(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), LiveForm(request.form)
    if not form.validate():
        return page(conference, live_form=form)
    live = bool(form.publishes_live.data)
    try:
        quiet.switch(
            db.session(), conference, signed_in_person(),
            live=live, freeze_minutes=form.freeze_minutes.data or 0, now=utcnow(),
        )  # fmt: skip
    except Refused as refusal:
        db.rollback()
        return page(conference, refusal)
    db.commit()
    flash(_("Each move now goes public by itself.") if live else _("Nothing goes public before you publish it."))
    return see_other(url_for("schedule.publishing", slug=slug))


@blueprint.post("/<slug:slug>/organize/publish/now")
@organizer
def publish_now(slug: str) -> ResponseReturnValue:
    """All of the draft at once, without waiting for the end of the quiet time."""
    conference, form = conference_or_404(slug), RevisionForm(request.form)
    if not form.validate():
        abort(400)
    return publish_or_say_why(
        conference,
        lambda: publishing.publish(
            db.session(), conference, signed_in_person(), seen=form.revision.data,
            unless_begun=not conference.publishes_live, now=utcnow(),
        ),
        next_page="board.show",
    )  # fmt: skip


@blueprint.post("/<slug:slug>/organize/publish/hold")
@organizer
def hold(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    was_waiting = quiet.hold(db.session(), conference, signed_in_person(), now=utcnow())
    db.commit()
    flash(_("Held: it goes public with the next move, or when you publish.") if was_waiting else _("Nothing waits."))
    return see_other(url_for("board.show", slug=slug))
