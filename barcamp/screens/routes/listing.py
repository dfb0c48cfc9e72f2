"""All screens of a conference with their addresses: the projector, and the sign of each room."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.screens.routes.door import blueprint, public_url
from barcamp.venue import queries as venue
from barcamp.web import qr
from barcamp.web.guard import organizer
from barcamp.web.load import conference_or_404


@blueprint.get("/<slug:slug>/organize/screens")
@organizer
def listing(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    rooms = venue.rooms(db.session(), conference)
    return render_template(
        "screens/list.html",
        conference=conference,
        projector=_coded(slug),
        doors=[{"room": room, **_coded(slug, room=room.key)} for room in rooms],
        here="screens",
        active="organize",
    )


def _coded(slug: str, **names: str) -> dict[str, Any]:
    """A screen's address, and the code by which a tablet reads it."""
    address = public_url("screens.show", slug=slug, **names)
    return {"address": address, "code": qr.svg(address)}
