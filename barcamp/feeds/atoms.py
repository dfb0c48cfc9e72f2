"""Atom feeds from values: what changes in a conference's schedule, and the site's conferences.

No words here are translated: a feed reads the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from barcamp.conferences.models import Conference
from barcamp.core import atom
from barcamp.core.times import day_label, time_label, zone_label
from barcamp.feeds.changes import Cancelled, News, RoomRenamed, VersionNews
from barcamp.feeds.program import Standing
from barcamp.schedule.entries import Spot
from barcamp.schedule.versions import Step

MOST_CONFERENCES = 50
#: Sessions named in one entry.
MOST_NAMED = 100


def changes(standing: Standing, news: Iterable[News], base: str) -> atom.Feed:
    """The changes of one conference's public schedule."""
    conference = standing.conference
    page = f"{base}/{conference.slug}"
    return atom.Feed(
        id=atom.urn(conference.uid, "changes"),
        title=f"{conference.name}: changes of the schedule",
        url=f"{page}/schedule",
        feed_url=f"{page}/changes.atom",
        author=conference.name,
        updated_at=standing.changed_at,
        entries=tuple(_entry(conference, page, one) for one in news),
    )


def conferences(listed: Iterable[Conference], changed_at: datetime, base: str) -> atom.Feed:
    """The site's conferences, the newest first."""
    return atom.Feed(
        id=f"urn:uuid:{uuid5(NAMESPACE_URL, f'{base}/conferences.atom')}",
        title=f"New conferences at {urlsplit(base).hostname}",
        url=f"{base}/",
        feed_url=f"{base}/conferences.atom",
        author=urlsplit(base).hostname or "",
        updated_at=changed_at,
        entries=tuple(
            atom.Entry(
                id=atom.urn(one.uid),
                title=one.name,
                url=f"{base}/{one.slug}/",
                published_at=one.created_at,
                updated_at=max(one.stamped_at, one.created_at),
                lines=(_dates(one), ", ".join(part for part in (one.venue, one.address) if part)),
            )
            for one in sorted(listed, key=lambda one: (one.created_at, one.id), reverse=True)[:MOST_CONFERENCES]
        ),
    )


def _entry(conference: Conference, page: str, news: News) -> atom.Entry:
    name, title, url, lines = _told(conference, page, news)
    return atom.Entry(atom.urn(conference.uid, *name), title, url, news.at, news.at, lines)


def _told(conference: Conference, page: str, news: News) -> tuple[tuple[object, ...], str, str, tuple[str, ...]]:
    """What names it for life, its title, where to look, and its lines."""
    if isinstance(news, Cancelled):
        return ("change", news.revision), f"Cancelled: {news.title}", f"{page}/notes/{news.note_id}", ()
    if isinstance(news, RoomRenamed):
        return ("change", news.revision), f"{news.before} is now called {news.after}", f"{page}/schedule", ()
    return ("version", news.number), _title(news), f"{page}/schedule", _lines(news.steps, conference.zone)


def _title(news: VersionNews) -> str:
    if news.number == 1:
        return f"The schedule is published: {_number(len(news.steps), 'session')}"
    counted = [(kind, sum(step.kind == kind for step in news.steps)) for kind in ("moved", "cancelled", "added")]
    words = ", ".join(f"{number} {kind}" for kind, number in counted if number)
    return f"Version {news.number}: {words or 'nothing moved'}"


def _number(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _lines(steps: Sequence[Step], zone: str) -> tuple[str, ...]:
    lines = [_line(step, zone) for step in steps[:MOST_NAMED]]
    return (*lines, f"and {len(steps) - MOST_NAMED} more") if len(steps) > MOST_NAMED else tuple(lines)


def _line(step: Step, zone: str) -> str:
    if step.kind == "moved" and step.before and step.after:
        return f"Moved: {step.title}, from {_where(step.before, zone)} to {_where(step.after, zone)}"
    if step.kind == "cancelled" and step.before:
        return f"Cancelled: {step.title}, was {_where(step.before, zone)}"
    return f"New: {step.title}, {_where(step.after, zone)}" if step.after else step.title


def _where(spot: Spot, zone: str) -> str:
    """ "Sat, Nov 21 11:00 PST, KEC 1001"."""
    moment = spot.starts_at
    return f"{day_label(moment, zone, short=True)} {time_label(moment, zone)} {zone_label(moment, zone)}, {spot.room}"


def _dates(conference: Conference) -> str:
    if conference.starts_on == conference.ends_on:
        return conference.starts_on.isoformat()
    return f"{conference.starts_on.isoformat()} to {conference.ends_on.isoformat()}"
