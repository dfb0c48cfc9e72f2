"""Stars: PUT and DELETE for scripts, two forms for everybody. All of them may be sent again without harm.

A thousand people press within seconds, so this path is kept short: one look outside of the write gate that says who
asks and whether they may, and then the write, which those who press at the same moment share
(docs/decisions/0011-stars.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, TypeVar

from flask import abort, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.wall import queries, service
from barcamp.wall.errors import NoteIsMerged, NoteIsOff, StarrerIsGone
from barcamp.wall.queries import NoteStanding, Standing
from barcamp.wall.routes.door import blueprint
from barcamp.wall.service.stars import refuse_merged, refuse_star
from barcamp.web import guard
from barcamp.web.answers import referring_page, safe_path, see_other, wants_json
from barcamp.web.clock import utcnow
from barcamp.web.errors import NeedsSignIn
from barcamp.web.limits import Allowance
from barcamp.web.load import conference_or_404, lead_on_or_404
from barcamp.web.together import Together

#: A hand never gets there, nor does a phone that sends what it kept while it had no network; a script does.
STARS = Allowance("stars", 300, seconds=10, lump=10)
#: A note merged into one that was merged, and so on: nobody merges this often.
MOST_MERGES = 10

blueprint.record(lambda state: state.app.extensions.setdefault("stars", Together(state.app.extensions["store"])))

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class _Somebody:
    id: int


def named_by_the_look(view: View) -> View:
    """`@named`, kept by the look that this path takes anyway (see `_asking`)."""

    @wraps(view)
    def guarded(slug: str, note_id: int) -> Any:
        try:
            return view(slug, note_id)
        except (Refused, HTTPException):
            if not wants_json():  # the page that says no has the conference's name and tabs
                db.rollback()
                conference_or_404(slug)
            raise

    guarded.guard = "named"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


@blueprint.put("/<slug:slug>/notes/<id:note_id>/star")
@named_by_the_look
def put_star(slug: str, note_id: int) -> ResponseReturnValue:
    return jsonify(starred=True, stars=_give(slug, note_id))


@blueprint.delete("/<slug:slug>/notes/<id:note_id>/star")
@named_by_the_look
def delete_star(slug: str, note_id: int) -> ResponseReturnValue:
    return jsonify(starred=False, stars=_take(slug, note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/star")
@named_by_the_look
def star(slug: str, note_id: int) -> ResponseReturnValue:
    _give(slug, note_id)
    return see_other(_back(slug, note_id))


@blueprint.post("/<slug:slug>/notes/<id:note_id>/unstar")
@named_by_the_look
def unstar(slug: str, note_id: int) -> ResponseReturnValue:
    _take(slug, note_id)
    return see_other(_back(slug, note_id))


def _give(slug: str, note_id: int) -> int | None:
    return _change(slug, note_id, refuse_star, service.star)


def _take(slug: str, note_id: int) -> int | None:
    return _change(slug, note_id, refuse_merged, service.unstar)


def _change(slug: str, note_id: int, refuse: Callable[[NoteStanding], None], change: Callable[..., int]) -> int | None:
    """Give or take back a star; return how many the note has, for who may see it.

    A note that was merged while its old card is still on a phone: the wish goes to the note it lives on in.
    """
    for _again in range(MOST_MERGES):
        asking, conference, note = _asking(slug, note_id)
        now = utcnow()
        try:
            refuse(note)
            somebody = _Somebody(asking.person_id)
            make = partial(change, conference=conference, note=note, person=somebody, now=now)
            stars: int = current_app.extensions["stars"].make(make)
        except NoteIsMerged as moved:
            note_id = moved.into_id
        except StarrerIsGone:
            raise NeedsSignIn from None
        else:
            return stars if asking.is_organizer or conference.counts_are_shown(now) else None
    raise NoteIsOff


def _asking(slug: str, note_id: int) -> tuple[Standing, Conference, NoteStanding]:
    """Who asks, where, and for which note: all of it from one statement, outside of the write gate."""
    token, now = guard.device_token(), utcnow()
    with db.store().reader.connect() as reader:
        found = queries.find_standing(reader, guard.token_hash(token), slug, note_id, now=now) if token else None
    if found is None:
        db.rollback()  # the rest is only read
        raise NeedsSignIn(slug if conference_or_404(slug).walk_ins else None)
    if found.conference is None:
        db.rollback()  # the rest is only read
        lead_on_or_404(slug)
    guard.refuse_walk_in(found.is_walk_in, walk_ins=found.conference.walk_ins)
    STARS.spend(found.person_id)
    note = found.note
    if note is None or (note.is_kept_back and not (note.presents or note.asked or found.is_organizer)):
        abort(404)
    return found, found.conference, note


def _back(slug: str, note_id: int) -> str:
    """Where the star was pressed: the form's `next`, else the page the browser names, at the note."""
    page = safe_path(request.form.get("next") or referring_page(), url_for("wall.note", slug=slug, note_id=note_id))
    return page if "#" in page else f"{page}#note-{note_id}"
