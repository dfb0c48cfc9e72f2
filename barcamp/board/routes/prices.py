"""What each place would mean for a card: asked for when it is taken up."""

from __future__ import annotations

from flask import abort, jsonify
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.prices import Priced, priced
from barcamp.board.routes.door import blueprint
from barcamp.schedule import queries
from barcamp.schedule.draft import Draft, read
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer
from barcamp.web.load import conference_or_404


@blueprint.get("/<slug:slug>/board/notes/<id:note_id>/prices")
@organizer
def prices(slug: str, note_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    revision = queries.draft_revision(db.session(), conference)
    draft = read(db.session(), conference, now=utcnow())
    if note_id not in draft.note_number:
        abort(404)
    answer = jsonify(revision=revision, cells=[_cell(draft, one) for one in priced(draft, note_id)])
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _cell(draft: Draft, one: Priced) -> dict[str, object]:
    return {
        "slot": draft.slots[one.place.slot].id,
        "room": draft.rooms[one.place.room].id,
        "kind": one.kind,
        "cost": round(one.cost, 1),
        "words": one.words,
        "other": one.other,
        "begun": one.begun,
    }
