"""What every change of the board answers with: the board as it is then, or the reason why nothing was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from barcamp import db
from barcamp.board.cards import Board
from barcamp.board.forms import BoardForm
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import publishing, queries
from barcamp.schedule.draft import read
from barcamp.wall import queries as wall
from barcamp.web.answers import see_other, wants_json
from barcamp.web.words import told


def change(
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
        return page(conference, note_id, refusal)
    revision = queries.draft_revision(db.session(), conference)
    db.commit()
    if wants_json():
        return jsonify(revision=revision)
    anchor = None if note_id is None else f"card-{note_id}"
    return see_other(url_for("board.show", slug=conference.slug, note=note_id, _anchor=anchor))


def page(conference: Conference, opened: int | None, refusal: Refused | None = None) -> ResponseReturnValue:
    revision = queries.draft_revision(db.session(), conference)
    if refusal is not None and wants_json():
        return jsonify(error=told(refusal), revision=revision), refusal.status
    draft = read(db.session(), conference)
    answer = render_template(
        "board/show.html",
        board=Board(draft, conference.slug, opened),
        revision=revision,
        undoable=queries.find_undoable(db.session(), conference),
        unpublished=len(publishing.differences(db.session(), conference, draft)),
        publication=queries.find_publication(db.session(), conference),
        refusal=None if refusal is None else told(refusal),
        active="board",
    )
    return answer, 200 if refusal is None else refusal.status


def sent() -> MultiDict[str, Any]:
    """The fields of a program's JSON or of a form."""
    try:
        sent = request.get_json(silent=True) if request.is_json else None
    except RecursionError:  # brackets in brackets, deeper than the reader goes: nothing that is asked for here
        sent = None
    return MultiDict({name: str(value) for name, value in sent.items()}) if isinstance(sent, dict) else request.form
