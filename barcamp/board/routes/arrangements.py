"""Arranging by popularity."""

from __future__ import annotations

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.forms import BoardForm
from barcamp.board.routes.door import blueprint
from barcamp.board.routes.page import page
from barcamp.errors import Refused
from barcamp.schedule import service
from barcamp.schedule.draft import read
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import ngettext


@blueprint.post("/<slug:slug>/board/arrangements")
@organizer
def arrange(slug: str) -> ResponseReturnValue:
    conference, actor, form = conference_or_404(slug), signed_in_person(), BoardForm(request.form)
    if not form.validate():
        abort(400)
    db.rollback()  # computing takes a moment, in which others may write
    draft = read(db.session(), conference)
    solution = service.solve_draft(draft)
    try:
        with db.store().writing() as writing:
            count = service.arrange(
                writing, conference, actor, draft, solution, seen=form.revision.data or 0, now=utcnow()
            )
    except Refused as refusal:
        return page(conference, None, refusal)
    flash(ngettext("%(num)s note placed.", "%(num)s notes placed.", count) % {"num": count})
    return see_other(url_for("board.show", slug=slug))
