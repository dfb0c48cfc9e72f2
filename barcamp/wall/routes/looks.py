"""The quick look: one note at a time, three big buttons, and the next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

from flask import abort, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core.times import Opening, opens_in_words
from barcamp.wall import queries, service
from barcamp.wall.cards import Card, Viewer
from barcamp.wall.errors import NoteIsMerged, NoteIsOff, OwnNote, StarsAreClosed
from barcamp.wall.models import LookKind, Note
from barcamp.wall.routes.door import blueprint, viewer
from barcamp.web.answers import see_other, wants_json
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.limits import Allowance
from barcamp.web.load import conference_or_404
from barcamp.web.words import locale, told

#: Faster than anybody reads, and slower than a script.
LOOKS = Allowance("looks", 120, seconds=60)
MOST_MERGES = 10  # nobody merges a note into one that was merged, and so on, this often


@dataclass(frozen=True, slots=True)
class Shown:
    """What the quick look shows: a note with what was said to it, or None at the end; and how far one has come."""

    note: Note | None
    card: Card | None
    said: LookKind | None
    looked: int
    left: int
    back_id: int | None
    has_maybes: bool
    stars: Opening


@blueprint.get("/<slug:slug>/wall/look")
@named
def look(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    wanted = request.args.get("note", "")
    again = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= 18 else None
    return render_template("wall/look.html", active="wall", conference=conference, shown=_shown(conference, again))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/look")
@named
def look_at(slug: str, note_id: int) -> ResponseReturnValue:
    conference, kind = conference_or_404(slug), request.form.get("kind")
    note = _living_note_or_404(conference, note_id)
    if kind not in get_args(LookKind):
        abort(400)
    LOOKS.spend(signed_in_person().id)
    refusal = _keep(conference, note, cast(LookKind, kind))
    if wants_json():
        shown = _shown(conference_or_404(slug), None)
        page = render_template("wall/_look.html", conference=conference_or_404(slug), shown=shown)
        return jsonify(card=page, error=refusal), 409 if refusal else 200
    if refusal:
        flash(refusal, "error")
    return see_other(url_for("wall.look", slug=slug))


def _keep(conference: Conference, note: Note, kind: LookKind) -> str:
    """One short write; the words where it was refused: the next note is shown all the same."""
    try:
        service.look_at(db.session(), conference, note, signed_in_person(), kind, now=utcnow())
    except (NoteIsMerged, NoteIsOff, OwnNote, StarsAreClosed) as refusal:
        db.rollback()
        return told(refusal)
    db.commit()
    return ""


def _living_note_or_404(conference: Conference, note_id: int) -> Note:
    """The note, or the one it lives on in, when it was merged while it was looked at. One that is kept back is not
    there for those who look: it is nobody's own.
    """
    note = queries.find_note(db.session(), conference, note_id)
    for _again in range(MOST_MERGES):
        if note is None or note.merged_at is None or note.merged_into_id is None:
            break
        note = queries.find_note(db.session(), conference, note.merged_into_id)
    if note is None or not (note.hidden_at is note.held_at is None):
        abort(404)
    return note


def _shown(conference: Conference, again: int | None) -> Shown:
    """The note asked for `again`, to change one's mind about it; else the next one."""
    session, looking, person_id = db.session(), viewer(conference), signed_in_person().id
    stars = _stars_in_words(looking)
    left = queries.unseen(session, conference, person_id, sees_counts=looking.sees_counts)
    note = None if again is None else _to_look_at(looking, person_id, again)
    if note is None and left:
        note = queries.find_whole_note(session, conference, left[0])
    if stars.state != "open":
        note = None
    said = None if note is None else queries.said(session, note.id, person_id)
    return Shown(
        note=note,
        card=None if note is None else looking.card(note, starred=said is not None and said.kind == "want"),
        said=None if said is None else said.kind,
        looked=queries.count_looks(session, conference, person_id),
        left=len(left),
        back_id=queries.last_look(session, conference, person_id, before=said),
        has_maybes=queries.has_maybes(session, conference, person_id),
        stars=stars,
    )


def _to_look_at(looking: Viewer, person_id: int, note_id: int) -> Note | None:
    """A note somebody may answer in the quick look."""
    note = queries.find_whole_note(db.session(), looking.conference, note_id)
    if note is None or not note.is_on_the_wall or note.is_presented_by(person_id):
        return None
    return note


def _stars_in_words(looking: Viewer) -> Opening:
    stars = looking.conference.star_phase(looking.now)
    return opens_in_words(stars.opens_at, stars.closes_at, looking.now, looking.conference.zone, str(locale()))
