"""The note that is being pitched right now: the banner on everybody's wall, and a small page that keeps it fresh."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.front.remembered import remembered
from barcamp.front.shared import shared
from barcamp.wall import queries, shown
from barcamp.wall.cards import Card, Viewer
from barcamp.wall.routes.door import blueprint, viewer
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404


@blueprint.get("/<slug:slug>/wall/pitched", endpoint="pitched")
@anyone
@shared
def show(slug: str) -> ResponseReturnValue:
    """The banner by itself: hundreds of phones ask for it at each turn, and the whole wall would cost them dearly."""
    conference = conference_or_404(slug)
    return render_template(
        "wall/pitched.html", active="wall", conference=conference, pitched=pitched(viewer(conference))
    )


def pitched(looking: Viewer) -> Card | None:
    """What templates/wall/_pitched.html shows; None while nobody pitches. One query on a wall without a pitch round."""
    conference = looking.conference
    note_id = remembered(("pitched", conference.id), lambda db: queries.find_pitched_id(db, conference))
    note = None if note_id is None else queries.find_whole_note(db.session(), conference, note_id)
    if note is None:
        return None
    starred = note.id in shown.starred(conference, looking.person_id)
    return looking.card(note, starred=starred)
