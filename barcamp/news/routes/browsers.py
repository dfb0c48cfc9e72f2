"""Web Push as scripts speak it: the site's key, a browser that asks to hear and one that asks no more, its worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.errors import N_
from barcamp.front.shared import shared
from barcamp.news import browsers, vapid
from barcamp.news.browsers import NotABrowser
from barcamp.news.routes.door import blueprint, settings
from barcamp.people.browsers import label
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, named, signed_in_person, this_device

LONGEST = 4000  # bytes of what a browser says of itself


@blueprint.get("/sw.js", endpoint="worker")
@anyone
@shared
def worker() -> ResponseReturnValue:
    """The service worker stands at the root, since it speaks for all pages (Service Workers, 6.3)."""
    folder = current_app.static_folder
    assert folder is not None
    response = Response(Path(folder, "sw.js").read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/news/push-key")
@named
def push_key() -> ResponseReturnValue:
    return jsonify(key=vapid.public_key(settings().vapid_key))


@blueprint.post("/news/subscriptions")
@named
def subscribe() -> ResponseReturnValue:
    said, here = _said(), this_device()
    keys = said.get("keys")
    endpoint, p256dh, auth = (
        _text(value)
        for value in (said.get("endpoint"), *((keys or {}).get(name) if isinstance(keys, dict) else None
                                              for name in ("p256dh", "auth")))
    )  # fmt: skip
    browsers.subscribe(
        db.session(), signed_in_person().id, None if here is None else here.id, endpoint, p256dh, auth,
        label(request.headers.get("User-Agent", "")), now=utcnow(),
    )  # fmt: skip
    db.commit()
    return Response(status=204)


@blueprint.delete("/news/subscriptions")
@named
def hear_no_more() -> ResponseReturnValue:
    browsers.unsubscribe(db.session(), signed_in_person().id, _text(_said().get("endpoint")))
    db.commit()
    return Response(status=204)


def _said() -> dict[str, Any]:
    """What `PushSubscription.toJSON()` says of itself (Push API, 9)."""
    said = request.get_json(silent=True) if len(request.get_data()) <= LONGEST else None
    if not isinstance(said, dict):
        raise NotABrowser(N_("Your browser said nothing that could be understood. Please try again."))
    return said


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
