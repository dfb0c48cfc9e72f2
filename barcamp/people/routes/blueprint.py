"""The blueprint all pages of people hang on, what several of them do, and the note of when a browser was last seen."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, flash, g, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from barcamp import db
from barcamp.mail.links import Links
from barcamp.news import browsers as browsers_told
from barcamp.people import browsers, service
from barcamp.people.models import Device, Person
from barcamp.people.routes import merge
from barcamp.settings import Settings
from barcamp.web import guard
from barcamp.web.answers import safe_path, see_other
from barcamp.web.clock import utcnow

log = logging.getLogger(__name__)
blueprint = Blueprint("people", __name__)


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def links() -> Links:
    return Links(settings().base_url)


def secret_key() -> str:
    return settings().secret_key


def next_path() -> str:
    """Where somebody wants to go after signing in; nowhere but on this site."""
    return safe_path(request.values.get("next"), url_for("home.index"))


def let_in(person: Person, wanted: str) -> AnyResponse:
    """Sign this browser in and commit. Whoever was signed in on it is signed out, and its form cookie starts anew; what
    a walk-in did on it comes along.
    """
    before = guard.this_device()
    if before is not None and before.person.is_walk_in and before.person_id != person.id:
        return _let_in_with(before.person_id, person, wanted)
    token = service.sign_in(db.session(), person, label=_label(), now=utcnow())
    if before is not None:
        if before.person_id == person.id:
            browsers_told.hand_on(db.session(), before.id, guard.token_hash(token), now=utcnow())
        service.end_device(db.session(), before)
    db.commit()
    session.clear()
    return _in(token, wanted)


def _let_in_with(walk_in_id: int, person: Person, wanted: str) -> AnyResponse:
    """Bring along what the walk-in of this browser did. A transaction of its own, since it waits for what they are
    still doing, and so must hold nothing yet; the code or link is used up before.
    """
    db.commit()
    with db.store().writing() as writing:
        now = utcnow()
        brought = merge.bring_along(writing, walk_in_id, person.id, now=now)
        token = service.sign_in(writing, person, label=_label(), now=now)
        browsers_told.tie(writing, person.id, guard.token_hash(token), now=now)
    session.clear()
    if brought.words:
        flash(brought.words)
    return _in(token, wanted)


def _label() -> str:
    return browsers.label(request.headers.get("User-Agent", ""))


def _in(token: str, wanted: str) -> AnyResponse:
    response = see_other(safe_path(wanted, url_for("home.index")))
    assert isinstance(response, Response)
    guard.remember(response, token)
    return response


def brings() -> merge.Brought | None:
    """What signing in here would bring along, when a walk-in is at this browser."""
    person = guard.me()
    return merge.what_comes_along(db.session(), person.id) if person is not None and person.is_walk_in else None


def has_an_address(person: Person | None) -> bool:
    """Whether somebody has no need of the pages where one signs in: a walk-in does, a guest does."""
    return person is not None and not person.is_walk_in


def is_already_in(email_key: str) -> bool:
    """Whether this browser is signed in with that address: the second half of a double click finds it so."""
    person = guard.me()
    return person is not None and person.email_key == email_key


@blueprint.after_app_request
def note_when_seen(response: Response) -> Response:
    """Once an hour, write down that this browser was here, and let its cookie live on. Never fails the page."""
    device: Device | None = g.get("device")
    if device is None or request.method != "GET" or response.is_streamed:
        return response
    now = utcnow()
    if device.seen_at > now - service.SEEN_EVERY:
        return response
    try:
        with db.store().writing() as writing:
            service.touch(writing, device.id, now=now)
    except Exception:
        log.warning("could not note when a device was seen", exc_info=True)
    guard.remember(response, guard.device_token())
    return response
