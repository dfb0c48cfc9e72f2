"""Arranging by popularity: at once where that is quick, and by a search in the background, see searches.py."""

from __future__ import annotations

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.board.arranging import QUICK, budget
from barcamp.board.forms import ArrangeForm, BoardForm, TurnoutForm
from barcamp.board.routes.door import blueprint
from barcamp.board.routes.page import page
from barcamp.board.routes.search_page import search_page
from barcamp.conferences.models import Conference
from barcamp.errors import Refused
from barcamp.schedule import arranging, queries, service
from barcamp.schedule.draft import read
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, ngettext


@blueprint.get("/<slug:slug>/board/arrangements")
@organizer
def arrangements(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    current = arranging.find_current(db.session(), conference)
    return search_page(conference, current, template="board/arrangement.html")


@blueprint.post("/<slug:slug>/board/arrangements")
@organizer
def arrange(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), ArrangeForm.sent(request.form)
    if not form.validate():
        if form.revision.errors:
            abort(400)
        current = arranging.find_current(db.session(), conference)
        return search_page(conference, current, form=form, template="board/arrangement.html")
    db.rollback()  # computing takes a moment, in which others may write
    if form.look.data or len(queries.lengths_on_the_wall(db.session(), conference)) > QUICK:
        return _search(conference, form)
    return _arrange_at_once(conference, form)


@blueprint.get("/<slug:slug>/board/repair")
@organizer
def repair(slug: str) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    search = arranging.find_current(db.session(), conference)
    return search_page(conference, search if search and search.kind == "repair" else None, template="board/repair.html")


@blueprint.post("/<slug:slug>/board/repair")
@organizer
def ask_for_repair(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), BoardForm(request.form)
    if not form.validate():
        abort(400)
    arranging.ask(db.session(), conference, signed_in_person(), "repair", seed=1, moves=0, now=utcnow())
    db.commit()
    return see_other(url_for("board.repair", slug=slug))


@blueprint.post("/<slug:slug>/board/turnout")
@organizer
def turnout(slug: str) -> ResponseReturnValue:
    conference, form = conference_or_404(slug), TurnoutForm(request.form)
    if not form.validate():
        current = arranging.find_current(db.session(), conference)
        return search_page(conference, current, turnout=form, template="board/arrangement.html")
    arranging.set_turnout(db.session(), conference, signed_in_person(), form.percent.data or 100, now=utcnow())
    db.commit()
    flash(_("Saved. The board expects as many people from now on."))
    return see_other(url_for("board.arrangements", slug=slug))


def _arrange_at_once(conference: Conference, form: ArrangeForm) -> ResponseReturnValue:
    """Adopt what is there at once, and look for better in the background."""
    actor, seen = signed_in_person(), form.revision.data or 0
    draft = read(db.session(), conference, now=utcnow())
    seed = _seed(form)
    solution = arranging.quick(draft, seed=seed)
    cost = arranging.cost_of(draft, draft.plan if solution is None else solution.plan)
    try:
        with db.store().writing() as writing:
            if solution is None:
                service.hold_unchanged(writing, conference, seen)
                count = len(draft.placed)
            else:
                count = service.arrange(writing, conference, actor, draft, solution, seen=seen, now=utcnow())
            if cost > 0:
                moves = budget(draft.problem, form.effort.data)
                arranging.ask(writing, conference, actor, "fresh", seed=seed, moves=moves, now=utcnow())
    except Refused as refusal:
        return page(conference, None, refusal)
    if solution is None:
        flash(_("The board stays as it is: what can be had at once is no better."))
    else:
        flash(ngettext("%(num)s note placed.", "%(num)s notes placed.", count) % {"num": count})
    return see_other(url_for("board.show", slug=conference.slug))


def _search(conference: Conference, form: ArrangeForm) -> ResponseReturnValue:
    """Search in the background; the board stays as it is until somebody uses what was found."""
    draft = read(db.session(), conference, stars=False)
    if not draft.notes or not draft.slots or not draft.rooms:
        flash(_("There is nothing to arrange yet."))
        return see_other(url_for("board.show", slug=conference.slug))
    moves = budget(draft.problem, form.effort.data)
    with db.store().writing() as writing:
        search = arranging.ask(
            writing, conference, signed_in_person(), "fresh", seed=_seed(form), moves=moves, now=utcnow()
        )
    return see_other(url_for("board.arrangement", slug=conference.slug, arrangement_id=search.id))


def _seed(form: ArrangeForm) -> int:
    return 1 if form.seed.data is None else form.seed.data
