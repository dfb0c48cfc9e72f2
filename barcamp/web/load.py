"""Load what an address names, or answer 404."""

from __future__ import annotations

from typing import NoReturn

from flask import abort, g, redirect, request, url_for

from barcamp import db
from barcamp.conferences import queries
from barcamp.conferences.models import Conference
from barcamp.front.remembered import remembered
from barcamp.log import service as log


def conference_or_404(slug: str) -> Conference:
    """The conference of this address, found once a request; the layout shows its name and tabs. For whoever only reads
    it is one for all who do, and belongs to no session.
    """
    kept: Conference | None = g.get("conference")
    if kept is None or not db.is_readable(kept) or kept.slug != slug:
        kept = remembered(("conference", slug), lambda session: queries.find_conference(session, slug))
        if kept is None:
            lead_on_or_404(slug)
        g.conference, g.slug = kept, slug
    return kept


def lead_on_or_404(slug: str) -> NoReturn:
    """There is no conference at this address: where one was, lead to the same page at its present one.

    Not to be kept by a browser: a conference may come back to an address it once had.
    """
    present = queries.find_renamed(db.session(), slug)
    if present is None or request.endpoint is None:
        abort(404)
    path = url_for(request.endpoint, **{**(request.view_args or {}), "slug": present})
    asked = request.query_string.decode("latin-1")
    answer = redirect(f"{path}?{asked}" if asked else path, 301 if request.method in ("GET", "HEAD") else 308)
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Access-Control-Allow-Origin"] = "*"  # a page elsewhere that reads our feeds follows it, too
    abort(answer)


def find_revision(slug: str) -> int | None:
    """How far the log of the conference at this address has come, None where there is none."""
    return remembered(("revision", slug), lambda session: queries.find_revision(session, slug))


def held_conference_or_404(slug: str) -> Conference:
    """As `conference_or_404`, for a request that changes what others may change too: nobody else changes it until the
    commit, and what is read from here on is how it is. On PostgreSQL a row read before its lock may be an old one.
    """
    log.hold(db.session(), conference_or_404(slug))
    g.conference = queries.find_conference(db.session(), slug, fresh=True)
    return conference_or_404(slug)
