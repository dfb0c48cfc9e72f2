"""A speaker's talks for calendars: here, at all conferences, and elsewhere."""

from __future__ import annotations

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.feeds import heads, queries
from barcamp.feeds.routes.calendars import base, calendar
from barcamp.feeds.routes.door import blueprint
from barcamp.front.shared import shared
from barcamp.speakers import queries as speakers
from barcamp.web.guard import anyone


@blueprint.get("/speakers/<name>.ics")
@anyone
@shared
def speaker_ics(name: str) -> ResponseReturnValue:
    look = queries.find_speaker_look(db.snapshot(), name)
    if look is None:
        return _lead_on_or_404(name)
    if not look.public:
        abort(404)
    feed = heads.speaker(look, base())
    etag = heads.etag(feed, "speaker", look.person_id, look.revision, look.seen)
    return calendar(etag, feed, look.slug, lambda: queries.speaker_fragments(db.session(), look.person_id))


def _lead_on_or_404(name: str) -> ResponseReturnValue:
    """To the present address of a renamed page. Not for ever: a name may be taken back by its owner."""
    present = speakers.find_renamed(db.session(), name) or abort(404)
    answer = redirect(url_for("feeds.speaker_ics", name=present), 301)
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
