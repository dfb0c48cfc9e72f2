"""The stream of a conference's changes, and the same for who asks now and then."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.front.shared import shared
from barcamp.live import frames, queries
from barcamp.live.hub import Hub
from barcamp.log import queries as log
from barcamp.web import fresh
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, roles, this_device
from barcamp.web.load import conference_or_404

blueprint = Blueprint("live", __name__)

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold it back
}
MOST_CHANGES = 500


@blueprint.get("/<slug:slug>/live")
@anyone
def live(slug: str) -> ResponseReturnValue:
    """Server-sent events from `Last-Event-ID` (or `?since=`) on."""
    conference = conference_or_404(slug)
    if request.method == "HEAD":
        return Response(headers=HEADERS)
    team, shown, device = is_team(conference), sees_counts(conference), this_device()
    db.rollback()  # nothing of this request's stays for as long as the stream does, nor while it waits to be let in
    stream = hub().join(
        conference.id,
        since=revision_in(request.headers.get("Last-Event-ID") or request.args.get("since", "")),
        team=team,
        device_id=None if device is None else device.id,
        sees_counts=shown,
        environ=request.environ,
    )
    return Response(stream, headers=HEADERS, direct_passthrough=True)


@blueprint.get("/<slug:slug>/changes")
@anyone
@shared
def changes(slug: str) -> ResponseReturnValue:
    """`{"revision", "changes": [frames], "more", "counts", "spread"}`: the lines after `?since=`, and all counts."""
    conference, session, now = conference_or_404(slug), db.session(), utcnow()
    since, head, team = (
        revision_in(request.args.get("since", "")),
        log.revision(session, conference.id),
        is_team(conference),
    )
    found: list[frames.Frame] = []
    more = False
    if since is not None and since > head:
        found = [frames.of_reset(head, conference.id, conference.created_at)]
    elif since is not None:
        lines = log.lines_since(session, conference.id, since, limit=MOST_CHANGES + 1)
        more = len(lines) > MOST_CHANGES
        found = [frames.of_line(line, team=team) for line in lines[:MOST_CHANGES]]
        head = max(head, *(line.revision for line in lines), 0)
    counts = queries.counts(session, conference.id) if team or conference.counts_are_shown(now) else None
    return _told({"revision": head, "changes": found, "more": more, "counts": counts})


def hub() -> Hub:
    found: Hub = current_app.extensions["hub"]
    return found


def is_team(conference: Conference) -> bool:
    """Whether the asking person reads every line whole."""
    return "organizer" in roles(conference.id)


def sees_counts(conference: Conference) -> bool:
    return is_team(conference) or conference.counts_are_shown(utcnow())


def revision_in(text: str) -> int | None:
    """The revision that somebody says they have heard; None where it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _told(body: dict[str, Any]) -> Response:
    etag = hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32]
    if fresh.is_fresh(etag):
        answer: Response = fresh.not_modified(etag)
    else:
        told = json.dumps(body | {"spread": hub().spread}, ensure_ascii=False, separators=(",", ":"))
        answer = fresh.validators(Response(told, mimetype="application/json"), etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
