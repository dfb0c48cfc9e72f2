"""The schedule for other people's pages: one without scripts for a frame, and oEmbed, by which blogs find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from flask import Response, abort, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from barcamp import db
from barcamp.conferences.models import Conference
from barcamp.core import oembed
from barcamp.core.program import Pause, Program, ProgramTalk
from barcamp.core.slugs import clean_line
from barcamp.core.times import DAY_TURNS_AT, day_of
from barcamp.feeds import program
from barcamp.feeds.program import Standing, find_standing
from barcamp.feeds.routes.calendars import base
from barcamp.feeds.routes.door import blueprint
from barcamp.feeds.routes.formats import standing_or_404
from barcamp.front.shared import shared
from barcamp.speakers import queries as speakers
from barcamp.web import framed, kept
from barcamp.web.guard import anyone
from barcamp.web.static import static_url
from barcamp.web.words import _, language

STYLES = "css/embed.css"
#: Pages whose address may be pasted into a blog.
OF_A_CONFERENCE = ("conferences.show", "schedule.show", "feeds.embed")
OF_A_SPEAKER = ("speakers.show", "speakers.embed")

LONGEST_ROOM = 100


@dataclass(frozen=True, slots=True)
class Embeddable:
    """What oEmbed says of a frame: its title, its address, and whose it is."""

    title: str
    address: str
    provider: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """What starts at one time; `starts_at` and `ends_at` are aware."""

    starts_at: datetime
    talks: tuple[ProgramTalk, ...]
    pauses: tuple[Pause, ...]


@blueprint.get("/<slug:slug>/embed")
@anyone
@shared
def embed(slug: str) -> ResponseReturnValue:
    """The schedule, or one room's or one day's of it. The same for everybody, and no cookie."""
    standing = standing_or_404(slug)
    room, day = _asked(request.args)
    etag = standing.etag("embed", base(), room, day, language(), static_url(STYLES))
    answer = kept.answer(
        etag, standing.changed_at, lambda: _page(standing, room, day), media_type="text/html; charset=utf-8",
        filename=f"{slug}.html",
    )  # fmt: skip
    return framed.for_frames(answer, base())


@blueprint.get("/oembed")
@anyone
@shared
def oembed_answer() -> ResponseReturnValue:
    writers: dict[str, tuple[Callable[[oembed.Rich], bytes], str]] = {
        "json": (oembed.as_json, "application/json; charset=utf-8"),
        "xml": (oembed.as_xml, "text/xml; charset=utf-8"),
    }
    wanted = request.args.get("format", "json")
    if not (wanted.isascii() and wanted.isalnum()):
        abort(400)  # the name of no format at all
    if wanted not in writers:
        return Response(status=501)  # by the letter of oEmbed
    found = _embeddable(request.args.get("url", "")) or abort(404)
    write, media_type = writers[wanted]
    answer = oembed.rich(
        found.title,
        found.address,
        provider=(found.provider, f"{base()}/"),
        width=oembed.size(request.args.get("maxwidth"), oembed.WIDTH),
        height=oembed.size(request.args.get("maxheight"), oembed.HEIGHT),
    )
    response = make_response(write(answer))
    response.headers["Content-Type"] = media_type
    kept.public(response).headers["Vary"] = "Accept-Encoding, Accept-Language"
    return response


def _asked(said: Mapping[str, str]) -> tuple[str, str]:
    """The room (its key or name) and the day (ISO 8601) that are asked for; "" is all of them."""
    try:
        day = date.fromisoformat(said.get("day", "")).isoformat()
    except ValueError:
        day = ""
    return clean_line(said.get("room", "")[:LONGEST_ROOM]), day


def _page(standing: Standing, room: str, day: str) -> bytes:
    whole = program.read(db.session(), standing)
    names = {one.name for one in whole.rooms if room in (one.key, one.name)}
    talks = [talk for talk in whole.talks if not room or talk.room in names]
    pauses = () if room else whole.pauses
    days = [(one, stretches) for one, stretches in _days(whole, talks, pauses) if day in ("", one.isoformat())]
    return render_template(
        "feeds/embed.html",
        conference=standing.conference,
        program=whole,
        days=days,
        several=len(days) > 1,
        room=next(iter(names), room),
        published=standing.number > 0,
    ).encode()


def _days(whole: Program, talks: Sequence[ProgramTalk], pauses: Sequence[Pause]) -> list[tuple[date, list[Stretch]]]:
    starts = sorted({talk.starts_at for talk in talks} | {pause.starts_at for pause in pauses})
    stretches = [
        Stretch(
            start,
            tuple(talk for talk in talks if talk.starts_at == start),
            tuple(pause for pause in pauses if pause.starts_at == start),
        )
        for start in starts
    ]  # fmt: skip
    by_day = groupby(stretches, key=lambda one: day_of(one.starts_at, whole.zone, turns_at=DAY_TURNS_AT))
    return [(day, list(those)) for day, those in by_day]


def _embeddable(url: str) -> Embeddable | None:
    """What a page of this site has to show in a frame: a conference its schedule, a speaker the table of talks."""
    if not url.startswith(f"{base()}/"):
        return None
    parts = urlsplit(url)
    try:
        endpoint, names = current_app.url_map.bind(parts.netloc, script_name=urlsplit(base()).path or "/").match(
            parts.path.removeprefix(urlsplit(base()).path), method="GET"
        )
    except (HTTPException, RequestRedirect):
        return None
    if endpoint in OF_A_CONFERENCE and (standing := find_standing(db.snapshot(), names["slug"])) is not None:
        name = standing.conference.name
        address = embed_address(standing.conference.slug, parts.query)
        return Embeddable(_("Schedule of %(name)s") % {"name": name}, address, name)
    if endpoint in OF_A_SPEAKER and (card := speakers.find_public_name(db.session(), names["name"])) is not None:
        return Embeddable(card, f"{base()}/speakers/{names['name']}/embed", "BarCamp")
    return None


@blueprint.app_template_global("embed_code")
def embed_code(conference: Conference) -> str:
    """The HTML to paste into a page of one's own."""
    title = _("Schedule of %(name)s") % {"name": conference.name}
    return oembed.iframe(title, embed_address(conference.slug))


@blueprint.app_template_global("giggity_address")
def giggity_address(slug: str) -> str:
    """A link that the Giggity app opens; anybody else is told there what it is."""
    return "https://ggt.gaa.st/#url=" + quote(f"{base()}/{slug}/schedule.xml", safe=":/")


@blueprint.app_template_global("embed_address")
def embed_address(slug: str, query: str = "") -> str:
    """The whole address of a conference's embedded schedule; of a query, the room and the day are kept."""
    said = {name: values[0] for name, values in parse_qs(query).items()}
    room, day = _asked(said)
    asked = urlencode({name: value for name, value in (("room", room), ("day", day)) if value})
    return f"{base()}/{slug}/embed{'?' if asked else ''}{asked}"
