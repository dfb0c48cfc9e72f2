"""The blueprint that the wall's pages hang on, and what several of them load."""

from __future__ import annotations

from flask import Blueprint, abort

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.venue import queries as venue
from barcamp.wall import queries
from barcamp.wall.cards import Viewer
from barcamp.wall.forms import Places
from barcamp.wall.models import Note
from barcamp.web.clock import utcnow
from barcamp.web.guard import me, roles

blueprint = Blueprint("wall", __name__)


def viewer(conference: Conference) -> Viewer:
    """Whoever is asking, as the wall sees them."""
    person = me()
    return Viewer(conference, None if person is None else person.id, "organizer" in roles(conference.id), utcnow())


def note_or_404(conference: Conference, note_id: int, *, whole: bool = True) -> Note:
    """A note of this conference; a hidden one is there for its author and the organizers only."""
    find = queries.find_whole_note if whole else queries.find_note
    note = find(db.session(), conference, note_id)
    if note is None or not (note.hidden_at is None or may_change(conference, note)):
        abort(404)
    return note


def may_change(conference: Conference, note: Note) -> bool:
    return is_mine(note) or "organizer" in roles(conference.id)


def is_mine(note: Note) -> bool:
    person = me()
    return person is not None and note.author_id == person.id


def places(conference: Conference) -> Places:
    """What a presenter of this conference can wish for."""
    session = db.session()
    return Places(venue.rooms(session, conference), venue.talk_slots(session, conference), conference.zone)
