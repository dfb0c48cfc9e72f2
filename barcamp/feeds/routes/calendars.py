"""The schedule and each agenda for calendars, and the page that helps to subscribe.

The feeds never touch Flask's `session`: a calendar gets no cookie. Their bytes depend on revisions alone.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, abort, current_app, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core import ical
from barcamp.errors import Refused
from barcamp.feeds import queries, service
from barcamp.feeds.forms import LinkForm
from barcamp.feeds.models import FeedToken
from barcamp.feeds.routes.door import blueprint
from barcamp.schedule import queries as schedule
from barcamp.schedule.models import Publication
from barcamp.web import fresh
from barcamp.web.answers import form_again, see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me, named, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told

log = logging.getLogger(__name__)

# part of every validator: raise it when the serialiser's output changes for equal rows
SERIALISER = 1


@blueprint.get("/<slug:slug>/schedule.ics")
@anyone
def schedule_ics(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    publication = schedule.find_publication(db.session(), conference)
    feed = _public_feed(conference, publication)
    etag = _etag(feed, conference.id, 0 if publication is None else publication.revision)
    if fresh.is_fresh(etag, feed.changed_at):
        return _public(fresh.not_modified(etag, feed.changed_at))
    answer = _calendar(ical.calendar(feed, schedule.fragments(db.session(), conference)), slug)
    return _public(fresh.validators(answer, etag, feed.changed_at))


@blueprint.get("/feeds/<token>.ics")
@anyone
def agenda_ics(token: str) -> ResponseReturnValue:
    link = queries.find_token(db.session(), service.hash_of(token)) or abort(404)
    if link.revoked_at is not None:
        abort(410)
    conference = link.conference
    publication = schedule.find_publication(db.session(), conference)
    shared = queries.agenda_fragments(db.session(), conference, link.person_id)
    body = ical.calendar(_own_feed(conference, publication), (ical.as_busy(one) for one in shared))
    etag = hashlib.sha256(body).hexdigest()[:32]
    _notice_fetch(link)
    if fresh.is_fresh(etag):
        return _private(fresh.not_modified(etag))
    return _private(fresh.validators(_calendar(body, f"{conference.slug}-mine"), etag))


@blueprint.get("/<slug:slug>/subscribe")
@anyone
def subscribe(slug: str) -> ResponseReturnValue:
    conference_or_404(slug)
    return render_template("feeds/subscribe.html", **_subscribe_page(slug, LinkForm()))


@blueprint.post("/<slug:slug>/subscribe/links")
@named
def make_link(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), LinkForm(request.form)
    if not form.validate():
        return form_again("feeds/subscribe.html", **_subscribe_page(slug, form))
    label = form.label.data or _("My calendar")
    try:
        service.make_link(
            db.session(), conference, signed_in_person(), label, secret_key=_secret_key(), now=utcnow()
        )  # fmt: skip
    except Refused as refusal:
        form.refuse("label", told(refusal))
        page, _status = form_again("feeds/subscribe.html", **_subscribe_page(slug, form))
        return page, refusal.status
    db.commit()
    flash(_("Your own link is ready."))
    return see_other(url_for("feeds.subscribe", slug=slug, _anchor="mine"))


@blueprint.post("/<slug:slug>/subscribe/links/<id:link_id>/revoke")
@named
def revoke_link(slug: str, link_id: int) -> ResponseReturnValue:
    conference, person = conference_or_404(slug), signed_in_person()
    link = queries.find_own_token(db.session(), conference, person.id, link_id) or abort(404)
    service.revoke_link(db.session(), link, now=utcnow())
    db.commit()
    flash(_("The link no longer works. Remove it from your calendar, too."))
    return see_other(url_for("feeds.subscribe", slug=slug, _anchor="mine"))


def _public_feed(conference: Conference, publication: Publication | None) -> ical.Feed:
    base = db.base_url(db.session())
    return ical.Feed(
        name=conference.name,
        description=conference.tagline,
        url=f"{base}/{conference.slug}/schedule",
        source_url=f"{base}/{conference.slug}/schedule.ics",
        zone=conference.zone,
        changed_at=conference.created_at if publication is None else publication.changed_at,
    )


def _own_feed(conference: Conference, publication: Publication | None) -> ical.Feed:
    """The head of a personal agenda. Its address is a secret, so the feed does not say it."""
    return ical.Feed(
        name=_("My %(name)s") % {"name": conference.name},
        description=conference.tagline,
        url=f"{db.base_url(db.session())}/{conference.slug}/me",
        source_url=None,
        zone=conference.zone,
        changed_at=conference.created_at if publication is None else publication.changed_at,
    )


def _etag(feed: ical.Feed, conference_id: int, revision: int) -> str:
    """A strong validator without making the body: what the head says, and the revision that the fragments stand for."""
    return hashlib.sha256(repr((SERIALISER, conference_id, revision, feed)).encode()).hexdigest()[:32]


def _calendar(body: bytes, name: str) -> Response:
    answer = make_response(body)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return answer


def _public(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "public, max-age=300, stale-while-revalidate=3600"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _notice_fetch(link: FeedToken) -> None:
    """Note now and then that the link is used. A feed is never refused because this could not be written."""
    now = utcnow()
    if not service.is_worth_noticing(link, now):
        return
    try:
        with db.store().writing() as writing:
            service.notice_fetch(writing, link.id, now=now)
    except Exception:
        log.warning("could not note that a feed was fetched", exc_info=True)


def _subscribe_page(slug: str, form: LinkForm) -> dict[str, object]:
    person = me()
    public = f"{db.base_url(db.session())}{url_for('feeds.schedule_ics', slug=slug)}"
    links = [] if person is None else queries.tokens(db.session(), conference_or_404(slug), person.id)
    return {
        "form": form,
        "public": _ways_to_subscribe(public),
        "links": [(link, _ways_to_subscribe(_address_of(link))) for link in _living(links)],
    }


def _living(links: Iterable[FeedToken]) -> list[FeedToken]:
    """Links that can still be shown: those made with the site's present secret key."""
    key = _secret_key()
    return [link for link in links if service.hash_of(service.token_of(link.nonce, key)) == link.token_hash]


def _address_of(link: FeedToken) -> str:
    token = service.token_of(link.nonce, _secret_key())
    return f"{db.base_url(db.session())}{url_for('feeds.agenda_ics', token=token)}"


def _ways_to_subscribe(address: str) -> dict[str, str]:
    """One feed's addresses for the common calendars. webcal:// also stands for https: no phone knows webcals://."""
    webcal = "webcal://" + address.partition("://")[2]
    return {
        "address": address,
        "webcal": webcal,
        "google": "https://calendar.google.com/calendar/r?cid=" + quote(webcal, safe=""),
        "outlook": "https://outlook.live.com/calendar/0/addfromweb?url=" + quote(address, safe=""),
    }


def _secret_key() -> str:
    key: str = current_app.config["SECRET_KEY"]
    return key
