"""Stars: PUT and DELETE for scripts, two forms for everybody. All of them may be sent again without harm."""

from __future__ import annotations

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.wall import service
from barcamp.wall.routes.door import blueprint, note_or_404, viewer
from barcamp.web.answers import referring_page, safe_path, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import named, signed_in_person
from barcamp.web.load import conference_or_404


@blueprint.put("/<slug:slug>/notes/<id:note_id>/star")
@named
def put_star(slug: str, note_id: int) -> ResponseReturnValue:
    stars = _give(slug, note_id)
    return jsonify(starred=True, stars=_told(slug, stars))


@blueprint.delete("/<slug:slug>/notes/<id:note_id>/star")
@named
def delete_star(slug: str, note_id: int) -> ResponseReturnValue:
    stars = _take(slug, note_id)
    return jsonify(starred=False, stars=_told(slug, stars))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/star")
@named
def star(slug: str, note_id: int) -> ResponseReturnValue:
    _give(slug, note_id)
    return see_other(_back(slug, note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/unstar")
@named
def unstar(slug: str, note_id: int) -> ResponseReturnValue:
    _take(slug, note_id)
    return see_other(_back(slug, note_id))


def _give(slug: str, note_id: int) -> int:
    conference = conference_or_404(slug)
    note = note_or_404(conference, note_id)
    stars = service.star(db.session(), conference, note, signed_in_person(), now=utcnow())
    db.commit()
    return stars


def _take(slug: str, note_id: int) -> int:
    conference = conference_or_404(slug)
    note = note_or_404(conference, note_id)
    stars = service.unstar(db.session(), conference, note, signed_in_person(), now=utcnow())
    db.commit()
    return stars


def _told(slug: str, stars: int) -> int | None:
    """The count, for who may see it. Asked after the commit, so that the write gate is free again."""
    return stars if viewer(conference_or_404(slug)).sees_counts else None


def _back(slug: str, note_id: int) -> str:
    """Where the star was pressed: the form's `next`, else the page the browser names, at the note."""
    page = safe_path(request.form.get("next") or referring_page(), url_for("wall.note", slug=slug, note_id=note_id))
    return page if "#" in page else f"{page}#note-{note_id}"
