"""Who runs a conference."""

from __future__ import annotations

from flask import abort, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from barcamp import db
from barcamp.conferences import queries, service
from barcamp.conferences.forms import TeamForm
from barcamp.conferences.models import Conference
from barcamp.conferences.routes import blueprint
from barcamp.errors import Refused, TooMany
from barcamp.people import addresses
from barcamp.people.queries import find_person
from barcamp.web.answers import see_other
from barcamp.web.clock import utcnow
from barcamp.web.guard import organizer, signed_in_person
from barcamp.web.limits import Allowance
from barcamp.web.load import conference_or_404
from barcamp.web.words import _, told

#: Everybody may start a conference; nobody shall look through many addresses for those who have an account.
ADDED = Allowance("people added to teams", 40, seconds=86_400)


@blueprint.get("/<slug:slug>/organize/team")
@organizer
def team(slug: str) -> ResponseReturnValue:
    return _page(conference_or_404(slug), TeamForm())


@blueprint.post("/<slug:slug>/organize/team")
@organizer
def add_to_team(slug: str) -> ResponseReturnValue:
    conference, form, actor = conference_or_404(slug), TeamForm.typed(), signed_in_person()
    if not form.validate():
        return _again(conference, form)

    try:
        ADDED.spend(actor.id)
    except TooMany as refusal:
        form.refuse("email", _("You have added many people today. Please wait an hour, or ask another organizer to."))
        return *_again(conference, form, refusal.status), {"Retry-After": str(refusal.retry_after)}
    person = find_person(db.session(), addresses.key(form.email.data))
    if person is None:
        db.commit()  # the answer says who has no account, so the question counts
        form.refuse("email", _("Nobody has signed in with this address yet. They need to do that once first."))
        return _again(conference, form)
    try:
        service.give_role(db.session(), conference, actor, person, form.kind.data, now=utcnow())
    except Refused as refusal:
        form.refuse("email", told(refusal))
        return _again(conference, form)
    db.commit()
    flash(_("{name} is in the team.").format(name=person.name))
    return see_other(url_for("conferences.team", slug=slug))


@blueprint.post("/<slug:slug>/organize/team/<id:person_id>/delete")
@organizer
def remove_from_team(slug: str, person_id: int) -> ResponseReturnValue:
    conference = conference_or_404(slug)
    role, person = queries.find_team_member(db.session(), conference, person_id) or abort(404)
    service.take_role(db.session(), conference, signed_in_person(), role, now=utcnow())
    db.commit()
    flash(_("{name} is no longer in the team.").format(name=person.name))
    left_myself = person.id == signed_in_person().id
    return see_other(url_for("conferences.show" if left_myself else "conferences.team", slug=slug))


def _again(conference: Conference, form: TeamForm, status: int = 422) -> tuple[str, int]:
    """The page with what was typed and why it cannot be."""
    db.rollback()
    return _page(conference, form), status


def _page(conference: Conference, form: TeamForm) -> str:
    team = queries.roles(db.session(), conference.id)
    return render_template("conferences/team.html", team=team, form=form)
