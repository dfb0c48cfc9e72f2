"""What every change of the board answers with: the board as it is then, or the reason why nothing was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from barcamp import db
from barcamp.board.cards import SORTS, Board
from barcamp.board.forms import BoardForm, PlaceForm, WaiverForm
from barcamp.board.words import card_url
from barcamp.conferences.models import Conference
from barcamp.core.timetable.score import audience
from barcamp.errors import Refused
from barcamp.schedule import affected, arranging, blocks, problems, queries
from barcamp.schedule.draft import read
from barcamp.schedule.errors import Frozen
from barcamp.wall import queries as wall
from barcamp.web.answers import see_other, wants_json
from barcamp.web.clock import utcnow
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
    return back_to_board(conference.slug, note_id)


def page(
    conference: Conference,
    opened: int | None,
    refusal: Refused | None = None,
    *,
    waiving: WaiverForm | None = None,
) -> ResponseReturnValue:
    """The board with a card open or none; with words of refusal, or a warning's form that should be looked at again."""
    revision = queries.draft_revision(db.session(), conference)
    if refusal is not None and wants_json():
        frozen = {"frozen": True} if isinstance(refusal, Frozen) else {}
        return jsonify(error=told(refusal), revision=revision, **frozen), refusal.status
    draft = read(db.session(), conference, now=utcnow())
    expected = audience(draft.problem, draft.plan)
    troubles = problems.found(db.session(), conference, draft, expected)
    answer = render_template(
        "board/show.html",
        board=Board(
            draft, conference.slug, opened, troubles, kept(), expected, arranging.find_limit(db.session(), conference)
        ),
        revision=revision,
        blocks=blocks.of(draft),
        undoable=queries.find_undoable(db.session(), conference),
        redoable=queries.find_redoable(db.session(), conference),
        summary=affected.summary(db.session(), conference, draft, now=utcnow()),
        publication=queries.find_publication(db.session(), conference),
        arrangement=arranging.find_current(db.session(), conference),
        refusal=None if refusal is None else told(refusal),
        refused=refusal,
        chosen=None if refusal is None else PlaceForm(request.form),
        waiving=waiving,
        active="board",
    )
    return answer, 422 if waiving is not None else 200 if refusal is None else refusal.status


def back_to_board(slug: str, note_id: int | None) -> ResponseReturnValue:
    """The board as it is now, with the card that was open, sorted as it was."""
    address = url_for("board.show", slug=slug, **kept())
    return see_other(address if note_id is None else card_url(address, note_id))


def kept() -> dict[str, Any]:
    """What the board's address and its forms carry along: how the tray is sorted, where that is not as usual."""
    sort = request.values.get("sort", "")
    return {"sort": sort} if sort in SORTS and sort != next(iter(SORTS)) else {}


def sent() -> MultiDict[str, Any]:
    """The fields of a program's JSON or of a form. In JSON, null and false say that a field is not given."""
    try:
        sent = request.get_json(silent=True) if request.is_json else None
    except RecursionError:  # brackets in brackets, deeper than the reader goes: nothing that is asked for here
        sent = None
    if not isinstance(sent, dict):
        return request.form
    return MultiDict({name: str(value) for name, value in sent.items() if value is not None and value is not False})
