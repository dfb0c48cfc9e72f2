"""Single cards of the wall for pages that are open: the very fragments that the page itself would show now."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import replace

from flask import Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.front.shared import shared
from barcamp.wall import queries
from barcamp.wall.cards import Viewer
from barcamp.wall.queries import Figures, WallNote, Wanted
from barcamp.wall.queries.cards import standings
from barcamp.wall.routes.door import blueprint, viewer
from barcamp.wall.routes.wall import _wanted
from barcamp.web import fresh
from barcamp.web.fragments import kept
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404, find_revision
from barcamp.web.pages import grouped
from barcamp.web.words import ngettext

MOST_CARDS = 50
MOST_FINDINGS = 500

#: How many notes match, and those that were asked for: of nobody in particular, with the stars of back then.
Finding = tuple[int, list[WallNote]]


@blueprint.get("/<slug:slug>/wall/cards")
@anyone
@shared
def cards(slug: str) -> ResponseReturnValue:
    """`{"cards": {id: HTML}, "figures": {name: words}}` for `?ids=1,2` and what the wall's own address asks for.

    A note that is not there is not on this person's wall, or not what the address asks for. 400 for more than 50 ids.
    """
    revision = find_revision(slug)
    conference, ids = conference_or_404(slug), _ids()
    if revision is None or len(ids) > MOST_CARDS:
        abort(400)
    looking = viewer(conference)
    # the order that costs nothing: where a card goes is for the page to say
    matching, notes = _found(conference, revision, replace(_wanted(looking), sort="new", page=1), ids)
    # without the form token, so that all who see the same get the same: static/js/wall.js puts its page's own in
    fragment = kept("parts/note.html", "note_card", True, 2).without_token
    found = {card.id: fragment(card) for card in looking.cards(_as_seen_by(looking, notes))}
    figures = queries.figures(db.session(), conference)
    return _told({"cards": found, "figures": figure_words(looking, figures, matching)})


def figure_words(looking: Viewer, figures: Figures, matching: int) -> dict[str, str]:
    """What stands in the wall's `data-figure` places. The same words as in templates/wall/show.html."""
    words = {
        "notes": ngettext("%(num)s note", "%(num)s notes", figures.notes) % {"num": grouped(figures.notes)},
        "matching": ngettext("%(num)s note found", "%(num)s notes found", matching) % {"num": grouped(matching)},
    }
    if looking.sees_counts:
        words["stars"] = ngettext("%(num)s star", "%(num)s stars", figures.stars) % {"num": grouped(figures.stars)}
    return words


def _ids() -> frozenset[int]:
    """The ids in the address, without what is none."""
    words = request.args.get("ids", "").split(",")
    return frozenset(int(word) for word in words if word.isascii() and word.isdigit() and len(word) <= 18)


def _found(conference: Conference, revision: int, wanted: Wanted, ids: frozenset[int]) -> Finding:
    """What is on the wall changes with the log alone, so hundreds who ask the same after one change share an answer."""
    findings: OrderedDict[object, Finding] = current_app.extensions.setdefault("cards", OrderedDict())
    key = (conference.id, revision, wanted, ids)
    finding = findings.pop(key, None) or _find(conference, wanted, ids)
    if wanted.maybe_of is None:  # what somebody said in the quick look is not in the log
        findings[key] = finding
    while len(findings) > MOST_FINDINGS:
        findings.popitem(last=False)
    return finding


def _find(conference: Conference, wanted: Wanted, ids: frozenset[int]) -> Finding:
    session = db.session()
    matching = queries.wanted_ids(session, conference, None, wanted, sees_counts=False, now=conference.created_at)
    here = ids.intersection(matching)
    return len(matching), queries.wall_notes(session, conference, None, sorted(here)) if here else []


def _as_seen_by(looking: Viewer, notes: list[WallNote]) -> list[WallNote]:
    if not notes:
        return []
    now = standings(db.session(), [note.written.id for note in notes], looking.person_id)
    seen = [(note.written, now[note.written.id]) for note in notes if note.written.id in now]
    return [WallNote(written, one.mine, one.stars, one.starred) for written, one in seen]


def _told(body: dict[str, object]) -> Response:
    told = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    etag = hashlib.sha256(told.encode()).hexdigest()[:32]
    if fresh.is_fresh(etag):
        answer: Response = fresh.not_modified(etag)
    else:
        answer = fresh.validators(Response(told, mimetype="application/json"), etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
