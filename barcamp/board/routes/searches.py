"""One search for a better arrangement: watched, stopped, used or left."""

from __future__ import annotations

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.routes.door import blueprint
from barcamp.board.routes.search_page import search_page
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import arranging
from barcamp.schedule.found import Search
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import ngettext


@blueprint.get("/<slug:slug>/board/arrangements/<id:arrangement_id>")
@organizer
def arrangement(slug: str, arrangement_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    return search_page(conference, _search_or_404(conference, arrangement_id))


@blueprint.post("/<slug:slug>/board/arrangements/<id:arrangement_id>/stop")
@organizer
def stop(slug: str, arrangement_id: int) -> ResponseReturnValue:
    conference, search = conference_or_404(slug), _search_or_404(conference_or_404(slug), arrangement_id)
    try:
        arranging.stop(db.session(), conference, search.id, now=utcnow())
    except Refused as refusal:
        return _refused(conference, search, refusal)
    db.commit()
    return _back(conference, search)


@blueprint.post("/<slug:slug>/board/arrangements/<id:arrangement_id>/use")
@organizer
def use(slug: str, arrangement_id: int) -> ResponseReturnValue:
    conference, search = conference_or_404(slug), _search_or_404(conference_or_404(slug), arrangement_id)
    number = request.form.get("plan", 0, type=int)
    try:
        count = arranging.adopt(db.session(), conference, signed_in_person(), search.id, number, now=utcnow())
    except Refused as refusal:
        return _refused(conference, search, refusal)
    db.commit()
    flash(ngettext("%(num)s note placed.", "%(num)s notes placed.", count) % {"num": count})
    return see_other(url_for("board.show", slug=slug))


@blueprint.post("/<slug:slug>/board/arrangements/<id:arrangement_id>/leave")
@organizer
def leave(slug: str, arrangement_id: int) -> ResponseReturnValue:
    conference, search = conference_or_404(slug), _search_or_404(conference_or_404(slug), arrangement_id)
    try:
        arranging.leave(db.session(), conference, search.id, now=utcnow())
    except Refused as refusal:
        return _refused(conference, search, refusal)
    db.commit()
    return see_other(url_for("board.show", slug=slug))


def _search_or_404(conference: Conference, arrangement_id: int) -> Search:
    return arranging.find_search(db.session(), conference, arrangement_id) or abort(404)


def _refused(conference: Conference, search: Search, refusal: Refused) -> ResponseReturnValue:
    """The search as it is now, with the reason why nothing was done."""
    db.rollback()
    return search_page(conference, _search_or_404(conference, search.id), refusal=refusal)


def _back(conference: Conference, search: Search) -> ResponseReturnValue:
    """To the page the button was on."""
    if request.form.get("on") == "board":
        return see_other(url_for("board.show", slug=conference.slug))
    return see_other(url_for("board.arrangement", slug=conference.slug, arrangement_id=search.id))
