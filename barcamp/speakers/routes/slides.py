"""Slides and recording of a talk given here: its presenters say where they are, also after the camp."""

from __future__ import annotations

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import N_, NotYours
from barcamp.speakers import slides
from barcamp.speakers.routes.door import blueprint
from barcamp.speakers.talk_forms import LinksForm
from barcamp.wall import queries as wall
from barcamp.wall.models import Note
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.load import conference_or_404, held_conference_or_404
from barcamp.web.words import _


@blueprint.get("/<slug:slug>/notes/<id:note_id>/links")
@named
def links(slug: str, note_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    note = _own_note(conference, note_id)
    return render_template("speakers/links.html", active="wall", note=note, form=LinksForm(obj=note))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/links")
@named
def save_links(slug: str, note_id: int) -> ResponseReturnValue:
    conference, form = held_conference_or_404(slug), LinksForm.typed()
    note = _own_note(conference, note_id)
    if not form.validate():
        return form_again("speakers/links.html", active="wall", note=note, form=form)
    slides.link(db.session(), conference, note, signed_in_person(), now=utcnow(), **form.values())
    db.commit()
    flash(_("Your links are saved."))
    return see_other(url_for("wall.note", slug=slug, note_id=note_id))


def _own_note(conference: Conference, note_id: int) -> Note:
    """A note of this conference that the asking person presents."""
    note, person = wall.find_whole_note(db.session(), conference, note_id), signed_in_person()
    if note is None or note.is_block:
        abort(404)
    if not note.is_presented_by(person.id):
        if note.hidden_at is not None or note.held_at is not None:
            abort(404)
        raise NotYours(N_("Only those who present a session say where its slides are."))
    return note
