"""The pitch round, led from a phone on the stage: the queue, whose turn it is, and on to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.screens import queries
from barcamp.screens.forms import MoveForm, OpenForm, TurnForm
from barcamp.screens.routes.door import blueprint
from barcamp.wall import queries as wall
from barcamp.wall import service
from barcamp.wall.models import Note
from barcamp.web.answers import see_other, wants_json
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import ngettext, told


@blueprint.get("/<slug:slug>/organize/pitch")
@organizer
def pitch(slug: str) -> ResponseReturnValue:
    return _page(conference_or_404(slug))


@blueprint.post("/<slug:slug>/organize/pitch/queue")
@organizer
def queue_all(slug: str) -> ResponseReturnValue:
    conference, session = conference_or_404(slug), db.session()
    count = service.queue_all(
        session, conference, signed_in_person(), presented_before=queries.presented_before(session, conference),
        now=utcnow(),
    )  # fmt: skip
    db.commit()
    flash(ngettext("%(num)s note queued.", "%(num)s notes queued.", count) % {"num": count})
    return _back(conference)


@blueprint.post("/<slug:slug>/organize/pitch/shuffle")
@organizer
def shuffle(slug: str) -> ResponseReturnValue:
    return _act(slug, service.shuffle, seed=utcnow().isoformat())


@blueprint.post("/<slug:slug>/organize/pitch/notes/<id:note_id>/queue")
@organizer
def queue(slug: str, note_id: int) -> ResponseReturnValue:
    return _act(slug, service.queue_note, note_id)


@blueprint.post("/<slug:slug>/organize/pitch/notes/<id:note_id>/unqueue")
@organizer
def unqueue(slug: str, note_id: int) -> ResponseReturnValue:
    return _act(slug, service.unqueue_note, note_id)


@blueprint.post("/<slug:slug>/organize/pitch/notes/<id:note_id>/move")
@organizer
def move(slug: str, note_id: int) -> ResponseReturnValue:
    form = MoveForm.typed()
    _note_or_404(conference_or_404(slug), note_id)
    if not form.validate():
        abort(400)
    return _act(slug, service.move_note, note_id, anchor=f"pitch-{note_id}", way=form.way.data)


@blueprint.post("/<slug:slug>/organize/pitch/open", endpoint="open")
@organizer
def open_round(slug: str) -> ResponseReturnValue:
    form = OpenForm.typed()
    if not form.validate():
        abort(400)
    return _act(slug, service.open_round, seconds=int(form.seconds.data), again=form.again.data)


@blueprint.post("/<slug:slug>/organize/pitch/turn")
@organizer
def turn(slug: str) -> ResponseReturnValue:
    form = TurnForm.typed()
    if not form.validate():
        abort(400)
    return _act(slug, service.turn, step=form.step.data, seen=form.seen.data or None, to=form.to.data)


@blueprint.post("/<slug:slug>/organize/pitch/close")
@organizer
def close(slug: str) -> ResponseReturnValue:
    return _act(slug, service.close_round)


def _act(
    slug: str, act: Callable[..., object], note_id: int | None = None, *, anchor: str | None = None, **given: Any
) -> ResponseReturnValue:
    """One act of the stage, on a note or on the round: done, or refused with the reason above the queue as it is."""
    conference = conference_or_404(slug)
    if note_id is not None:
        given["note"] = _note_or_404(conference, note_id)
    try:
        act(db.session(), conference, actor=signed_in_person(), now=utcnow(), **given)
    except Refused as refusal:
        return _refused(conference, refusal)
    db.commit()
    return _back(conference, anchor)


def _page(conference: Conference, refusal: Refused | None = None) -> ResponseReturnValue:
    session, now = db.session(), utcnow()
    queue = wall.pitch_queue(session, conference)
    page = render_template(
        "screens/queue.html",
        conference=conference,
        queue=queue,
        left=_seconds_left(queue, now.timestamp()),
        form=OpenForm(),
        refusal=None if refusal is None else told(refusal),
        here="pitch",
        active="organize",
    )
    return page, 200 if refusal is None else refusal.status


def _seconds_left(queue: wall.PitchQueue, now: float) -> int | None:
    """How long the turn still lasts; None where nobody counts."""
    on = queue.round
    if on is None or queue.now is None or on.turn_at is None or not on.seconds:
        return None
    return max(0, round(on.turn_at.timestamp() + on.seconds - now))


def _refused(conference: Conference, refusal: Refused) -> ResponseReturnValue:
    """The reason, above the round as it is now, so that the next tap is the right one."""
    db.rollback()
    if wants_json():
        return jsonify(error=told(refusal)), refusal.status
    return _page(conference_or_404(conference.slug), refusal)


def _note_or_404(conference: Conference, note_id: int) -> Note:
    return wall.find_note(db.session(), conference, note_id) or abort(404)


def _back(conference: Conference, anchor: str | None = None) -> Response:
    return see_other(url_for("screens.pitch", slug=conference.slug, _anchor=anchor))
