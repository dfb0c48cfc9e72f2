"""The wall itself: every note there is, searched, filtered and sorted by what the address says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from barcamp import db
from barcamp.conferences.models import Conference, Phase
from barcamp.core.slugs import clean_line, clean_tag
from barcamp.core.times import Opening, opens_in_words
from barcamp.front.reads import aging
from barcamp.front.remembered import remembered
from barcamp.front.shared import shared
from barcamp.wall import queries, shown
from barcamp.wall.cards import FORMAT_WORDS, Viewer
from barcamp.wall.models import FORMATS, Format
from barcamp.wall.queries import LONGEST_SEARCH, MOST_IDS, PAGE, Figures, OwnFigures, Sort, WallNote, Wanted
from barcamp.wall.routes.door import blueprint, viewer
from barcamp.wall.routes.pitched import pitched
from barcamp.web.clock import utcnow
from barcamp.web.guard import anyone
from barcamp.web.load import conference_or_404
from barcamp.web.pages import large_page
from barcamp.web.words import _, locale


@blueprint.get("/<slug:slug>/wall")
@anyone
@shared
def show(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    looking = viewer(conference)
    wanted = _wanted(looking)
    figures, own = _figures(looking)
    ids = _wanted_ids(looking, wanted)
    page = ids[(wanted.page - 1) * PAGE : wanted.page * PAGE]
    return large_page(
        "wall/show.html",
        active="wall",
        conference=conference,
        cards=looking.cards(_notes(looking, page)),
        figures=figures,
        matching=len(ids),
        pages=-(-len(ids) // PAGE),
        wanted=wanted,
        filtered=replace(wanted, sort="mixed", page=1) != Wanted(),
        looking=looking,
        left_to_look_at=None if own is None or not conference.stars_are_open(looking.now) else own.unseen,
        chips=_chips(looking, wanted, _top_tags(conference), figures, own),
        state=_state(looking, replace(wanted, q="", page=1)),
        page_url=lambda page: _address(looking, replace(wanted, page=page)),
        pitched=pitched(looking),
        wall_opening=_in_words(looking, conference.wall),
        stars_opening=_in_words(looking, conference.star_phase(looking.now)),
    )


def _wanted_ids(looking: Viewer, wanted: Wanted) -> list[int]:
    """All that is wanted, over all pages. What is on the wall is read once for everybody who takes it as it comes."""
    conference, person_id = looking.conference, looking.person_id
    if replace(wanted, page=1) == Wanted():
        hanging = remembered(("hanging", conference.id), lambda db: queries.hanging(db, conference), rows=shown.tenth)
        return queries.mixed(conference, person_id, hanging, looking.now)
    return queries.wanted_ids(
        db.session(), conference, person_id, wanted, sees_counts=looking.sees_counts, now=looking.now, factors=_factors
    )


def _notes(looking: Viewer, page: list[int]) -> list[WallNote]:
    """A few are read by themselves; of more, what all see is read once for all: what is written, and how many stars."""
    conference, person_id = looking.conference, looking.person_id
    if len(page) <= MOST_IDS:
        return queries.wall_notes(db.session(), conference, person_id, page)
    starred = shown.starred(conference, person_id)
    return queries.as_seen_by(person_id, page, shown.written(conference), shown.star_counts(conference), starred)


def _top_tags(conference: Conference) -> list[str]:
    return remembered(("top tags", conference.id), lambda db: queries.top_tags(db, conference))


def _factors(_session: Session, conference: Conference) -> Mapping[int, float]:
    """As of the last minute: each star changes them a little, and a camp of 30,000 gives 200,000."""
    minute = int(utcnow().timestamp()) // 60

    def find(session: Session) -> Mapping[int, float]:
        with aging():
            return queries.late_factors(session, conference)

    return remembered(("late factors", conference.id, minute), find, rows=shown.tenth)


def _figures(looking: Viewer) -> tuple[Figures, OwnFigures | None]:
    """How much there is, and how much of it waits for whoever asks; None for guests, of whom nobody knows."""
    if looking.person_id is None:
        return queries.figures(db.session(), looking.conference), None
    conference, person_id = looking.conference, looking.person_id
    return remembered(
        ("figures", conference.id, person_id), lambda db: queries.own_figures(db, conference, person_id), own=True
    )


def _wanted(looking: Viewer) -> Wanted:
    """What the address asks for; what it may not ask, or what makes no sense, is left out."""
    asked = request.args
    page = asked.get("page", "1")
    return Wanted(
        q=clean_line(asked.get("q", "")[: 2 * LONGEST_SEARCH])[:LONGEST_SEARCH],
        tag=clean_tag(asked.get("tag", "")[:LONGEST_SEARCH]),
        format=cast(Format, asked["format"]) if asked.get("format") in FORMATS else None,
        author_id=looking.person_id if asked.get("mine") == "1" else None,
        hidden=looking.is_organizer and asked.get("hidden") == "1",
        maybe_of=looking.person_id if asked.get("maybe") == "1" else None,
        seeks_host=asked.get("wishes") == "1",
        sort=_sort(looking, asked.get("sort", "")),
        page=int(page) if page.isascii() and page.isdigit() and 1 <= len(page) <= 4 and int(page) else 1,
    )


def _sort(looking: Viewer, asked: str) -> Sort:
    """An order by stars says what the counts say, so who may not see those does not get it."""
    if asked in ("mixed", "new", "seen") or (asked == "stars" and looking.sees_counts):
        return cast(Sort, asked)
    return _usual_sort(looking)


def _usual_sort(looking: Viewer) -> Sort:
    """Fair to every note while stars are given (docs/decisions/0013-fair-look.md); then the most starred first."""
    over = looking.conference.stars.state(looking.now) == "closed"
    return "stars" if over and looking.sees_counts else "mixed"


def _state(looking: Viewer, wanted: Wanted) -> dict[str, str | int]:
    """The address's words for what is wanted, without what goes without saying."""
    said: dict[str, str | int | None] = {
        "q": wanted.q,
        "sort": wanted.sort if wanted.sort != _usual_sort(looking) else None,
        "format": wanted.format,
        "tag": wanted.tag,
        "mine": 1 if wanted.author_id is not None else None,
        "hidden": 1 if wanted.hidden else None,
        "maybe": 1 if wanted.maybe_of is not None else None,
        "wishes": 1 if wanted.seeks_host else None,
        "page": wanted.page if wanted.page > 1 else None,
    }
    return {name: value for name, value in said.items() if value}


