"""What was changed on a note, and by whom: its presenters, or an organizer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core import wording
from barcamp.errors import N_
from barcamp.front.shared import shared
from barcamp.log.models import Change
from barcamp.venue.words import EQUIPMENT_WORDS
from barcamp.wall import queries
from barcamp.wall.cards import FORMAT_WORDS
from barcamp.wall.forms import Places, slot_words
from barcamp.wall.models import Note
from barcamp.wall.routes.door import blueprint, may_change, note_or_404, places
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404
from barcamp.web.words import _

FIELDS = {
    "title": N_("Title"), "description": N_("Description"), "format": N_("Format"), "length": N_("Length"),
    "tags": N_("Tags"), "copresenters": N_("Who presents with you?"), "needs": N_("Needs"), "step_free": N_("Access"),
    "wanted_room_id": N_("Room you would like"), "wanted_slot_id": N_("Time you would like"), "away": N_("Cannot"),
}  # fmt: skip
PRIVATE = ("away",)  # for the presenters and the organizers


@dataclass(frozen=True, slots=True)
class Edit:
    """One time of saving: for each field that changed, its label and the pieces of its text."""

    at: datetime
    by_organizer: bool
    fields: list[tuple[str, list[wording.Piece]]]


@blueprint.get("/<slug:slug>/notes/<id:note_id>/history")
@anyone
@shared
def history(slug: str, note_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    note = note_or_404(conference, note_id)
    sees_all = may_change(conference, note)
    telling = _Telling(conference, places(conference))
    edits = [
        Edit(change.at, by_organizer, list(telling.fields(change, sees_all=sees_all)))
        for change, by_organizer in queries.edits(db.session(), note)
        if sees_all or by_organizer
    ]
    return render_template(
        "wall/history.html", active="wall", conference=conference, note=note,
        edits=[edit for edit in edits if edit.fields],
    )  # fmt: skip


def has_history(note: Note, *, sees_all: bool, by_an_organizer: bool) -> bool:
    """Whether the page of changes has anything for whoever asks."""
    return note.edited_at is not None and (sees_all or by_an_organizer)


class _Telling:
    """The values of a change as words."""

    def __init__(self, conference: Conference, offered: Places) -> None:
        self.rooms = {room.id: room.name for room in offered.rooms}
        self.slots = {slot.id: slot_words(slot, conference.zone) for slot in offered.slots}
        self.lengths = offered.length_words

    def fields(self, change: Change, *, sees_all: bool) -> Iterable[tuple[str, list[wording.Piece]]]:
        before, after = change.before or {}, change.after or {}
        for name, label in FIELDS.items():
            if name in after and (sees_all or name not in PRIVATE):
                yield _(label), wording.changes(self._words(name, before.get(name)), self._words(name, after[name]))

    def _words(self, name: str, value: Any) -> str:
        if name == "format":
            return _(FORMAT_WORDS[value]) if value in FORMAT_WORDS else ""
        if name == "length":
            return self.lengths(value) if isinstance(value, int) else ""
        if name == "step_free":
            return _("A room without steps") if value else ""
        if name == "wanted_room_id":
            return "" if value is None else self.rooms.get(value, _("a room that is gone"))
        if name == "wanted_slot_id":
            return "" if value is None else self.slots.get(value, _("a time that is gone"))
        if name == "away":
            return ", ".join(self.slots.get(one, _("a time that is gone")) for one in value or ())
        if name == "needs":
            return ", ".join(str(EQUIPMENT_WORDS.get(one, one)) for one in value or ())
        return ", ".join(value) if isinstance(value, list) else str(value or "")
