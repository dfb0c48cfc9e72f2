"""No more letters of news, by the secret in one of them: one press for people, one request for mail programs."""

from __future__ import annotations

from flask import Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.mail import unsubscribe as secrets
from barcamp.news import service, ways
from barcamp.news.routes.door import blueprint, settings
from barcamp.people.models import Person
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.csrf import protect
from barcamp.web.guard import anyone

#: What a mail program sends (RFC 8058, 3.1). It follows no redirect.
ONE_CLICK = "List-Unsubscribe"


@blueprint.get("/news/unsubscribe/<token>")
@anyone
def unsubscribe(token: str) -> ResponseReturnValue:
    """A page with one button, since mail scanners open links."""
    person = _person_or_404(token)
    choice = ways.of(db.session(), person.id)
    gets_letters = choice.by_mail and not person.is_erased
    response = make_response(render_template("news/unsubscribe.html", gets_letters=gets_letters, token=token))
    # not "no-referrer": with it, browsers send the page's own form as if it came from nowhere
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.post("/news/unsubscribe/<token>")
@protect.exempt  # type: ignore[untyped-decorator]  # the token in the address is the secret
@anyone
def stop_letters(token: str) -> ResponseReturnValue:
    person = _person_or_404(token)
    choice = ways.of(db.session(), person.id)
    if choice.by_mail and not person.is_erased:
        service.choose(
            db.session(), person, by_mail=False, by_push=choice.by_push, on_pages=choice.on_pages, now=utcnow()
        )
    db.commit()
    if ONE_CLICK in request.form:
        return Response("No more letters.\n", mimetype="text/plain")
    return see_other(url_for("news.unsubscribe", token=token))


def _person_or_404(token: str) -> Person:
    person_id = secrets.find_person_id(token, settings().secret_key)
    return (None if person_id is None else db.session().get(Person, person_id)) or abort(404)
