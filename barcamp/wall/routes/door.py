"""The blueprint that the wall's pages hang on, and what several of them load."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, url_for

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.venue import queries as venue
from barcamp.wall import queries
from barcamp.wall.cards import Viewer
from barcamp.wall.forms import Places
from barcamp.wall.models import Note
from barcamp.wall.queries import Merged
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import me, roles

blueprint = Blueprint("wall", __name__)

#: Of a note with all that hangs on it, in what is remembered.
ROWS_OF_NOTE = 8


def viewer(conference: Conference) -> Viewer:
    """Whoever is asking, as the wall sees them."""
    person = me()
    return Viewer(conference, None if person is None else person.id, "organizer" in roles(conference.id), utcnow())


def note_or_404(conference: Conference, note_id: int) -> Note:
    """A note of this conference; one that is hidden or held is there for its presenters and the organizers only.

    A block of lightning talks is no note for anybody to read or to star: links to it lead to where it is shown.
    """
    return _seen_or_404(conference, queries.find_whole_note(db.session(), conference, note_id))


def shown_note_or_404(conference: Conference, note_id: int) -> Note:
    """As `note_or_404`, for who only shows it: one for all who read it, and of no session."""
    found = remembered(
        ("note", conference.id, note_id),
        lambda session: queries.find_whole_note(session, conference, note_id),
        rows=lambda note: 1 if note is None else ROWS_OF_NOTE,
    )
    return _seen_or_404(conference, found)


def merged_notes(conference: Conference) -> Mapping[int, Merged]:
    """As `queries.merged_notes`, read once for all who look."""
    return remembered(("merged", conference.id), lambda db: queries.merged_notes(db, conference), rows=len)


def _seen_or_404(conference: Conference, note: Note | None) -> Note:
    if note is not None and note.is_block:
        abort(see_other(_page_of_block(conference, note)))
    if note is None or not (note.hidden_at is note.held_at is None or may_change(conference, note)):
        abort(404)
    return note


def _page_of_block(conference: Conference, block: Note) -> str:
    if "organizer" in roles(conference.id) and block.withdrawn_at is None:
        return url_for("board.block", slug=conference.slug, block_id=block.id)
    return url_for("schedule.show", slug=conference.slug, _anchor=f"session-{block.id}")


def may_change(conference: Conference, note: Note) -> bool:
    return is_mine(note) or "organizer" in roles(conference.id)


def is_mine(note: Note) -> bool:
    """Whether the asking person presents the note, or asked for it while nobody does."""
    person = me()
    if person is None:
        return False
    return note.is_presented_by(person.id) or (note.seeks_host and note.asked_by_id == person.id)


def places(conference: Conference) -> Places:
    """What a presenter of this conference can wish for."""
    session = db.session()
    return Places(venue.rooms(session, conference), venue.talk_slots(session, conference), conference.zone)