def _address(looking: Viewer, wanted: Wanted) -> str:
    said = urlencode(_state(looking, wanted))  # url_for would make the way there anew for each of twenty filters
    wall = _wall(looking.conference.slug, request.script_root)
    return f"{wall}?{said}" if said else wall


@lru_cache(maxsize=64)
def _wall(slug: str, _script_root: str) -> str:
    return url_for("wall.show", slug=slug)


def _chips(
    looking: Viewer, wanted: Wanted, tags: list[str], figures: Figures, own: OwnFigures | None
) -> list[dict[str, Any]]:
    """The filters in a row; one that is on is taken off by a second press. The usual order goes without a mark."""
    first = replace(wanted, page=1)

    def chip(label: str, current: bool, **changed: Any) -> dict[str, Any]:
        return {"label": label, "current": current, "url": _address(looking, replace(first, **changed))}

    chips = [{"label": _("All"), "current": not _state(looking, first), "url": _address(looking, _everything(looking))}]
    for sort, label in _sorts(looking):
        on = wanted.sort == sort
        chips.append(chip(label, on, sort=_usual_sort(looking) if on else sort))
    if own is not None:
        maybe, mine = wanted.maybe_of is not None, wanted.author_id is not None
        if own.has_maybes or maybe:
            chips.append(chip(_("My maybes"), maybe, maybe_of=None if maybe else looking.person_id))
        chips.append(chip(_("Mine"), mine, author_id=None if mine else looking.person_id))
    if figures.wishes or wanted.seeks_host:
        seeks = wanted.seeks_host
        chips.append(chip(_("Needs a host"), seeks, seeks_host=not seeks) | {"count": figures.wishes})
    if looking.is_organizer and figures.hidden:
        chips.append(chip(_("Hidden"), wanted.hidden, hidden=not wanted.hidden) | {"count": figures.hidden})
    for name in FORMATS:
        on = wanted.format == name
        chips.append(chip(_(FORMAT_WORDS[name]), on, format=None if on else name))
    for tag in tags if wanted.tag in ("", *tags) else [wanted.tag, *tags]:
        on = wanted.tag == tag
        chips.append(chip(f"#{tag}", on, tag="" if on else tag))
    return chips


def _sorts(looking: Viewer) -> list[tuple[Sort, str]]:
    """The orders to choose from, but the usual one: "All" leads to that."""
    sorts: list[tuple[Sort, str]] = [("stars", _("Most starred"))] if looking.sees_counts else []
    sorts += [("new", _("Newest")), ("seen", _("Least seen"))]
    return [(sort, label) for sort, label in sorts if sort != _usual_sort(looking)]


def _everything(looking: Viewer) -> Wanted:
    return Wanted(sort=_usual_sort(looking))


def _in_words(looking: Viewer, phase: Phase) -> Opening:
    return opens_in_words(phase.opens_at, phase.closes_at, looking.now, looking.conference.zone, str(locale()))
