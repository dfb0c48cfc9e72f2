"""Load what an address names, or answer 404."""

from __future__ import annotations

from flask import abort, g

from barcamp import db
from barcamp.conferences import queries
from barcamp.conferences.models import Conference
from barcamp.log import service as log


def conference_or_404(slug: str) -> Conference:
    """The conference of this address, loaded once a request; the layout shows its name and tabs."""
    kept: Conference | None = g.get("conference")
    if kept is None or not db.is_readable(kept) or kept.slug != slug:
        kept = queries.find_conference(db.session(), slug)
        if kept is None:
            abort(404)
        g.conference, g.slug = kept, slug
    return kept


def find_revision(slug: str) -> int | None:
    """How far the log of the conference at this address has come, None where there is none."""
    return queries.find_revision(db.session(), slug)


def held_conference_or_404(slug: str) -> Conference:
    """As `conference_or_404`, for a request that changes what others may change too: nobody else changes it until the
    commit, and what is read from here on is how it is. On PostgreSQL a row read before its lock may be an old one.
    """
    log.hold(db.session(), conference_or_404(slug))
    g.conference = queries.find_conference(db.session(), slug, fresh=True)
    return conference_or_404(slug)
