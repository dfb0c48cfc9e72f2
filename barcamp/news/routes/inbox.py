"""The inbox over all conferences, having read it, and the banner by itself for pages that are open."""

from __future__ import annotations

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.front.shared import shared
from barcamp.news import inbox, queries, service
from barcamp.news.forms import ReadForm
from barcamp.news.routes.door import blueprint
from barcamp.web.answers import referring_page, safe_path, see_other, wants_json
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, named, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import locale

MOST_PAGES = 10_000


@blueprint.get("/news", endpoint="inbox")
@named
def show() -> ResponseReturnValue:
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    page = inbox.page(db.session(), signed_in_person().id, number, locale=str(locale()))
    return render_template("news/inbox.html", page=page, active="news")


@blueprint.post("/news/read")
@named
def read() -> ResponseReturnValue:
    """Somebody has read these, or everything up to what they saw: what came after that has not been seen."""
    form, person_id = ReadForm(request.form), signed_in_person().id
    if not form.validate():
        abort(400)
    ids = form.ids
    if form.newest.data is not None:
        ids = inbox.unread_up_to(db.session(), person_id, form.newest.data)
    if ids:
        service.mark_read(db.session(), person_id, ids, now=utcnow())
    db.commit()
    if wants_json():
        return jsonify(unread=queries.count_unread(db.session(), person_id))
    return see_other(safe_path(referring_page(), url_for("news.inbox")))


@blueprint.get("/<slug:slug>/news", endpoint="banner")
@anyone
@shared
def banner(slug: str) -> ResponseReturnValue:
    """The banner on a page of its own: hundreds of phones ask for it at once, and their own pages would cost dearly."""
    return render_template("news/banner.html", conference=conference_or_404(slug))
