"""One place that turns a "no" into an answer: a page for people, JSON for programs, the right status for both."""

from __future__ import annotations

import logging

from flask import Flask, current_app, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadHost, HTTPException, InternalServerError, SecurityError

from barcamp import db, outage
from barcamp.errors import N_, Refused
from barcamp.web.answers import is_browser, referring_page, safe_path, see_other, wants_json
from barcamp.web.words import _, language, told

log = logging.getLogger(__name__)

WORDS: dict[int, tuple[str, str]] = {
    400: (
        N_("That did not arrive whole"),
        N_("The form was out of date or incomplete. Please go back, reload the page and send it again."),
    ),
    401: (N_("Please sign in"), N_("This is for people who are signed in.")),
    403: (N_("Not yours to do"), N_("You are signed in, but this page is for somebody else.")),
    404: (N_("Not here"), N_("There is nothing at this address, or it is not yours to see.")),
    405: (N_("Not like this"), N_("This address does not take that kind of request.")),
    408: (N_("That took too long"), N_("It did not arrive in time. Please try again where the connection is better.")),
    409: (N_("That cannot be done now"), ""),
    410: (
        N_("This link is gone"),
        N_("Its owner has revoked or reset it. Take it out of your calendar; the subscribe page makes a new one."),
    ),
    413: (N_("Too large"), N_("What you sent is larger than we take. Please shorten it and send it again.")),
    429: (N_("A little slower, please"), ""),
    500: (
        N_("Our mistake"),
        N_("Something broke on our side. Nothing half done was kept. Please try again in a moment."),
    ),
    503: (N_("One moment"), ""),
}


#: Longer than any field takes.
MOST_TYPED = 20_000
NO_ADDRESS = N_("This needs an e-mail address: type yours, and what you did here stays with you.")


class NeedsSignIn(Exception):
    """Nobody is signed in, and this needs somebody; where a name is enough, with the slug of that conference."""

    def __init__(self, walk_in_at: str | None = None) -> None:
        super().__init__()
        self.walk_in_at = walk_in_at


class NeedsAddress(Exception):
    """A walk-in asks for what needs a proven address."""


def install(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(NeedsSignIn, _needs_sign_in)
    app.register_error_handler(NeedsAddress, _needs_address)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _refused(refusal: Refused) -> ResponseReturnValue:
    retry = getattr(refusal, "retry_after", None)
    return say_no(refusal.status, told(refusal), headers={} if retry is None else {"Retry-After": str(retry)})


def _needs_sign_in(problem: NeedsSignIn) -> ResponseReturnValue:
    return lead_to_sign_in(problem, _typed())


def lead_to_sign_in(problem: NeedsSignIn, typed: list[str]) -> ResponseReturnValue:
    """People are led to sign in and back, or asked for a name where that is enough; programs get a plain 401. Whoever
    has `typed` something sees it once more.
    """
    if not is_browser():
        return say_no(401, _("Please sign in first."))
    if problem.walk_in_at is not None:
        way_in = url_for("people.walk_in", slug=problem.walk_in_at, next=back())
    else:
        way_in = url_for("people.sign_in", next=back())
    if not typed:
        return see_other(way_in)
    db.rollback()
    return render_template("errors/typed.html", typed=typed, way_in=way_in), 401


def _typed() -> list[str]:
    """The texts of a few words that somebody typed into a form that could not be taken, so that they are not lost.
    Nothing of a password, and nothing is kept.
    """
    values = [value.strip() for name, value in request.form.items(multi=True) if "password" not in name]
    return [value for value in values if len(value.split()) > 1 and len(value) <= MOST_TYPED]


def typed_here() -> list[str]:
    """The same, where the browser says that the form is of this site (csrf.py has looked whether it is): what another
    site sends is not shown as somebody's own words.
    """
    return _typed() if request.method == "POST" and is_browser() and "Origin" in request.headers else []


def _needs_address(_problem: NeedsAddress) -> ResponseReturnValue:
    """Walk-ins are led to the page where they add an address, and back; programs get a plain 403."""
    if not is_browser():
        return say_no(403, _(NO_ADDRESS))
    return see_other(url_for("people.claim", next=back()))


def back() -> str | None:
    """Where somebody was: the page they asked for, or the one that their form was on."""
    return request.full_path.rstrip("?") if request.method == "GET" else safe_path(referring_page(), "") or None


def _http(problem: HTTPException) -> ResponseReturnValue:
    status = problem.code or 500
    if problem.response is not None and status < 400:
        return problem.response
    if isinstance(problem, SecurityError | BadHost):  # a host not ours, or none: no link can be made, so no page either
        return _(WORDS[404][1]), status, {"Content-Type": "text/plain; charset=utf-8"}
    known = WORDS.get(status)
    headers = {"Allow": allow} if (allow := problem.get_response().headers.get("Allow")) else {}
    return say_no(status, _(known[1]) if known else (problem.description or problem.name), headers=headers)


def _broken(problem: Exception) -> ResponseReturnValue:
    """The machine's fault is a 503 that says which, in one line of the log; all else is our mistake."""
    # by its method: a star or a password is written in a transaction beside the request's own
    writes = request.method not in ("GET", "HEAD", "OPTIONS")
    if (found := outage.found_in(problem, writes=writes)) is not None:
        log.warning("%s %s: %s", request.method, _path_without_secrets(), _in_one_line(problem))
        return _refused(outage.Kept() if g.get("committed") else found)
    log.error("request failed: %s %s", request.method, _path_without_secrets(), exc_info=problem)
    return _http(InternalServerError())


def _path_without_secrets() -> str:
    """The address as a log may hold it: a token in it is a key."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(token, "…") if token else request.path


def _in_one_line(problem: BaseException) -> str:
    """What the database's driver says, without the statement and the values that it was about."""
    said = str(getattr(problem, "orig", None) or problem).strip()
    return f"{type(problem).__name__}: {said.splitlines()[0] if said else ''}"


def say_no(status: int, words: str, headers: dict[str, str] | None = None) -> ResponseReturnValue:
    """A page, or JSON for programs."""
    if wants_json():
        return jsonify(error=words), status, headers or {}
    title = _(WORDS.get(status, WORDS[400])[0])
    typed = typed_here() if (status == 429 or status >= 500) and not g.get("committed") else []
    try:
        db.rollback()
        page = render_template("errors/problem.html", title=title, words=words, status=status, typed=typed)
    except Exception as problem:
        if outage.found_in(problem, writes=False) is None:
            raise
        page = _page_of_nothing(title, words, typed)
    return page, status, headers or {}


def _page_of_nothing(title: str, words: str, typed: list[str]) -> str:
    """A page for which nothing is read: not even who asks. By the template itself, past what every page is given."""
    again = safe_path(request.full_path.rstrip("?"), "/") if request.method in ("GET", "HEAD") else None
    return current_app.jinja_env.get_template("errors/outage.html").render(
        title=title, words=words, typed=typed, again=again, lang=language()
    )
