"""Rooms: the list, one room, when it is closed."""

from __future__ import annotations

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.errors import ChangedMeanwhile
from barcamp.conferences.models import Conference
from barcamp.conferences.queries import last_revision
from barcamp.errors import Refused
from barcamp.organize.queries import count_placed
from barcamp.venue import queries, service
from barcamp.venue.forms import ClosureForm, RoomForm
from barcamp.venue.models import Room
from barcamp.venue.routes import blueprint
from barcamp.venue.routes.follow import follow
from barcamp.venue.words import EQUIPMENT_WORDS
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import me, organizer
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told


@blueprint.get("/<slug:slug>/organize/rooms")
@organizer
def rooms(slug: str) -> ResponseReturnValue:
    return _list(conference_or_404(slug), RoomForm())


@blueprint.post("/<slug:slug>/organize/rooms")
@organizer
def add_room(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), RoomForm.typed()
    if form.validate():
        try:
            service.add_room(db.session(), conference, me(), **form.facts(), now=utcnow())
            db.commit()
        except Refused as refusal:
            form.refuse("name", told(refusal))
        else:
            flash(_("Added {room}.").format(room=form.name.data))
            return see_other(url_for("venue.rooms", slug=slug))
    db.rollback()
    return _list(conference, form), 422


@blueprint.get("/<slug:slug>/organize/rooms/<id:room_id>")
@organizer
def room(slug: str, room_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = room_or_404(conference, room_id)
    return render_template("venue/room.html", room=found, form=_filled(conference, found), closure=ClosureForm())


@blueprint.post("/<slug:slug>/organize/rooms/<id:room_id>")
@organizer
def change_room(slug: str, room_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), RoomForm.typed()
    found = room_or_404(conference, room_id)
    newer, status = None, 422
    if form.validate():
        was = found.name
        try:
            service.change_room(
                db.session(), conference, me(), found, **form.facts(), seen=form.seen_revision, now=utcnow()
            )
            follow(conference, renamed=found.name != was)
            db.commit()
        except ChangedMeanwhile as refusal:
            stored = _filled(conference, found, as_stored=True)
            newer, status = form.look_again(stored, told(refusal)), refusal.status
        except Refused as refusal:
            form.refuse("name", told(refusal))
        else:
            flash(_("Saved {room}.").format(room=found.name))
            return see_other(url_for("venue.rooms", slug=slug))
    page, _status = form_again("venue/room.html", room=found, form=form, closure=ClosureForm(), newer=newer)
    return page, status


@blueprint.post("/<slug:slug>/organize/rooms/<id:room_id>/move")
@organizer
def move_room(slug: str, room_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = room_or_404(conference, room_id)
    service.move_room(db.session(), conference, me(), found, up=request.form.get("way") == "up", now=utcnow())
    db.commit()
    return see_other(url_for("venue.rooms", slug=slug))


@blueprint.get("/<slug:slug>/organize/rooms/<id:room_id>/delete")
@organizer
def confirm_room(slug: str, room_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = room_or_404(conference, room_id)
    return render_template(
        "venue/remove_room.html", room=found, placed=count_placed(db.session(), conference, room_ids=[found.id])
    )


@blueprint.post("/<slug:slug>/organize/rooms/<id:room_id>/delete")
@organizer
def remove_room(slug: str, room_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = room_or_404(conference, room_id)
    service.remove_room(db.session(), conference, me(), found, now=utcnow())
    follow(conference)
    db.commit()
    flash(_("Removed {room}.").format(room=found.name))
    return see_other(url_for("venue.rooms", slug=slug))


@blueprint.post("/<slug:slug>/organize/rooms/<id:room_id>/closures")
@organizer
def close_room(slug: str, room_id: int) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), ClosureForm.typed()
    found = room_or_404(conference, room_id)
    span = form.span(conference.zone) if form.validate() else None
    if span is None:
        return form_again("venue/room.html", room=found, form=_filled(conference, found, as_stored=True), closure=form)
    service.close_room(db.session(), conference, me(), found, *span, now=utcnow())
    db.commit()
    flash(_("{room} is closed then. A session that is already there stays until you move it.").format(room=found.name))
    return see_other(url_for("venue.room", slug=slug, room_id=room_id))


@blueprint.post("/<slug:slug>/organize/rooms/<id:room_id>/closures/<id:closure_id>/delete")
@organizer
def open_room(slug: str, room_id: int, closure_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    found = room_or_404(conference, room_id)
    closure = queries.find_closure(db.session(), found, closure_id) or abort(404)
    service.open_room(db.session(), conference, me(), found, closure, now=utcnow())
    db.commit()
    flash(_("{room} is open again then.").format(room=found.name))
    return see_other(url_for("venue.room", slug=slug, room_id=room_id))


def room_or_404(conference: Conference, room_id: int) -> Room:
    return queries.find_room(db.session(), conference, room_id) or abort(404)


def _filled(conference: Conference, room: Room, *, as_stored: bool = False) -> RoomForm:
    revision = last_revision(db.session(), conference.id, service.subject_of(room))
    return RoomForm.of(room, revision, as_stored=as_stored)


def _list(conference: Conference, form: RoomForm) -> str:
    return render_template(
        "venue/rooms.html",
        rooms=queries.rooms(db.session(), conference),
        form=form,
        equipment_words=EQUIPMENT_WORDS,
    )
