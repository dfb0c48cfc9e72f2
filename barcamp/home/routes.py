"""The front page of the site, whether the site is well, and what programs look for at fixed addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import queries, words
from barcamp.conferences.models import Conference
from barcamp.front.shared import shared
from barcamp.settings import Settings
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me

blueprint = Blueprint("home", __name__)

PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
KEPT_A_DAY = {"Content-Type": PLAIN["Content-Type"], "Cache-Control": "public, max-age=86400"}
#: A wall of forty notes has a thousand addresses by its filters, and each page a sign-in that leads back to it.
#: No more than that: some calendars and link previews read a page only where a crawler may.
ROBOTS = """\
User-agent: *
Disallow: /*/wall?
Disallow: /*?next=
"""
HALF_A_YEAR = timedelta(days=182)  # it is read anew long before
ONE_DAY = timedelta(days=1)  # a day around UTC's holds today's date of every zone


@blueprint.get("/")
@anyone
@shared
def index() -> ResponseReturnValue:
    now, person = utcnow(), me()
    ahead = queries.listed(db.session(), ending_from=now.date() - ONE_DAY)
    behind = queries.listed(db.session(), ended_before=now.date() - ONE_DAY)
    on, coming, over = ([one for one in ahead if when(one, now) == state] for state in ("on", "coming", "over"))
    mine = [] if person is None else queries.run_by(db.session(), person.id)
    return render_template(
        "home/index.html",
        on=on,
        coming=coming,
        over=[*over[::-1], *behind],
        mine=mine,
        dates=words.dates,
        active="home",
    )


def when(conference: Conference, now: datetime) -> str:
    """ "on" on its days at the venue, "coming" before and "over" after them."""
    today = now.astimezone(ZoneInfo(conference.zone)).date()
    if today > conference.ends_on:
        return "over"
    return "coming" if today < conference.starts_on else "on"


@blueprint.get("/healthz")
@anyone
def healthz() -> ResponseReturnValue:
    """Alive: the process answers."""
    return "ok\n", 200, PLAIN


@blueprint.get("/readyz")
@anyone
def readyz() -> ResponseReturnValue:
    """Ready: the database answers, is migrated, and this process is not about to end; else one word why not."""
    why_not = current_app.extensions["ready"].why_not()
    return ("ok\n", 200, PLAIN) if why_not is None else (f"{why_not}\n", 503, PLAIN)


@blueprint.get("/robots.txt")
@anyone
def robots_txt() -> ResponseReturnValue:
    """What crawlers need not ask for (RFC 9309)."""
    return ROBOTS, 200, KEPT_A_DAY


@blueprint.get("/.well-known/security.txt")
@anyone
def security_txt() -> ResponseReturnValue:
    """Where whoever finds a hole can write to (RFC 9116)."""
    settings: Settings = current_app.extensions["settings"]
    if settings.security_contact is None:
        abort(404)
    lines = {
        "Contact": settings.security_contact,
        "Expires": (utcnow() + HALF_A_YEAR).strftime("%Y-%m-%dT00:00:00Z"),
        "Canonical": f"{settings.base_url}{request.path}",
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items()), 200, PLAIN
