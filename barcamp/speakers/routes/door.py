"""The blueprint; its routes are in the files beside this one. What several of them load is here too."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for

from barcamp import db
from barcamp.speakers import queries
from barcamp.speakers.formats import Card
from barcamp.speakers.models import Speaker
from barcamp.speakers.page import Line, lines
from barcamp.web import markdown
from barcamp.web.answers import see_other
from barcamp.web.guard import me, signed_in_person

blueprint = Blueprint("speakers", __name__)


def speaker_or_404(name: str) -> Speaker:
    """The page at this address for whoever may see it: everybody where it is public, else its owner."""
    speaker, person = queries.find_speaker(db.session(), name), me()
    is_own = speaker is not None and person is not None and speaker.person_id == person.id
    if speaker is None or not (speaker.public or is_own):
        abort(404)
    return speaker


def own_page() -> Speaker:
    """The asking person's own page; who has none yet is led to where one makes it."""
    speaker = queries.find_own(db.session(), signed_in_person().id)
    if speaker is None:
        abort(see_other(url_for("speakers.profile")))
    return speaker


def all_lines(speaker: Speaker) -> list[Line]:
    """Everything that stands on a page, in the order of time."""
    session = db.session()
    given = queries.given_here(session, speaker.person_id)
    return lines(speaker, given, queries.talks(session, speaker.person_id), db.base_url(session))


def card(speaker: Speaker, name: str, picture: str | None) -> Card:
    """Who speaks, with absolute addresses; `picture` is its hash, or None."""
    page = f"{db.base_url(db.session())}{url_for('speakers.show', name=speaker.slug)}"
    return Card(
        name=name,
        url=page,
        bio=speaker.bio,
        about=markdown.plain(speaker.bio, 300) if speaker.bio else "",
        links=tuple((link["name"], link["url"]) for link in speaker.links),
        picture=f"{page}/picture?v={picture}" if picture else "",
        changed_at=speaker.changed_at,
    )


@blueprint.after_request
def keep_nothing_personal(response: Response) -> Response:
    """A speaker's own pages tell who will be where: the next one may sit at the same computer."""
    if request.path.startswith("/account/"):
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response
