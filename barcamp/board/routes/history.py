"""The draft's history: undo and redo on the board, and every change on a page, to be taken back one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.forms import TurnForm, UndoForm
from barcamp.board.past import past, said
from barcamp.board.routes.door import blueprint
from barcamp.board.routes.page import change
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import queries, service
from barcamp.web.answers import see_other, wants_json
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import told

PER_PAGE = 30


@blueprint.get("/<slug:slug>/board/history")
@organizer
def history(slug: str) -> ResponseReturnValue:
    return _page(conference_or_404(slug))


@blueprint.post("/<slug:slug>/board/undo")
@organizer
def undo(slug: str) -> ResponseReturnValue:
    return _newest(conference_or_404(slug), service.undo, undone=True)


@blueprint.post("/<slug:slug>/board/redo")
@organizer
def redo(slug: str) -> ResponseReturnValue:
    return _newest(conference_or_404(slug), service.redo, undone=False)


@blueprint.post("/<slug:slug>/board/history/<id:revision>/take-back")
@organizer
def take_back(slug: str, revision: int) -> ResponseReturnValue:
    return _turn(conference_or_404(slug), revision, service.take_back, undone=True)


@blueprint.post("/<slug:slug>/board/history/<id:revision>/bring-back")
@organizer
def bring_back(slug: str, revision: int) -> ResponseReturnValue:
    return _turn(conference_or_404(slug), revision, service.bring_back, undone=False)


def _newest(conference: Conference, act: Callable[..., service.Reverted], *, undone: bool) -> ResponseReturnValue:
    """Undo or redo, from the board and back to it."""
    form, actor, done = UndoForm(request.form), signed_in_person(), []
    how: dict[str, Any] = {"rest": bool(form.rest.data), "anyway": bool(form.anyway.data), "now": utcnow()}
    answer = change(
        conference, form, None, lambda seen: done.append(act(db.session(), conference, actor, seen=seen, **how))
    )
    if done and not wants_json():
        flash(said(db.session(), conference, done[0], undone=undone))
    return answer


def _turn(
    conference: Conference, revision: int, act: Callable[..., service.Reverted], *, undone: bool
) -> ResponseReturnValue:
    """Take one change back, or bring it back, from the history's page and back to it."""
    form, actor, line = (
        TurnForm(request.form),
        signed_in_person(),
        queries.find_move(db.session(), conference, revision),
    )
    if line is None:
        abort(404)
    try:
        done = act(
            db.session(), conference, actor, line,
            rest=bool(form.rest.data), anyway=bool(form.anyway.data), now=utcnow(),
        )  # fmt: skip
    except Refused as refusal:
        db.rollback()
        return _page(conference, refusal)
    db.commit()
    flash(said(db.session(), conference, done, undone=undone))
    return see_other(url_for("board.history", slug=conference.slug))


def _page(conference: Conference, refusal: Refused | None = None) -> ResponseReturnValue:
    count = queries.count_moves(db.session(), conference)
    pages = max(1, -(-count // PER_PAGE))
    page = min(max(request.values.get("page", 1, type=int), 1), pages)
    lines = queries.history(db.session(), conference, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    answer = render_template(
        "board/history.html",
        changes=past(db.session(), conference, lines),
        page=page,
        pages=pages,
        refused=refusal,
        refusal=None if refusal is None else told(refusal),
        active="board",
    )
    return answer, 200 if refusal is None else refusal.status
