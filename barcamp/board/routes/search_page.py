"""The page of a search for a better arrangement, and of the forms for a new one."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.arranging import conflict_words, moves_of, points_of
from barcamp.board.forms import ArrangeForm, TurnoutForm
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import queries
from barcamp.schedule.draft import read
from barcamp.schedule.found import Search
from barcamp.web.answers import form_again
from barcamp.web.words import told


def search_page(
    conference: Conference,
    search: Search | None,
    *,
    form: ArrangeForm | None = None,
    turnout: TurnoutForm | None = None,
    refusal: Refused | None = None,
    template: str = "",
) -> ResponseReturnValue:
    """A search with all that it has found, or the forms for a new one."""
    usual = "board/repair.html" if search is not None and search.kind == "repair" else "board/arrangement.html"
    context: dict[str, Any] = {
        "arrangement": search,
        "revision": queries.draft_revision(db.session(), conference),
        "form": form or ArrangeForm(),
        "turnout": turnout or TurnoutForm(data={"percent": conference.turnout_percent}),
        "refusal": None if refusal is None else told(refusal),
        "active": "board",
        **_found(conference, search),
    }
    if form is not None or turnout is not None:
        return form_again(template or usual, **context)
    return render_template(template or usual, **context), 200 if refusal is None else refusal.status


def _found(conference: Conference, search: Search | None) -> dict[str, Any]:
    """What the pages list: cards that would move, and what no arrangement can do. Nothing of it while it still runs,
    for then the page is asked for each second.
    """
    if search is None or not search.is_undecided or search.is_under_way:
        return {"moves": [], "points": [], "conflicts": []}
    draft = read(db.session(), conference, stars=False)
    conflicts = [conflict_words(draft, conflict) for conflict in search.impossible]
    return {
        "moves": moves_of(draft, search.best) if search.best and search.kind == "fresh" else [],
        "points": points_of(draft, search) if search.kind == "repair" else [],
        "conflicts": [words for words in conflicts if words is not None],
    }
