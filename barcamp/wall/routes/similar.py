""" "This looks like …": while a title is typed, and once more before a note is posted that is there already."""

from __future__ import annotations

import re
from typing import cast

from flask import current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.similar import ALIKE, THE_SAME, Topic, most_similar
from barcamp.core.slugs import clean_line
from barcamp.wall import queries
from barcamp.wall.forms import NoteForm
from barcamp.wall.models import Note
from barcamp.wall.routes.door import blueprint, is_mine, places, viewer
from barcamp.wall.routes.merging import cards_of
from barcamp.web.answers import form_again
from barcamp.web.guard import named
from barcamp.web.limits import Allowance
from barcamp.web.load import conference_or_404, held_conference_or_404

LOOKS = Allowance("similar", 60, seconds=60, lump=4)  # a typing hand asks twice a second at the most, and pauses
FEWEST_LETTERS = 4
LONGEST_TITLE = 120


@blueprint.get("/<slug:slug>/wall/similar")
@named
def similar(slug: str) -> ResponseReturnValue:
    looking = viewer(conference_or_404(slug))
    LOOKS.spend(looking.person_id)
    title = _title(request.args.get("title", ""))
    enough = sum(map(str.isalnum, title)) >= FEWEST_LETTERS
    alike = cards_of(looking, _alike(looking.conference, title, least=ALIKE)) if enough else []
    return jsonify(html=render_template("wall/_similar.html", alike=alike) if alike else "")


@blueprint.post("/<slug:slug>/wall/new")
@named
def look_then_post(slug: str) -> ResponseReturnValue:
    """The form once more where its title is nearly that of another note, else as `wall.post`."""
    conference = held_conference_or_404(slug)
    form, looking = NoteForm.over(places(conference)), viewer(conference)
    if conference.wall_is_open(looking.now) and form.validate():
        alike = _alike(conference, form.title.data, least=THE_SAME)
        if not {note.id for note in alike if not is_mine(note)} <= _seen(request.form.get("seen_alike", "")):
            cards = cards_of(looking, alike)
            return form_again("wall/new.html", active="wall", conference=conference, form=form, alike=cards)
    return cast(ResponseReturnValue, current_app.view_functions["wall.post"](slug=slug))


def _title(typed: str) -> str:
    return clean_line(typed[: 4 * LONGEST_TITLE])[:LONGEST_TITLE]


def _alike(conference: Conference, title: str, *, least: float) -> list[Note]:
    session = db.session()
    found = most_similar(Topic(title), queries.topics(session, conference), least=least)
    return queries.notes_by_id(session, conference, [note_id for note_id, _score in found])


def _seen(said: str) -> set[int]:
    """The notes that were shown above the form already: "12 15"."""
    return {int(number) for number in re.findall("[0-9]{1,18}", said[:200])}
