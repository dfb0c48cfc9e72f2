"""Moving cards: place, take off, pin. A placement is a resource: PUT makes it, DELETE ends it."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.forms import BoardForm, PlaceForm
from barcamp.board.routes.door import blueprint
from barcamp.board.routes.page import change, sent
from barcamp.conferences.models import Conference
from barcamp.schedule import service
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404


@blueprint.post("/<slug:slug>/board/notes/<id:note_id>/place")
@organizer
def place(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), PlaceForm(request.form)
    return change(conference, form, note_id, lambda seen: _place(conference, form, note_id, seen))


@blueprint.post("/<slug:slug>/board/notes/<id:note_id>/take-off")
@organizer
def take_off(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(request.form)
    return change(conference, form, note_id, lambda seen: _take_off(conference, form, note_id, seen))


@blueprint.post("/<slug:slug>/board/notes/<id:note_id>/pin")
@organizer
def pin(slug: str, note_id: int) -> ResponseReturnValue:
    return _pin(slug, note_id, pinned=True)


@blueprint.post("/<slug:slug>/board/notes/<id:note_id>/unpin")
@organizer
def unpin(slug: str, note_id: int) -> ResponseReturnValue:
    return _pin(slug, note_id, pinned=False)


@blueprint.put("/<slug:slug>/board/notes/<id:note_id>/placement")
@organizer
def put_placement(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), PlaceForm(sent())
    return change(conference, form, note_id, lambda seen: _place(conference, form, note_id, seen))


@blueprint.delete("/<slug:slug>/board/notes/<id:note_id>/placement")
@organizer
def delete_placement(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(sent())
    return change(conference, form, note_id, lambda seen: _take_off(conference, form, note_id, seen))


def _place(conference: Conference, form: PlaceForm, note_id: int, seen: int) -> None:
    service.place(
        db.session(), conference, signed_in_person(), note_id, form.slot.data or 0, form.room.data or 0,
        swap=bool(form.swap.data), anyway=bool(form.anyway.data), seen=seen, now=utcnow(),
    )  # fmt: skip


def _take_off(conference: Conference, form: BoardForm, note_id: int, seen: int) -> None:
    service.take_off(
        db.session(), conference, signed_in_person(), note_id, anyway=bool(form.anyway.data), seen=seen, now=utcnow()
    )


def _pin(slug: str, note_id: int, *, pinned: bool) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(request.form)
    return change(
        conference, form, note_id,
        lambda seen: service.pin(
            db.session(), conference, signed_in_person(), note_id, pinned=pinned, seen=seen, now=utcnow()
        ),
    )  # fmt: skip
