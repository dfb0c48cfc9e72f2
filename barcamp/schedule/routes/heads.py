"""Counting heads in a session: for who presents it and for the team, while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import N_, NotYours
from barcamp.schedule import crowd, heads, queries
from barcamp.schedule.crowd import Crowd
from barcamp.schedule.forms import HeadsForm
from barcamp.schedule.models import Entry, HeadCount
from barcamp.schedule.routes.door import blueprint
from barcamp.wall import queries as wall
from barcamp.wall.models import Note
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import me, named, roles, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _

#: The buttons, for a room where nobody has time to type.
ROUGHLY = (5, 10, 15, 25, 40, 60, 100, 150)


@dataclass(frozen=True, slots=True)
class Panel:
    """What the note's page says of who is there: a word for all, the form and the last count for who may count."""

    crowd: Crowd | None
    may_count: bool
    counted: HeadCount | None
    choices: list[int]


def panel(conference: Conference, note: Note, entry: Entry | None) -> Panel | None:
    """None where there is nothing to say: not public, or neither now nor soon."""
    now = utcnow()
    if entry is None or note.is_block:
        return None
    public = queries.entries(db.session(), conference) if crowd.soon([entry], now) else []
    here = crowd.crowds_now(db.session(), conference, public, now).get(note.id)
    seats = None if here is None else here.seats
    return Panel(
        crowd=here,
        may_count=_may_count(conference, note) and heads.can_be_counted(entry, now),
        counted=heads.find_count(db.session(), note.id) if _may_count(conference, note) else None,
        choices=[number for number in ROUGHLY if seats is None or number <= 1.5 * seats],
    )


@blueprint.post("/<slug:slug>/notes/<id:note_id>/heads")
@named
def count(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), HeadsForm(request.form)
    note = wall.find_whole_note(db.session(), conference, note_id) or abort(404)
    entry = queries.find_entry(db.session(), note_id) or abort(404)
    if not _may_count(conference, note):
        raise NotYours(N_("Heads are counted by who presents it and by the team."))
    if not form.validate() or form.heads.data is None:
        abort(400)
    heads.count_heads(db.session(), conference, signed_in_person(), entry, form.heads.data, now=utcnow())
    db.commit()
    flash(_("Thank you: %(number)s here.") % {"number": form.heads.data})
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


def _may_count(conference: Conference, note: Note) -> bool:
    person = me()
    return person is not None and (bool(roles(conference.id)) or note.is_presented_by(person.id))
