"""What every template can use: who asks, where we are, what time it is, and a few filters for times and text."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, Response, current_app, g, request, url_for
from markupsafe import Markup

from barcamp.core.times import zone_name
from barcamp.web import guard, markdown
from barcamp.web.clock import utcnow
from barcamp.web.load import conference_or_404, find_revision
from barcamp.web.words import language, locale

#: Pages that show what others change while they are open. Their templates say so too: `{% block live %}{{ live }}`.
LIVE_PAGES = frozenset((
    "agenda.show", "board.arrangement", "board.arrangements", "board.history", "board.repair", "board.show",
    "conferences.show", "imports.show", "organize.overview", "schedule.publishing", "schedule.show", "screens.pitch",
    "screens.show", "wall.moderation", "wall.note", "wall.show", "watch.show",
))  # fmt: skip


def install(app: Flask) -> None:
    app.before_request(_read_the_revision_first)
    app.context_processor(_given_to_every_page)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(clock=clock, day=day, when=when, iso=iso, wall_input=wall_input, zone_name=zone_name)
    app.jinja_env.filters.update(grouped=grouped, markdown=markdown.render, excerpt=markdown.plain)
    app.jinja_env.globals["frame_of"] = frame_of


class Frame(NamedTuple):
    """What the frame around a page is made from: the same few for hundreds of people, so its parts are kept. `slug`,
    `name` and `zone` of the conference are empty where a page is of none; `here` names the current tab.
    """

    slug: str
    name: str
    zone: str
    here: str
    is_somebody: bool
    is_organizer: bool


def frame_of(conference: Any, duties: Collection[str], here: str) -> Frame:
    """`conference` is one, or None."""
    slug, name, zone = ("", "", "") if conference is None else (conference.slug, conference.name, conference.zone)
    return Frame(slug, name, zone, here, guard.me() is not None, "organizer" in duties)


def large_page(template: str, **shown: Any) -> Response:
    """As `render_template`, for a page of hundreds of pieces, which become bytes one by one: in one text a single "…"
    makes all of it twice as large, and bytes are made of it letter by letter.
    """
    current_app.update_template_context(shown)
    pieces = current_app.jinja_env.get_template(template).generate(shown)
    return Response(b"".join([piece.encode() for piece in pieces]))


def _read_the_revision_first() -> None:
    """Before anything that the page shows: what is changed while it is made will then be told to it, twice at worst."""
    if request.method == "GET" and request.endpoint in LIVE_PAGES:
        g.live_from = find_revision((request.view_args or {})["slug"])


def _given_to_every_page() -> dict[str, Any]:
    conference = g.get("conference")
    if conference is not None:
        conference = conference_or_404(g.slug)
    return {
        "me": guard.me(),
        "conference": conference,
        "roles": set() if conference is None else guard.roles(conference.id),
        "now": utcnow(),
        "lang": language(),
        "live": _live(),
        # a script that looks how the page is now must not take the messages that are for the next page the person opens
        "is_refresh": request.headers.get("X-Refresh") == "1",
    }


def _live() -> Markup:
    """The attributes by which static/js/live.js knows where to listen, and from which revision on.

    Tabs of one browser share a stream only if they are the same person's: another hears other things.
    """
    revision, person = g.get("live_from"), guard.me()
    if revision is None or "slug" not in g:  # a "no" from before the conference was looked at
        return Markup()
    listener = f"barcamp-live-{g.slug}" if person is None else f"barcamp-live-{g.slug}-{person.id}"
    return Markup(' data-live="{}" data-changes="{}" data-revision="{}" data-listener="{}"').format(
        url_for("live.live", slug=g.slug), url_for("live.changes", slug=g.slug), revision, listener
    )


def clock(instant: datetime, zone: str) -> str:
    """ "13:00" in the venue's zone."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def day(moment: datetime | date, zone: str = "UTC", width: str = "full") -> str:
    """ "Saturday, November 22, 2026" (or width "short": "Sat, Nov 22")."""
    local = moment.astimezone(ZoneInfo(zone)).date() if isinstance(moment, datetime) else moment
    return _written_day(local, "full" if width == "full" else "EEE, MMM d", str(locale()))


@lru_cache(maxsize=512)
def _written_day(day: date, pattern: str, language: str) -> str:
    """Kept: a tenth of a millisecond each, and a page has the same few again and again."""
    return format_date(day, pattern, locale=language)


def when(instant: datetime, zone: str) -> str:
    """ "Sat, Nov 22, 13:00"."""
    return format_datetime(instant.astimezone(ZoneInfo(zone)), "EEE, MMM d, HH:mm", locale=locale())


def grouped(number: int) -> str:
    """ "36,028", as the reader's language has it."""
    return _grouped(number, str(locale())) if abs(number) > 999 else str(number)


@lru_cache(maxsize=512)
def _grouped(number: int, language: str) -> str:
    return str(format_decimal(number, locale=language))


def iso(instant: datetime) -> str:
    """For <time datetime="…">: "2026-11-22T21:00:00Z"."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def wall_input(instant: datetime | None, zone: str) -> str:
    """For <input type="datetime-local">: the venue's wall time, "2026-11-22T13:00"."""
    return "" if instant is None else instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
