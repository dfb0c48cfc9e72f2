"""Schedules for calendars: the whole one, a room's, a tag's, and all conferences of the site.

Nothing here touches Flask's `session`: a calendar gets no cookie. One look says whether anything is new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.core import ical
from barcamp.core.slugs import clean_tag
from barcamp.feeds import heads, queries, site
from barcamp.feeds.routes.door import blueprint
from barcamp.front.shared import shared
from barcamp.web import kept
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404

MEDIA_TYPE = "text/calendar; charset=utf-8"


@blueprint.get("/<slug:slug>/schedule.ics")
@anyone
@shared
def schedule_ics(slug: str) -> ResponseReturnValue:
    look = queries.find_look(db.snapshot(), slug) or not_here(slug)
    feed = heads.schedule(look, base())
    etag = heads.etag(feed, "schedule", look.conference_id, look.revision)
    return calendar(etag, feed, slug, lambda: queries.schedule_fragments(db.session(), look.conference_id))


@blueprint.get("/<slug:slug>/rooms/<room>.ics")
@anyone
@shared
def room_ics(slug: str, room: str) -> ResponseReturnValue:
    """Also of a room that was removed: its calendar becomes empty, it does not vanish."""
    found = queries.find_room_look(db.snapshot(), slug, room) or not_here(slug)
    feed = heads.room(found, base())
    etag = heads.etag(feed, "room", found.look.conference_id, found.look.revision, found.id)
    return calendar(etag, feed, f"{slug}-{room}", lambda: queries.room_fragments(db.session(), found))


@blueprint.get("/<slug:slug>/tags/<tag>.ics")
@anyone
@shared
def tag_ics(slug: str, tag: str) -> ResponseReturnValue:
    """Also of a tag that nothing has (yet, or any more): nobody should lose a subscription over that."""
    if tag != clean_tag(tag):
        return redirect(url_for("feeds.tag_ics", slug=slug, tag=clean_tag(tag) or abort(404)), 301)
    look = queries.find_look(db.snapshot(), slug) or not_here(slug)
    feed = heads.tag(look, tag, base())
    etag = heads.etag(feed, "tag", look.conference_id, look.revision, tag)
    return calendar(etag, feed, f"{slug}-{tag}", lambda: queries.tag_fragments(db.session(), look.conference_id, tag))


@blueprint.get("/conferences.ics")
@anyone
@shared
def conferences_ics() -> ResponseReturnValue:
    look = queries.find_site_look(db.snapshot())
    feed = heads.site(look, base())
    return calendar(
        heads.etag(feed, "site", look),
        feed,
        "conferences",
        lambda: [site.fragment(one, base()) for one in queries.listed_conferences(db.session())],
    )


def calendar(etag: str, feed: ical.Feed, name: str, fragments: Callable[[], Sequence[bytes]]) -> Response:
    """A public calendar; with `?download=1` a file to be saved, of the same bytes."""
    return kept.answer(
        etag,
        feed.changed_at,
        lambda: ical.calendar(feed, fragments()),
        media_type=MEDIA_TYPE,
        filename=f"{name}.ics",
        attached=is_download(),
    )


def is_download() -> bool:
    return "download" in request.args


def base() -> str:
    return db.store().base_url


def not_here(slug: str) -> NoReturn:
    """Lead on where the conference was renamed, else 404, with the conference's name on the page if there is one."""
    conference_or_404(slug)
    abort(404)
