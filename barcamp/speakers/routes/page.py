"""What everybody sees of speakers: who there is, each one's page, and the same for programs and for their own sites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from barcamp import db
from barcamp.core import atom as atom_feed
from barcamp.core import oembed
from barcamp.core.etags import etag_of
from barcamp.core.slugs import fold
from barcamp.core.spans import span_words
from barcamp.front.shared import shared
from barcamp.speakers import formats, page, queries, visits
from barcamp.speakers.formats import Card
from barcamp.speakers.models import Speaker
from barcamp.speakers.queries import Standing
from barcamp.speakers.routes.door import all_lines, blueprint, card, speaker_or_404
from barcamp.web import framed, kept
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone, me
from barcamp.web.static import static_url
from barcamp.web.words import language, locale

#: Part of every validator: raise it when what is written changes for equal rows.
WRITER = 1
STYLES = ("css/base.css", "css/parts.css", "css/speakers.css")


@blueprint.get("/speakers")
@anyone
@shared
def index() -> ResponseReturnValue:
    wanted, session, now = request.args.get("q", "")[:100], db.session(), utcnow()
    pages = [one for one in queries.public_pages(session) if fold(wanted) in fold(one[1])]
    ids = [speaker.person_id for speaker, _name, _picture in pages]
    return render_template(
        "speakers/index.html",
        pages=pages,
        wanted=wanted,
        here=queries.next_here(session, ids, now),
        elsewhere=queries.next_elsewhere(session, ids, (now - page.LAST_PLACE).date()),
        span=span,
        active="speakers",
    )


@blueprint.get("/speakers/<slug:name>")
@anyone
@shared
def show(name: str) -> ResponseReturnValue:
    if queries.find_speaker(db.session(), name) is None:
        return _moved(name)
    speaker, person, now = speaker_or_404(name), me(), utcnow()
    picture = queries.picture_etag(db.session(), speaker.person_id)
    lines, shown = all_lines(speaker), card(speaker, speaker.person.name, picture)
    coming, over = page.split(page.stops(lines), now)
    is_own = person is not None and person.id == speaker.person_id
    said = [] if person is None else queries.own_visits(db.session(), speaker.person_id, person.id)
    answer = Response(
        render_template(
            "speakers/show.html",
            speaker=speaker,
            card=shown,
            picture=picture,
            coming=coming,
            over=over,
            is_own=is_own,
            asked=[stop for stop in coming if stop.is_on] if speaker.visits_open and not is_own else [],
            said=visits.said_at(said, coming),
            embed=embed_snippet(shown),
            linked_data=Markup(formats.linked_data(shown, lines)),  # noqa: S704 - it holds no "<"
            span=span,
            active="speakers",
        )
    )
    if not speaker.public:
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@blueprint.get("/speakers/<slug:name>.json")
@anyone
@shared
def json(name: str) -> ResponseReturnValue:
    def write(speaker: Speaker, standing: Standing) -> bytes:
        shown = replace(_card(speaker, standing), changed_at=standing.changed_at)
        return formats.write_json(shown, all_lines(speaker))

    return _kept(name, "json", write, "application/json")


@blueprint.get("/speakers/<slug:name>.atom")
@anyone
@shared
def atom(name: str) -> ResponseReturnValue:
    def write(speaker: Speaker, standing: Standing) -> bytes:
        shown = replace(_card(speaker, standing), changed_at=standing.changed_at)
        return formats.write_atom(shown, all_lines(speaker))

    return _kept(name, "atom", write, atom_feed.MEDIA_TYPE)


@blueprint.get("/speakers/<slug:name>/embed")
@anyone
@shared
def embed(name: str) -> ResponseReturnValue:
    """The table alone, for a frame on the speaker's own site: no script, no cookie, nothing to press but links."""

    def write(speaker: Speaker, standing: Standing) -> bytes:
        rows = page.stops(all_lines(speaker))
        # not by render_template: what it adds to a page asks who is there, and this is the same for everybody
        made = current_app.jinja_env.get_template("speakers/embed.html")
        return made.render(
            card=_card(speaker, standing), stops=rows, span=span, lang=language(), styles=STYLES, framed=True
        ).encode()

    looks = [static_url(style) for style in STYLES]
    answer = _kept(name, f"html-{language()}-{looks}", write, "text/html; charset=utf-8")
    if answer.status_code == 301:
        return answer
    return framed.for_frames(answer, db.base_url(db.session()))


def span(line: page.Line) -> str:
    """ "June 26 - 29, 2012", in the visitor's language."""
    return span_words(line.starts_on, line.ends_on, str(locale()))


def embed_snippet(shown: Card) -> str:
    """What a speaker pastes into a page of their own."""
    return oembed.iframe(shown.name, f"{shown.url}/embed", height=480)


def _card(speaker: Speaker, standing: Standing) -> Card:
    return card(speaker, standing.name, standing.picture)


def _moved(name: str) -> Response:
    """301 to where a public page is now that once was at this address, or 404."""
    now_at = queries.find_renamed(db.session(), name) or abort(404)
    assert request.endpoint is not None
    there, query = url_for(request.endpoint, name=now_at), request.query_string.decode("ascii", "ignore")
    answer = redirect(f"{there}?{query}" if query else there, 301)
    assert isinstance(answer, Response)
    return answer


def _kept(name: str, kind: str, write: Callable[[Speaker, Standing], bytes], media_type: str) -> Response:
    """A public answer made of a speaker's standing: one look-up before a 304."""
    standing = queries.find_standing(db.snapshot(), name)
    if standing is None:
        return _moved(name)

    def make() -> bytes:
        speaker = queries.find_speaker(db.session(), name)
        assert speaker is not None
        return write(speaker, standing)

    etag = etag_of(WRITER, kind, db.base_url(db.session()), standing)
    filename = f"{name}.{kind.partition('-')[0]}"
    return kept.answer(etag, standing.changed_at, make, media_type=media_type, filename=filename)
