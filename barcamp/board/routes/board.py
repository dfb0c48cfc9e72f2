"""The board itself."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from barcamp.board.routes.door import blueprint
from barcamp.board.routes.page import page
from barcamp.web.guard import organizer
from barcamp.web.load import conference_or_404


@blueprint.get("/<slug:slug>/board")
@organizer
def show(slug: str) -> ResponseReturnValue:
    return page(conference_or_404(slug), request.args.get("note", type=int))
