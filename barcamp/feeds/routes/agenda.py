"""A person's own agenda of one conference, behind a secret link."""

from __future__ import annotations

import logging

from flask import Response, abort, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.core import ical
from barcamp.feeds import heads, queries, service
from barcamp.feeds.queries import AgendaLook
from barcamp.feeds.routes.calendars import MEDIA_TYPE, base, is_download
from barcamp.feeds.routes.door import blueprint
from barcamp.web import kept
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone

log = logging.getLogger(__name__)


@blueprint.get("/feeds/<token>.ics")
@anyone
def agenda_ics(token: str) -> ResponseReturnValue:
    """Two looks say whether anything is new: at the link, and at which sessions are in somebody's day."""
    link = queries.find_agenda_look(db.snapshot(), service.hash_of(token)) or abort(404)
    if link.revoked_at is not None:
        abort(410)
    look = link.look
    ids = queries.agenda_ids(db.session(), look.conference_id, link.person_id)
    feed = heads.agenda(look, base())

    def make() -> bytes:
        shared = queries.agenda_fragments(db.session(), look.conference_id, ids)
        return ical.calendar(feed, (ical.as_busy(one) for one in shared))

    etag = heads.etag(feed, "agenda", look.conference_id, look.revision, ids)
    answer = kept.personal(
        etag, make, media_type=MEDIA_TYPE, filename=f"{look.slug}-mine.ics", attached=is_download()
    )  # fmt: skip
    _notice_fetch(link)
    return answer


@blueprint.after_app_request
def _keep_secrets(response: Response) -> Response:
    """Also where the answer is a "no"."""
    return kept.unheard(response) if request.path.startswith("/feeds/") else response


def _notice_fetch(link: AgendaLook) -> None:
    """Note now and then that the link is used. A feed is never refused because this could not be written."""
    now = utcnow()
    if not service.is_worth_noticing(link.fetched_at, now):
        return
    try:
        with db.store().writing() as writing:
            service.notice_fetch(writing, link.link_id, now=now)
    except Exception:
        log.warning("could not note that a feed was fetched", exc_info=True)
