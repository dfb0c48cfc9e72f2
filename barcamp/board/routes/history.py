"""Taking changes of the board back."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.forms import BoardForm
from barcamp.board.routes.door import blueprint
from barcamp.board.routes.page import change
from barcamp.conferences.models import Conference
from barcamp.schedule import service
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404


@blueprint.post("/<slug:slug>/board/undo")
@organizer
def undo(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(request.form)
    return change(conference, form, None, lambda seen: _undo(conference, seen))


def _undo(conference: Conference, seen: int) -> None:
    service.undo(db.session(), conference, signed_in_person(), seen=seen, now=utcnow())
