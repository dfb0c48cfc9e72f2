"""The front page of the site, and whether the site is well."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from barcamp import db
from barcamp.conferences import queries, words
from barcamp.conferences.models import Conference
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me

blueprint = Blueprint("home", __name__)
log = logging.getLogger(__name__)

PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
ONE_DAY = timedelta(days=1)  # a day around UTC's holds today's date of every zone


@blueprint.get("/")
@anyone
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
    """Ready: the database is reached and stands at the newest migration."""
    from barcamp.migrate import is_current  # loads Alembic, which no other page needs

    try:
        with db.store().reader.connect() as connection:
            current = is_current(connection)
    except SQLAlchemyError:
        log.exception("the database cannot be reached")
        return "the database cannot be reached\n", 503, PLAIN
    return ("ok\n", 200, PLAIN) if current else ("the database is not migrated\n", 503, PLAIN)
