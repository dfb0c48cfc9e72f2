"""Who is asking, and may they? Every route wears one of these decorators; a house test checks it.

`@anyone` says on purpose that no one is asked, `@named` takes a walk-in who gave a name alone. The others need a
sign-in with a proven address, or a role at the conference in the address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, current_app, g, request

from barcamp import db
from barcamp.conferences import queries as conferences
from barcamp.errors import N_, NotYours
from barcamp.front.remembered import ROOM, remembered
from barcamp.people import queries as people
from barcamp.people.models import Device, Person
from barcamp.web.clock import utcnow
from barcamp.web.errors import NeedsAddress, NeedsSignIn
from barcamp.web.load import conference_or_404, held_conference_or_404

COOKIE = "barcamp_device"
COOKIE_DAYS = 90
READS = ("GET", "HEAD", "OPTIONS")

View = TypeVar("View", bound=Callable[..., Any])


def me() -> Person | None:
    """Who is signed in on this browser, or None."""
    device = this_device()
    return None if device is None else device.person


def this_device() -> Device | None:
    kept: Device | None = g.get("device")
    if "device" not in g or (kept is not None and not (db.is_readable(kept) and db.is_readable(kept.person))):
        token = device_token()
        g.device = _find_device(token) if token else None
    found: Device | None = g.device
    return found


def _find_device(token: str) -> Device | None:
    """For whoever only reads it may be one that belongs to no session."""
    hashed, now = token_hash(token), utcnow()
    return remembered(
        ("device", hashed),
        lambda session: people.find_device(session, hashed, now=now),
        rows=lambda device: ROOM if device is None else 2,  # tokens that were made up are not worth keeping
        own=True,
    )


def signed_in_person() -> Person:
    """Who is signed in, walk-ins among them; a stranger is sent to sign in. Whoever changes something is not erased in
    the middle of it.
    """
    person = me()
    if person is not None and request.method not in READS and not g.get("stays"):
        g.stays = True
        people.keep_from_erasing(db.session(), person.id)
        del g.device  # they may just have been erased: look again
        person = me()
    if person is None:
        raise NeedsSignIn
    return person


def refuse_walk_in(is_walk_in: bool, *, walk_ins: bool = False) -> None:
    """Raise NeedsAddress for a person without a proven address, unless `walk_ins`: the conference takes them here."""
    if is_walk_in and not walk_ins:
        raise NeedsAddress


def roles(conference_id: int) -> set[str]:
    """What the asking person may do at a conference: a subset of {"organizer", "helper"}."""
    person = me()
    if person is None:
        return set()
    kept: dict[int, set[str]] = g.setdefault("roles", {})
    if conference_id not in kept:
        kind = remembered(
            ("role", conference_id, person_id := person.id),
            lambda session: conferences.find_role(session, conference_id, person_id),
            own=True,
        )
        kept[conference_id] = set() if kind is None else {kind}
    return kept[conference_id]


def anyone(view: View) -> View:
    """Open to everybody, signed in or not."""
    view.guard = "anyone"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """For people who have proven an address; a walk-in is led to the page where one does that."""

    @wraps(view)
    def guarded(*args: Any, **names: Any) -> Any:
        refuse_walk_in(signed_in_person().is_walk_in)
        return view(*args, **names)

    guarded.guard = "signed_in"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def named(view: View) -> View:
    """For everybody with a name. Below a conference, a walk-in passes where it takes them, and a guest may become one;
    elsewhere, as on the account page, everybody does.
    """

    @wraps(view)
    def guarded(*args: Any, **names: Any) -> Any:
        walk_ins = "slug" not in names or conference_or_404(names["slug"]).walk_ins
        try:
            refuse_walk_in(signed_in_person().is_walk_in, walk_ins=walk_ins)
        except NeedsSignIn:
            raise NeedsSignIn(names.get("slug") if walk_ins else None) from None
        return view(*args, **names)

    guarded.guard = "named"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def organizer(view: View) -> View:
    """For organizers of the conference whose slug is in the address."""
    return _with_role(view, "organizer", {"organizer"}, N_("This page is for the organizers of this conference."))


def helper(view: View) -> View:
    """For organizers and helpers of the conference whose slug is in the address."""
    return _with_role(view, "helper", {"organizer", "helper"}, N_("This page is for the team of this conference."))


def _with_role(view: View, name: str, enough: set[str], words: str) -> View:
    @wraps(view)
    def guarded(slug: str, **names: Any) -> Any:
        refuse_walk_in(signed_in_person().is_walk_in)
        if not roles(conference_or_404(slug).id) & enough:
            raise NotYours(words)
        if request.method not in READS:
            held_conference_or_404(slug)
        return view(slug, **names)

    guarded.guard = name  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def whom_it_needs() -> NeedsSignIn | None:
    """What the guard of this address would say to whoever asks, where that is that they have to sign in."""
    kind = getattr(current_app.view_functions.get(request.endpoint or ""), "guard", "anyone")
    if kind == "anyone" or me() is not None:
        return None
    slug = (request.view_args or {}).get("slug")
    conference = conferences.find_conference(db.session(), slug) if kind == "named" and slug else None
    return NeedsSignIn(slug if conference is not None and conference.walk_ins else None)


def device_token() -> str:
    """The secret by which this browser is known; "" for none."""
    return request.cookies.get(cookie_name(COOKIE), "")


def cookie_name(name: str) -> str:
    """What a cookie is called on this site. Over https its name says that no other host and no http may set it, and
    browsers see to that (RFC 6265bis, 4.1.3.2).
    """
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def token_hash(token: str) -> bytes:
    """What is kept of a secret token of 128 random bits or more: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def remember(response: Response, token: str) -> None:
    """Give the browser its device token."""
    response.set_cookie(
        cookie_name(COOKIE),
        token,
        max_age=COOKIE_DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def forget(response: Response) -> None:
    """Take the token away, and what the browser has kept of pages that only this person may see."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(cookie_name(COOKIE), httponly=True, samesite="Lax", secure=secure)
    response.headers["Clear-Site-Data"] = '"cache"'
