"""The published schedule for programs: schedule.xml and .json for phone apps, jCal, and a CSV for its organizers.

Each is made once for every state of the schedule; one look says whether what somebody has is still right.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from flask import Response, request
from flask.typing import ResponseReturnValue
from icalendar import Calendar

from barcamp import db
from barcamp.core import atom, frab, ical
from barcamp.core.program import Program
from barcamp.core.tables import csv_bytes
from barcamp.feeds import atoms, changes, heads, program, queries, sheet
from barcamp.feeds.program import Standing, find_standing
from barcamp.feeds.routes.calendars import base, not_here
from barcamp.feeds.routes.door import blueprint
from barcamp.front.shared import shared
from barcamp.web import kept
from barcamp.web.guard import anyone, organizer
from barcamp.web.load import conference_or_404

JSON = "application/json; charset=utf-8"
XML = "application/xml; charset=utf-8"
JCAL = "application/calendar+json; charset=utf-8"


@blueprint.get("/<slug:slug>/schedule.xml")
@anyone
@shared
def schedule_xml(slug: str) -> ResponseReturnValue:
    return _of_the_program(slug, "xml", frab.write_xml, XML)


@blueprint.get("/<slug:slug>/schedule.json")
@anyone
@shared
def schedule_json(slug: str) -> ResponseReturnValue:
    return _of_the_program(slug, "json", frab.write_json, JSON)


@blueprint.get("/<slug:slug>/schedule.jcal.json")
@anyone
@shared
def schedule_jcal(slug: str) -> ResponseReturnValue:
    """RFC 7265, from the same stored fragments as the calendars."""
    look = queries.find_look(db.snapshot(), slug) or not_here(slug)
    feed = heads.schedule(look, base())
    etag = heads.etag(feed, "jcal", look.conference_id, look.revision)

    def make() -> bytes:
        calendar = ical.calendar(feed, queries.schedule_fragments(db.session(), look.conference_id))
        return json.dumps(Calendar.from_ical(calendar).to_jcal(), ensure_ascii=False, separators=(",", ":")).encode()

    return kept.answer(etag, feed.changed_at, make, media_type=JCAL, filename=f"{slug}.jcal.json")


@blueprint.get("/<slug:slug>/schedule.csv")
@organizer
def schedule_csv(slug: str) -> ResponseReturnValue:
    """Everything, also how popular it is: not for the public."""
    conference = conference_or_404(slug)
    answer = Response(
        csv_bytes(sheet.HEADER, sheet.rows(db.session(), conference)), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-schedule.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/<slug:slug>/changes.atom")
@anyone
@shared
def changes_atom(slug: str) -> ResponseReturnValue:
    """What moved where, one entry a version, and what was called off in between."""
    standing = standing_or_404(slug)

    def make() -> bytes:
        return atom.write(atoms.changes(standing, changes.newest(db.session(), standing.conference), base()))

    etag = standing.etag("changes", base(), standing.conference.name)
    return kept.answer(etag, standing.changed_at, make, media_type=atom.MEDIA_TYPE, filename=f"{slug}-changes.atom")


@blueprint.get("/conferences.atom")
@anyone
@shared
def conferences_atom() -> ResponseReturnValue:
    look = queries.find_site_look(db.snapshot())
    feed = heads.site(look, base())
    return kept.answer(
        heads.etag(feed, "conferences.atom", look),
        feed.changed_at,
        lambda: atom.write(atoms.conferences(queries.listed_conferences(db.session()), feed.changed_at, base())),
        media_type=atom.MEDIA_TYPE,
        filename="conferences.atom",
    )


def standing_or_404(slug: str) -> Standing:
    """How far the schedule at this address has come. Call it before anything else is read."""
    return find_standing(db.snapshot(), slug) or not_here(slug)


def _of_the_program(slug: str, kind: str, write: Callable[..., bytes], media_type: str) -> Response:
    """One of the c3voc formats; with `?breaks=1` breaks and meals are in it as events."""
    standing, breaks = standing_or_404(slug), request.args.get("breaks") == "1"

    def make() -> bytes:
        return write(_program(standing), breaks=breaks)

    etag = standing.etag(kind, base(), breaks)
    return kept.answer(etag, standing.changed_at, make, media_type=media_type, filename=f"{slug}.{kind}")


def _program(standing: Standing) -> Program:
    return program.read(db.session(), standing)
