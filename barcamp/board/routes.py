"""The board: see it, arrange, move, take off, pin, undo. A placement is a resource: PUT makes it, DELETE ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from barcamp import db
from barcamp.board.cards import Board
from barcamp.board.forms import BoardForm, PlaceForm
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import publishing, queries, service
from barcamp.schedule.draft import read
from barcamp.wall import queries as wall
from barcamp.web.answers import see_other, wants_json
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import ngettext, told

blueprint = Blueprint("board", __name__)


@blueprint.get("/<slug:slug>/board")
@organizer
def show(slug: str) -> ResponseReturnValue:
    return _page(conference_or_404(slug), request.args.get("note", type=int))


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
        return _page(conference, None, refusal)
    flash(ngettext("%(num)s note placed.", "%(num)s notes placed.", count) % {"num": count})
    return see_other(url_for("board.show", slug=slug))


@blueprint.post("/<slug:slug>/board/undo")
@organizer
def undo(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(request.form)
    return _change(conference, form, None, lambda seen: _undo(conference, seen))


@blueprint.post("/<slug:slug>/board/notes/<id:note_id>/place")
@organizer
def place(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), PlaceForm(request.form)
    return _change(conference, form, note_id, lambda seen: _place(conference, form, note_id, seen))


@blueprint.post("/<slug:slug>/board/notes/<id:note_id>/take-off")
@organizer
def take_off(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(request.form)
    return _change(conference, form, note_id, lambda seen: _take_off(conference, note_id, seen))


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
    conference, form = conference_or_404(slug), PlaceForm(_sent())
    return _change(conference, form, note_id, lambda seen: _place(conference, form, note_id, seen))


@blueprint.delete("/<slug:slug>/board/notes/<id:note_id>/placement")
@organizer
def delete_placement(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(_sent())
    return _change(conference, form, note_id, lambda seen: _take_off(conference, note_id, seen))


def _place(conference: Conference, form: PlaceForm, note_id: int, seen: int) -> None:
    service.place(
        db.session(), conference, signed_in_person(), note_id, form.slot.data or 0, form.room.data or 0,
        swap=bool(form.swap.data), seen=seen, now=utcnow(),
    )  # fmt: skip


def _take_off(conference: Conference, note_id: int, seen: int) -> None:
    service.take_off(db.session(), conference, signed_in_person(), note_id, seen=seen, now=utcnow())


def _undo(conference: Conference, seen: int) -> None:
    service.undo(db.session(), conference, signed_in_person(), seen=seen, now=utcnow())


def _pin(slug: str, note_id: int, *, pinned: bool) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(request.form)
    return _change(
        conference, form, note_id,
        lambda seen: service.pin(
            db.session(), conference, signed_in_person(), note_id, pinned=pinned, seen=seen, now=utcnow()
        ),
    )  # fmt: skip


def _change(
    conference: Conference, form: BoardForm, note_id: int | None, act: Callable[[int], object]
) -> ResponseReturnValue:
    """One change of the draft; a refused one answers with the reason and the board as it is now."""
    if note_id is not None and wall.find_note(db.session(), conference, note_id) is None:
        abort(404)
    if not form.validate():
        abort(400)
    try:
        act(form.revision.data or 0)
    except Refused as refusal:
        db.rollback()
        return _page(conference, note_id, refusal)
    revision = queries.draft_revision(db.session(), conference)
    db.commit()
    if wants_json():
        return jsonify(revision=revision)
    anchor = None if note_id is None else f"card-{note_id}"
    return see_other(url_for("board.show", slug=conference.slug, note=note_id, _anchor=anchor))


def _page(conference: Conference, opened: int | None, refusal: Refused | None = None) -> ResponseReturnValue:
    revision = queries.draft_revision(db.session(), conference)
    if refusal is not None and wants_json():
        return jsonify(error=told(refusal), revision=revision), refusal.status
    draft = read(db.session(), conference)
    page = render_template(
        "board/show.html",
        board=Board(draft, conference.slug, opened),
        revision=revision,
        undoable=queries.find_undoable(db.session(), conference),
        unpublished=len(publishing.differences(db.session(), conference, draft)),
        publication=queries.find_publication(db.session(), conference),
        refusal=None if refusal is None else told(refusal),
        active="board",
    )
    return page, 200 if refusal is None else refusal.status


def _sent() -> MultiDict[str, Any]:
    """The fields of a program's JSON or of a form."""
    try:
        sent = request.get_json(silent=True) if request.is_json else None
    except RecursionError:  # brackets in brackets, deeper than the reader goes: nothing that is asked for here
        sent = None
    return MultiDict({name: str(value) for name, value in sent.items()}) if isinstance(sent, dict) else request.form
