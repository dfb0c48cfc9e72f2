"""Warnings that are set aside."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.forms import WaiverForm
from barcamp.board.routes.door import blueprint
from barcamp.board.routes.page import back_to_board, page
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import waivers
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404


@blueprint.post("/<slug:slug>/board/waivers")
@organizer
def waive(slug: str) -> ResponseReturnValue:
    conference, form, note_id = conference_or_404(slug), WaiverForm(request.form), _opened()
    if not form.validate():
        if form.warning.errors:
            abort(400)
        db.rollback()
        return page(conference, note_id, waiving=form)
    try:
        waivers.waive(
            db.session(), conference, signed_in_person(), form.warning.data or "", form.reason.data or "", now=utcnow()
        )
    except Refused as refusal:
        return _refused(conference, note_id, refusal)
    db.commit()
    return back_to_board(slug, note_id)


@blueprint.post("/<slug:slug>/board/waivers/<id:waiver_id>/withdraw")
@organizer
def unwaive(slug: str, waiver_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    waiver = waivers.find_waiver(db.session(), conference, waiver_id) or abort(404)
    waivers.take_back(db.session(), conference, signed_in_person(), waiver, now=utcnow())
    db.commit()
    return back_to_board(slug, _opened())


def _refused(conference: Conference, note_id: int | None, refusal: Refused) -> ResponseReturnValue:
    db.rollback()
    return page(conference, note_id, refusal)


def _opened() -> int | None:
    return request.form.get("note", type=int)
